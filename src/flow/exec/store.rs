//! Assignments: to variables, fields, elements, and what they tell other functions.

use crate::flow::exec::Run;
use crate::flow::http::FILLED_IN;
use crate::flow::request::Site;
use crate::flow::value::{Cls, Instance, Made, Piece, Ref, Root, Set, Table, Text, Value};
use crate::flow::{strings, transport};
use crate::ir::{ExprId, Language, Module, Name, Place};
use std::borrow::Cow;
use std::sync::Arc;

impl<'a> Run<'a> {
    /// Assigns a set to a place.
    pub fn assign(&mut self, place: &Place, set: Set, site: Site) {
        match place {
            Place::Name(name) => self.assign_name(name, set),
            Place::Global(name) => self.store(&Set::of(Value::Module(self.fun.module)), name, &set, site),
            Place::Field(object, name) => {
                let target = self.eval(*object);
                self.store(&target, name, &set, site);
                self.update_local(*object, name, &set);
            }
            Place::Index(object, key) => {
                let target = self.eval(*object);
                let key = self.eval(*key);
                let entry = match key.literals() {
                    Some(keys) => {
                        Table { entries: keys.iter().map(|k| ((*k).into(), set.clone())).collect(), ..Table::default() }
                    }
                    None => Table { rest: set.clone(), ..Table::default() },
                };
                if let [k] = key.literals().unwrap_or_default().as_slice() {
                    self.note_key(k);
                }
                if let crate::ir::Expr::Field(inner, field) = self.module.expr(*object) {
                    let holder = self.eval(*inner);
                    self.store(&holder, field, &Set::of(Value::Table(Arc::new(entry.clone()))), site);
                }
                let php = self.module.language == Language::Php;
                let table = |v: &Value| matches!(v, Value::Table(_)) || php && matches!(v, Value::List(_));
                if target.values().any(table) || target.is_unknown() {
                    self.merge_local(*object, &entry);
                }
            }
        }
    }

    pub(in crate::flow) fn assign_name(&mut self, name: &Name, set: Set) {
        if self.shared {
            self.out.locals.entry(name.clone()).or_default().join(&set);
        }
        // A module variable that a function fills in later (lazily made singletons).
        if self.fun.id != Module::MAIN && self.module.language != Language::Python {
            self.fill_global(name, &set);
        }
        self.bind(name.clone(), set);
    }

    pub(in crate::flow) fn fill_global(&mut self, name: &Name, set: &Set) {
        let function = self.module.function(self.fun.id);
        if function.params.iter().any(|p| p.name == *name) {
            return;
        }
        if let Some(crate::flow::program::Resolved::Global(module, _)) = self.program().resolve(self.fun.module, name) {
            let known = self.scope.resolved(&crate::flow::program::Resolved::Global(module, name.clone()));
            if known.values().all(|v| matches!(v, Value::Null) || !matches!(v, Value::Text(_))) {
                let site = Site { module, span: function.span };
                self.store(&Set::of(Value::Module(module)), name, &set.without_worlds(), site);
            }
        }
    }

    /// Notes what is stored in a field, for everybody who reads it.
    pub fn store(&mut self, target: &Set, name: &Name, set: &Set, site: Site) {
        if self.module.test && target.values().all(|v| !self.is_own_class(v)) {
            return;
        }
        for value in target.values() {
            let class = match value {
                Value::Ref(Ref { root: Root::This(class), path }) if path.is_empty() => *class,
                Value::Instance(i) => i.class,
                Value::Class(class) => *class,
                Value::Module(module) => crate::flow::scope::module_class(*module),
                _ => continue,
            };
            let set = self.fitting(class, name, set).leaving();
            self.out.fields.entry((class, name.clone())).or_insert_with(|| (Set::unknown(), site)).0.join(&set);
        }
    }

