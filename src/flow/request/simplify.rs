//! Requests that differ in nothing but conditions: those that nobody can meet, and those that one of them stands for.
//!
//! `if (timeout) { … }` before a request that has nothing to do with it makes two requests, one for callers that give a timeout and
//! one for the others. Every such choice doubles what callers have to take over, and theirs again.

use rustc_hash::FxHashMap as Map;

use super::{Guard, Request};

/// Most requests alike that are compared with each other.
const MAX_ALIKE: usize = 64;

impl Guard {
    /// Whether both are about the same and exclude each other.
    fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Equal(a, texts, yes), Self::Equal(b, more, other)) => {
                let among = |one: &[_], all: &[_]| one.iter().all(|text| all.contains(text));
                a == b
                    && match (yes, other) {
                        (true, false) => among(texts, more),
                        (false, true) => among(more, texts),
                        _ => false,
                    }
            }
            (Self::Truthy(a, yes), Self::Truthy(b, other)) => a == b && yes != other,
            _ => false,
        }
    }
}

/// Whether conditions cannot hold together.
pub fn contradict(guards: &[Guard]) -> bool {
    guards.iter().enumerate().any(|(i, guard)| guards.iter().skip(i + 1).any(|other| guard.excludes(other)))
}

/// The same requests with fewer conditions: two that differ in a condition and its opposite are one without it, and what holds
/// under fewer conditions stands for what holds under more.
pub fn simplified(mut requests: Vec<Request>) -> Vec<Request> {
    let mut alike: Map<Request, Vec<usize>> = Map::default();
    for (i, request) in requests.iter().enumerate() {
        let bare =
            Request { guards: Vec::new(), steps: Vec::new(), chosen: false, alternative: false, ..request.clone() };
        alike.entry(bare).or_default().push(i);
    }
    if alike.len() == requests.len() {
        return requests;
    }
    let mut conditions: Vec<Option<Vec<Guard>>> = requests.iter().map(|request| Some(request.guards.clone())).collect();
    for group in alike.values().filter(|group| group.len() > 1 && group.len() <= MAX_ALIKE) {
        reduce(group, &mut conditions);
        // One of several is one of several however it came about.
        let (chosen, alternative) =
            (group.iter().any(|i| requests[*i].chosen), group.iter().any(|i| requests[*i].alternative));
        group.iter().for_each(|i| (requests[*i].chosen, requests[*i].alternative) = (chosen, alternative));
    }
    let kept = requests.into_iter().zip(conditions);
    kept.filter_map(|(request, guards)| Some(Request { guards: guards?, ..request })).collect()
}

/// Joins the conditions of a group until no two can be joined.
fn reduce(group: &[usize], conditions: &mut [Option<Vec<Guard>>]) {
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for (n, &first) in group.iter().enumerate() {
            for &second in &group[n + 1..] {
                let (Some(a), Some(b)) = (&conditions[first], &conditions[second]) else { continue };
                if let Some(joined) = joined(a, b) {
                    conditions[first] = Some(joined);
                    conditions[second] = None;
                    changed = true;
                }
            }
        }
    }
}

/// What two lists of conditions amount to where either may hold, if one list can say it.
fn joined(a: &[Guard], b: &[Guard]) -> Option<Vec<Guard>> {
    let among = |one: &[Guard], all: &[Guard]| one.iter().all(|guard| all.contains(guard));
    if among(a, b) {
        return Some(a.to_vec());
    }
    if among(b, a) {
        return Some(b.to_vec());
    }
    let mut only = a.iter().filter(|guard| !b.contains(guard));
    let mut other = b.iter().filter(|guard| !a.contains(guard));
    let (Some(one), None, Some(two), None) = (only.next(), only.next(), other.next(), other.next()) else {
        return None;
    };
    (one.negated().as_ref() == Some(two)).then(|| a.iter().filter(|guard| *guard != one).cloned().collect())
}
