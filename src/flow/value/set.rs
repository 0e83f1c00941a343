//! Sets of values, each in the world it holds in.

use super::{MAX_COMPOSITES, MAX_VALUES, Piece, Ref, Text, Value, World};
use crate::ir::Name;
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;

/// A value in its world.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Item {
    /// Under which choices; compared first because that is cheap.
    pub world: World,
    /// The value.
    pub value: Value,
}

/// Most sets hold one value.
pub type Items = SmallVec<[Item; 1]>;

/// What may stand in one place. Empty means nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Set {
    /// The values, without repetition, in the order found.
    pub items: Items,
}

impl Set {
    /// Nothing known.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// One value.
    pub fn of(value: Value) -> Self {
        Self { items: smallvec![Item { value: value.bounded(), world: World::default() }] }
    }

    /// One text.
    pub fn text(text: Text) -> Self {
        Self::of(Value::Text(Arc::new(text)))
    }

    /// One literal.
    pub fn literal(text: impl Into<Name>) -> Self {
        Self::text(Text::literal(text))
    }

    /// Adds a value that holds in every world.
    pub fn add(&mut self, value: Value) -> bool {
        self.insert(Item { value, world: World::default() })
    }

    /// Adds a value in its world; says whether it is new.
    pub fn insert(&mut self, item: Item) -> bool {
        if !self.has_room(&item) {
            return self.generalize(&item.value);
        }
        let item = Item { value: item.value.bounded(), world: item.world };
        let new = !self.items.contains(&item);
        if new {
            self.items.push(item);
        }
        new
    }

    fn has_room(&self, item: &Item) -> bool {
        self.items.len() < if item.value.is_composite() { MAX_COMPOSITES } else { MAX_VALUES }
    }

    /// What in it is decided elsewhere.
    pub fn refs(&self) -> impl Iterator<Item = &Ref> {
        self.values().filter_map(|value| match value {
            Value::Ref(r) => Some(r),
            _ => None,
        })
    }

    /// The one thing decided elsewhere that it stands for.
    pub fn subject(&self) -> Option<&Ref> {
        let subject = self.refs().next()?;
        let one = |value: &Value| match value {
            Value::Ref(r) => r == subject,
            other => subject.stands_for(other),
        };
        self.values().all(one).then_some(subject)
    }

    /// Adds all of another set, whose values are bounded already.
    pub fn join(&mut self, other: &Self) {
        if self.items.is_empty() {
            self.items.clone_from(&other.items);
            return;
        }
        for item in &other.items {
            if !self.has_room(item) {
                self.generalize(&item.value);
            } else if !self.items.contains(item) {
                self.items.push(item.clone());
            }
        }
    }

    /// The same for a set that nobody needs any more.
    pub(in crate::flow) fn absorb(&mut self, other: Self) {
        if self.items.is_empty() {
            self.items = other.items;
            return;
        }
        for item in other.items {
            if !self.has_room(&item) {
                self.generalize(&item.value);
            } else if !self.items.contains(&item) {
                self.items.push(item);
            }
        }
    }

    /// The values alone.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.items.iter().map(|i| &i.value)
    }

    /// The objects among the values.
    pub fn objects(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|i| i.value.is_object())
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.items.is_empty()
    }

    /// The same values, worlds forgotten: what leaves a function no longer depends on its branches.
    pub fn without_worlds(&self) -> Self {
        if self.items.iter().all(|i| i.world == World::default()) {
            return self.clone();
        }
        let mut it = Self::default();
        for item in &self.items {
            it.add(item.value.clone());
        }
        it
    }

    /// What the arms of a choice give, each in its own world. Where one of them gives an address or a method, an arm of
    /// which nothing is known gives another one, called `label`.
    pub fn of_arms<'s>(choice: u64, arms: impl Iterator<Item = (usize, &'s Self)> + Clone, label: &Name) -> Self {
        let told = arms.clone().any(|(_, set)| set.values().any(is_address_or_verb));
        let mut out = Self::unknown();
        for (arm, set) in arms {
            let world = World::of(choice, u16::try_from(arm).unwrap_or(u16::MAX));
            if told && set.is_unknown() {
                out.absorb(Self::text(Text::piece(Piece::Hole(label.clone()))).moved_into(&world));
            }
            out.absorb(set.within(&world));
        }
        out.with_tables_united()
    }

    /// Whether an address or a method is among the values.
    pub(in crate::flow) fn tells_request(&self) -> bool {
        self.values().any(is_address_or_verb)
    }

    /// The same values, all in `world` as well; those that exclude it are gone.
    pub fn within(&self, world: &World) -> Self {
        self.clone().moved_into(world)
    }

    pub(in crate::flow) fn moved_into(self, world: &World) -> Self {
        if *world == World::default() {
            return self;
        }
        let mut it = Self::default();
        for item in self.items {
            if let Some(world) = item.world.and(world) {
                let item = Item { value: item.value, world };
                if !it.items.contains(&item) {
                    it.items.push(item);
                }
            }
        }
        it
    }

    /// The literal texts among the values, if there is at least one value and nothing else.
    pub fn literals(&self) -> Option<Vec<&str>> {
        if self.items.is_empty() {
            return None;
        }
        self.values()
            .map(|v| match v {
                Value::Text(t) => t.as_literal(),
                _ => None,
            })
            .collect()
    }

    /// The only literal text, if that is all there is.
    pub fn literal_text(&self) -> Option<&str> {
        match self.literals()?.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Applies `f` to every value, keeping worlds.
    pub fn flat_map(&self, mut f: impl FnMut(&Value) -> Self) -> Self {
        let mut out = Self::default();
        for item in &self.items {
            out.absorb(f(&item.value).moved_into(&item.world));
        }
        out
    }
}

fn is_address_or_verb(value: &Value) -> bool {
    let Value::Text(text) = value else { return false };
    let verb = || text.as_literal().is_some_and(|lit| crate::flow::strings::verb(lit).is_some());
    text.pieces.iter().any(|p| matches!(p, Piece::Lit(lit) if lit.contains('/'))) || verb()
}
