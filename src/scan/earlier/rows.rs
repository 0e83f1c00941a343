//! The rows of a JSON report as far as they are needed to count it again. `report/json` writes them.

use crate::ir::Name;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Document {
    pub schema: String,
    pub tool: Tool,
    pub catalog: Table,
    #[serde(default)]
    pub include_tests: bool,
    pub inputs: Inputs,
    pub usages: Vec<UsageRow>,
    pub unresolved: Vec<UnresolvedRow>,
    #[serde(default)]
    pub unlisted: u64,
    pub credentials: BTreeMap<String, serde::de::IgnoredAny>,
    #[serde(default)]
    pub problems: Vec<ProblemRow>,
}

#[derive(Deserialize)]
pub(super) struct Tool {
    pub version: String,
}

#[derive(Deserialize)]
pub(super) struct Table {
    pub release: String,
    pub operations: usize,
}

#[derive(Deserialize)]
pub(super) struct Inputs {
    pub files: u64,
    pub analyzed: u64,
    pub recordings: u64,
    pub bytes: u64,
    pub requests: u64,
    pub skipped: Vec<SkippedRow>,
    #[serde(default)]
    pub remarks: Vec<RemarkRow>,
}

#[derive(Deserialize)]
pub(super) struct SkippedRow {
    pub file: Arc<str>,
    pub reason: String,
}

#[derive(Deserialize)]
pub(super) struct RemarkRow {
    pub text: Name,
    #[serde(default)]
    pub left_out: bool,
    pub records: u64,
    pub files: u64,
    pub file: Arc<str>,
}

#[derive(Deserialize)]
pub(super) struct ProblemRow {
    pub file: Option<String>,
    pub line: Option<u64>,
    pub what: String,
    pub help: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct UsageRow {
    pub operation: String,
    pub evidence: Vec<EvidenceRow>,
}

#[derive(Deserialize)]
pub(super) struct EvidenceRow {
    pub kind: String,
    pub confidence: String,
    pub test: bool,
    #[serde(default)]
    pub literals: Vec<LiteralRow>,
    #[serde(flatten)]
    pub declared: DeclaredRow,
    #[serde(flatten)]
    pub place: PlaceRow,
    #[serde(flatten)]
    pub seen: SeenRow,
}

#[derive(Deserialize)]
pub(super) struct DeclaredRow {
    pub resource: Option<Name>,
    pub action: Option<Name>,
    #[serde(default)]
    pub provider: Name,
}

#[derive(Deserialize)]
pub(super) struct LiteralRow {
    pub argument: Name,
    pub value: Name,
}

#[derive(Deserialize)]
pub(super) struct PlaceRow {
    pub language: Option<String>,
    pub file: Arc<str>,
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub end_line: Option<u32>,
    pub end_column: Option<u32>,
    pub record: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct SeenRow {
    pub count: Option<u64>,
    pub status: Option<u16>,
    #[serde(default)]
    pub declared: bool,
    pub actor: Option<ActorRow>,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ActorRow {
    pub kind: Name,
    pub id: Name,
}

#[derive(Deserialize)]
pub(super) struct UnresolvedRow {
    #[serde(flatten)]
    pub evidence: EvidenceRow,
    pub call: Name,
    pub method: Option<Name>,
    pub url: Option<Name>,
    pub reason: String,
    pub candidates: Vec<Name>,
}
