//! Bringing values to rest that feed on themselves: `config = merge(config, more)`, `total += step`, `self.all[i] = self.all[j]`.
//!
//! Such a value is another one every time its function is run. After some runs a set keeps what it held, and takes in
//! only what does not merely go round once more.

use crate::flow::value::{Args, Bindings, Instance, Made, Piece, Set, Table, Text, Value};
use crate::ir::Name;
use std::sync::Arc;

/// How deep values are compared part by part.
const MAX_DEPTH: u8 = 4;

impl Set {
    /// Makes the set hold what it held before as well, without what has only grown out of that.
    pub fn widen(&mut self, before: &Self) {
        self.widen_at(before, 0);
    }

    fn widen_at(&mut self, before: &Self, depth: u8) {
        let found = std::mem::replace(self, before.clone());
        for item in found.items {
            if self.items.contains(&item) || before.values().any(|old| is_grown(old, &item.value)) {
                continue;
            }
            let refined =
                self.items.iter_mut().find(|old| old.world == item.world && covers(&item.value, &old.value, depth));
            match refined {
                Some(old) => old.value = widened(&item.value, &old.value, depth),
                None => {
                    self.insert(item);
                }
            }
        }
    }

    fn covers(&self, other: &Self, depth: u8) -> bool {
        other.items.iter().all(|old| {
            self.items.contains(old)
                || self.items.iter().any(|new| new.world == old.world && covers(&new.value, &old.value, depth))
        })
    }

    fn widened(&self, before: &Self, depth: u8) -> Self {
        let mut it = self.clone();
        it.widen_at(before, depth);
        it
    }
}

/// Whether a text is another one with more before or behind it.
fn is_grown(old: &Value, new: &Value) -> bool {
    let (Value::Text(old), Value::Text(new)) = (old, new) else { return false };
    !old.pieces.is_empty() && (starts_with(new, old) || ends_with(new, old))
}

fn starts_with(text: &Text, start: &Text) -> bool {
    let Some((last, init)) = start.pieces.split_last() else { return false };
    let Some((same, rest)) = text.pieces.split_at_checked(init.len()) else { return false };
    same == init
        && match (last, rest.first()) {
            (Piece::Lit(start), Some(Piece::Lit(text))) => text.starts_with(start.as_str()),
            (last, Some(piece)) => last == piece,
            (_, None) => false,
        }
}

fn ends_with(text: &Text, end: &Text) -> bool {
    let Some((first, tail)) = end.pieces.split_first() else { return false };
    let Some(at) = text.pieces.len().checked_sub(tail.len()) else { return false };
    let (rest, same) = text.pieces.split_at(at);
    same == tail
        && match (first, rest.last()) {
            (Piece::Lit(end), Some(Piece::Lit(text))) => text.ends_with(end.as_str()),
            (first, Some(piece)) => first == piece,
            (_, None) => false,
        }
}

/// Whether a value with parts is another one of which more is known.
fn covers(new: &Value, old: &Value, depth: u8) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    let all = |new: &[Set], old: &[Set]| {
        new.len() == old.len() && new.iter().zip(old).all(|(new, old)| new.covers(old, depth + 1))
    };
    match (new, old) {
        (Value::Table(new), Value::Table(old)) => covers_table(new, old, depth),
        (Value::List(new), Value::List(old)) => all(new, old),
        (Value::Made(new), Value::Made(old)) => {
            (&new.path, &new.on) == (&old.path, &old.on)
                && new.args.named.len() == old.args.named.len()
                && new.args.spread == old.args.spread
                && all(&new.args.positional, &old.args.positional)
                && new
                    .args
                    .named
                    .iter()
                    .zip(&old.args.named)
                    .all(|(new, old)| new.0 == old.0 && new.1.covers(&old.1, depth + 1))
        }
        (Value::Instance(new), Value::Instance(old)) => {
            let made = match (&new.made, &old.made) {
                (Some(new), Some(old)) => new.function == old.function && all(&new.args, &old.args),
                (new, old) => new == old,
            };
            let fields = match (&new.fields, &old.fields) {
                (Some(new), Some(old)) => covers_table(new, old, depth),
                (new, old) => new == old,
            };
            new.class == old.class && made && fields
        }
        _ => false,
    }
}

fn covers_table(new: &Table, old: &Table, depth: u8) -> bool {
    new.entries.len() == old.entries.len()
        && old.entries.iter().all(|(key, old)| new.entry(key).is_some_and(|new| new.covers(old, depth + 1)))
        && new.rest.covers(&old.rest, depth + 1)
        && new.spread == old.spread
}

/// A value that covers another one, every part of it widened.
fn widened(new: &Value, old: &Value, depth: u8) -> Value {
    let all = |new: &[Set], old: &[Set]| new.iter().zip(old).map(|(new, old)| new.widened(old, depth + 1)).collect();
    match (new, old) {
        (Value::Table(new), Value::Table(old)) => Value::Table(Arc::new(widened_table(new, old, depth))),
        (Value::List(new), Value::List(old)) => Value::List(Arc::new(all(new, old))),
        (Value::Made(new), Value::Made(old)) => {
            let named = new.args.named.iter().zip(&old.args.named);
            let args = Args {
                positional: all(&new.args.positional, &old.args.positional),
                named: named.map(|(new, old)| (new.0.clone(), new.1.widened(&old.1, depth + 1))).collect(),
                spread: new.args.spread.clone(),
            };
            Value::Made(Arc::new(Made { args, ..(**new).clone() }))
        }
        (Value::Instance(new), Value::Instance(old)) => Value::Instance(Arc::new(Instance {
            class: new.class,
            made: match (&new.made, &old.made) {
                (Some(new), Some(old)) => {
                    Some(Arc::new(Bindings { function: new.function, args: all(&new.args, &old.args) }))
                }
                _ => new.made.clone(),
            },
            fields: match (&new.fields, &old.fields) {
                (Some(new), Some(old)) => Some(Arc::new(widened_table(new, old, depth))),
                _ => new.fields.clone(),
            },
        })),
        _ => new.clone(),
    }
}

fn widened_table(new: &Table, old: &Table, depth: u8) -> Table {
    let widen = |(key, before): &(Name, Set)| {
        let set = new.entry(key).map_or_else(|| before.clone(), |set| set.widened(before, depth + 1));
        (key.clone(), set)
    };
    Table {
        entries: old.entries.iter().map(widen).collect(),
        rest: new.rest.widened(&old.rest, depth + 1),
        spread: new.spread.clone(),
    }
}
