//! Scopes × operations: which scope opens which call, as a grid.

use super::model::{Model, clauses};
use super::parts::{access, broken, operation, section};
use crate::ir::Name;
use crate::privilege::{Credential, Solution};
use crate::resolve::Usage;
use maud::{Markup, html};

/// More columns than this are no longer a picture.
const COLUMNS: usize = 60;

/// How a scope relates to an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// It is how the answer opens the operation.
    Needed,
    /// It would open it as well.
    Would,
    Nothing,
}

/// One grid a kind of credential.
pub(super) fn matrix(model: &Model<'_>) -> Markup {
    let rows =
        |solution: &Solution| solution.because.values().flatten().collect::<std::collections::BTreeSet<_>>().len();
    let shown = model.report.credentials.iter().map(|(_, solution)| rows(solution)).max().unwrap_or(0);
    let lead = html! {
        p {
            "Read along a row to see what a call needs, down a column to see what a scope is needed for. "
            span.key { span.dot.needed { "●" } " needed" } " "
            span.key { span.dot.would { "○" } " would open it as well" }
        }
    };
    if shown == 0 {
        return section(
            "matrix",
            "Scopes × operations",
            Some(0),
            html! {},
            html! { p.empty { "No call in use needs a scope." } },
        );
    }
    let body = html! {
        @for (kind, solution) in &model.report.credentials {
            div data-for=(kind.name()) { (grid(model, *kind, solution)) }
        }
    };
    section("matrix", "Scopes × operations", Some(shown), lead, body)
}

fn grid(model: &Model<'_>, kind: Credential, solution: &Solution) -> Markup {
    let columns: Vec<&Name> = solution.required.iter().take(COLUMNS).collect();
    let more = solution.required.len().saturating_sub(COLUMNS);
    let rows: Vec<&Usage> =
        model.counted.iter().copied().filter(|usage| !clauses(usage.operation, kind).is_empty()).collect();
    let mut group = "";
    html! {
        @if columns.is_empty() {
            p.empty { "No scope is needed." }
        } @else {
            @if more > 0 { p.hint { (more) " more scopes are left out of the picture; the tables have them." } }
            div.table-frame.scroll tabindex="0" role="region" aria-label="Scopes and operations, scrolls sideways" {
                table.grid {
                    caption { "Which scope opens which operation" }
                    thead {
                        tr {
                            th.corner scope="col" { "Operation" }
                            @for name in &columns {
                                th.(access(model.tables.weights.weight(name).kind)) scope="col" {
                                    span.turned { (broken(name, '_')) }
                                }
                            }
                        }
                    }
                    tbody data-items="matrix" {
                        @for usage in rows {
                            @if usage.operation.group != group {
                                ({ group = usage.operation.group; group_row(group, columns.len()) })
                            }
                            (line(usage, kind, solution, &columns))
                        }
                    }
                }
            }
        }
    }
}

fn group_row(group: &str, columns: usize) -> Markup {
    html! { tr.group data-group { th colspan=(columns + 1) scope="rowgroup" { (group) } } }
}

fn line(usage: &Usage, kind: Credential, solution: &Solution, columns: &[&Name]) -> Markup {
    let scopes: Vec<&str> =
        clauses(usage.operation, kind).iter().flat_map(|clause| clause.any_of.iter().copied()).collect();
    html! {
        tr data-item data-kinds=(kind.name()) data-scopes=(scopes.join(" ")) {
            th scope="row" { (operation(usage.operation.id)) }
            @for name in columns {
                @match cell(usage, kind, solution, name) {
                    Cell::Needed => td.on { span.dot.needed aria-hidden="true" { "●" } span.unseen { "needed" } },
                    Cell::Would => td.on { span.dot.would aria-hidden="true" { "○" } span.unseen { "would do" } },
                    Cell::Nothing => td {},
                }
            }
        }
    }
}

fn cell(usage: &Usage, kind: Credential, solution: &Solution, scope: &Name) -> Cell {
    let id = usage.operation.id;
    if solution.because.get(scope).is_some_and(|needing| needing.iter().any(|it| it == id)) {
        return Cell::Needed;
    }
    let accepted = clauses(usage.operation, kind).iter().any(|clause| clause.any_of.contains(&scope.as_str()));
    if accepted { Cell::Would } else { Cell::Nothing }
}
