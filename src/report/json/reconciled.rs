//! Code against traffic in the JSON report.

use super::rows::PlaceRow;
use crate::report::reconcile::{Reconciliation, Seen, requests_of};
use crate::resolve::Unresolved;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Reconciled<'a> {
    both: Vec<SeenRow<'a>>,
    code_only: Vec<&'a str>,
    traffic_only: Vec<SeenRow<'a>>,
    unexplained: Vec<RequestRow<'a>>,
}

#[derive(Serialize)]
struct SeenRow<'a> {
    operation: &'a str,
    requests: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    perhaps: Vec<PerhapsRow<'a>>,
}

#[derive(Serialize)]
struct PerhapsRow<'a> {
    #[serde(flatten)]
    place: PlaceRow<'a>,
    why: &'static str,
}

#[derive(Serialize)]
struct RequestRow<'a> {
    call: String,
    requests: u64,
    #[serde(flatten)]
    place: PlaceRow<'a>,
}

impl<'a> Reconciled<'a> {
    pub(super) fn of(it: Reconciliation<'a>) -> Self {
        Self {
            both: it.both.iter().map(SeenRow::of).collect(),
            code_only: it.code_only.iter().map(|usage| usage.operation.id).collect(),
            traffic_only: it.traffic_only.iter().map(SeenRow::of).collect(),
            unexplained: it.unexplained.into_iter().map(RequestRow::of).collect(),
        }
    }
}

impl<'a> SeenRow<'a> {
    fn of(it: &Seen<'a>) -> Self {
        let perhaps = it.perhaps.iter().map(|p| PerhapsRow { place: PlaceRow::of(p.place), why: p.why });
        Self { operation: it.usage.operation.id, requests: it.requests, perhaps: perhaps.collect() }
    }
}

impl<'a> RequestRow<'a> {
    fn of(it: &'a Unresolved) -> Self {
        let requests = requests_of(&it.evidence).unwrap_or_default();
        Self { call: it.call(), requests, place: PlaceRow::of(&it.evidence.place) }
    }
}
