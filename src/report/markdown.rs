//! Findings as Markdown for a pull-request comment.

use super::Detail;
use super::terminal::{line_of, located};
use super::verdict::{Verdict, VerdictFormat, tally};
use crate::finding::{Finding, Severity};
use crate::ir::Name;
use crate::privilege::{Comparison, takeover_reason};
use std::fmt::Write as _;

/// The format.
pub struct Markdown;

/// GitHub refuses comments above 65,536 characters.
const MAX_LENGTH: usize = 60_000;

impl VerdictFormat for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn render(&self, verdict: &Verdict<'_>, _: Detail) -> String {
        let mut out = String::from("## Datadog privileges\n\n");
        let _ = writeln!(out, "{} · table of {}", tally(verdict), text(&verdict.table()));
        if !verdict.report.scan.complete() {
            out.push_str("\n**The answer is partial: not everything could be read.**\n");
        }
        for it in verdict.comparisons {
            out.push_str(&credential(it));
        }
        let rows = verdict.findings.iter().map(row);
        if !verdict.findings.is_empty() {
            out.push_str("\n| | finding | where | what to do |\n|---|---|---|---|\n");
        }
        let mut left = verdict.findings.len();
        for row in rows {
            if out.len() + row.len() > MAX_LENGTH {
                let _ = writeln!(out, "\n…and {left} more findings; run `ddscope check` to see them.");
                break;
            }
            left -= 1;
            out.push_str(&row);
        }
        out
    }
}

fn credential(it: &Comparison) -> String {
    let mut out = format!("\n### {}\n\n{}\n", text(&it.name), text(&line_of(it)));
    let needed = list(&it.solution.required);
    if !needed.is_empty() {
        let _ = writeln!(out, "\nneeds: {needed}");
    }
    let missing: Vec<Name> = it.missing.iter().map(|lack| lack.scope.clone()).collect();
    let excess: Vec<Name> = it.excess.iter().filter(|e| e.doubts.is_empty()).map(|e| e.scope.clone()).collect();
    for (word, names) in [("missing", missing), ("excess", excess)] {
        if !names.is_empty() {
            let _ = writeln!(out, "\n{word}: {}", list(&names));
        }
    }
    out
}

/// Names as code, take-over scopes marked.
fn list(names: &[Name]) -> String {
    let marked = |name: &Name| {
        let mark = if takeover_reason(name).is_some() { " ⚠ take-over" } else { "" };
        format!("`{name}`{mark}")
    };
    names.iter().map(marked).collect::<Vec<_>>().join(", ")
}

fn row(finding: &Finding) -> String {
    let sign = match finding.severity {
        Severity::Error => "❌",
        Severity::Warning => "⚠️",
        Severity::Note | Severity::Off => "ℹ️",
    };
    let place = finding.places.first().map(|label| located(&label.place)).unwrap_or_default();
    let help = finding.help.as_deref().unwrap_or_default();
    format!("| {sign} | **{}** {} | {} | {} |\n", finding.code.name(), text(&finding.message), text(&place), text(help))
}

/// Text of the input, harmless in Markdown and in a table's cell; backticks of our own sentences stay code.
pub(crate) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' => out.push_str("\\|"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '[' | ']' | '*' | '@' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
