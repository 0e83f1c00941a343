//! SARIF 2.1.0, as code-scanning services take it: rules with help, results with fingerprints that survive moved lines.

use super::Detail;
use super::verdict::{Verdict, VerdictFormat};
use crate::evidence::Place;
use crate::finding::{Code, Finding, Label, Severity};
use serde::Serialize;
use std::collections::BTreeMap;

/// The format.
pub struct Sarif;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const HOME: &str = env!("CARGO_PKG_NAME");

impl VerdictFormat for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn render(&self, verdict: &Verdict<'_>, _: Detail) -> String {
        let run = Run {
            tool: Tool {
                driver: Driver {
                    name: HOME,
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: Code::ALL.iter().map(|code| rule(*code)).collect(),
                },
            },
            column_kind: "utf16CodeUnits",
            invocations: [Invocation { execution_successful: verdict.report.scan.complete() }],
            properties: Properties { table: verdict.table() },
            results: results(verdict),
        };
        let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
        serde_json::to_string_pretty(&log).map(|text| text + "\n").unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    properties: Properties,
    results: Vec<ResultRow>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Serialize)]
struct Properties {
    table: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRow {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

fn rule(code: Code) -> Rule {
    Rule {
        id: code.name(),
        short_description: Text { text: code.summary().to_owned() },
        full_description: Text { text: code.description().split("\n\n").next().unwrap_or_default().replace('\n', " ") },
        help: Help { text: code.description(), markdown: code.description() },
        default_configuration: Configuration { level: level(code.severity()) },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
        Severity::Off => "none",
    }
}

fn results(verdict: &Verdict<'_>) -> Vec<ResultRow> {
    // Equal fingerprints within a run are told apart by their order.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for finding in verdict.findings {
        let print = finding.fingerprint();
        let nth = seen.entry(print.clone()).or_default();
        *nth += 1;
        rows.push(result(finding, format!("{print}:{nth}"), verdict));
    }
    rows
}

fn result(finding: &Finding, print: String, verdict: &Verdict<'_>) -> ResultRow {
    let mut places = finding.places.iter().filter(|label| !label.context).collect::<Vec<_>>();
    let main = if places.is_empty() { finding.places.first() } else { Some(places.remove(0)) };
    let context = finding.places.iter().filter(|label| label.context && Some(*label) != main);
    let related = places.into_iter().chain(context).enumerate();
    let lines = std::iter::once(finding.message.clone()).chain(finding.notes.iter().cloned());
    let lines: Vec<String> = lines.chain(finding.help.iter().map(|help| format!("help: {help}"))).collect();
    ResultRow {
        rule_id: finding.code.name(),
        rule_index: Code::ALL.iter().position(|code| *code == finding.code).unwrap_or(0),
        level: level(finding.severity),
        message: Text { text: lines.join("\n") },
        locations: main.map(|label| location(label, None, verdict)).into_iter().collect(),
        related_locations: related.map(|(id, label)| location(label, Some(id), verdict)).collect(),
        partial_fingerprints: BTreeMap::from([("ddscope/v1", print)]),
    }
}

fn location(label: &Label, id: Option<usize>, verdict: &Verdict<'_>) -> Location {
    let region = match &label.place {
        Place::Source { file, span, .. } if span.line > 0 => {
            let text = verdict.texts.get(file).map(String::as_str);
            Some(Region {
                start_line: span.line,
                start_column: utf16_column(text, span.line, span.column),
                end_line: span.end_line,
                end_column: utf16_column(text, span.end_line, span.end_column),
            })
        }
        _ => None,
    };
    Location {
        id,
        physical_location: Physical { artifact_location: Artifact { uri: uri(label.place.file()) }, region },
        message: id.map(|_| Text { text: label.text.clone() }),
    }
}

/// Our columns count bytes, SARIF's count UTF-16 units.
fn utf16_column(text: Option<&str>, line: u32, column: u32) -> u32 {
    let row = usize::try_from(line.max(1) - 1).unwrap_or(0);
    let before = text.and_then(|text| text.lines().nth(row));
    let before = before.and_then(|line| line.get(..usize::try_from(column.max(1) - 1).ok()?));
    before.map_or(column.max(1), |before| u32::try_from(before.encode_utf16().count()).unwrap_or(column) + 1)
}

/// A relative reference: everything but plain characters is escaped.
fn uri(path: &str) -> String {
    const KEPT: percent_encoding::AsciiSet =
        percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(path, &KEPT).to_string()
}
