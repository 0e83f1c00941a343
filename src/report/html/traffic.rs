//! Code against traffic: used in both, in code only, in traffic only.

use super::model::Model;
use super::parts::{attribute, operation, place, route, section};
use super::table::{Column, cells, framed};
use crate::catalog::Operation;
use crate::redact::safe;
use crate::report::reconcile::{Reconciliation, Seen, requests_of};
use crate::report::style::grouped;
use crate::resolve::{Unresolved, Usage, reason};
use maud::{Markup, html};

/// So many places that may explain a request are named.
const PERHAPS: usize = 3;
const COLUMNS: [Column; 4] = [
    Column::new("Operation"),
    Column::new("Found in"),
    Column::number("Requests"),
    Column::wide("What may explain it"),
];

/// The section; nothing unless there are both.
pub(super) fn traffic(model: &Model<'_>) -> Option<Markup> {
    let it = model.report.reconciliation()?;
    let total = it.both.len() + it.code_only.len() + it.traffic_only.len() + it.unexplained.len();
    let lead = html! {
        p {
            "What was seen but is not in the code may come from elsewhere, or from a call that could not be read. What is "
            "in the code but was never seen may be dead, or the recording too short."
        }
    };
    Some(section("traffic", "Code against traffic", Some(total), lead, table(model, &it)))
}

fn table(model: &Model<'_>, it: &Reconciliation<'_>) -> Markup {
    let rows = html! {
        @for seen in &it.traffic_only { (line(model, seen.usage, "traffic only", "warn", Some(seen))) }
        @for request in &it.unexplained { (unexplained(model, request)) }
        @for usage in &it.code_only { (line(model, usage, "code only", "open", None)) }
        @for seen in &it.both { (line(model, seen.usage, "both", "good", Some(seen))) }
    };
    framed("sides", "Operations by where they were found", &COLUMNS, "traffic", &rows)
}

fn unexplained(model: &Model<'_>, request: &Unresolved) -> Markup {
    let call = html! { span.call { (safe(&request.call())) } };
    let requests = html! { (grouped(requests_of(&request.evidence).unwrap_or(0))) };
    let why = html! { span.aside { (reason::describe(request.reason).0) } };
    row(model, [call, side("traffic only", "warn"), requests, why])
}

fn line(model: &Model<'_>, usage: &Usage, found: &str, mood: &str, seen: Option<&Seen<'_>>) -> Markup {
    let of: &Operation = usage.operation;
    let name = html! { (operation(of.id)) (route(of)) };
    let requests = html! { @if let Some(seen) = seen { (grouped(seen.requests)) } @else { "none" } };
    row(model, [name, side(found, mood), requests, perhaps(seen)])
}

fn side(found: &str, mood: &str) -> Markup {
    html! { span.tag.(mood) { (found) } }
}

fn row(model: &Model<'_>, row: [Markup; 4]) -> Markup {
    html! { tr role="row" data-item data-kinds=(attribute(model.kinds())) { (cells(&COLUMNS, row)) } }
}

fn perhaps(seen: Option<&Seen<'_>>) -> Markup {
    let all = seen.map(|seen| seen.perhaps.as_slice()).unwrap_or_default();
    html! {
        ul.plain {
            @for it in all.iter().take(PERHAPS) {
                li { (place(it.place)) " " span.aside { (if it.why == "test-code" { "test code" } else { reason::describe(it.why).0 }) } }
            }
            @if all.len() > PERHAPS { li { "and " (all.len() - PERHAPS) " more" } }
        }
    }
}
