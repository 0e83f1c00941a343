//! Elements of tables and lists.

use crate::flow::exec::Run;
use crate::flow::value::{MAX_VALUES, Made, Piece, Set, Table, Text, Value, World};
use crate::flow::{library, strings, transport};
use crate::ir::{ExprId, Language, Name};
use std::sync::Arc;

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
        let choice = self.choice_id(id);
        let mut out = Set::unknown();
        for item in &set.items {
            let found = match (&item.value, &literal) {
                (Value::List(items), Some(key)) => match key.parse::<i64>() {
                    Ok(n) if n >= 0 => items.get(usize::try_from(n).unwrap_or(usize::MAX)).cloned().unwrap_or_default(),
                    Ok(_) => items.last().cloned().unwrap_or_default(),
                    Err(_) => Set::unknown(),
                },
                (Value::List(items), None) => tagged(items.iter(), choice),
                (Value::Table(table), Some(key)) => match table.entry(key) {
                    Some(set) => set.clone(),
                    None => table.rest.clone(),
                },
                (Value::Table(table), None) => self.entries(table, key, choice),
                (Value::External(path), Some(key)) if strings::is_environment(path) => {
                    Set::text(Text::piece(Piece::Env(key.clone())))
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
                (Value::Made(made), Some(_)) if made.path == RESOURCE => below(made, key),
                (Value::Made(made), None) if made.path == RESOURCE => below(made, key),
                (Value::Made(made), Some(key)) => library::made_field(made, key),
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

    /// The entries of a table under keys that are not one literal: those whose keys fit, each in its own world.
    pub(in crate::flow) fn entries(&self, table: &Table, key: &Set, choice: u64) -> Set {
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
        let mut out = tagged(table.entries.iter().map(|(_, v)| v), choice);
        out.join(&table.rest);
        out
    }

    /// Any element of a collection, each in its own world.
    pub fn element(&mut self, id: ExprId, set: &Set) -> Set {
        let choice = self.choice_id(id);
        let keys = matches!(self.module.language, Language::Python);
        set.flat_map(|value| match value {
            Value::List(items) => tagged(items.iter(), choice),
            Value::Table(table) if keys => {
                let names: Vec<Set> = table.entries.iter().map(|(k, _)| Set::literal(k.clone())).collect();
                tagged(names.iter(), choice)
            }
            Value::Table(table) if self.module.language == Language::Ruby => {
                let pair =
                    |(k, v): &(Name, Set)| Set::of(Value::List(Arc::new(vec![Set::literal(k.clone()), v.clone()])));
                let pairs: Vec<Set> = table.entries.iter().map(pair).collect();
                tagged(pairs.iter(), choice)
            }
            Value::Table(table) => tagged(table.entries.iter().map(|(_, v)| v), choice),
            Value::Client(_) | Value::Instance(_) | Value::Made(_) | Value::Legacy(..) => Set::of(value.clone()),
            // Python iterates over the constants of an enumeration.
            Value::Class(class) => tagged(self.scope.members_of(*class).iter(), choice),
            _ => Set::unknown(),
        })
    }
}

/// The values of several sets, each set in its own world.
pub fn tagged<'s>(sets: impl Iterator<Item = &'s Set>, choice: u64) -> Set {
    let mut out = Set::unknown();
    for (i, set) in sets.enumerate().take(MAX_VALUES) {
        out.absorb(set.within(&World::of(choice, u16::try_from(i).unwrap_or(u16::MAX))));
    }
    out
}
