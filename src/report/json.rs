//! The JSON report, `ddscope.report/1`, as `docs/report.schema.json` describes it.

use super::{Deployment, Detail, Format, Report};
use crate::privilege::Solution;
use crate::resolve::Usage;
use crate::scan::{Matter, Remark, Scan};
use serde::Serialize;
use std::collections::BTreeMap;

mod reconciled;
mod rows;

use reconciled::Reconciled;
pub(super) use rows::kind;
use rows::{EvidenceRow, UnresolvedRow};

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

/// The same on one line, for pipelines that join and split their data at lines.
pub struct JsonLine;

impl Format for JsonLine {
    fn name(&self) -> &'static str {
        "json-line"
    }

    fn render(&self, report: &Report<'_>, _detail: Detail) -> String {
        let mut text = serde_json::to_string(&Document::of(report)).unwrap_or_default();
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
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    include_tests: bool,
    inputs: Inputs<'a>,
    usages: Vec<UsageRow<'a>>,
    unresolved: Vec<UnresolvedRow<'a>>,
    #[serde(skip_serializing_if = "is_none")]
    unlisted: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reconciliation: Option<Reconciled<'a>>,
    credentials: BTreeMap<&'static str, Needs<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deployments: Vec<DeploymentRow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_none(number: &u64) -> bool {
    *number == 0
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
    recordings: u64,
    bytes: u64,
    requests: u64,
    skipped: Vec<Skipped<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<RemarkRow<'a>>,
}

/// A remark in numbers, so that reports can be added up; `notes` says it in a sentence.
#[derive(Serialize)]
struct RemarkRow<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    left_out: bool,
    records: u64,
    files: u64,
    file: &'a str,
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
            include_tests: report.include_tests,
            inputs: Inputs {
                files: scan.inputs.files,
                analyzed: scan.inputs.analyzed + scan.inputs.recordings,
                recordings: scan.inputs.recordings,
                bytes: scan.inputs.bytes,
                requests: scan.inputs.requests,
                skipped: scan.inputs.skipped.iter().map(|s| Skipped { file: &s.file, reason: s.reason }).collect(),
                remarks: scan.remarks.iter().map(RemarkRow::of).collect(),
            },
            usages: scan.resolution.usages.iter().map(UsageRow::of).collect(),
            unresolved: scan.resolution.unresolved.iter().map(UnresolvedRow::of).collect(),
            unlisted: scan.resolution.unlisted,
            reconciliation: report.reconciliation().map(Reconciled::of),
            credentials: report.credentials.iter().map(|(kind, needs)| (kind.name(), Needs::of(needs))).collect(),
            deployments: report.deployments.iter().map(DeploymentRow::of).collect(),
            problems: scan.problems.iter().map(Problem::of).collect(),
            notes: scan.notes(),
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
            evidence: usage.evidence.iter().map(|it| EvidenceRow::of(it, Some(usage.operation))).collect(),
        }
    }
}

impl<'a> DeploymentRow<'a> {
    fn of(it: &'a Deployment) -> Self {
        Self { tool: it.tool, provider: &it.provider, plan: Needs::of(&it.plan), apply: Needs::of(&it.apply) }
    }
}

impl<'a> RemarkRow<'a> {
    fn of(remark: &'a Remark) -> Self {
        let Remark { matter, text, records, files, file } = remark;
        Self { text, left_out: *matter == Matter::LeftOut, records: *records, files: *files, file }
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
