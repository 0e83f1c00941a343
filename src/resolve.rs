//! Evidence meets the table: which operation a call is, or why that cannot be decided.
//!
//! The only place that disambiguates. It takes evidence one piece at a time, so that traffic of any length fits in memory,
//! and leaves privilege to `privilege`.

pub use ways::Ways;

use crate::catalog::requirement::State;
use crate::catalog::{Catalog, Operation, Status};
use crate::evidence::{Call, Confidence, Evidence, Observed, Place};
use crate::ir::Name;
use crate::redact;
use crate::url::Target;
use decided::Decided;
use rayon::prelude::*;
use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

mod decide;
mod decided;
mod join;
pub mod reason;
mod ways;

/// An operation that is used, with every place that shows it.
#[derive(Clone, Debug)]
pub struct Usage {
    /// The row of the table.
    pub operation: &'static Operation,
    /// The places, in order, never empty; certain or likely.
    pub evidence: Vec<Evidence>,
}

impl Usage {
    /// The strongest confidence among the places.
    pub fn confidence(&self) -> Confidence {
        self.evidence.iter().map(|e| e.confidence).min().unwrap_or(Confidence::Possible)
    }

    /// The usage with the wanted evidence only; `None` if that is none.
    pub fn only(&self, wanted: &dyn Fn(&Evidence) -> bool) -> Option<Self> {
        let evidence: Vec<Evidence> = self.evidence.iter().filter(|it| wanted(it)).cloned().collect();
        (!evidence.is_empty()).then_some(Self { operation: self.operation, evidence })
    }

    /// Whether it counts towards what is required: tests do only on demand.
    pub fn counts(&self, include_tests: bool) -> bool {
        self.evidence.iter().any(|e| include_tests || !e.test)
    }
}

/// A Datadog call whose operation cannot be decided.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// Where, and what was seen.
    pub evidence: Evidence,
    /// Why, in kebab case; `reason::describe` says it in a sentence.
    pub reason: &'static str,
    /// Ids of the operations that fit, sorted, those without an official name last; empty if none or too many to mean anything.
    pub candidates: Vec<Name>,
}

impl Unresolved {
    /// Upper-case HTTP method, if known.
    pub fn method(&self) -> Option<&str> {
        match &self.evidence.call {
            Call::Http { method, .. } | Call::Told { method, .. } => method.as_deref(),
            _ => None,
        }
    }

    /// URL or path with holes, if it is a request.
    pub fn url(&self) -> Option<String> {
        match &self.evidence.call {
            Call::Http { url, .. } => Some(redact::url(&url.to_string())),
            Call::Told { url, .. } => url.as_ref().map(ToString::to_string),
            _ => None,
        }
    }

    /// The call in words: `GET /api/v1/{}`, `MonitorsApi.list_all`.
    pub fn call(&self) -> String {
        match &self.evidence.call {
            Call::Http { method, url, .. } => {
                format!("{} {}", method.as_deref().unwrap_or("?"), redact::url(&url.to_string()))
            }
            Call::Sdk { class: Some(class), method, .. } if class == method => format!("client.{class}.{method}"),
            Call::Sdk { class: Some(class), method, .. } => format!("{class}.{method}"),
            Call::Sdk { method, .. } => method.to_string(),
            Call::Legacy { symbol, .. } => symbol.to_string(),
            Call::Declared { address, action, operation, .. } => format!("{address} {action}: {operation}"),
            Call::Opaque { what, .. } => redact::safe(what).into_owned(),
            Call::Told { text, .. } => text.to_string(),
        }
    }
}

/// All that was resolved.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// Used operations, by id.
    pub usages: Vec<Usage>,
    /// Undecided calls, by place.
    pub unresolved: Vec<Unresolved>,
    /// Undecided requests of traffic that are not among them: more different ones were seen than are listed.
    pub unlisted: u64,
}

/// So many different undecided requests of traffic are listed. Which ones does not depend on the order in which they come,
/// so that parts of a recording that are merged later list the same ones.
const MAX_UNRESOLVED: usize = 10_000;

/// Takes evidence, piece by piece.
pub struct Resolver<'c> {
    catalog: &'c Catalog,
    usages: BTreeMap<&'static str, (&'static Operation, BTreeMap<Key, Evidence>)>,
    unresolved: BTreeMap<(Key, &'static str, String), Unresolved>,
    /// How many of them are requests of traffic.
    requests: usize,
    unlisted: u64,
}

/// Evidence with the same key is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A place in a file; what is declared there is told apart by action and by whose credential it takes.
    Source(Arc<str>, u32, u32, Option<(Name, Name)>),
    /// Records of one trace that differ only in time and number; what decides between requirements keeps them apart.
    Trace(Arc<str>, Observed, Vec<(Name, Name)>),
}

