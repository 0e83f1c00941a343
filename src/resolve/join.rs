//! Two pieces that show one call become one. The order in which they come decides nothing, so that parts of an input that
//! are read apart and merged later come to the same as one run over all of it.

use super::Unresolved;
use crate::evidence::{Call, Evidence, Observed, Place};
use crate::ir::Name;
use crate::redact;

/// Adds what another piece shows: of code the stronger stays, observed requests add up.
pub(super) fn evidence(kept: &mut Evidence, other: Evidence) {
    if kept.observed.is_some() && other.observed.is_some() {
        return requests(kept, other);
    }
    // What a test is surer of does not make it a test's. Ties go to the shorter derivation, then to the smaller one.
    let rank = |e: &Evidence| (e.test, e.confidence, e.steps.len(), e.steps.clone());
    let mut literals = kept.literals.clone();
    literals.extend(other.literals.iter().cloned());
    if rank(&other) < rank(kept) {
        *kept = other;
    }
    literals.sort();
    literals.dedup();
    kept.literals = literals;
}

/// The earliest record stands for all of them.
fn requests(kept: &mut Evidence, other: Evidence) {
    let (Some(a), Some(b)) = (kept.observed.as_deref(), other.observed.as_deref()) else { return };
    let sum = Observed {
        status: least(a.status, b.status),
        actor: a.actor.clone(),
        time: a.time.max(b.time),
        first: least(a.first, b.first),
        count: a.count.saturating_add(b.count),
        declared: a.declared,
    };
    let confidence = kept.confidence.min(other.confidence);
    if rank(&other) < rank(kept) {
        kept.call = other.call;
        kept.place = other.place;
    }
    kept.confidence = confidence;
    kept.observed = Some(Box::new(sum));
}

fn rank(evidence: &Evidence) -> (&Place, Option<String>) {
    let url = match &evidence.call {
        Call::Http { url, .. } => Some(redact::url(&url.to_string())),
        Call::Told { url, .. } => url.as_ref().map(ToString::to_string),
        _ => None,
    };
    (&evidence.place, url)
}

/// The smaller of two values of which one may be missing.
fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Adds what another piece says about an undecided call.
pub(super) fn unresolved(kept: &mut Unresolved, other: Unresolved) {
    evidence(&mut kept.evidence, other.evidence);
    if kept.candidates != other.candidates {
        kept.candidates.extend(other.candidates);
        sort_candidates(&mut kept.candidates);
    }
}

/// Endpoints without an official name come last.
pub(super) fn sort_candidates(candidates: &mut Vec<Name>) {
    candidates.sort_by(|a, b| (a.starts_with("undocumented"), a).cmp(&(b.starts_with("undocumented"), b)));
    candidates.dedup();
}
