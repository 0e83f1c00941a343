//! The rows of the JSON report about places: evidence, and calls that are undecided. `scan/earlier` reads them back.

use crate::catalog::Operation;
use crate::evidence::{Call, Evidence, Observed, Place};
use crate::ir::Name;
use crate::privilege::{decides, literals};
use crate::redact::safe;
use crate::resolve::Unresolved;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct EvidenceRow<'a> {
    kind: &'static str,
    #[serde(flatten)]
    place: PlaceRow<'a>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    declared: Option<DeclaredRow<'a>>,
    confidence: &'static str,
    test: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    literals: Vec<LiteralRow>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    observed: Option<ObservedRow<'a>>,
}

#[derive(Serialize)]
struct DeclaredRow<'a> {
    resource: &'a str,
    action: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    provider: &'a str,
}

#[derive(Serialize)]
struct LiteralRow {
    argument: String,
    value: String,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum PlaceRow<'a> {
    Source {
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<&'static str>,
        file: &'a str,
        line: u32,
        column: u32,
        end_line: u32,
        end_column: u32,
    },
    Record {
        file: &'a str,
        record: u64,
    },
}

#[derive(Serialize)]
struct ObservedRow<'a> {
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    denied: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    declared: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Actor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<String>,
}

#[derive(Serialize)]
struct Actor<'a> {
    kind: &'a str,
    id: &'a str,
}

#[derive(Serialize)]
pub(super) struct UnresolvedRow<'a> {
    #[serde(flatten)]
    evidence: EvidenceRow<'a>,
    call: String,
    method: Option<&'a str>,
    url: Option<String>,
    reason: &'static str,
    candidates: Vec<&'a str>,
}

impl<'a> EvidenceRow<'a> {
    /// `operation`: the one that it shows, which tells what of the path decides.
    pub(super) fn of(evidence: &'a Evidence, operation: Option<&Operation>) -> Self {
        Self {
            kind: kind(evidence),
            place: PlaceRow::of(&evidence.place),
            declared: match &evidence.call {
                Call::Declared { address, action, provider, .. } => {
                    Some(DeclaredRow { resource: address, action, provider })
                }
                _ => None,
            },
            confidence: evidence.confidence.name(),
            test: evidence.test,
            literals: literal_rows(evidence, operation),
            observed: evidence.observed.as_deref().map(ObservedRow::of),
        }
    }
}

/// What decides between requirements; of traffic, also what keeps requests apart.
fn literal_rows(evidence: &Evidence, operation: Option<&Operation>) -> Vec<LiteralRow> {
    let all = operation.map_or_else(|| evidence.literals.clone(), |of| literals(of, evidence).into_owned());
    let of_traffic = matches!(evidence.place, Place::Record { .. });
    let mut kept: Vec<(Name, Name)> = Vec::new();
    for literal in all {
        if (of_traffic || decides(&literal)) && !kept.contains(&literal) {
            kept.push(literal);
        }
    }
    let row = |(argument, value): (Name, Name)| LiteralRow {
        argument: safe(&argument).into_owned(),
        value: safe(&value).into_owned(),
    };
    kept.into_iter().map(row).collect()
}

impl<'a> PlaceRow<'a> {
    pub(super) fn of(place: &'a Place) -> Self {
        match place {
            Place::Source { file, language, span } => Self::Source {
                language: language.map(|l| l.name()),
                file,
                line: span.line,
                column: span.column,
                end_line: span.end_line,
                end_column: span.end_column,
            },
            Place::Record { file, record } => Self::Record { file, record: *record },
        }
    }
}

impl<'a> ObservedRow<'a> {
    fn of(observed: &'a Observed) -> Self {
        Self {
            count: observed.count,
            status: observed.status,
            denied: observed.status == Some(403),
            declared: observed.declared,
            actor: observed.actor.as_ref().map(|a| Actor { kind: &a.kind, id: &a.id }),
            first_seen: observed.first.and_then(time),
            last_seen: observed.time.and_then(time),
        }
    }
}

/// A time as everybody reads it; none that no calendar has.
fn time(seconds: i64) -> Option<String> {
    let calendar = -62_167_219_200..253_402_300_800_i64;
    calendar.contains(&seconds).then(|| jiff::Timestamp::from_second(seconds).ok().map(|at| at.to_string())).flatten()
}

impl<'a> UnresolvedRow<'a> {
    pub(super) fn of(it: &'a Unresolved) -> Self {
        Self {
            evidence: EvidenceRow::of(&it.evidence, None),
            call: it.call(),
            method: it.method(),
            url: it.url(),
            reason: it.reason,
            candidates: it.candidates.iter().map(|c| c.as_str()).collect(),
        }
    }
}

/// The word for the kind of evidence.
pub(in crate::report) fn kind(evidence: &Evidence) -> &'static str {
    match (&evidence.place, &evidence.call) {
        (Place::Record { .. }, _) => "trace",
        (_, Call::Sdk { .. }) => "sdk",
        (_, Call::Legacy { client: crate::evidence::Legacy::Dogshell, .. } | Call::Http { cli: true, .. }) => "cli",
        (_, Call::Legacy { .. }) => "legacy-sdk",
        (_, Call::Http { .. }) => "http",
        (_, Call::Declared { vocabulary, .. }) => vocabulary,
        (_, Call::Opaque { reason, .. }) => match *reason {
            "unknown-type" | "module-not-downloaded" | "module-not-found" => "terraform",
            "unknown-class" => "pulumi",
            "unknown-kind" => "kubernetes",
            "unknown-module" => "ansible",
            "unknown-action" => "github-action",
            "unknown-command" => "cli",
            _ => "sdk",
        },
        (_, Call::Told { kind, .. }) => kind,
    }
}