impl Key {
    fn of(evidence: &Evidence) -> Self {
        match &evidence.place {
            Place::Source { file, span, .. } => {
                let declared = match &evidence.call {
                    Call::Declared { action, provider, .. } => Some((action.clone(), provider.clone())),
                    _ => None,
                };
                Self::Source(file.clone(), span.line, span.column, declared)
            }
            Place::Record { file, .. } => {
                let mut observed = evidence.observed.as_deref().cloned().unwrap_or_default();
                observed.time = None;
                observed.first = None;
                observed.count = 0;
                // a refusal is kept apart; which answer the others got is not
                observed.status = observed.status.filter(|status| matches!(status, 401 | 403));
                Self::Trace(file.clone(), observed, evidence.literals.clone())
            }
        }
    }
}

/// What one piece of evidence turned out to be.
enum Decision {
    /// These operations, with this confidence.
    Uses(Vec<&'static Operation>, Confidence),
    /// Undecidable, with the reason and what fits.
    Unresolved(&'static str, Vec<&'static Operation>),
    /// Not a Datadog call after all.
    Nothing,
}

impl<'c> Resolver<'c> {
    /// A resolver over this table.
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, usages: BTreeMap::new(), unresolved: BTreeMap::new(), requests: 0, unlisted: 0 }
    }

    /// Takes one piece of evidence.
    pub fn add(&mut self, evidence: Evidence) {
        let decision = decide::decide(self.catalog, &evidence);
        self.take(evidence, decision);
    }

    /// Takes much evidence, in its order.
    pub fn add_all(&mut self, evidence: Vec<Evidence>) {
        let catalog = self.catalog;
        let decided: Vec<_> = evidence
            .into_par_iter()
            .map(|evidence| {
                let decision = decide::decide(catalog, &evidence);
                (evidence, decision)
            })
            .collect();
        decided.into_iter().for_each(|(evidence, decision)| self.take(evidence, decision));
    }

    fn take(&mut self, evidence: Evidence, decision: Decision) {
        match decision {
            Decision::Nothing => {}
            Decision::Uses(operations, confidence) => {
                let (known, beyond): (Vec<&'static Operation>, Vec<&'static Operation>) =
                    operations.into_iter().partition(|o| is_documented(o));
                if let Some(first) = beyond.first() {
                    let reason = match first.status {
                        Status::Undocumented => reason::UNDOCUMENTED,
                        _ => reason::RETIRED,
                    };
                    self.set_aside(evidence.clone(), reason, beyond);
                }
                if let Some((last, others)) = known.split_last() {
                    for operation in others {
                        self.keep(operation, Evidence { confidence, ..evidence.clone() });
                    }
                    self.keep(last, Evidence { confidence, ..evidence });
                }
            }
            Decision::Unresolved(reason, candidates) => self.set_aside(evidence, reason, candidates),
        }
    }

    fn keep(&mut self, operation: &'static Operation, mut evidence: Evidence) {
        if let (Call::Http { url, .. }, Place::Record { .. }) = (&evidence.call, &evidence.place)
            && let Some((name, value)) = operation.decided_in(&url.to_string())
        {
            evidence.literals.push((Name::new(name), Name::new(value)));
        }
        self.recall_use(operation, evidence);
    }

    /// Takes a place at which an operation is known to be used.
    pub fn recall_use(&mut self, operation: &'static Operation, evidence: Evidence) {
        let (_, places) = self.usages.entry(operation.id).or_insert_with(|| (operation, BTreeMap::new()));
        match places.entry(Key::of(&evidence)) {
            Entry::Vacant(place) => {
                place.insert(evidence);
            }
            Entry::Occupied(mut place) => join::evidence(place.get_mut(), evidence),
        }
    }

    fn set_aside(&mut self, evidence: Evidence, reason: &'static str, candidates: Vec<&'static Operation>) {
        let mut candidates: Vec<Name> = candidates.iter().map(|o| Name::from(o.id)).collect();
        join::sort_candidates(&mut candidates);
        self.recall_unresolved(Unresolved { evidence, reason, candidates });
    }

    /// Takes a call that is known to be undecided.
    pub fn recall_unresolved(&mut self, it: Unresolved) {
        let of_traffic = matches!(it.evidence.place, Place::Record { .. });
        let call = if of_traffic { general(&it.call()) } else { without_host(&it.call()).into_owned() };
        match self.unresolved.entry((Key::of(&it.evidence), it.reason, call)) {
            Entry::Occupied(mut same) => join::unresolved(same.get_mut(), it),
            Entry::Vacant(place) => {
                place.insert(it);
                self.requests += usize::from(of_traffic);
            }
        }
        // Keys of traffic come after those of code: the last one is a request.
        if self.requests > MAX_UNRESOLVED
            && let Some((_, last)) = self.unresolved.pop_last()
        {
            self.requests -= 1;
            self.recall_unlisted(last.evidence.observed.map_or(1, |observed| observed.count));
        }
    }

    /// Takes the number of undecided requests that are not listed.
    pub fn recall_unlisted(&mut self, requests: u64) {
        self.unlisted = self.unlisted.saturating_add(requests);
    }

    /// The result. An undecided call that says no more than an operation found at its place is dropped: it is the same call.
    pub fn finish(self) -> Resolution {
        let usages: Vec<_> = self.usages.into_values().collect();
        let usages: Vec<Usage> = usages
            .into_par_iter()
            .map(|(operation, places)| {
                let mut evidence: Vec<Evidence> = places.into_values().collect();
                evidence.sort_by(|a, b| order(a).cmp(&order(b)));
                Usage { operation, evidence }
            })
            .collect();
        // Gathered only where something is undecided.
        let decided = LazyCell::new(|| Decided::collect(&usages));
        let open = self.unresolved.into_values().filter(|one| !decided.covers(self.catalog, one));
        let mut unresolved = most_telling(open);
        unresolved
            .sort_by(|a, b| (order(&a.evidence), a.reason, a.call()).cmp(&(order(&b.evidence), b.reason, b.call())));
        Resolution { usages, unresolved, unlisted: self.unlisted }
    }
}

