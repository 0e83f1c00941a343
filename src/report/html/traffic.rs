//! Code against traffic: used in both, in code only, in traffic only.

use super::model::Model;
use super::parts::{attribute, operation, place, route, section};
use crate::catalog::Operation;
use crate::redact::safe;
use crate::report::reconcile::{Reconciliation, Seen, requests_of};
use crate::report::style::grouped;
use crate::resolve::{Usage, reason};
use maud::{Markup, html};

/// So many places that may explain a request are named.
const PERHAPS: usize = 3;

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
    html! {
        div.table-frame {
            table.stack.sides role="table" {
                caption { "Operations by where they were found" }
                thead role="rowgroup" {
                    tr role="row" {
                        th scope="col" role="columnheader" { "Operation" }
                        th scope="col" role="columnheader" { "Found in" }
                        th scope="col" role="columnheader" { "Requests" }
                        th.wide scope="col" role="columnheader" { "What may explain it" }
                    }
                }
                tbody role="rowgroup" data-items="traffic" {
                    @for seen in &it.traffic_only { (line(model, seen.usage, "traffic only", "warn", Some(seen))) }
                    @for request in &it.unexplained {
                        tr role="row" data-item data-kinds=(attribute(model.kinds())) {
                            th scope="row" role="rowheader" data-label="Operation" { span.call { (safe(&request.call())) } }
                            td role="cell" data-label="Found in" { span.tag.warn { "traffic only" } }
                            td.number role="cell" data-label="Requests" { (grouped(requests_of(&request.evidence).unwrap_or(0))) }
                            td.wide role="cell" data-label="What may explain it" { span.aside { (reason::describe(request.reason).0) } }
                        }
                    }
                    @for usage in &it.code_only { (line(model, usage, "code only", "open", None)) }
                    @for seen in &it.both { (line(model, seen.usage, "both", "good", Some(seen))) }
                }
            }
        }
    }
}

fn line(model: &Model<'_>, usage: &Usage, side: &str, mood: &str, seen: Option<&Seen<'_>>) -> Markup {
    let of: &Operation = usage.operation;
    html! {
        tr role="row" data-item data-kinds=(attribute(model.kinds())) {
            th scope="row" role="rowheader" data-label="Operation" { (operation(of.id)) (route(of)) }
            td role="cell" data-label="Found in" { span.tag.(mood) { (side) } }
            td.number role="cell" data-label="Requests" { @if let Some(seen) = seen { (grouped(seen.requests)) } @else { "none" } }
            td.wide role="cell" data-label="What may explain it" { (perhaps(seen)) }
        }
    }
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
