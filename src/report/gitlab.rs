//! Findings as GitLab's code quality report, which a merge request shows beside the lines.

use super::Detail;
use super::verdict::{Verdict, VerdictFormat};
use crate::evidence::Place;
use crate::finding::{Finding, Severity};
use serde::Serialize;
use std::collections::BTreeMap;

/// The format.
pub struct Gitlab;

impl VerdictFormat for Gitlab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn render(&self, verdict: &Verdict<'_>, _: Detail) -> String {
        // GitLab drops issues whose fingerprint it has seen in the same report.
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let issues: Vec<Issue<'_>> = verdict
            .findings
            .iter()
            .map(|finding| {
                let print = finding.fingerprint();
                let nth = seen.entry(print.clone()).or_default();
                *nth += 1;
                issue(finding, format!("{print}:{nth}"))
            })
            .collect();
        serde_json::to_string_pretty(&issues).map(|text| text + "\n").unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

fn issue(finding: &Finding, fingerprint: String) -> Issue<'_> {
    let main = finding.places.iter().find(|label| !label.context).or(finding.places.first());
    let begin = match main.map(|label| &label.place) {
        Some(Place::Source { span, .. }) => span.line.max(1),
        _ => 1,
    };
    let help = finding.help.as_ref().map(|help| format!(" (help: {help})")).unwrap_or_default();
    Issue {
        description: format!("{}{help}", finding.message),
        check_name: finding.code.name(),
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note | Severity::Off => "info",
        },
        location: Location { path: main.map_or("", |label| label.place.file()), lines: Lines { begin } },
    }
}
