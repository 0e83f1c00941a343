//! What the renderers of `check` and `audit` are given, and the registry of those renderers.

use super::{Detail, Report};
use crate::finding::{Finding, Severity};
use crate::privilege::Comparison;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Texts of the files that findings point into, by reported name; files that could not be read again are not there.
pub type Texts = BTreeMap<Arc<str>, String>;

/// A finished check or audit.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// The scan behind it.
    pub report: Report<'a>,
    /// One comparison a credential, in order.
    pub comparisons: &'a [Comparison],
    /// All findings, sorted.
    pub findings: &'a [Finding],
    /// Findings that the baseline hides.
    pub known: usize,
    /// Texts to quote from.
    pub texts: &'a Texts,
}

impl Verdict<'_> {
    /// How many findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether the run should fail.
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity.fails())
    }

    /// The table in words: `datadog-api-client 2.62.0 of 2026-10-13`.
    pub fn table(&self) -> String {
        let catalog = self.report.scan.catalog;
        format!("datadog-api-client {} of {}", catalog.release(), catalog.released())
    }
}

/// An output format of `check` and `audit`.
pub trait VerdictFormat: Sync {
    /// The value of `--format`.
    fn name(&self) -> &'static str;

    /// The whole output, ending with a newline unless empty.
    fn render(&self, verdict: &Verdict<'_>, detail: Detail) -> String;
}

/// Every format of `check`; the first is the default.
pub static VERDICT_FORMATS: &[&dyn VerdictFormat] = &[
    &super::terminal::Terminal,
    &super::checked::CheckedJson,
    &super::sarif::Sarif,
    &super::github::Github,
    &super::gitlab::Gitlab,
    &super::markdown::Markdown,
    &super::csv::Csv,
    &super::html::Html("check"),
];

/// The format of that name.
pub fn verdict_format(name: &str) -> Option<&'static dyn VerdictFormat> {
    VERDICT_FORMATS.iter().copied().find(|format| format.name() == name)
}

/// `2 errors`, `1 warning`; nothing for none.
pub(super) fn counted(count: usize, one: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        many => Some(format!("{many} {one}s")),
    }
}

/// `1 error, 2 warnings, 3 notes`, or `no findings`.
pub(super) fn tally(verdict: &Verdict<'_>) -> String {
    let parts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let parts: Vec<String> = parts.into_iter().filter_map(|(it, word)| counted(verdict.count(it), word)).collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}
