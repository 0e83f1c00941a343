//! Several tables as one: what stands under a key is told apart by the world of the table that has it.

use super::{Alternative, Item, Set, Table, Value, World};
use crate::ir::Name;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Most tables that branches make of one and that are followed side by side.
const MAX_APART: usize = 4;
/// Largest of them, in entries: what says which request is made has few.
const MAX_ENTRIES: usize = 12;

impl Set {
    /// The tables among the values as one: every entry in the world of its table, null where a table is known to lack it.
    pub fn table(&self) -> Option<Table> {
        let tables = || self.tables();
        let first = tables().next()?.0;
        if tables().nth(1).is_none() {
            return Some((**first).clone());
        }
        // Entries of different tables never meet, whatever world they stand in.
        let mut hasher = FxHasher::default();
        self.hash(&mut hasher);
        let choice = hasher.finish();
        let apart = |(i, (table, world)): (usize, _)| {
            let own = World::of(choice, u16::try_from(i).unwrap_or(u16::MAX));
            (table, own.and(world).unwrap_or(own))
        };
        let tables: Vec<(&Arc<Table>, World)> = tables().enumerate().map(apart).collect();
        Some(united(&tables))
    }

    /// The same values, with many or large tables as one: a table that is filled under one condition after the other would
    /// double with each of them.
    pub(super) fn with_tables_united(self) -> Self {
        let count = self.tables().count();
        let large = || self.tables().filter(|(table, _)| table.entries.len() > MAX_ENTRIES).count() > 1;
        if count < 2 || count <= MAX_APART && !large() {
            return self;
        }
        let tables: Vec<(&Arc<Table>, World)> = self.tables().map(|(table, world)| (table, world.clone())).collect();
        let common = |one: &Alternative| tables.iter().all(|(_, world)| world.alternatives().contains(one));
        let world = tables.first().map(|(_, world)| world.filtered(&common)).unwrap_or_default();
        let table = if large() { heap(&tables) } else { united(&tables) };
        let one = Item { value: Value::Table(Arc::new(table)).bounded(), world };
        let others = self.items.into_iter().filter(|item| !matches!(item.value, Value::Table(_)));
        Self { items: others.chain([one]).collect() }
    }

    fn tables(&self) -> impl Iterator<Item = (&Arc<Table>, &World)> {
        self.items.iter().filter_map(|item| match &item.value {
            Value::Table(table) => Some((table, &item.world)),
            _ => None,
        })
    }
}

/// One table for several: what all of them have alike it has too, what differs in the world of each.
fn united(tables: &[(&Arc<Table>, World)]) -> Table {
    let known: Vec<HashMap<&Name, &Set>> =
        tables.iter().map(|(table, _)| table.entries.iter().map(|(key, set)| (key, set)).collect()).collect();
    let mut keys: Vec<&Name> = Vec::new();
    let mut seen = HashSet::default();
    let mut out = Table::default();
    for (table, world) in tables {
        out.rest.absorb(table.rest.within(world));
        out.spread.absorb(table.spread.within(world));
        keys.extend(table.entries.iter().map(|(key, _)| key).filter(|key| seen.insert(*key)));
    }
    for key in keys {
        let first = known.first().and_then(|table| table.get(key).copied());
        let set = match first.filter(|first| known.iter().all(|table| table.get(key) == Some(first))) {
            Some(same) => same.clone(),
            None => united_entry(key, tables),
        };
        out.entries.push((key.clone(), set));
    }
    out
}

/// One table for several in which it does not matter what goes with what.
fn heap(tables: &[(&Arc<Table>, World)]) -> Table {
    let mut places: HashMap<Name, usize> = HashMap::default();
    let mut out = Table::default();
    for (table, _) in tables {
        out.rest.join(&table.rest);
        out.spread.join(&table.spread);
        for (key, set) in &table.entries {
            let place = *places.entry(key.clone()).or_insert(out.entries.len());
            match out.entries.get_mut(place) {
                Some((_, known)) => known.join(set),
                None => out.entries.push((key.clone(), set.clone())),
            }
        }
    }
    out
}

fn united_entry(key: &Name, tables: &[(&Arc<Table>, World)]) -> Set {
    let mut out = Set::unknown();
    for (table, world) in tables {
        let set = table.lookup(key).unwrap_or_else(|| match table.rest.is_unknown() {
            true => Set::of(Value::Null),
            false => table.rest.clone(),
        });
        out.absorb(set.within(world));
    }
    out
}
