//! Findings for people at a terminal: the line of code, the operation, what it needs, where the grant was read, what to do.
//!
//! The only file that names codespan. Colours are escape sequences; whoever prints may strip them.

use super::Detail;
use super::style::{BOLD, DIM, linked};
use super::verdict::{Texts, Verdict, VerdictFormat, tally};
use crate::config::LineIndex;
use crate::evidence::Place;
use crate::finding::{Code, Finding, Label, Severity};
use crate::ir::Name;
use crate::privilege::compare::Excess;
use crate::privilege::grants::ARGUMENT;
use crate::privilege::{Comparison, is_secret, takeover_reason};
use crate::redact::safe;
use codespan_reporting::diagnostic::{self, Diagnostic, LabelStyle};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::{self, WriteStyle};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::ops::Range;

/// The format.
pub struct Terminal;

/// So many places of one finding are framed; the rest are counted.
const FRAMES: usize = 4;
/// So many notes of one code are listed before `-v`.
const NOTES: usize = 3;
/// Lines longer than this are named, not quoted.
const WIDEST: usize = 400;

impl VerdictFormat for Terminal {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render(&self, verdict: &Verdict<'_>, detail: Detail) -> String {
        if detail == Detail::Quiet {
            let failing = verdict.findings.iter().filter(|finding| finding.severity.fails());
            return failing.map(|finding| short(finding) + "\n").collect();
        }
        let mut out = String::new();
        let mut quoted = Quoted::new(verdict.texts);
        let full = |finding: &&Finding| detail == Detail::Verbose || finding.severity.fails();
        for finding in verdict.findings.iter().filter(full) {
            out.push_str(&quoted.framed(finding));
        }
        let brief: Vec<&Finding> = verdict.findings.iter().filter(|finding| !full(finding)).collect();
        if !brief.is_empty() {
            let _ = writeln!(out, "{BOLD}worth knowing{BOLD:#}\n{}", notes(&brief));
        }
        out.push_str(&summary(verdict));
        out
    }
}

/// A few of each code, what is about a credential before what is about calls alone.
fn notes(findings: &[&Finding]) -> String {
    let mut codes: BTreeMap<(bool, Code), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        codes.entry((finding.credential.is_empty(), finding.code)).or_default().push(finding);
    }
    let mut out = String::new();
    for ((_, code), findings) in codes {
        // A single line too many is not worth hiding.
        let shown = if findings.len() == NOTES + 1 { NOTES + 1 } else { NOTES };
        for finding in findings.iter().take(shown) {
            let _ = writeln!(out, "  {}", short(finding));
        }
        if findings.len() > shown {
            let more = findings.len() - shown;
            let _ = writeln!(out, "  {DIM}and {more} more note[{}]; -v shows all{DIM:#}", code.name());
        }
    }
    out
}

/// One line a credential, then the counts.
fn summary(verdict: &Verdict<'_>) -> String {
    let mut out = String::new();
    let width = verdict.comparisons.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).min(40);
    for it in verdict.comparisons {
        let name = safe(&it.name);
        let _ = writeln!(out, "{BOLD}{name:<width$}{BOLD:#}  {}", line_of(it));
    }
    let scan = verdict.report.scan;
    let operations = verdict.report.counted().count();
    let _ = write!(out, "{BOLD}{}{BOLD:#}", tally(verdict));
    if verdict.known > 0 {
        let _ = write!(out, ", {} known from the baseline", verdict.known);
    }
    let plural = if operations == 1 { "" } else { "s" };
    let _ = writeln!(out, " {DIM}({operations} operation{plural} in use; table of {}){DIM:#}", verdict.table());
    if !scan.complete() {
        out.push_str("the answer is partial: not everything could be read\n");
    }
    out
}

