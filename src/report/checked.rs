//! The JSON of `check` and `audit`: the report of `scan` with `grants` and `findings` added.

use super::verdict::{Verdict, VerdictFormat};
use super::{Detail, json};
use crate::evidence::Place;
use crate::finding::{Finding, Label};
use crate::ir::Name;
use crate::privilege::{Comparison, Holding, takeover_reason};
use serde::Serialize;

/// The format.
pub struct CheckedJson;

impl VerdictFormat for CheckedJson {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, verdict: &Verdict<'_>, _: Detail) -> String {
        let document = Checked {
            scan: json::document(&verdict.report),
            grants: verdict.comparisons.iter().map(grant).collect(),
            findings: verdict.findings.iter().map(finding).collect(),
        };
        serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Checked<S> {
    #[serde(flatten)]
    scan: S,
    grants: Vec<GrantRow>,
    findings: Vec<FindingRow>,
}

#[derive(Serialize)]
struct GrantRow {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    credential: &'static str,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceRow>,
    unscoped: bool,
    granted: Vec<String>,
    required: Vec<String>,
    kept: Vec<String>,
    missing: Vec<MissingRow>,
    not_shown: Vec<MissingRow>,
    owner_lacks: Vec<MissingRow>,
    excess: Vec<String>,
    possibly_excess: Vec<DoubtRow>,
    broader: Vec<BroaderRow>,
    take_over: Vec<TakeoverRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<i64>,
}

#[derive(Serialize)]
struct MissingRow {
    scope: String,
    any_of: Vec<String>,
    operations: Vec<String>,
}

#[derive(Serialize)]
struct DoubtRow {
    scope: String,
    calls: Vec<String>,
}

#[derive(Serialize)]
struct BroaderRow {
    scope: String,
    instead: Vec<String>,
}

#[derive(Serialize)]
struct TakeoverRow {
    scope: String,
    reason: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PlaceRow {
    Source { file: String, line: u32, column: u32, end_line: u32, end_column: u32 },
    Record { file: String, record: u64 },
}

#[derive(Serialize)]
struct FindingRow {
    code: &'static str,
    severity: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    credential: String,
    message: String,
    places: Vec<LabelRow>,
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    scopes: Vec<String>,
    operations: Vec<String>,
    fingerprint: String,
}

#[derive(Serialize)]
struct LabelRow {
    #[serde(flatten)]
    place: PlaceRow,
    text: String,
    context: bool,
}

fn names(list: &[Name]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn grant(it: &Comparison) -> GrantRow {
    let missing = |list: &[crate::privilege::Missing]| {
        let row = |lack: &crate::privilege::Missing| MissingRow {
            scope: lack.scope.to_string(),
            any_of: names(&lack.any_of),
            operations: names(&lack.operations),
        };
        list.iter().map(row).collect::<Vec<_>>()
    };
    let grant = it.grant.as_ref();
    let held = it.held.scopes.keys().chain(&it.solution.required);
    let takeover = held.collect::<std::collections::BTreeSet<_>>().into_iter();
    let (sure, open): (Vec<_>, Vec<_>) = it.excess.iter().partition(|excess| excess.doubts.is_empty());
    GrantRow {
        name: it.name.clone(),
        id: grant.and_then(|grant| grant.id.as_ref()).map(ToString::to_string),
        credential: it.credential.name(),
        source: grant.map_or("unknown", |grant| grant.source.noun()),
        place: grant.map(|grant| place(&grant.place)),
        unscoped: grant.is_some_and(|grant| matches!(grant.holding, Holding::Unscoped { .. })),
        granted: grant.map(|grant| grant.scopes().iter().map(|it| it.name.to_string()).collect()).unwrap_or_default(),
        required: names(&it.solution.required),
        kept: names(&it.kept),
        missing: missing(&it.missing),
        not_shown: missing(&it.not_shown),
        owner_lacks: missing(&it.owner_lacks),
        excess: sure.iter().map(|excess| excess.scope.to_string()).collect(),
        possibly_excess: open
            .iter()
            .map(|excess| DoubtRow {
                scope: excess.scope.to_string(),
                calls: excess.doubts.iter().map(|doubt| doubt.call.clone()).collect(),
            })
            .collect(),
        broader: it
            .broader
            .iter()
            .map(|it| BroaderRow { scope: it.scope.to_string(), instead: names(&it.instead) })
            .collect(),
        take_over: takeover
            .filter_map(|scope| Some(TakeoverRow { scope: scope.to_string(), reason: takeover_reason(scope)? }))
            .collect(),
        owner: grant
            .and_then(|grant| grant.owner.as_ref())
            .map(|owner| owner.id.to_string())
            .filter(|id| !id.is_empty()),
        disabled: grant.is_some_and(|grant| grant.disabled),
        expires: grant.and_then(|grant| grant.expires.clone()),
        last_used: grant.and_then(|grant| grant.last_used.clone()),
        last_seen: it.last_seen,
    }
}

fn place(place: &Place) -> PlaceRow {
    match place {
        Place::Source { file, span, .. } => PlaceRow::Source {
            file: file.to_string(),
            line: span.line,
            column: span.column,
            end_line: span.end_line,
            end_column: span.end_column,
        },
        Place::Record { file, record } => PlaceRow::Record { file: file.to_string(), record: *record },
    }
}

fn finding(finding: &Finding) -> FindingRow {
    let label =
        |label: &Label| LabelRow { place: place(&label.place), text: label.text.clone(), context: label.context };
    FindingRow {
        code: finding.code.name(),
        severity: finding.severity.name(),
        credential: finding.credential.to_string(),
        message: finding.message.clone(),
        places: finding.places.iter().map(label).collect(),
        notes: finding.notes.clone(),
        help: finding.help.clone(),
        scopes: names(&finding.scopes),
        operations: names(&finding.operations),
        fingerprint: finding.fingerprint(),
    }
}
