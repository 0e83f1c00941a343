//! Scopes × operations: which scope opens which call, as a grid; one a product group where one for all would be too wide.

use super::model::{Model, clauses};
use super::parts::{access, broken, operation, section};
use crate::ir::Name;
use crate::privilege::{Credential, Solution};
use crate::resolve::Usage;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// More columns than this are no longer a picture.
const COLUMNS: usize = 16;

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
    let rows = |kind: Credential| needing(model, kind).count();
    let shown = model.kinds().map(rows).max().unwrap_or(0);
    if shown == 0 {
        let empty = html! { p.empty { "No call in use needs a scope." } };
        return section("matrix", "Scopes × operations", Some(0), html! {}, empty);
    }
    let lead = html! {
        p { "Read along a row to see what a call needs, down a column to see what a scope is needed for." }
        p.keys {
            span { span.dot.needed { "●" } " needed" }
            span { span.dot.would { "○" } " would open it as well" }
        }
    };
    let body = html! {
        @for (kind, solution) in &model.report.credentials {
            div data-for=(kind.name()) { (grids(model, *kind, solution)) }
        }
    };
    section("matrix", "Scopes × operations", Some(shown), lead, body)
}

/// Operations in use that need something.
fn needing<'m>(model: &'m Model<'_>, kind: Credential) -> impl Iterator<Item = &'m Usage> {
    model.counted.iter().copied().filter(move |usage| !clauses(usage.operation, kind).is_empty())
}

fn grids(model: &Model<'_>, kind: Credential, solution: &Solution) -> Markup {
    let mut groups: BTreeMap<&str, Vec<&Usage>> = BTreeMap::new();
    for usage in needing(model, kind) {
        groups.entry(usage.operation.group).or_default().push(usage);
    }
    html! {
        div data-items="matrix" {
            @if groups.is_empty() {
                p.empty { "No call needs a scope." }
            } @else if solution.required.len() <= COLUMNS {
                div.table-frame.scroll tabindex="0" role="region" aria-label="Scopes and operations, scrolls sideways" {
                    table.grid {
                        caption { "Which scope opens which operation" }
                        (head(model, "Operation", &solution.required.iter().collect::<Vec<_>>()))
                        @for (group, rows) in &groups { (body(group, rows, kind, solution, &solution.required.iter().collect::<Vec<_>>())) }
                    }
                }
            } @else {
                div.grids { @for (group, rows) in &groups { (apart(model, group, rows, kind, solution)) } }
            }
        }
    }
}

/// A grid with the scopes of one group only.
fn apart(model: &Model<'_>, group: &str, rows: &[&Usage], kind: Credential, solution: &Solution) -> Markup {
    let concerns = |name: &&Name| rows.iter().any(|usage| cell(usage, kind, solution, name) != Cell::Nothing);
    let columns: Vec<&Name> = solution.required.iter().filter(concerns).collect();
    html! {
        div.table-frame.scroll data-group tabindex="0" role="region" aria-label={ (group) ", scrolls sideways" } {
            table.grid {
                caption { "Which scope opens which operation of " (group) }
                (head(model, group, &columns))
                tbody { @for usage in rows { (line(usage, kind, solution, &columns)) } }
            }
        }
    }
}

fn head(model: &Model<'_>, corner: &str, columns: &[&Name]) -> Markup {
    html! {
        thead {
            tr {
                th.corner scope="col" { (corner) }
                @for name in columns {
                    th.(access(model.tables.weights.weight(name).kind)) scope="col" { span.turned { (broken(name, '_')) } }
                }
            }
        }
    }
}

fn body(group: &str, rows: &[&Usage], kind: Credential, solution: &Solution, columns: &[&Name]) -> Markup {
    html! {
        tbody data-group {
            tr.group { th colspan=(columns.len() + 1) scope="rowgroup" { (group) } }
            @for usage in rows { (line(usage, kind, solution, columns)) }
        }
    }
}

fn line(usage: &Usage, kind: Credential, solution: &Solution, columns: &[&Name]) -> Markup {
    let scopes: Vec<&str> =
        clauses(usage.operation, kind).iter().flat_map(|clause| clause.any_of.iter().copied()).collect();
    html! {
        tr data-item data-kinds=(kind.name()) data-scopes=(scopes.join(" ")) {
            th scope="row" { (operation(usage.operation.id)) }
            @for name in columns {
                @match cell(usage, kind, solution, name) {
                    Cell::Needed => td { span.dot.needed aria-hidden="true" { "●" } span.unseen { "needed" } },
                    Cell::Would => td { span.dot.would aria-hidden="true" { "○" } span.unseen { "would do" } },
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
