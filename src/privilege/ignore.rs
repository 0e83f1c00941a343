//! `ddscope: ignore[code] reason` comments in code.
//!
//! A comment holds for its own line; on a line of its own it holds for the next line of code. What kind of comment it
//! is does not matter, so the same works in every language.

use crate::evidence::Place;
use crate::finding::{Code, Finding};
use crate::span::Span;
use std::sync::Arc;

/// One ignore comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// The codes it names that exist.
    pub codes: Vec<Code>,
    /// The codes it names that do not.
    pub unknown: Vec<String>,
    /// Why; empty if none is given.
    pub reason: String,
    /// The line it silences.
    pub line: u32,
    /// Where it stands.
    pub place: Place,
}

const MARK: &str = "ddscope: ignore[";

/// Every ignore comment of a file.
pub fn ignores(text: &str, file: &Arc<str>) -> Vec<Ignore> {
    let lines: Vec<&str> = text.lines().collect();
    let numbered = lines.iter().enumerate().filter_map(|(row, line)| Some((row, line, line.find(MARK)?)));
    numbered.map(|(row, line, at)| ignore(&lines, row, line, at, file)).collect()
}

fn ignore(lines: &[&str], row: usize, line: &str, at: usize, file: &Arc<str>) -> Ignore {
    let rest = line.get(at + MARK.len()..).unwrap_or_default();
    let (names, reason) = rest.split_once(']').unwrap_or((rest, ""));
    let reason = reason.trim().trim_end_matches("*/").trim_end_matches("-->").trim_end_matches("#}").trim();
    let mut found = Ignore {
        codes: Vec::new(),
        unknown: Vec::new(),
        reason: reason.trim_start_matches([':', '-']).trim().to_owned(),
        line: one_based(row),
        place: Place::Source {
            file: file.clone(),
            language: None,
            span: Span::new(one_based(row), one_based(at), one_based(row), one_based(line.len())),
        },
    };
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match Code::named(name) {
            Some(code) => found.codes.push(code),
            None => found.unknown.push(name.to_owned()),
        }
    }
    let before = line.get(..at).unwrap_or_default();
    if !before.chars().any(char::is_alphanumeric) {
        // Alone on its line: it speaks of the next line that is neither blank nor an ignore comment itself.
        let next =
            lines.iter().enumerate().skip(row + 1).find(|(_, next)| !next.trim().is_empty() && !next.contains(MARK));
        found.line = one_based(next.map_or(row, |(next, _)| next));
    }
    found
}

fn one_based(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX - 1) + 1
}

/// Takes ignored places out of findings, drops those of which nothing is left, and reports what is wrong with the
/// comments themselves.
pub fn apply(findings: &mut Vec<Finding>, ignores: &[Ignore]) {
    let mut used = vec![false; ignores.len()];
    findings.retain_mut(|finding| {
        if finding.places.is_empty() {
            return true;
        }
        let code = finding.code;
        let before = finding.places.len();
        finding.places.retain(|label| {
            let hit = ignores.iter().position(|ignore| silences(ignore, code, &label.place));
            if let Some(slot) = hit.and_then(|at| used.get_mut(at)) {
                *slot = true;
            }
            hit.is_none()
        });
        let silenced = before - finding.places.len();
        let alive = finding.places.iter().any(|label| !label.context);
        if silenced > 0 && alive {
            finding
                .notes
                .push(format!("{silenced} further place{} ignored", if silenced == 1 { " is" } else { "s are" }));
        }
        silenced == 0 || alive
    });
    for (ignore, used) in ignores.iter().zip(used) {
        findings.extend(faults(ignore, used));
    }
}

fn silences(ignore: &Ignore, code: Code, place: &Place) -> bool {
    let Place::Source { file, span, .. } = place else { return false };
    ignore.codes.contains(&code)
        && !ignore.reason.is_empty()
        && *file == *ignore.place.file()
        && span.covers_line(ignore.line)
}

fn faults(ignore: &Ignore, used: bool) -> Vec<Finding> {
    let names = ignore.codes.iter().map(|code| code.name()).collect::<Vec<_>>().join(", ");
    let mut found = Vec::new();
    for name in &ignore.unknown {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        let finding = Finding::new(Code::UnknownCode, &shown, format!("no finding code is named `{shown}`"));
        let near = Code::nearest(name)
            .map_or("docs/codes.md lists them".to_owned(), |near| format!("write `{}`", near.name()));
        found.push(finding.at(&ignore.place, "ignores nothing").help(near));
    }
    if ignore.reason.is_empty() {
        let finding = Finding::new(
            Code::IgnoreWithoutReason,
            &names,
            "the ignore comment gives no reason, so it is not followed",
        );
        found.push(finding.at(&ignore.place, "no reason").help("write the reason after the bracket"));
    } else if !used && !ignore.codes.is_empty() {
        let finding = Finding::new(Code::StaleIgnore, &names, format!("no `{names}` here that could be ignored"));
        found.push(finding.at(&ignore.place, "hides nothing").help("remove the comment"));
    }
    found
}