/// Whether the documents say, or once said, what an operation needs. Of the others nobody can tell which scope suffices.
fn is_documented(operation: &Operation) -> bool {
    operation.status == Status::Current
        || operation.app_key.state != State::Unpublished
        || operation.oauth.state == State::Published
}

/// One undecided call a place and method: the one of which most is known. Tests are apart from the program.
fn most_telling(all: impl Iterator<Item = Unresolved>) -> Vec<Unresolved> {
    type Kind = (Key, bool, Option<String>, &'static str, Option<String>);
    let mut kept: BTreeMap<Kind, Unresolved> = BTreeMap::new();
    for mut one in all {
        let source = matches!(one.evidence.place, Place::Source { .. });
        // Which endpoint it is, is known where only its requirement is not.
        let known = matches!(one.reason, reason::UNDOCUMENTED | reason::RETIRED);
        let collapses = one.url().is_some() && source && !known;
        let call = match &one.evidence.call {
            Call::Http { url, .. } if known && source => Target::parse(url).path.to_string(),
            _ => one.call(),
        };
        let mut place = Key::of(&one.evidence);
        // Picked once, called in two ways: `params ? method(params) : method()`.
        if let (reason::METHOD, Key::Source(_, _, column, _)) = (one.reason, &mut place) {
            *column = 0;
        }
        let key = (
            place,
            one.evidence.test,
            one.method().map(str::to_owned),
            if collapses { "" } else { one.reason },
            (!collapses).then_some(call),
        );
        match kept.entry(key) {
            Entry::Vacant(place) => {
                place.insert(one);
            }
            Entry::Occupied(mut place) => {
                let known = |u: &Unresolved| (u.call().replace("{}", "").len(), u.call());
                if known(&one) > known(place.get()) {
                    std::mem::swap(place.get_mut(), &mut one);
                }
                let kept = place.get_mut();
                // What less telling readings may be, an endpoint that nobody describes is not.
                if kept.reason != reason::UNKNOWN_ENDPOINT && one.reason != reason::UNKNOWN_ENDPOINT {
                    kept.candidates.extend(one.candidates);
                    join::sort_candidates(&mut kept.candidates);
                }
            }
        }
    }
    kept.into_values().collect()
}

fn order(evidence: &Evidence) -> (&Arc<str>, &Place) {
    (evidence.place.file(), &evidence.place)
}

/// A request without its host: one place may ask several sites for the same thing.
fn without_host(call: &str) -> Cow<'_, str> {
    let Some((method, rest)) = call.split_once(' ') else { return Cow::Borrowed(call) };
    match rest.split_once("://").and_then(|(_, rest)| rest.split_once('/')) {
        Some((_, path)) => Cow::Owned(format!("{method} /{path}")),
        None => Cow::Borrowed(call),
    }
}

/// A request with ids taken out, so that equal kinds of request are one.
fn general(call: &str) -> String {
    let call = call.split(['?', '#']).next().unwrap_or_default();
    let segments = call.split('/').map(|segment| {
        let id = segment.len() > 40 || segment.bytes().any(|b| b.is_ascii_digit()) && !matches!(segment, "v1" | "v2");
        if id { "{}" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}
