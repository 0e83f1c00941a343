//! Findings as GitHub workflow commands, which become annotations of a pull request.

use super::Detail;
use super::verdict::{Verdict, VerdictFormat};
use crate::evidence::Place;
use crate::finding::{Finding, Severity};
use crate::privilege::grants::ARGUMENT;

/// The format.
pub struct Github;

impl VerdictFormat for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn render(&self, verdict: &Verdict<'_>, _: Detail) -> String {
        verdict.findings.iter().map(|finding| annotation(finding) + "\n").collect()
    }
}

fn annotation(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note | Severity::Off => "notice",
    };
    let mut properties: Vec<String> = Vec::new();
    let place = finding.places.iter().find(|label| !label.context).or(finding.places.first()).map(|label| &label.place);
    match place {
        // What was typed on the command line stands in no file.
        Some(Place::Source { file, .. }) if &**file == ARGUMENT => {}
        Some(Place::Source { file, span, .. }) => {
            properties.push(format!("file={}", property(file)));
            properties.push(format!("line={}", span.line));
            properties.push(format!("endLine={}", span.end_line));
            // GitHub takes columns only for stretches of one line.
            if span.line == span.end_line {
                properties.push(format!("col={}", span.column));
                properties.push(format!("endColumn={}", span.end_column));
            }
        }
        Some(Place::Record { file, .. }) => properties.push(format!("file={}", property(file))),
        None => {}
    }
    properties.push(format!("title={}", property(finding.code.name())));
    let lines = std::iter::once(finding.message.clone()).chain(finding.notes.iter().cloned());
    let text: Vec<String> = lines.chain(finding.help.iter().map(|help| format!("help: {help}"))).collect();
    format!("::{level} {}::{}", properties.join(","), data(&text.join("\n")))
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
