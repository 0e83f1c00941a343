//! Findings of `check` and `audit`, with the lines that they point at.

use super::model::Model;
use super::parts::{count, place, prose, section};
use crate::evidence::Place;
use crate::finding::{Finding, Label};
use crate::redact::safe;
use crate::report::verdict::Verdict;
use maud::{Markup, html};

/// So many places of one finding are quoted before the rest folds away.
const OPEN: usize = 3;
/// Lines longer than this are named, not quoted.
const WIDEST: usize = 400;

/// The section.
pub(super) fn findings(model: &Model<'_>, verdict: &Verdict<'_>) -> Markup {
    let known = match verdict.known {
        0 => html! {},
        known => {
            html! { p.hint { (count(known, "finding is", "findings are")) " known from the baseline and not shown." } }
        }
    };
    if verdict.findings.is_empty() {
        let empty = html! { p.empty.good { "Nothing to report: what is held is what is needed." } (known) };
        return section("findings", "Findings", Some(0), html! {}, empty);
    }
    let body = html! {
        ol.findings data-items="findings" {
            @for finding in verdict.findings { (card(model, verdict, finding)) }
        }
        (known)
    };
    section("findings", "Findings", Some(verdict.findings.len()), html! {}, body)
}

fn card(model: &Model<'_>, verdict: &Verdict<'_>, finding: &Finding) -> Markup {
    let credential = model.comparisons().iter().find(|it| it.name == finding.credential.as_str());
    let kinds = match credential {
        Some(it) => super::parts::attribute(std::iter::once(it.credential)),
        None => super::parts::attribute(model.kinds()),
    };
    let (calls, context): (Vec<&Label>, Vec<&Label>) = finding.places.iter().partition(|label| !label.context);
    html! {
        li.finding.(finding.severity.name()) data-item data-kinds=(kinds) data-severity=(finding.severity.name())
            data-scopes=(finding.scopes.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(" ")) {
            div.finding-head {
                span.severity { (finding.severity.name()) }
                code.code title=(finding.code.summary()) { (finding.code.name()) }
                @if !finding.credential.is_empty() { span.who { (safe(&finding.credential)) } }
            }
            p.message { (prose(&finding.message)) }
            @for label in calls.iter().take(OPEN).chain(&context) { (quoted(verdict, label)) }
            @if calls.len() > OPEN {
                details.more {
                    summary { (count(calls.len() - OPEN, "more place", "more places")) }
                    @for label in calls.iter().skip(OPEN) { (quoted(verdict, label)) }
                }
            }
            @if !finding.notes.is_empty() { ul.notes { @for note in &finding.notes { li { (prose(note)) } } } }
            @if let Some(help) = &finding.help { p.help { strong { "What to do: " } (prose(help)) } }
        }
    }
}

/// A place with its line, if the file could be read.
fn quoted(verdict: &Verdict<'_>, label: &Label) -> Markup {
    html! {
        figure.quote.context[label.context] {
            figcaption { (place(&label.place)) @if !label.text.is_empty() { span.says { (prose(&label.text)) } } }
            @if let Some((number, line)) = line_of(verdict, &label.place) {
                pre { span.gutter aria-hidden="true" { (number) } (line) }
            }
        }
    }
}

/// The first line of a place, the stretch itself marked.
fn line_of(verdict: &Verdict<'_>, at: &Place) -> Option<(u32, Markup)> {
    let Place::Source { file, span, .. } = at else { return None };
    let line = verdict.texts.get(file)?.lines().nth(usize::try_from(span.line.checked_sub(1)?).ok()?)?;
    if line.trim().is_empty() || line.len() > WIDEST {
        return None;
    }
    let shown = |text: &str| safe(&text.replace('\t', "    ")).into_owned();
    let from = usize::try_from(span.column.saturating_sub(1)).ok()?.min(line.len());
    let to =
        if span.end_line > span.line { line.len() } else { usize::try_from(span.end_column.saturating_sub(1)).ok()? };
    let parts = (line.get(..from), line.get(from..to.clamp(from, line.len())), line.get(to.clamp(from, line.len())..));
    // Cut in pieces a secret might no longer look like one.
    let whole = shown(line);
    let markup = match parts {
        (Some(before), Some(inside), Some(after))
            if format!("{}{}{}", shown(before), shown(inside), shown(after)) == whole =>
        {
            html! { (shown(before.trim_start())) mark { (shown(inside)) } (shown(after)) }
        }
        _ => html! { (whole.trim_start()) },
    };
    Some((span.line, markup))
}
