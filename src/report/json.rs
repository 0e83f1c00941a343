//! The JSON report, `ddscope.report/1`, as `docs/report.schema.json` describes it.

use super::{Deployment, Detail, Format, Report};
use crate::evidence::{Call, Evidence, Place};
use crate::privilege::Solution;
use crate::resolve::{Unresolved, Usage};
use crate::scan::Scan;
use serde::Serialize;
use std::collections::BTreeMap;

/// The format.
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, report: &Report<'_>, _detail: Detail) -> String {
        let document = Document::of(report);
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// The whole document, for formats that add to it.
pub(super) fn document<'a>(report: &'a Report<'a>) -> impl Serialize + use<'a> {
    Document::of(report)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    complete: bool,
    tool: Tool,
    catalog: Catalog<'a>,
    inputs: Inputs<'a>,
    usages: Vec<UsageRow<'a>>,
    unresolved: Vec<UnresolvedRow<'a>>,
    credentials: BTreeMap<&'static str, Needs<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deployments: Vec<DeploymentRow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Catalog<'a> {
    release: &'a str,
    released: &'a str,
    operations: usize,
}

#[derive(Serialize)]
struct Inputs<'a> {
    files: u64,
    analyzed: u64,
    bytes: u64,
    requests: u64,
    skipped: Vec<Skipped<'a>>,
}

#[derive(Serialize)]
struct Skipped<'a> {
    file: &'a str,
    reason: &'static str,
}

#[derive(Serialize)]
struct UsageRow<'a> {
    operation: &'a str,
    method: &'a str,
    route: &'a str,
    confidence: &'static str,
    evidence: Vec<EvidenceRow<'a>>,
}

#[derive(Serialize)]
struct DeploymentRow<'a> {
    tool: &'static str,
    provider: &'a str,
    plan: Needs<'a>,
    apply: Needs<'a>,
}

#[derive(Serialize)]
struct EvidenceRow<'a> {
    kind: &'static str,
    #[serde(flatten)]
    place: PlaceRow<'a>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    declared: Option<Declared<'a>>,
    confidence: &'static str,
    test: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    observed: Option<Observed<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PlaceRow<'a> {
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
struct Declared<'a> {
    resource: &'a str,
    action: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    provider: &'a str,
}

#[derive(Serialize)]
struct Observed<'a> {
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    denied: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    declared: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Actor<'a>>,
}

#[derive(Serialize)]
struct Actor<'a> {
    kind: &'a str,
    id: &'a str,
}

#[derive(Serialize)]
struct UnresolvedRow<'a> {
    kind: &'static str,
    #[serde(flatten)]
    place: UnresolvedPlace<'a>,
    call: String,
    method: Option<&'a str>,
    url: Option<String>,
    reason: &'static str,
    candidates: Vec<&'a str>,
    test: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum UnresolvedPlace<'a> {
    Source { file: &'a str, line: u32, column: u32 },
    Record { file: &'a str, record: u64 },
}

#[derive(Serialize)]
struct Needs<'a> {
    required: Vec<&'a str>,
    forced: Vec<&'a str>,
    alternatives: Vec<Alternative<'a>>,
    because: BTreeMap<&'a str, Vec<&'a str>>,
    unavailable: Vec<&'a str>,
    unpublished: Vec<&'a str>,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct Alternative<'a> {
    scope: &'a str,
    instead: Vec<&'a str>,
    why_not: &'a str,
}

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    what: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report<'a>) -> Self {
        let scan: &'a Scan<'a> = report.scan;
        Self {
            schema: "ddscope.report/1",
            complete: scan.complete(),
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            catalog: Catalog {
                release: scan.catalog.release(),
                released: scan.catalog.released(),
                operations: scan.catalog.operations().len(),
            },
            inputs: Inputs {
                files: scan.inputs.files,
                analyzed: scan.inputs.analyzed + scan.inputs.recordings,
                bytes: scan.inputs.bytes,
                requests: scan.inputs.requests,
                skipped: scan.inputs.skipped.iter().map(|s| Skipped { file: &s.file, reason: s.reason }).collect(),
            },
            usages: scan.resolution.usages.iter().map(UsageRow::of).collect(),
            unresolved: scan.resolution.unresolved.iter().map(UnresolvedRow::of).collect(),
            credentials: report.credentials.iter().map(|(kind, needs)| (kind.name(), Needs::of(needs))).collect(),
            deployments: report.deployments.iter().map(DeploymentRow::of).collect(),
            problems: scan.problems.iter().map(Problem::of).collect(),
            notes: &scan.notes,
        }
    }
}

