//! Who uses what: every operation in use with what it needs and the places that show it.

use super::model::{Model, clauses, origin};
use super::parts::{access, attribute, count, place, route, scope, section, words};
use super::table::{Column, cells, framed};
use crate::catalog::requirement::State;
use crate::catalog::{Operation, Status};
use crate::evidence::{Call, Confidence, Evidence};
use crate::privilege::Credential;
use crate::privilege::compare::requirement;
use crate::redact::safe;
use crate::resolve::Usage;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// So many places are shown before the rest folds away.
const OPEN: usize = 3;
/// More places than this are counted, not listed.
const MOST: usize = 400;
const COLUMNS: [Column; 3] = [Column::new("Operation"), Column::new("Needs"), Column::wide("Where")];

/// The table of operations.
pub(super) fn operations(model: &Model<'_>) -> Markup {
    let all: Vec<&Usage> = model.counted.iter().chain(&model.in_tests).copied().collect();
    if all.is_empty() {
        let empty = html! { p.empty { "No call of Datadog's API was found in what was read." } };
        return section("operations", "Who uses what", Some(0), html! {}, empty);
    }
    let lead = html! {
        p { "Every operation that is used, what it demands, and the lines of code or the records of traffic that show it." }
    };
    let rows = html! { @for usage in all { (line(model, usage)) } };
    let body = framed("uses", "Operations in use", &COLUMNS, "operations", &rows);
    section("operations", "Who uses what", Some(model.counted.len() + model.in_tests.len()), lead, body)
}

fn line(model: &Model<'_>, usage: &Usage) -> Markup {
    let operation = usage.operation;
    let origins: BTreeSet<&str> = usage.evidence.iter().map(origin).collect();
    let scopes: BTreeSet<&str> = model
        .kinds()
        .flat_map(|kind| clauses(operation, kind))
        .flat_map(|clause| clause.any_of.iter().copied())
        .collect();
    let looks = if model.only_looks(operation) { "read" } else { "write" };
    let counts = usage.counts(model.report.include_tests);
    let needed = html! {
        @for kind in model.kinds() { div.needs data-for=(kind.name()) { (needs(model, operation, kind)) } }
    };
    html! {
        tr id={ "op-" (operation.id) } role="row" data-item data-kinds=(attribute(model.kinds()))
            data-origin=(origins.iter().copied().collect::<Vec<_>>().join(" "))
            data-access=(looks) data-confidence=(usage.confidence().name())
            data-tests=[(!counts).then_some("only")]
            data-scopes=(scopes.iter().copied().collect::<Vec<_>>().join(" ")) {
            (cells(&COLUMNS, [name(operation, usage, counts), needed, places(&model.places(usage))]))
        }
    }
}

fn name(operation: &Operation, usage: &Usage, counts: bool) -> Markup {
    html! {
        span.id { (operation.id) }
        @if !operation.anchor.is_empty() {
            a.docs href={ "https://docs.datadoghq.com/api/latest/" (operation.anchor) } rel="noopener noreferrer" {
                "docs" span.unseen { " of " (operation.id) }
            }
        }
        @if !operation.id.contains('/') { (route(operation)) }
        span.tags {
            @if !counts { span.tag.tests { "test code only" } }
            @if usage.confidence() == Confidence::Likely { span.tag.likely { "likely" } }
            @match (operation.status, operation.last_release) {
                (Status::Retired, Some(release)) => span.tag.retired { "retired, last in " (release) },
                (Status::Retired, None) => span.tag.retired { "retired" },
                (Status::Undocumented, _) => span.tag.retired { "undocumented" },
                (Status::Current, _) => {},
            }
            @if operation.is_deprecated() { span.tag.retired { "deprecated" } }
            @if let Some(day) = operation.sunset { span.tag.retired { "ends " (day) } }
        }
    }
}

/// What an operation demands, in words where there are no clauses.
fn needs(model: &Model<'_>, operation: &Operation, kind: Credential) -> Markup {
    let need = requirement(operation, kind);
    html! {
        @match need.state {
            State::Published | State::Inferred => {
                @for (number, clause) in need.clauses.iter().enumerate() {
                    @if number > 0 { span.glue { "and" } }
                    span.clause {
                        @for (number, name) in clause.any_of.iter().enumerate() {
                            @if number > 0 { span.glue { "or" } }
                            (scope(name, model.tables.weights.weight(name).kind))
                        }
                    }
                }
                @if need.state == State::Inferred { span.aside { "inferred from its OAuth scopes" } }
            },
            State::Open => span.aside { "no scope: any key will do" },
            State::NotNeeded => span.aside { "no scope" },
            State::Unpublished => span.aside { "not published" },
            State::Unsupported => span.tag.access.take-over { "not for " (words(kind)) "s" },
        }
    }
}

fn places(all: &[&Evidence]) -> Markup {
    let shown = if all.len() <= OPEN + 1 { all.len() } else { OPEN };
    html! {
        ul.places { @for evidence in all.iter().take(shown) { li { (shown_place(evidence)) } } }
        @if all.len() > shown {
            details.more {
                summary { (count(all.len() - shown, "more place", "more places")) }
                ul.places {
                    @for evidence in all.iter().skip(shown).take(MOST) { li { (shown_place(evidence)) } }
                    @if all.len() > shown + MOST { li { "and " (all.len() - shown - MOST) " more" } }
                }
            }
        }
    }
}

fn shown_place(evidence: &Evidence) -> Markup {
    let observed = evidence.observed.as_deref();
    html! {
        span.origin.(origin(evidence)) title=(super::super::json::kind(evidence)) { (origin(evidence)) }
        @if let Call::Declared { address, action, .. } = &evidence.call {
            span.block { (safe(address)) } " " span.aside { (action) " at" } " "
        }
        (place(&evidence.place))
        @if evidence.confidence == Confidence::Likely { span.tag.likely { "likely" } }
        @if evidence.test { span.tag.tests { "test" } }
        @if let Some(seen) = observed {
            @if seen.declared { span.tag { "declared" } } @else if seen.count > 1 { span.times { "× " (super::super::style::grouped(seen.count)) } }
            @match seen.status {
                Some(403) => span.tag.bad { "403 denied" },
                Some(status @ 400..) => span.tag.warn { (status) },
                _ => {},
            }
            @if let Some(actor) = &seen.actor { span.aside { (actor.kind) " " (safe(&actor.id)) } }
        }
    }
}

/// The words by which the page's filter knows kinds of access, for the operations in use.
pub(super) fn accesses(model: &Model<'_>) -> BTreeSet<&'static str> {
    let scopes = model.scopes.iter().map(|row| access(row.kind));
    let operations = model.counted.iter().map(|it| if model.only_looks(it.operation) { "read" } else { "write" });
    scopes.chain(operations).collect()
}
