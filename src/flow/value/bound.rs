//! Keeping values small: what grows too large to be worth following is cut off.

use crate::flow::value::{
    Alternative, Args, Bindings, Closure, Instance, Item, MAX_VALUES, Made, Piece, Set, Table, Text, Value,
};
use crate::ir::Name;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Value {
    /// The value itself, or without its parts where it has grown too large to be worth following.
    pub(in crate::flow) fn bounded(self) -> Self {
        let limit = match &self {
            Self::Text(t) if t.pieces.len() > MAX_PIECES => {
                return Self::Text(Arc::new(Text::piece(Piece::Hole(Name::default()))));
            }
            Self::Table(_) | Self::List(_) => MAX_TABLE,
            Self::Made(m) if m.on.is_none() && m.args == Args::default() => return self,
            Self::Instance(i) if i.made.is_none() && i.fields.is_none() => return self,
            Self::Made(_) | Self::Instance(_) | Self::Function(_) => MAX_WEIGHT,
            _ => return self,
        };
        let mut left = limit;
        if weigh(&self, &mut left, 0) || self.is_long() { self } else { self.stripped() }
    }

    /// Whether it is too large for all its parts to be kept, whatever they are.
    pub(in crate::flow) fn is_large(&self) -> bool {
        !weigh(self, &mut { MAX_TABLE }, 0)
    }

    /// Whether it is a table of so many rows that they alone make it large.
    fn is_long(&self) -> bool {
        let rows = match self {
            Self::Table(table) => table.entries.len(),
            Self::List(items) => items.len(),
            _ => 0,
        };
        let mut left = MAX_LONG;
        rows > MAX_TABLE / MAX_ROW && weigh(self, &mut left, 0)
    }

    /// The value without those of its parts that have parts themselves: an address given beside a large table is kept.
    pub(in crate::flow) fn stripped(self) -> Self {
        match self {
            Self::Made(m) => {
                Self::Made(Arc::new(Made { path: m.path.clone(), on: None, args: Args::default(), depth: m.depth }))
            }
            Self::Instance(i) => Self::Instance(Arc::new(Instance {
                class: i.class,
                made: i.made.as_ref().map(|made| {
                    let args = made.args.iter().map(Set::plain).collect();
                    Arc::new(Bindings { function: made.function, args })
                }),
                fields: i.fields.as_ref().map(|fields| Arc::new(fields.plain())),
            })),
            Self::Function(c) => Self::Function(Arc::new(Closure::plain(c.function))),
            Self::Table(t) => Self::Table(Arc::new(t.plain())),
            Self::List(_) => Self::List(Arc::new(Vec::new())),
            other => other,
        }
    }
}

impl Table {
    /// The first entries, as far as they have no parts themselves.
    fn plain(&self) -> Self {
        let entries = self.entries.iter().take(MAX_VALUES).map(|(key, set)| (key.clone(), set.plain())).collect();
        Self { entries, ..Self::default() }
    }
}

impl Set {
    /// The values that have no parts.
    fn plain(&self) -> Self {
        Self { items: self.items.iter().filter(|i| !i.value.is_composite()).cloned().collect() }
    }

    /// What is worth telling other functions: nothing of worlds, of deeply nested data, of text that cannot be part of a request.
    pub fn leaving(&self) -> Self {
        self.leaving_at(&|_| false, 0)
    }

    /// The same, with the alternatives that `keep` names left in the worlds: those that a caller may decide.
    pub fn leaving_with(&self, keep: &dyn Fn(&Alternative) -> bool) -> Self {
        self.leaving_at(keep, 0)
    }

    fn leaving_at(&self, keep: &dyn Fn(&Alternative) -> bool, depth: u8) -> Self {
        let mut out = Self::default();
        let mut composites = 0;
        for item in &self.items {
            let value = match &item.value {
                Value::Text(t) if t.pieces.iter().all(|p| matches!(p, Piece::Hole(_))) => continue,
                Value::Text(t) if t.as_literal().is_some_and(|l| l.len() > 300) => continue,
                Value::Table(_) | Value::List(_) if depth >= MAX_NESTING => continue,
                Value::Table(t) => Value::Table(Arc::new(Table {
                    entries: t.entries.iter().map(|(k, s)| (k.clone(), s.leaving_at(keep, depth + 1))).collect(),
                    rest: t.rest.leaving_at(keep, depth + 1),
                    spread: t.spread.clone(),
                })),
                Value::List(items) => {
                    Value::List(Arc::new(items.iter().map(|s| s.leaving_at(keep, depth + 1)).collect()))
                }
                other => other.clone(),
            };
            if value.is_composite() {
                composites += 1;
                if composites > MAX_LEAVING {
                    out.generalize(&value);
                    continue;
                }
            }
            out.insert(Item { value, world: item.world.filtered(keep) });
        }
        out
    }

    /// Every alternative that values here, nested ones included, were found under.
    pub fn alternatives(&self, out: &mut BTreeSet<Alternative>) {
        for item in &self.items {
            out.extend(item.world.alternatives());
            match &item.value {
                Value::Table(t) => t.entries.iter().map(|(_, s)| s).chain([&t.rest]).for_each(|s| s.alternatives(out)),
                Value::List(items) => items.iter().for_each(|s| s.alternatives(out)),
                _ => {}
            }
        }
    }
}

/// Largest object that is kept with all its parts, in values.
pub(in crate::flow) const MAX_WEIGHT: usize = 48;

/// Longest text that is followed, in pieces; addresses are far shorter.
pub(in crate::flow) const MAX_PIECES: usize = 24;

/// Largest table or list that is kept with all its parts, in values.
pub(in crate::flow) const MAX_TABLE: usize = 1_000;

/// Largest row of a table that is kept with all its rows, in values, where it has many.
const MAX_ROW: usize = 8;

/// Largest table that is kept with all its parts where it has many rows, in values.
const MAX_LONG: usize = MAX_TABLE * MAX_ROW;

/// Deepest nesting of tables and lists that leaves a function.
pub(in crate::flow) const MAX_NESTING: u8 = 3;

/// Most objects with parts that leave a function in one place.
pub(in crate::flow) const MAX_LEAVING: usize = 6;

/// Takes a value's weight off what is left; false when it is too much or nested too deep.
pub(in crate::flow) fn weigh(value: &Value, left: &mut usize, depth: u8) -> bool {
    if *left == 0 || depth > 12 {
        return false;
    }
    *left -= 1;
    let mut sets = |s: &Set| s.items.iter().all(|i| weigh(&i.value, left, depth + 1));
    let mut args = |a: &Args| a.all().all(&mut sets);
    match value {
        Value::Made(m) => {
            args(&m.args) && m.on.as_ref().is_none_or(|on| weigh(&Value::Made(on.clone()), left, depth + 1))
        }
        Value::Instance(i) => {
            i.made.iter().flat_map(|b| &b.args).all(&mut sets)
                && i.fields.iter().flat_map(|t| &t.entries).all(|(_, s)| sets(s))
        }
        Value::Function(c) => c.captured.iter().flat_map(|b| &b.args).chain(&c.partial).all(sets),
        Value::Method(object, _) => weigh(object, left, depth + 1),
        Value::Table(t) => t.entries.iter().map(|(_, s)| s).chain([&t.rest]).all(sets),
        Value::List(items) => items.iter().all(sets),
        _ => true,
    }
}
