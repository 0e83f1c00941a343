//! What one run of a function found compared with what its run before had found.
//!
//! The comparison reads the state only, so that it is made on the thread of the run.

use super::{Key, Output, State};
use crate::flow::value::{Fun, Set};
use crate::ir::Name;
use rustc_hash::{FxHashMap as Map, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::time::Duration;

/// How often a function's run replaces what the run before stored; later ones can only add to it.
const MAX_REFINEMENTS: u8 = 3;

/// What a run found, and what of that is new.
#[derive(Debug)]
pub struct Outcome {
    pub(super) output: Output,
    pub(super) news: News,
    pub(super) took: Duration,
}

/// How an output differs from the one before.
#[derive(Debug)]
pub(super) struct News {
    /// What it changes for others.
    pub(super) changed: Vec<Key>,
    /// What is passed otherwise than before.
    pub(super) params: Stores<(Fun, u16)>,
    /// What is stored otherwise than before.
    pub(super) fields: Stores<(crate::flow::value::Cls, Name)>,
    reading: Reading,
}

/// How what a function reads differs from the run before.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What is read that was not.
    pub(super) read: Vec<Key>,
    /// What is no longer read.
    pub(super) unread: Vec<Key>,
}

impl Reading {
    fn between(old: &FxHashSet<Key>, new: &FxHashSet<Key>) -> Self {
        let read: Vec<Key> = new.difference(old).cloned().collect();
        // As many as before and nothing new: the same, as with most runs that are not the first.
        let same = read.is_empty() && old.len() == new.len();
        let unread = if same { Vec::new() } else { old.difference(new).cloned().collect() };
        Self { read, unread }
    }
}

impl Outcome {
    /// What is read otherwise than before; the rest stays.
    pub(super) fn take_reading(&mut self) -> Reading {
        std::mem::take(&mut self.news.reading)
    }
}

/// Places where a function stores otherwise than before.
#[derive(Debug)]
pub(super) struct Stores<K> {
    /// Where it did not store.
    new: Vec<K>,
    /// Where it stored something else.
    other: Vec<K>,
    /// Where it no longer stores.
    gone: Vec<K>,
}

impl State {
    /// Compares what a run of a function found, and took some time to find, with what is known of the function.
    pub fn compare(&self, fun: Fun, mut output: Output, took: Duration) -> Outcome {
        let old = self.output(fun);
        if self.run_count(fun) >= MAX_REFINEMENTS {
            output.widen(old);
        }
        let news = News {
            changed: changed(fun, old, &output),
            params: Stores::between(&old.params, &output.params),
            fields: Stores::between(&old.fields, &output.fields),
            reading: Reading::between(&old.reads, &output.reads),
        };
        Outcome { output, news, took }
    }
}

fn changed(fun: Fun, old: &Output, new: &Output) -> Vec<Key> {
    let mut changed = Vec::new();
    if old.summary != new.summary {
        changed.push(Key::Summary(fun));
    }
    // A function without defaults tells nothing new by having been run.
    let known = old.defaults.len().max(new.defaults.len());
    if (0..known).any(|i| old.defaults.get(i).and_then(Option::as_ref) != new.defaults.get(i).and_then(Option::as_ref))
    {
        changed.push(Key::Defaults(fun));
    }
    let variables = Stores::between(&old.locals, &new.locals);
    changed.extend(variables.all().map(|name| Key::Variable(fun, name.clone())));
    changed
}

impl Output {
    /// Keeps what the run before stored in fields as well, so that values which feed on themselves come to rest.
    fn widen(&mut self, before: &Self) {
        for (key, (set, site)) in &before.fields {
            self.fields.entry(key.clone()).or_insert_with(|| (Set::unknown(), *site)).0.widen(set);
        }
    }
}

impl<K: Clone + Ord + Hash> Stores<K> {
    fn between<V: PartialEq>(old: &BTreeMap<K, V>, new: &BTreeMap<K, V>) -> Self {
        let mut it = Self { new: Vec::new(), other: Vec::new(), gone: Vec::new() };
        it.gone.extend(old.keys().filter(|key| !new.contains_key(*key)).cloned());
        for (key, value) in new {
            match old.get(key) {
                None => it.new.push(key.clone()),
                Some(before) if before != value => it.other.push(key.clone()),
                Some(_) => {}
            }
        }
        it
    }

    fn all(&self) -> impl Iterator<Item = &K> {
        self.new.iter().chain(&self.other).chain(&self.gone)
    }

    /// Notes where something changed, and who stores there.
    pub(super) fn note(self, fun: Fun, differ: &mut BTreeSet<K>, who: &mut Map<K, BTreeSet<Fun>>) {
        for key in &self.new {
            who.entry(key.clone()).or_default().insert(fun);
        }
        for key in &self.gone {
            if let Some(who) = who.get_mut(key) {
                who.remove(&fun);
            }
        }
        differ.extend(self.new.into_iter().chain(self.other).chain(self.gone));
    }
}
