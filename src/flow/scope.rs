//! Reading what is known: fields of objects, members of classes and modules, values passed to parameters.
//!
//! Everything read is noted, so that the reader runs again when it changes.

mod constants;
mod fields;
mod passed;

pub(in crate::flow) use passed::MAX_PASSED;

use crate::catalog::Catalog;
use crate::ir::{FunctionKind, Name, Span};
use crate::wrapper::Wrapper;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::library;
use super::program::{Kinship, Program, Resolved};
use super::request::{Guard, Site};
use super::state::{Key, State, Summary};
use super::subst::{Call, Subst};
use super::value::{Alternative, Closure, Cls, Few, Fun, Instance, Item, Ref, Root, Set, Table, Value};

/// Lookups that every function may cause, apart from those that its size allows.
const BUDGET: u32 = 60_000;
/// Deepest chain of lookups.
const MAX_DEPTH: u8 = 12;

/// The pseudo-class whose fields are the variables of a module that its functions fill in.
pub fn module_class(module: u32) -> Cls {
    Cls(u32::MAX - module)
}

/// The pseudo-field that keeps the addresses which literals give to a field.
pub fn given(name: &Name) -> Name {
    format!("{name}=").into()
}

/// The program, what is known of it, and who asks.
pub struct Scope<'a> {
    /// The linked program.
    pub program: &'a Program,
    /// What the round before knew.
    pub state: &'a State,
    /// The table.
    pub catalog: &'a Catalog,
    /// Further hosts that stand for Datadog.
    pub hosts: &'a [String],
    /// Wrappers that the project describes.
    pub wrappers: &'a [Wrapper],
    reads: RefCell<HashSet<Key>>,
    /// Fields being looked up right now, outermost first.
    open: RefCell<Vec<(Cls, Name)>>,
    /// The outermost of them that a lookup within it met again.
    circle: Cell<usize>,
    seen: RefCell<fields::Seen>,
    unsettled: RefCell<fields::Unsettled>,
    /// Parts of what callers pass, by how deep in another lookup they were asked.
    parts: RefCell<HashMap<(Ref, u8), Set>>,
    /// What holds where tables that only callers know lie over each other, as far as somebody looked.
    layers: RefCell<BTreeMap<Alternative, Vec<Guard>>>,
    budget: Cell<u32>,
}

impl<'a> Scope<'a> {
    /// A scope with nothing read yet. `budget` bounds how many lookups one function may cause.
    pub fn new(program: &'a Program, state: &'a State, options: &super::Options<'a>) -> Self {
        let (catalog, hosts, wrappers) = (options.catalog, options.hosts, options.wrappers);
        let (reads, open, seen, parts) = Default::default();
        let (unsettled, layers, circle, budget) =
            (RefCell::default(), RefCell::default(), Cell::new(usize::MAX), Cell::new(BUDGET));
        Self { program, state, catalog, hosts, wrappers, reads, open, circle, seen, unsettled, parts, layers, budget }
    }

    /// The same knowledge, for somebody who has neither read nor spent anything.
    fn apart(&self) -> Self {
        let (reads, open, seen, parts) = Default::default();
        let (unsettled, layers, circle, budget) =
            (RefCell::default(), RefCell::default(), Cell::new(usize::MAX), Cell::new(BUDGET));
        Self { reads, open, seen, unsettled, parts, layers, circle, budget, ..*self }
    }

    /// How much of the budget of a scope that was set apart is spent.
    fn spent(&self) -> u32 {
        BUDGET - self.budget.get()
    }

    /// What was read since the scope was made.
    pub fn into_reads(self) -> HashSet<Key> {
        self.reads.into_inner()
    }

    /// Makes room for about so many reads: a function reads much the same every time.
    pub fn expect_reads(&self, count: usize) {
        self.reads.borrow_mut().reserve(count);
    }

    fn note(&self, key: Key) {
        self.reads.borrow_mut().insert(key);
    }

    /// Allows more lookups to a function of a large module.
    pub fn allow(&self, more: usize) {
        self.budget.set(self.budget.get().saturating_add(u32::try_from(more).unwrap_or(u32::MAX)));
    }

    /// Spends some of the budget; false when it is used up.
    pub fn spend(&self, cost: u32) -> bool {
        let left = self.budget.get().saturating_sub(cost);
        self.budget.set(left);
        left > 0
    }

    /// Whether the budget is used up, so that some of what was asked stayed without an answer.
    pub fn is_spent(&self) -> bool {
        self.budget.get() == 0
    }

    /// Notes that it matters which methods, superclasses and subclasses a class has.
    pub fn look_at(&self, class: Cls) {
        self.note(Key::Class(class));
    }