/// What one comparison came to: `app-key: holds 5, needs 3; 1 missing, 2 excess`.
pub(super) fn line_of(it: &Comparison) -> String {
    let needs = match it.solution.required.len() {
        0 if it.solution.is_empty() => "nothing that was given uses it".to_owned(),
        count => format!("needs {count}"),
    };
    let Some(grant) = &it.grant else {
        return format!("{}: {needs}, nothing to compare with", it.credential.name());
    };
    if grant.is_unscoped() {
        return format!("{}: unscoped, {needs}", grant.source.noun());
    }
    let sure = |excess: &&Excess| excess.doubts.is_empty();
    let (excess, open) = (it.excess.iter().filter(sure), it.excess.iter().filter(|excess| !sure(excess)));
    let parts = [
        (it.missing.len(), "missing", takeovers(it.missing.iter().map(|lack| &lack.scope))),
        (excess.clone().count(), "excess", takeovers(excess.map(|excess| &excess.scope))),
        (open.clone().count(), "possibly excess", takeovers(open.map(|excess| &excess.scope))),
    ];
    let parts = parts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, what, mark)| format!("{n} {what}{mark}"));
    let parts: Vec<String> = parts.collect();
    let rest = if parts.is_empty() { "exactly what it needs".to_owned() } else { parts.join(", ") };
    format!("{}: holds {}, {needs}; {rest}", grant.source.noun(), it.held.scopes.len())
}

/// ` (1 take-over)`; nothing for none.
fn takeovers<'n>(names: impl Iterator<Item = &'n Name>) -> String {
    match names.filter(|name| takeover_reason(name).is_some()).count() {
        0 => String::new(),
        count => format!(" ({count} take-over)"),
    }
}

/// `src/a.py:3:5: error[missing-scope]: …`.
fn short(finding: &Finding) -> String {
    let place = finding.places.first().map(|label| format!("{}: ", linked_place(&label.place))).unwrap_or_default();
    format!("{place}{}[{}]: {}", finding.severity.name(), finding.code.name(), safe(&finding.message))
}

/// A place in one word, which leads there on terminals that can.
pub(super) fn linked_place(place: &Place) -> String {
    match place {
        Place::Source { file, span, .. } if &**file != ARGUMENT => linked(&located(place), file, span.line),
        _ => located(place),
    }
}

/// A place in one word.
pub(super) fn located(place: &Place) -> String {
    match place {
        Place::Source { file, .. } if &**file == ARGUMENT => ARGUMENT.to_owned(),
        Place::Source { file, span, .. } => format!("{}:{}:{}", safe(file), span.line, span.column),
        Place::Record { file, record } => format!("{}, record {record}", safe(file)),
    }
}

/// Files as codespan wants them.
struct Quoted<'a> {
    texts: &'a Texts,
    files: SimpleFiles<String, String>,
    known: BTreeMap<&'a str, (usize, LineIndex)>,
}

impl<'a> Quoted<'a> {
    fn new(texts: &'a Texts) -> Self {
        Self { texts, files: SimpleFiles::new(), known: BTreeMap::new() }
    }

    /// The finding with its frames.
    fn framed(&mut self, finding: &Finding) -> String {
        let severity = match finding.severity {
            Severity::Error => diagnostic::Severity::Error,
            Severity::Warning => diagnostic::Severity::Warning,
            Severity::Note | Severity::Off => diagnostic::Severity::Note,
        };
        let mut shown = Diagnostic::new(severity).with_code(finding.code.name()).with_message(safe(&finding.message));
        let mut notes: Vec<String> = Vec::new();
        let calls = finding.places.iter().filter(|label| !label.context);
        let more = calls.clone().count().saturating_sub(FRAMES);
        let context = finding.places.iter().filter(|label| label.context);
        for label in calls.take(FRAMES).chain(context) {
            match self.range(&label.place) {
                Some((file, range)) => shown.labels.push(frame(label, file, range)),
                None => notes.push(format!("{}: {}", located(&label.place), safe(&label.text))),
            }
        }
        if more > 0 {
            notes.push(format!("{more} more place{}", if more == 1 { "" } else { "s" }));
        }
        notes.extend(finding.notes.iter().map(|note| safe(note).into_owned()));
        notes.extend(finding.help.iter().map(|help| format!("help: {}", safe(help))));
        shown.notes = notes;
        let mut out = Styled(Vec::new());
        match term::emit_to_write_style(&mut out, &term::Config::default(), &self.files, &shown) {
            Ok(()) => with_links(&String::from_utf8_lossy(&out.0), finding),
            Err(_) => short(finding) + "\n",
        }
    }

