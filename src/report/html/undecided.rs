//! Calls that could not be decided, by reason, with what they could be and what would help.

use super::model::{Model, origin};
use super::parts::{attribute, place, section};
use super::table::{Column, cells, head};
use crate::redact::safe;
use crate::resolve::{Unresolved, reason};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// More candidates than this are counted, not listed.
const CANDIDATES: usize = 40;
/// So many candidates are shown before the rest folds away.
const OPEN: usize = 6;
const COLUMNS: [Column; 3] = [Column::new("Call"), Column::new("Could be"), Column::wide("Where")];

/// The section.
pub(super) fn undecided(model: &Model<'_>) -> Markup {
    if model.undecided.is_empty() {
        let empty = html! { p.empty.good { "Every Datadog call that was found could be decided." } };
        return section("undecided", "Undecided calls", Some(0), html! {}, empty);
    }
    let mut reasons: BTreeMap<&str, Vec<&Unresolved>> = BTreeMap::new();
    for call in &model.undecided {
        reasons.entry(call.reason).or_default().push(call);
    }
    let lead = html! {
        p { "Datadog is called here, but which operation it is cannot be told. They count for nothing above, so the answer may lack what they need." }
    };
    let body = html! {
        div data-items="undecided" {
            @for (id, calls) in &reasons { (group(model, id, calls)) }
        }
    };
    section("undecided", "Undecided calls", Some(model.undecided.len()), lead, body)
}

fn group(model: &Model<'_>, id: &str, calls: &[&Unresolved]) -> Markup {
    let (what, help) = reason::describe(id);
    html! {
        div.panel.reason data-group {
            div.panel-head {
                h3 { (super::answer::capital(what)) }
                code.code { (id) }
            }
            p.help { strong { "What helps: " } (help) "." }
            table.stack role="table" {
                caption.unseen { "Calls with the reason " (id) }
                (head(&COLUMNS))
                tbody role="rowgroup" { @for call in calls { (line(model, call)) } }
            }
        }
    }
}

fn line(model: &Model<'_>, call: &Unresolved) -> Markup {
    let text = html! { span.call { (super::parts::broken(&safe(&call.call()), '/')) } };
    html! {
        tr role="row" data-item data-kinds=(attribute(model.kinds())) data-origin=(origin(&call.evidence))
            data-tests=[call.evidence.test.then_some("only")] {
            (cells(&COLUMNS, [text, candidates(call), place(&call.evidence.place)]))
        }
    }
}

fn candidates(call: &Unresolved) -> Markup {
    let all = &call.candidates;
    html! {
        @match all.len() {
            0 => span.aside { "anything" },
            many if many > CANDIDATES => span.aside { "any of " (many) " operations" },
            _ => {
                ul.plain { @for id in all.iter().take(OPEN) { li { code.id { (id) } } } }
                @if all.len() > OPEN {
                    details.more {
                        summary { (all.len() - OPEN) " more" }
                        ul.plain { @for id in all.iter().skip(OPEN) { li { code.id { (id) } } } }
                    }
                }
            }
        }
    }
}
