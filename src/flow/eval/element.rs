//! Elements of tables and lists.

use crate::flow::exec::Run;
use crate::flow::value::{Bindings, Instance, MAX_COMPOSITES, MAX_VALUES, Made, Piece, Set, Table, Text, Value, World};
use crate::flow::{library, strings, transport};
use crate::ir::{Expr, ExprId, Language, Name};
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::rows::LONG;
use super::written;

/// An address as an object, of Ruby's rest-client.
pub const RESOURCE: &str = "RestClient.Resource()";

/// The resource at a path below another.
fn below(made: &Made, path: &Set) -> Set {
    let Some(base) = made.args.at(0) else { return Set::unknown() };
    let mut made = made.clone();
    made.args.positional[0] = transport::under(base, path);
    Set::of(Value::Made(Arc::new(made)))
}

impl<'a> Run<'a> {
    pub(in crate::flow) fn index(&mut self, id: ExprId, object: ExprId, key: ExprId) -> Set {
        let set = self.eval(object);
        let key_set = self.eval(key);
        self.index_sets(id, &set, &key_set)
    }

    /// An element of a collection.
    pub fn index_sets(&mut self, id: ExprId, set: &Set, key: &Set) -> Set {
        let literal: Option<Name> = key.literal_text().map(Name::from);
        let mut out = Set::unknown();
        for item in &set.items {
            let choice = self.lookup_id(id, &item.value);
            let found = match (&item.value, &literal) {
                (Value::List(items), Some(key)) => match key.parse::<i64>() {
                    Ok(n) if n >= 0 => items.get(usize::try_from(n).unwrap_or(usize::MAX)).cloned().unwrap_or_default(),
                    Ok(_) => items.last().cloned().unwrap_or_default(),
                    Err(_) => Set::unknown(),
                },
                (Value::List(items), None) => self.one_of(items.iter(), choice),
                (Value::Table(table), Some(key)) => match table.entry(key) {
                    Some(set) => set.clone(),
                    None => table.rest.clone(),
                },
                (Value::Table(table), None) => self.entries(table, key, choice),
                (Value::External(path), Some(key)) if strings::is_environment(path) => {
                    Set::text(Text::piece(Piece::Env(key.clone())))
                }
                // The parts of an object in order: `val (method, path) = call`.
                (Value::Instance(object), Some(key))
                    if matches!(self.module.language, Language::Kotlin | Language::CSharp | Language::Rust)
                        && object.part(key).is_some() =>
                {
                    object.part(key).unwrap_or_default()
                }
                (value @ (Value::Made(_) | Value::Client(_) | Value::Legacy(..) | Value::Instance(_)), Some(key))
                    if key.parse::<u32>().is_ok() =>
                {
                    // The first of several results carries the value; the others are errors and flags.
                    if key == "0" || !matches!(value, Value::Made(_)) { Set::of(value.clone()) } else { Set::unknown() }
                }
                // The first of several results.
                (value @ Value::Text(_), Some(key)) if key == "0" => Set::of(value.clone()),
                // `resource["monitor"]`
                (Value::Made(made), _) if made.path == RESOURCE => below(made, key),
                (Value::Made(made), Some(key)) if made.path == crate::flow::call::SETTINGS => {
                    self.scope.setting_of(made, key).unwrap_or_default()
                }
                (Value::Made(made), Some(key)) => library::made_field(made, key),
                (value, None) if self.picks(value, key) => {
                    self.picked(&Set::of(value.clone()), key).unwrap_or_default()
                }
                (value @ (Value::Client(_) | Value::Instance(_)), None) => Set::of(value.clone()),
                (
                    value @ (Value::Ref(_)
                    | Value::Class(_)
                    | Value::Module(_)
                    | Value::External(_)
                    | Value::Instance(_)),
                    Some(key),
                ) => self.scope.field_of(value, key, 0),
                _ => Set::unknown(),
            };
            out.absorb(found.moved_into(&item.world));
        }
        out
    }

    /// Whether `object[key]` is a member by a name: `v2[name]`, and in JavaScript `api[name]`.
    fn picks(&self, object: &Value, key: &Set) -> bool {
        match object {
            Value::External(_) => true,
            Value::Client(_) | Value::Legacy(..) => {
                matches!(self.module.language, Language::JavaScript | Language::TypeScript)
            }
            Value::Module(_) | Value::Class(_) => key.literals().is_some(),
            _ => false,
        }
    }