    /// The file and the bytes of a place, if it can be quoted.
    fn range(&mut self, place: &Place) -> Option<(usize, Range<usize>)> {
        let Place::Source { file, span, .. } = place else { return None };
        let (name, text) = self.texts.get_key_value(file)?;
        if !self.known.contains_key(&**name) {
            let id = self.files.add(safe(name).into_owned(), shielded(text));
            self.known.insert(name, (id, LineIndex::new(text)));
        }
        let (id, lines) = self.known.get(&**file)?;
        let column = |column: u32| usize::try_from(column.max(1) - 1).unwrap_or(0);
        let start = lines.start(span.line)? + column(span.column);
        let first = text.get(lines.start(span.line)?..)?.lines().next().unwrap_or_default();
        if first.len() > WIDEST {
            return None;
        }
        // Long calls are pointed at by their first line.
        let line_end = lines.start(span.line)? + first.len();
        let end =
            if span.end_line > span.line { line_end } else { lines.start(span.end_line)? + column(span.end_column) };
        let (start, end) = (boundary(text, start), boundary(text, end));
        Some((*id, start..end.max(start)))
    }
}

/// The heads of frames (`┌─ src/a.py:3:5`) made into links.
fn with_links(text: &str, finding: &Finding) -> String {
    let head = |line: &str| {
        let (before, at) = line.split_once("┌─").map(|(before, rest)| (before.len() + "┌─".len(), rest))?;
        finding.places.iter().find_map(|label| {
            let Place::Source { file, span, .. } = &label.place else { return None };
            let needle = format!("{}:{}:", safe(file), span.line);
            let start = before + at.find(&needle)?;
            let digits = line.get(start + needle.len()..)?.bytes().take_while(u8::is_ascii_digit).count();
            let end = start + needle.len() + digits;
            Some(format!(
                "{}{}{}",
                line.get(..start)?,
                linked(line.get(start..end)?, file, span.line),
                line.get(end..)?
            ))
        })
    };
    text.split_inclusive('\n').map(|line| head(line).unwrap_or_else(|| line.to_owned())).collect()
}

fn frame(label: &Label, file: usize, range: Range<usize>) -> diagnostic::Label<usize> {
    let style = if label.context { LabelStyle::Secondary } else { LabelStyle::Primary };
    diagnostic::Label::new(style, file, range).with_message(safe(&label.text))
}

/// The nearest character boundary at or before a byte.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The text with secrets and control characters covered, every byte still at its place.
fn shielded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        if is_secret(word) {
            out.extend(std::iter::repeat_n('*', word.len()));
        } else {
            out.push_str(word);
        }
        word.clear();
    };
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        flush(&mut word, &mut out);
        let steers =
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if steers && !matches!(c, '\n' | '\t' | '\r') {
            out.extend(std::iter::repeat_n('?', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    flush(&mut word, &mut out);
    out
}

/// Writes styles as escape sequences.
struct Styled(Vec<u8>);

impl Styled {
    fn style(&mut self, codes: &str) -> io::Result<()> {
        self.0.extend_from_slice(codes.as_bytes());
        Ok(())
    }
}

impl io::Write for Styled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn colour(severity: diagnostic::Severity) -> &'static str {
    match severity {
        diagnostic::Severity::Bug | diagnostic::Severity::Error => "\u{1b}[1;31m",
        diagnostic::Severity::Warning => "\u{1b}[1;33m",
        diagnostic::Severity::Note => "\u{1b}[1;32m",
        diagnostic::Severity::Help => "\u{1b}[1;36m",
    }
}

impl WriteStyle for Styled {
    fn set_header(&mut self, severity: diagnostic::Severity) -> io::Result<()> {
        self.style(colour(severity))
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.style("\u{1b}[0;1m")
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.style("\u{1b}[2m")
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.style("\u{1b}[2m")
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.style("\u{1b}[2m")
    }

    fn set_label(&mut self, severity: diagnostic::Severity, style: LabelStyle) -> io::Result<()> {
        let codes = if style == LabelStyle::Primary { colour(severity) } else { "\u{1b}[36m" };
        self.style(codes)
    }

    fn reset(&mut self) -> io::Result<()> {
        self.style("\u{1b}[0m")
    }
}
