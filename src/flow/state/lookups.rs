//! Fields that any object of a class has: looked up once for all functions, and again when something read for it changes.

use super::Key;
use crate::flow::request::Guard;
use crate::flow::value::{Alternative, Cls, Set};
use crate::ir::Name;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Class, field, and how deep in another lookup it was asked. Objects with parts are no keys: clients are equal wherever they were
/// made, and an answer tells where.
pub(in crate::flow) type Lookup = (Cls, Name, u8);

/// The answer to one lookup. It depends on nothing but the state, so that it does not matter who asked first.
#[derive(Debug)]
pub(in crate::flow) struct Answer {
    /// What the field may hold.
    pub(in crate::flow) set: Set,
    /// What was read for it.
    pub(in crate::flow) reads: FxHashSet<Key>,
    /// What holds in alternatives between tables that it came across.
    pub(in crate::flow) layers: BTreeMap<Alternative, Vec<Guard>>,
    /// How many lookups it took; whoever gets the answer pays for them.
    pub(in crate::flow) cost: u32,
}

/// How many lookups an answer must have taken to be worth keeping.
const WORTH: u32 = 48;

/// Answers that still hold.
#[derive(Debug, Default)]
pub struct Lookups(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    answers: FxHashMap<Lookup, Arc<Answer>>,
    /// Which of them what is read would change.
    readers: FxHashMap<Key, Vec<Lookup>>,
}

impl Lookups {
    /// The answer to a lookup; `find` gives it if nobody has asked yet.
    pub(in crate::flow) fn answer(&self, lookup: &Lookup, find: impl FnOnce() -> Answer) -> Arc<Answer> {
        if let Some(answer) = self.0.read().unwrap_or_else(PoisonError::into_inner).answers.get(lookup) {
            return answer.clone();
        }
        let answer = Arc::new(find());
        if answer.cost < WORTH {
            return answer;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.answers.insert(lookup.clone(), answer.clone()).is_none() {
            for key in &answer.reads {
                known.readers.entry(key.clone()).or_default().push(lookup.clone());
            }
        }
        answer
    }

    /// Forgets what was found by reading something that has changed.
    pub(super) fn forget(&mut self, changed: &FxHashSet<Key>) {
        let known = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if known.answers.is_empty() {
            return;
        }
        for key in changed {
            for lookup in known.readers.remove(key).into_iter().flatten() {
                known.answers.remove(&lookup);
            }
        }
    }
}