    /// The entries of a table under keys that are not one literal: those whose keys fit, each in its own world.
    pub(in crate::flow) fn entries(&mut self, table: &Table, key: &Set, choice: u64) -> Set {
        if let Some(keys) = key.literals() {
            let mut out = Set::unknown();
            for item in &key.items {
                if let Value::Text(text) = &item.value
                    && let Some(set) = text.as_literal().and_then(|k| table.entry(k))
                {
                    out.absorb(set.within(&item.world));
                }
            }
            if !out.is_unknown() || !keys.is_empty() {
                return out;
            }
        }
        let mut out = self.one_of(table.entries.iter().map(|(_, v)| v), choice);
        out.join(&table.rest);
        out
    }

    /// Any element of a collection, each in its own world.
    pub fn element(&mut self, id: ExprId, set: &Set) -> Set {
        let choice = self.choice_id(id);
        let mut out = Set::unknown();
        for item in &set.items {
            let found = match &item.value {
                Value::List(items) => self.one_of(items.iter(), choice),
                Value::Table(table) => match self.module.language {
                    Language::Python => {
                        let names: Vec<Set> = table.entries.iter().map(|(k, _)| Set::literal(k.clone())).collect();
                        tagged(names.iter(), choice)
                    }
                    Language::Go | Language::Php | Language::Shell => {
                        let mut values = self.one_of(table.entries.iter().map(|(_, v)| v), choice);
                        values.join(&table.rest);
                        values
                    }
                    _ => self.one_of(pairs(table).iter(), choice),
                },
                Value::Client(_) | Value::Instance(_) | Value::Made(_) | Value::Legacy(..) => {
                    Set::of(item.value.clone())
                }
                // Python iterates over the constants of an enumeration.
                Value::Class(class) => tagged(self.scope.members_of(*class).iter(), choice),
                _ => Set::unknown(),
            };
            out.absorb(found.moved_into(&item.world));
        }
        out
    }

    /// Any entry of a collection as key and value, each in its own world.
    pub(super) fn entry(&mut self, id: ExprId, set: &Set) -> Set {
        let choice = self.choice_id(id);
        let numbered = |value: &Set| Set::of(Value::List(Arc::new(vec![Set::unknown(), value.clone()])));
        let mut out = Set::unknown();
        for item in &set.items {
            let found = match &item.value {
                Value::Table(table) => self.one_of(pairs(table).iter(), choice),
                Value::List(items) => {
                    let items: Vec<Set> = items.iter().map(numbered).collect();
                    self.one_of(items.iter(), choice)
                }
                value @ (Value::Client(_) | Value::Instance(_) | Value::Made(_) | Value::Legacy(..)) => {
                    numbered(&Set::of(value.clone()))
                }
                _ => Set::unknown(),
            };
            out.absorb(found.moved_into(&item.world));
        }
        out
    }

    /// The number of the choice that `table[key]` makes. Where both are variables, it is the same wherever it is written in one
    /// function: `calls[i].method` and `calls[i].path` are of one row.
    fn lookup_id(&self, id: ExprId, table: &Value) -> u64 {
        let rows = match table {
            Value::List(items) => items.len(),
            Value::Table(table) => table.entries.len(),
            _ => return 0,
        };
        // Rows of long tables are numbered by place.
        if rows > LONG {
            return self.choice_id(id);
        }
        let Expr::Index(object, key) = self.module.expr(id) else { return self.choice_id(id) };
        let (Some(object), Expr::Name(key)) = (written(self.module, *object), self.module.expr(*key)) else {
            return self.choice_id(id);
        };
        let mut hasher = rustc_hash::FxHasher::default();
        (self.fun, object, key).hash(&mut hasher);
        // The lower half tells the places of a module apart; no expression has so high a number.
        self.choice_id(ExprId(u32::try_from(hasher.finish() >> 36).unwrap_or_default() | 0xf000_0000))
    }
}

/// The entries of a table as lists of key and value.
pub(in crate::flow) fn pairs(table: &Table) -> Vec<Set> {
    let pair = |key: Set, value: &Set| Set::of(Value::List(Arc::new(vec![key, value.clone()])));
    let mut pairs: Vec<Set> = table.entries.iter().map(|(k, v)| pair(Set::literal(k.clone()), v)).collect();
    pairs.extend(Some(&table.rest).filter(|rest| !rest.is_unknown()).map(|rest| pair(Set::unknown(), rest)));
    pairs
}

