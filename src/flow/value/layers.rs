//! Tables that only callers know, laid over each other: `{...defaults, ...options}`. Which of them has a key is theirs to say.

use super::{Alternative, DEFAULTING, OPTIONAL, Ref, Set, Table, Value, World};
use crate::flow::request::Guard;
use crate::ir::Name;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

impl Table {
    /// The value under `key`, or what spread tables that only a caller knows have there: that of the topmost table that has the
    /// key, each in its own world.
    pub fn lookup(&self, key: &Name) -> Option<Set> {
        if let Some(set) = self.entry(key) {
            return Some(set.clone());
        }
        let mut out = Set::unknown();
        let mut below = World::default();
        let layers = self.layers(key);
        for (i, field) in layers.iter().enumerate() {
            let set = Set::of(Value::Ref(field.clone()));
            let choice = choice(field);
            let own = if i + 1 < layers.len() { below.and(&World::of(choice, 0)) } else { Some(below.clone()) };
            out.absorb(set.moved_into(&own?));
            below = below.and(&World::of(choice, 1))?;
        }
        (!out.is_unknown()).then_some(out)
    }

    /// What holds in the alternatives in which `lookup` gives the values of a key.
    pub fn arms(&self, key: &Name) -> Vec<(Alternative, Vec<Guard>)> {
        if self.spread.items.len() < 2 || self.entry(key).is_some() {
            return Vec::new();
        }
        let layers = self.layers(key);
        let arm =
            |field: &Ref, given: bool| ((choice(field), u16::from(!given)), vec![Guard::Truthy(field.clone(), given)]);
        let upper = layers.len().saturating_sub(1);
        layers.iter().take(upper).flat_map(|field| [arm(field, true), arm(field, false)]).collect()
    }

    /// The fields of the spread tables, the topmost first.
    fn layers(&self, key: &Name) -> Vec<Ref> {
        let field = |value: &Value| match value {
            Value::Ref(r) => r.field(key),
            _ => None,
        };
        let mut layers: Vec<Ref> = self.spread.items.iter().filter_map(|item| field(&item.value)).collect();
        layers.reverse();
        layers
    }
}

fn choice(field: &Ref) -> u64 {
    let mut hasher = FxHasher::default();
    field.hash(&mut hasher);
    hasher.finish() & !OPTIONAL | DEFAULTING
}