    /// What of a value fits a field by its declared type: sums of numbers look like texts put together.
    fn fitting<'s>(&self, class: Cls, name: &Name, set: &'s Set) -> Cow<'s, Set> {
        let sum = |value: &Value| matches!(value, Value::Text(text) if text.pieces.len() > 1);
        let number = self.program().classes.get(class.0 as usize).is_some_and(|c| c.numbers.contains(name));
        if !number || !set.values().any(sum) {
            return Cow::Borrowed(set);
        }
        Cow::Owned(Set { items: set.items.iter().filter(|item| !sum(&item.value)).cloned().collect() })
    }

    /// Whether an object's class is written in this module.
    pub(in crate::flow) fn is_own_class(&self, value: &Value) -> bool {
        let class = match value {
            Value::Ref(Ref { root: Root::This(class), .. }) | Value::Class(class) => *class,
            Value::Instance(i) => i.class,
            Value::Module(module) => return *module == self.fun.module,
            _ => return false,
        };
        self.program().classes.get(class.0 as usize).is_some_and(|c| c.parts.iter().any(|(m, _)| *m == self.fun.module))
    }

    /// `request.method = "POST"` on a local object from outside or a local table changes that object.
    pub(in crate::flow) fn update_local(&mut self, object: ExprId, name: &Name, set: &Set) {
        let crate::ir::Expr::Name(local) = self.module.expr(object) else { return };
        let Some(old) = self.env.get(local) else { return };
        let updated = old.flat_map(|value| match value {
            Value::Made(made) => {
                let mut made: Made = (**made).clone();
                made.args.named.retain(|(n, _)| n != name);
                made.args.named.push((name.clone(), set.clone()));
                if transport::is_request_type(&made.path)
                    && matches!(name.as_str(), "URL" | "RequestUri" | "Resource" | "url")
                    && made.args.named(FILLED_IN).is_none()
                {
                    made.args.named.push((FILLED_IN.into(), Set::of(Value::Bool(true))));
                }
                Set::of(Value::Made(Arc::new(made)))
            }
            Value::Table(table) => Set::of(Value::Table(Arc::new(with_entry(table, name, set)))),
            Value::Text(address) => {
                let before = address.pieces.first().cloned().unwrap_or(Piece::Lit(Name::default()));
                strings::with_path(address, &before, name, set).unwrap_or_else(|| Set::of(value.clone()))
            }
            Value::Ref(r) => r
                .field(name)
                .and_then(|before| {
                    let address = Text::piece(Piece::Ref(r.clone()));
                    strings::with_path(&address, &Piece::Ref(before), name, set)
                })
                .unwrap_or_else(|| Set::of(value.clone())),
            // What data objects are filled with is of no interest unless it may become part of a request.
            Value::Instance(instance)
                if !self.scope.matters(instance.class)
                    && set.values().all(|v| {
                        matches!(v, Value::Ref(_) | Value::Instance(_) | Value::List(_) | Value::Table(_))
                    }) =>
            {
                Set::of(Value::Instance(instance.clone()))
            }
            Value::Instance(instance) => {
                let mut fields = instance.fields.as_deref().cloned().unwrap_or_default();
                fields = with_entry(&fields, name, &self.fitting(instance.class, name, set));
                Set::of(Value::Instance(Arc::new(Instance { fields: Some(Arc::new(fields)), ..(**instance).clone() })))
            }
            other => Set::of(other.clone()),
        });
        let local = local.clone();
        self.bind(local, updated);
    }

    pub(in crate::flow) fn merge_local(&mut self, object: ExprId, entry: &Table) {
        let crate::ir::Expr::Name(local) = self.module.expr(object) else { return };
        let Some(old) = self.env.get(local) else { return };
        let mut updated = old.flat_map(|value| match value {
            Value::Table(table) => {
                let mut table: Table = (**table).clone();
                for (k, v) in &entry.entries {
                    table = with_entry(&table, k, v);
                }
                table.rest.join(&entry.rest);
                Set::of(Value::Table(Arc::new(table)))
            }
            // PHP has one kind of array for both.
            Value::List(items) if items.is_empty() && !entry.entries.is_empty() => {
                Set::of(Value::Table(Arc::new(entry.clone())))
            }
            Value::List(items) => {
                let more =
                    entry.entries.iter().map(|(_, set)| set).chain(Some(&entry.rest)).filter(|s| !s.is_unknown());
                Set::of(Value::List(Arc::new(items.iter().chain(more).cloned().collect())))
            }
            other => Set::of(other.clone()),
        });
        if updated.is_unknown() {
            updated = Set::of(Value::Table(Arc::new(entry.clone())));
        }
        let local = local.clone();
        if self.shared {
            self.out.locals.entry(local.clone()).or_default().join(&updated);
        }
        self.bind(local, updated);
    }
}

pub(in crate::flow) fn with_entry(table: &Table, name: &Name, set: &Set) -> Table {
    let mut out = table.clone();
    out.entries.retain(|(k, _)| k != name);
    out.entries.push((name.clone(), set.clone()));
    out
}
