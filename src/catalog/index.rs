//! The keys by which a table is looked up: ids, methods, classes, routes, symbols of older clients.
//!
//! Built by `build.rs` into phf maps for the compiled table, and at run time into hash maps for overlays.

use super::names;
use super::table::split_id;
use super::trie;
use std::collections::{BTreeMap, HashSet};

/// A stretch of a list of row numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Where it begins.
    pub start: u16,
    /// How many rows.
    pub len: u16,
}

/// What of an operation the keys are made from.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The id.
    pub id: &'a str,
    /// The product group.
    pub group: &'a str,
    /// Earlier classes.
    pub classes: &'a [&'a str],
    /// The path template.
    pub path: &'a str,
}

/// All keys of a table.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// The row numbers that the runs point into.
    pub lists: Vec<u16>,
    /// Operations by id.
    pub ids: BTreeMap<String, Run>,
    /// Operations by the folded name of the method.
    pub methods: BTreeMap<String, Run>,
    /// Operations by the folded name of the class.
    pub classes: BTreeMap<String, Run>,
    /// Operations by symbol, for each older client.
    pub legacy: BTreeMap<String, BTreeMap<String, Run>>,
    /// The route tree.
    pub routes: trie::Flat,
}

impl Index {
    /// Makes the keys; `legacy` holds client, symbol and the row of the operation.
    pub fn new<'a>(rows: &[Row<'_>], legacy: impl Iterator<Item = (&'a str, &'a str, u16)>) -> Self {
        let mut index = Self { routes: trie::build(rows.iter().map(|row| row.path)), ..Self::default() };
        let known: HashSet<&str> = rows.iter().map(|row| row.id).collect();
        let (mut ids, mut methods, mut classes) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (number, row) in (0..).zip(rows) {
            push(&mut ids, row.id.to_owned(), number);
            let plain = row.id.split('@').next().unwrap_or(row.id);
            let (version, name) = split_id(row.id);
            if version.is_none() || (plain != row.id && known.contains(plain)) {
                continue;
            }
            push(&mut methods, names::fold(name), number);
            if !row.group.is_empty() {
                push(&mut classes, names::fold(&names::class_plain(row.group)), number);
            }
            for class in row.classes {
                push(&mut classes, names::fold(class), number);
            }
        }
        index.ids = index.pack(ids);
        index.methods = index.pack(methods);
        index.classes = index.pack(classes);
        let mut clients: BTreeMap<String, BTreeMap<String, Vec<u16>>> = BTreeMap::new();
        for (client, symbol, number) in legacy {
            push(clients.entry(client.to_owned()).or_default(), symbol.to_owned(), number);
        }
        index.legacy = clients.into_iter().map(|(client, symbols)| (client, index.pack(symbols))).collect();
        index
    }

    fn pack(&mut self, keys: BTreeMap<String, Vec<u16>>) -> BTreeMap<String, Run> {
        let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        keys.into_iter()
            .map(|(key, numbers)| {
                let run = Run { start: short(self.lists.len()), len: short(numbers.len()) };
                self.lists.extend(numbers);
                (key, run)
            })
            .collect()
    }
}

fn push(keys: &mut BTreeMap<String, Vec<u16>>, key: String, number: u16) {
    let numbers = keys.entry(key).or_default();
    if numbers.last() != Some(&number) {
        numbers.push(number);
    }
}