    /// What an object known as one of class `known` is to a method written in class `written`.
    pub fn kinship(&self, known: Cls, written: Cls) -> Kinship {
        if known == written {
            return Kinship::Heir;
        }
        self.note(Key::Class(known));
        self.note(Key::Class(written));
        self.program.kinship(known, written)
    }

    /// The module that an import means, if it belongs to the program.
    pub fn find_module(&self, from: u32, import: &Name) -> Option<u32> {
        self.note(Key::Modules);
        self.program.find_module(from, import)
    }

    /// The classes that have a method of this name.
    pub fn classes_with(&self, module: u32, method: &Name) -> &'a [Cls] {
        self.note(Key::Method(method.clone()));
        self.program.classes_with(module, method)
    }

    /// Whether objects of a class have to do with requests.
    pub fn matters(&self, class: Cls) -> bool {
        self.note(Key::Matters(class));
        self.state.matters(class)
    }

    /// Whether a class keeps an object whose base address is Datadog's.
    pub fn speaks(&self, class: Cls) -> bool {
        self.note(Key::Matters(class));
        self.state.speaks(class)
    }

    /// What a function was found to do.
    pub fn summary(&self, fun: Fun) -> &'a Summary {
        self.note(Key::Summary(fun));
        self.state.summary(fun)
    }

    /// What the parameters of a function are without an argument.
    pub fn defaults(&self, fun: Fun) -> &'a [Option<Set>] {
        self.note(Key::Defaults(fun));
        &self.state.output(fun).defaults
    }

    /// What a variable of a function that others can see may hold.
    pub fn variable(&self, fun: Fun, name: &Name) -> Option<&'a Set> {
        self.note(Key::Variable(fun, name.clone()));
        self.state.output(fun).locals.get(name)
    }

    /// Whether any method of a class handles Datadog's keys.
    pub fn keys_of(&self, class: Cls) -> bool {
        self.note(Key::KeysOf(class));
        self.state.keys_of(class)
    }

    /// Whether any function of a module handles Datadog's keys.
    pub fn keys_in(&self, module: u32) -> bool {
        self.note(Key::KeysIn(module));
        self.state.keys_in(module)
    }

    /// The name to show for something unknown that a reference points at.
    pub fn label(&self, r: &Ref) -> Name {
        if let Some(last) = r.path.iter().rfind(|name| !super::strings::is_of_several(name)) {
            return last.clone();
        }
        match r.root {
            Root::Param(fun, i) => {
                self.program.function(fun).params.get(usize::from(i)).map(|p| p.name.clone()).unwrap_or_default()
            }
            Root::This(_) => "this".into(),
            Root::Row(..) => "row".into(),
        }
    }

    /// Whether `outer` is one of the functions that `inner` is written inside of.
    pub fn encloses(&self, outer: Fun, inner: Fun) -> bool {
        let mut at = inner;
        for _ in 0..32 {
            match self.program.function(at).parent {
                Some(parent) => at.id = parent,
                None => return false,
            }
            if at == outer && outer.module == inner.module {
                return true;
            }
        }
        false
    }

    /// A field of every value of a set.
    pub fn field_of_set(&self, set: &Set, name: &Name, depth: u8) -> Set {
        set.flat_map(|value| self.field_of(value, name, depth))
    }

    /// A field of every value of a set, or what a method of that name without parameters answers.
    pub fn answer_of_set(&self, set: &Set, name: &Name, depth: u8) -> Set {
        set.flat_map(|object| {
            self.field_of(object, name, depth).flat_map(|value| match value {
                Value::Function(closure) if self.program.function(closure.function).params.is_empty() => {
                    let Summary { returns, arms, .. } = self.summary(closure.function);
                    let bindings = match object {
                        Value::Instance(i) => i.made.iter().map(|b| &**b).collect(),
                        _ => Vec::new(),
                    };
                    // Which of several results it is, the object may tell.
                    let call = Call::new(arms, Site { module: closure.function.module, span: Span::default() });
                    let call = Some(&call).filter(|_| !arms.is_empty());
                    Subst { call, ..Subst::new(bindings, Some(object), true) }.set(self, returns, depth + 1)
                }
                other => Set::of(other.clone()),
            })
        })
    }

    /// A field of a value.
    pub fn field_of(&self, value: &Value, name: &Name, depth: u8) -> Set {
        if depth > MAX_DEPTH || !self.spend(1) {
            return Set::unknown();
        }
        match value {
            _ if super::strings::is_of_several(name) => super::strings::part_of_several(value, name),
            Value::Ref(r) => match (r.root, r.path.is_empty()) {
                (Root::This(class), true) => self.own_field(class, name, depth),
                _ => r.field(name).map(|r| Set::of(Value::Ref(r))).unwrap_or_default(),
            },
            Value::Instance(i) => self.instance_field(value, i, name, depth),
            Value::Class(class) => self.class_member(*class, name, depth),
            Value::Module(module) => {
                let member = self.module_member(*module, name);
                if member.is_unknown() { self.field_of_set(&self.exported(*module), name, depth + 1) } else { member }
            }
            Value::External(path) => match self.program.in_package(path, name) {
                Some(class) => Set::of(Value::Class(class)),
                None => library::external_field(path, name),
            },
            Value::Made(made) if made.path == super::subst::CALL_OF => {
                let objects = self.made_by_call(value);
                self.field_of_set(&objects, name, depth + 2)
            }
            Value::Made(made) if made.path == super::call::SETTINGS => self.setting_of(made, name).unwrap_or_default(),
            Value::Made(made) => {
                let path = format!("{}.{name}", made.path).into();
                let described = super::described::object(self.wrappers, &path, super::value::Args::default());
                if described.is_unknown() { library::made_field(made, name) } else { described }
            }
            Value::Table(table) => match self.layered(table, name) {
                Some(set) => set,
                // What a table is known not to have is nothing rather than unknown.
                None if table.rest.is_unknown() => Set::of(Value::Null),
                None => table.rest.clone(),
            },
            Value::Client(_) | Value::Legacy(..) => library::client_field(self.catalog, value, name),
            Value::Text(text) if matches!(name.as_str(), "value" | "name" | "0") => Set::of(Value::Text(text.clone())),
            Value::Text(_) => super::strings::method(value, name, &super::value::Args::default()).unwrap_or_default(),
            Value::List(items) => fields::part(items, name),
            _ => Set::unknown(),
        }
    }

    /// The value of a key in a table, and notes what decides which it is.
    pub fn layered(&self, table: &Table, key: &Name) -> Option<Set> {
        self.note_layers(table, key);
        table.lookup(key)
    }

    /// Notes what decides which table's value of a key it is.
    pub fn note_layers(&self, table: &Table, key: &Name) {
        self.layers.borrow_mut().extend(table.arms(key));
    }

    /// What holds in an alternative between tables that only callers know.
    pub fn held_between(&self, alternative: &Alternative) -> Option<Vec<Guard>> {
        self.layers.borrow().get(alternative).cloned()
    }

    /// What a call of something that only callers know gives, with all that they are known to pass; of several results the first.
    pub fn made_by_call(&self, call: &Value) -> Set {
        Subst::new(Vec::new(), None, true).value(self, call, 0).flat_map(|value| match value {
            Value::Made(made) if made.path == super::subst::CALL_OF => Set::unknown(),
            Value::List(items) => items.first().cloned().unwrap_or_default(),
            other => Set::of(other.clone()),
        })
    }

    /// A field of the receiver, seen from a method written in `class`: texts stay symbolic where a subclass or a caller
    /// may decide them, objects are what all classes together hold.
    fn own_field(&self, class: Cls, name: &Name, depth: u8) -> Set {
        let raw = self.raw_field(class, name);
        let overridden = self.is_overridden(class, name);
        let mut out = Set::unknown();
        let mut symbolic = raw.is_unknown();
        // What an object starts with is no more its value once a method has set another.
        let set_later = fields::is_set_by_method(self.program, &raw);
        for item in &raw.items {
            match &item.value {
                Value::Text(t) if !overridden && !set_later && !t.has_refs() => {
                    out.insert(item.clone());
                }
                Value::Text(_) | Value::Ref(_) => symbolic = true,
                Value::Instance(i) if set_later && i.constant().is_some() => symbolic = true,
                Value::Table(table) if fields::has_open_texts(table) => symbolic = true,
                _ => {
                    out.insert(item.clone());
                }
            }
        }
        if overridden {
            symbolic |= raw.items.iter().all(|i| matches!(i.value, Value::Null | Value::Text(_)));
            for sub in self.program.descendants(class).into_iter().skip(1) {
                self.note(Key::Field(sub, name.clone()));
                if let Some((set, _)) = self.state.field(sub, name) {
                    for item in &set.items {
                        if !matches!(item.value, Value::Text(_) | Value::Ref(_)) {
                            out.insert(item.clone());
                        }
                    }
                }
            }
        }
        if symbolic {
            out.add(Value::Ref(Ref { root: Root::This(class), path: Few::one(name.clone()) }));
            // What constructors were given, as far as it is an object rather than a text.
            let close = Subst::new(Vec::new(), None, true);
            let may_be_object = |item: &&Item| !matches!(item.value, Value::Text(_) | Value::Null | Value::Bool(_));
            let raw = Set { items: raw.items.iter().filter(may_be_object).cloned().collect() };
            for item in close.set(self, &raw, depth + 1).items {
                match item.value {
                    Value::Text(_) | Value::Ref(_) | Value::Null | Value::Bool(_) => {}
                    Value::Instance(ref i) if set_later && i.constant().is_some() => {}
                    Value::Table(ref table) if raw.values().any(fields::is_open_table) => {
                        let objects = fields::with_objects_only(table);
                        if !objects.entries.is_empty() {
                            out.insert(Item { value: Value::Table(Arc::new(objects)), world: item.world });
                        }
                    }
                    _ => {
                        out.insert(item);
                    }
                }
            }
        }
        out
    }

    fn is_overridden(&self, class: Cls, name: &Name) -> bool {
        self.program.descendants(class).into_iter().skip(1).any(|sub| {
            self.note(Key::Field(sub, name.clone()));
            self.state.field(sub, name).is_some() || self.program.class(sub).methods.contains_key(name)
        })
    }

    /// A field as its class stores it: the nearest class that declares or assigns it, or has a property of that name.
    pub fn raw_field(&self, class: Cls, name: &Name) -> Set {
        for one in self.program.ancestors(class) {
            self.note(Key::Field(one, name.clone()));
            if let Some((set, _)) = self.state.field(one, name) {
                return set.clone();
            }
            if let Some(methods) = self.program.class(one).methods.get(name) {
                // A setter named like its field.
                if fields::declares(self.program, one, name) {
                    return Set::unknown();
                }
                let mut out = Set::unknown();
                for fun in methods {
                    match self.program.function(*fun).kind {
                        FunctionKind::Property => {
                            out.join(&self.summary(*fun).returns);
                        }
                        _ => {
                            out.add(Value::Function(Arc::new(Closure {
                                receiver: Some(Value::Ref(Ref::root(Root::This(class)))),
                                ..Closure::plain(*fun)
                            })));
                        }
                    }
                }
                return out;
            }
        }
        Set::unknown()
    }

    /// Whether anything is stored in a field of this very class.
    pub fn has_field(&self, class: Cls, name: &Name) -> bool {
        self.note(Key::Field(class, name.clone()));
        self.state.field(class, name).is_some()
    }

    /// A member of a class: constants, static methods, nested classes.
    pub fn class_member(&self, class: Cls, name: &Name, depth: u8) -> Set {
        for one in self.program.ancestors(class) {
            if let Some(inner) = self.program.class(one).inner.get(name) {
                return Set::of(Value::Class(*inner));
            }
        }
        let any = Value::Instance(Arc::new(Instance::any(class)));
        let raw = self.raw_field(class, name);
        let out = Subst::new(Vec::new(), Some(&any), true).set(self, &raw, depth + 1);
        let known = !out.is_unknown() || !name.starts_with(char::is_uppercase);
        let library = if known { None } else { self.program.opened_again(class) };
        library.map_or(out, |path| library::external_field(&path, name))
    }

    /// A member of a module.
    pub fn module_member(&self, module: u32, name: &Name) -> Set {
        self.program.member(module, name).map(|r| self.resolved(&r)).unwrap_or_default()
    }

    /// What stands for a whole module where that is one value: `module.exports = x`.
    pub fn exported(&self, module: u32) -> Set {
        let set = self.module_member(module, &"default".into());
        Set {
            items: set.items.into_iter().filter(|i| !matches!(i.value, Value::Module(_) | Value::Table(_))).collect(),
        }
    }

    /// What a resolved name stands for.
    pub fn resolved(&self, resolved: &Resolved) -> Set {
        match resolved {
            Resolved::Function(fun) => Set::of(Value::Function(Arc::new(Closure::plain(*fun)))),
            Resolved::Class(class) => Set::of(Value::Class(*class)),
            Resolved::Module(module) => Set::of(Value::Module(*module)),
            Resolved::External(path) => Set::of(Value::External(path.clone())),
            Resolved::Global(module, name) => {
                let main = Fun { module: *module, id: crate::ir::Module::MAIN };
                let mut set = self.variable(main, name).cloned().unwrap_or_default();
                let class = module_class(*module);
                self.note(Key::Field(class, name.clone()));
                if let Some((more, _)) = self.state.field(class, name) {
                    let subst = Subst::new(Vec::new(), None, true);
                    set.join(&subst.set(self, more, 1));
                }
                set
            }
        }
    }

    /// Objects of a type that is written down.
    pub fn instances(&self, ty: &Set) -> Set {
        ty.flat_map(|value| match value {
            Value::Class(class) => Set::of(Value::Instance(Arc::new(Instance::any(*class)))),
            Value::External(path) => {
                let described = super::described::object(self.wrappers, path, super::value::Args::default());
                if described.is_unknown() { library::instance_of(path) } else { described }
            }
            Value::Client(_) | Value::Instance(_) | Value::Legacy(..) | Value::Made(_) => Set::of(value.clone()),
            _ => Set::unknown(),
        })
    }
}
