//! Code against traffic: what the code uses and was seen, what was only seen, what was only written.
//!
//! Requests that a collection merely declares count for neither. How it is shown is left to the formats.

use super::Report;
use crate::evidence::{Evidence, Place};
use crate::ir::Name;
use crate::resolve::{Unresolved, Usage};
use std::collections::{BTreeMap, BTreeSet};

/// Code and traffic of one scan side by side, each list in the order of operations.
#[derive(Clone, Debug, Default)]
pub struct Reconciliation<'a> {
    /// Operations that the code uses and that were seen.
    pub both: Vec<Seen<'a>>,
    /// Operations that the code uses and nobody asked for.
    pub code_only: Vec<&'a Usage>,
    /// Operations that were seen and that nothing in the code explains.
    pub traffic_only: Vec<Seen<'a>>,
    /// Requests of unknown operations that no undecided call of the code explains.
    pub unexplained: Vec<&'a Unresolved>,
}

/// An operation that was seen.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// It.
    pub usage: &'a Usage,
    /// How many requests.
    pub requests: u64,
    /// Places in code that may explain it although it does not count there: undecided calls, test code.
    pub perhaps: Vec<Perhaps<'a>>,
}

/// A place that may explain a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Perhaps<'a> {
    /// Where.
    pub place: &'a Place,
    /// Why it does not count: the reason of an undecided call, or `test-code`.
    pub why: &'static str,
}

impl<'a> Reconciliation<'a> {
    /// Compares them.
    pub(super) fn of(report: &Report<'a>) -> Self {
        let resolution = &report.scan.resolution;
        let (calls, requests): (Vec<&Unresolved>, Vec<&Unresolved>) =
            resolution.unresolved.iter().partition(|it| is_code(&it.evidence));
        let mut undecided: BTreeMap<&str, BTreeSet<Perhaps<'a>>> = BTreeMap::new();
        for call in &calls {
            let perhaps = Perhaps { place: &call.evidence.place, why: call.reason };
            for candidate in &call.candidates {
                undecided.entry(candidate).or_default().insert(perhaps);
            }
        }
        let mut it = Self::default();
        for usage in &resolution.usages {
            let counts = |e: &&Evidence| is_code(e) && (report.include_tests || !e.test);
            let in_code = usage.evidence.iter().any(|e| counts(&e));
            let observed: Vec<u64> = usage.evidence.iter().filter_map(requests_of).collect();
            match (in_code, observed.is_empty()) {
                (false, true) => {}
                (true, true) => it.code_only.push(usage),
                (_, false) => {
                    let requests = observed.iter().sum();
                    let tests = usage.evidence.iter().filter(|e| is_code(e));
                    let tests = tests.map(|e| Perhaps { place: &e.place, why: "test-code" });
                    let open = undecided.get(usage.operation.id).into_iter().flatten().copied();
                    let perhaps = if in_code { Vec::new() } else { tests.chain(open).collect() };
                    let list = if in_code { &mut it.both } else { &mut it.traffic_only };
                    list.push(Seen { usage, requests, perhaps });
                }
            }
        }
        let known: BTreeSet<(Option<&str>, String)> = calls.iter().map(|call| (call.method(), path(call))).collect();
        let explained = |request: &Unresolved| {
            let fits = |candidate: &Name| undecided.contains_key(candidate.as_str());
            known.contains(&(request.method(), path(request))) || request.candidates.iter().any(fits)
        };
        let seen = requests.into_iter().filter(|request| requests_of(&request.evidence).is_some());
        it.unexplained = seen.filter(|request| !explained(request)).collect();
        it
    }
}

fn is_code(evidence: &Evidence) -> bool {
    matches!(evidence.place, Place::Source { .. })
}

/// How many requests were seen; `None` for code and for what is only declared.
pub fn requests_of(evidence: &Evidence) -> Option<u64> {
    evidence.observed.as_ref().filter(|observed| !observed.declared).map(|observed| observed.count)
}

/// The path of an undecided call, without the host.
fn path(call: &Unresolved) -> String {
    let url = call.url().unwrap_or_default();
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or(url.as_str(), |(_, path)| path);
    path.trim_matches('/').to_owned()
}