/// The values of several sets, each set in its own world. More tables or lists than a set has room for become one, whose
/// parts keep to their worlds.
pub fn tagged<'s>(sets: impl Iterator<Item = &'s Set>, choice: u64) -> Set {
    let sets: Vec<&Set> = sets.take(MAX_VALUES).collect();
    let world = |i: usize| World::of(choice, u16::try_from(i).unwrap_or(u16::MAX));
    if sets.len() > MAX_COMPOSITES
        && let Some(folded) = folded_tables(&sets, &world)
            .or_else(|| folded_lists(&sets, &world))
            .or_else(|| folded_objects(&sets, &world))
    {
        return folded;
    }
    let mut out = Set::unknown();
    for (i, set) in sets.into_iter().enumerate() {
        out.absorb(set.within(&world(i)));
    }
    out
}

/// Tables as one, every entry in the world of its table; null where a table lacks it.
fn folded_tables(sets: &[&Set], world: &dyn Fn(usize) -> World) -> Option<Set> {
    let table = |set: &&Set| match only(set)? {
        Value::Table(table) => Some(Arc::clone(table)),
        _ => None,
    };
    let tables: Vec<Arc<Table>> = sets.iter().map(table).collect::<Option<_>>()?;
    Some(Set::of(Value::Table(Arc::new(one_table(&tables, world)))))
}

fn one_table(tables: &[Arc<Table>], world: &dyn Fn(usize) -> World) -> Table {
    let mut out = Table::default();
    for (key, _) in tables.iter().flat_map(|table| &table.entries) {
        if out.entry(key).is_some() {
            continue;
        }
        let mut joined = Set::unknown();
        for (i, table) in tables.iter().enumerate() {
            joined.absorb(table.lookup(key).unwrap_or_else(|| Set::of(Value::Null)).moved_into(&world(i)));
        }
        out.entries.push((key.clone(), joined));
    }
    for (i, table) in tables.iter().enumerate() {
        out.rest.absorb(table.rest.within(&world(i)));
        out.spread.absorb(table.spread.within(&world(i)));
    }
    out
}

/// Lists as one, place by place: `for method, path in ENDPOINTS`.
fn folded_lists(sets: &[&Set], world: &dyn Fn(usize) -> World) -> Option<Set> {
    let list = |set: &&Set| match only(set)? {
        Value::List(items) => Some(Arc::clone(items)),
        _ => None,
    };
    let lists: Vec<Arc<Vec<Set>>> = sets.iter().map(list).collect::<Option<_>>()?;
    Some(Set::of(Value::List(Arc::new(by_place(&lists, world)))))
}

/// What stands at each place of several lists.
fn by_place<L: Borrow<Vec<Set>>>(lists: &[L], world: &dyn Fn(usize) -> World) -> Vec<Set> {
    let longest = lists.iter().map(|list| list.borrow().len()).max().unwrap_or_default();
    let place = |at: usize| {
        let mut joined = Set::unknown();
        for (i, list) in lists.iter().enumerate() {
            joined.absorb(list.borrow().get(at).cloned().unwrap_or_default().moved_into(&world(i)));
        }
        joined
    };
    (0..longest).map(place).collect()
}

/// Objects of one class as one: rows of a table in languages that have classes for rows.
fn folded_objects(sets: &[&Set], world: &dyn Fn(usize) -> World) -> Option<Set> {
    let object = |set: &&Set| match only(set)? {
        Value::Instance(object) => Some(Arc::clone(object)),
        _ => None,
    };
    let objects: Vec<Arc<Instance>> = sets.iter().map(object).collect::<Option<_>>()?;
    let class = objects.first()?.class;
    let function = objects.first()?.made.as_ref().map(|made| made.function);
    let alike = |one: &Arc<Instance>| one.class == class && one.made.as_ref().map(|made| made.function) == function;
    if !objects.iter().all(alike) {
        return None;
    }
    let rows: Vec<&Vec<Set>> = objects.iter().filter_map(|one| one.made.as_ref().map(|made| &made.args)).collect();
    let made = function.map(|function| Arc::new(Bindings { function, args: by_place(&rows, world) }));
    let tables: Vec<Arc<Table>> = objects.iter().map(|one| one.fields.clone().unwrap_or_default()).collect();
    let fields = objects.iter().any(|one| one.fields.is_some()).then(|| Arc::new(one_table(&tables, world)));
    Some(Set::of(Value::Instance(Arc::new(Instance { class, made, fields }))))
}

/// The only value of a set.
fn only(set: &Set) -> Option<&Value> {
    match set.items.as_slice() {
        [item] => Some(&item.value),
        _ => None,
    }
}