impl<'a> UsageRow<'a> {
    fn of(usage: &'a Usage) -> Self {
        Self {
            operation: usage.operation.id,
            method: usage.operation.method,
            route: usage.operation.path,
            confidence: usage.confidence().name(),
            evidence: usage.evidence.iter().map(EvidenceRow::of).collect(),
        }
    }
}

impl<'a> DeploymentRow<'a> {
    fn of(it: &'a Deployment) -> Self {
        Self { tool: it.tool, provider: &it.provider, plan: Needs::of(&it.plan), apply: Needs::of(&it.apply) }
    }
}

impl<'a> EvidenceRow<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        let place = match &evidence.place {
            Place::Source { file, language, span } => PlaceRow::Source {
                language: language.map(|l| l.name()),
                file,
                line: span.line,
                column: span.column,
                end_line: span.end_line,
                end_column: span.end_column,
            },
            Place::Record { file, record } => PlaceRow::Record { file, record: *record },
        };
        let observed = evidence.observed.as_deref().map(|o| Observed {
            count: o.count,
            status: o.status,
            denied: o.status == Some(403),
            declared: o.declared,
            actor: o.actor.as_ref().map(|a| Actor { kind: &a.kind, id: &a.id }),
        });
        let declared = match &evidence.call {
            Call::Declared { address, action, provider, .. } => Some(Declared { resource: address, action, provider }),
            _ => None,
        };
        let (kind, confidence) = (kind(evidence), evidence.confidence.name());
        Self { kind, place, declared, confidence, test: evidence.test, observed }
    }
}

impl<'a> UnresolvedRow<'a> {
    fn of(it: &'a Unresolved) -> Self {
        let place = match &it.evidence.place {
            Place::Source { file, span, .. } => UnresolvedPlace::Source { file, line: span.line, column: span.column },
            Place::Record { file, record } => UnresolvedPlace::Record { file, record: *record },
        };
        Self {
            kind: kind(&it.evidence),
            place,
            call: it.call(),
            method: it.method(),
            url: it.url(),
            reason: it.reason,
            candidates: it.candidates.iter().map(|c| c.as_str()).collect(),
            test: it.evidence.test,
        }
    }
}

impl<'a> Needs<'a> {
    fn of(solution: &'a Solution) -> Self {
        let names = |names: &'a [crate::ir::Name]| names.iter().map(|n| n.as_str()).collect::<Vec<_>>();
        Self {
            required: names(&solution.required),
            forced: names(&solution.forced),
            alternatives: solution
                .alternatives
                .iter()
                .map(|a| Alternative { scope: &a.scope, instead: names(&a.instead), why_not: &a.why_not })
                .collect(),
            because: solution.because.iter().map(|(scope, operations)| (scope.as_str(), names(operations))).collect(),
            unavailable: names(&solution.unavailable),
            unpublished: names(&solution.unpublished),
            notes: solution.notes.iter().map(String::as_str).collect(),
        }
    }
}

impl<'a> Problem<'a> {
    fn of(error: &'a crate::error::Error) -> Self {
        let file = error.path.as_ref().map(|p| p.to_string_lossy().into_owned());
        Self { file, line: error.line, what: &error.what, help: error.help.as_deref() }
    }
}

/// The word for the kind of evidence.
fn kind(evidence: &Evidence) -> &'static str {
    match (&evidence.place, &evidence.call) {
        (Place::Record { .. }, _) => "trace",
        (_, Call::Sdk { .. }) => "sdk",
        (_, Call::Legacy { client: crate::evidence::Legacy::Dogshell, .. } | Call::Http { cli: true, .. }) => "cli",
        (_, Call::Legacy { .. }) => "legacy-sdk",
        (_, Call::Http { .. }) => "http",
        (_, Call::Declared { vocabulary, .. }) => vocabulary,
        (_, Call::Opaque { reason, .. }) if matches!(*reason, "unknown-type" | "module-not-downloaded") => "terraform",
        (_, Call::Opaque { .. }) => "sdk",
    }
}
