//! What was made of addresses: callers judge those that they take over from a function again and again.

use crate::evidence::Origin;
use crate::flow::value::Text;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most addresses that one thread remembers.
const MAX_KNOWN: usize = 50_000;

/// Judgements so far. They depend on the address alone, and on the table and the hosts, which stay what they are. Every thread
/// has its own, so that none waits for another.
#[derive(Debug)]
pub struct Judged(Vec<Mutex<Known>>);

type Known = FxHashMap<Text, Judgement>;

#[derive(Debug, Default)]
struct Judgement {
    origin: Option<Origin>,
    /// Whether a request with this verb is one operation's, whatever fills the holes.
    determined: SmallVec<[(Text, bool); 1]>,
}

impl Default for Judged {
    fn default() -> Self {
        Self((0..rayon::current_num_threads()).map(|_| Mutex::default()).collect())
    }
}

impl Judged {
    /// Whose an address is; `judge` says it if nobody has asked yet.
    pub fn origin(&self, url: &Text, judge: impl FnOnce() -> Origin) -> Origin {
        let Some(mut known) = self.own() else { return judge() };
        if let Some(origin) = known.get(url).and_then(|one| one.origin) {
            return origin;
        }
        let origin = judge();
        if let Some(one) = entry(&mut known, url) {
            one.origin = Some(origin);
        }
        origin
    }

    /// Whether verb and address decide the operation; `judge` says it if nobody has asked yet.
    pub fn is_determined(&self, verb: &Text, url: &Text, judge: impl FnOnce() -> bool) -> bool {
        let Some(mut known) = self.own() else { return judge() };
        let before = known.get(url).and_then(|one| one.determined.iter().find(|(asked, _)| asked == verb));
        if let Some((_, is)) = before {
            return *is;
        }
        let is = judge();
        if let Some(one) = entry(&mut known, url) {
            one.determined.push((verb.clone(), is));
        }
        is
    }

    fn own(&self) -> Option<MutexGuard<'_, Known>> {
        let thread = rayon::current_thread_index()?;
        Some(self.0.get(thread)?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn entry<'k>(known: &'k mut Known, url: &Text) -> Option<&'k mut Judgement> {
    if known.len() >= MAX_KNOWN && !known.contains_key(url) {
        return None;
    }
    Some(known.entry(url.clone()).or_default())
}
