//! Every scope that is needed, held or lacking: what it opens, what of that is used, and who needs it.

use super::model::{Held, Model, ScopeFacts, Standing};
use super::parts::{access, attribute, bar, count, legend, operation, scope, section, words};
use super::table::{Column, cells, framed};
use crate::privilege::{Credential, takeover_reason};
use crate::redact::safe;
use maud::{Markup, html};

/// So many operations that a scope opens besides are listed.
const BESIDES: usize = 200;
const COLUMNS: [Column; 4] =
    [Column::new("Scope"), Column::new("Status"), Column::number("Used of opened"), Column::wide("Reach")];

/// The table of scopes.
pub(super) fn scopes(model: &Model<'_>) -> Markup {
    let lead = html! {
        p {
            "How far each scope reaches beyond its use. What is not used is what a leaked credential could do besides: the longer "
            "that part of a bar, the more is given away."
        }
        (legend())
    };
    if model.scopes.is_empty() {
        return section(
            "scopes",
            "Reach of each scope",
            Some(0),
            html! {},
            html! { p.empty { "No scope is needed, held or lacking." } },
        );
    }
    let most = model.scopes.iter().map(|row| row.surface(model).opened()).max().unwrap_or(0);
    let rows = html! { @for row in &model.scopes { (line(model, row, most)) } };
    let body = framed("reach", "Scopes and the operations that they open", &COLUMNS, "scopes", &rows);
    section("scopes", "Reach of each scope", Some(model.scopes.len()), lead, body)
}

fn line(model: &Model<'_>, row: &ScopeFacts<'_>, most: usize) -> Markup {
    let surface = row.surface(model);
    let kinds =
        attribute(row.standing.iter().filter(|(kind, it)| concerns(model, row, *kind, *it)).map(|(kind, _)| *kind));
    let statuses: Vec<&str> = row.held.iter().map(|(_, held)| held.words()).collect();
    let name = html! {
        (scope(&row.name, row.kind))
        span.aside { @if !row.group.is_empty() { (row.group) } @else { "in no list of Datadog's" } }
        @if let Some(reason) = takeover_reason(&row.name) { span.why { "amounts to taking over: it " (reason) } }
    };
    let used = html! { strong { (surface.used()) } " of " (surface.opened()) };
    let reach = html! { (bar(surface, most)) (reached(model, row)) };
    html! {
        tr role="row" data-item data-kinds=(kinds) data-access=(access(row.kind)) data-status=(statuses.join(","))
            data-scopes=(row.name) {
            (cells(&COLUMNS, [name, status(model, row), used, reach]))
        }
    }
}

/// Whether a row says something about a kind of credential.
fn concerns(model: &Model<'_>, row: &ScopeFacts<'_>, kind: Credential, standing: Standing) -> bool {
    let comparisons = model.comparisons();
    standing != Standing::Unneeded
        || row.held.iter().any(|(number, _)| comparisons.get(*number).is_some_and(|it| it.credential == kind))
}

fn status(model: &Model<'_>, row: &ScopeFacts<'_>) -> Markup {
    let mut held: Vec<(Held, &str)> = row
        .held
        .iter()
        .filter_map(|(number, held)| Some((*held, model.comparisons().get(*number)?.name.as_str())))
        .collect();
    held.sort();
    html! {
        span.tags {
            span.tag.access.(access(row.kind)) { (access(row.kind)) }
            @for (kind, standing) in &row.standing {
                @match standing {
                    Standing::Forced => span.tag.forced data-for=(kind.name()) { "forced" },
                    Standing::Chosen => span.tag.chosen data-for=(kind.name()) { "chosen" },
                    Standing::Unneeded => span.tag.unneeded data-for=(kind.name()) { "not needed" },
                }
            }
        }
        @if !held.is_empty() {
            ul.holders {
                @for (held, name) in held.iter().take(4) {
                    li.(class(*held)) { span.mark { (held.words()) } " " span.who { (safe(name)) } }
                }
                @if held.len() > 4 { li { "and " (held.len() - 4) " more credentials" } }
            }
        }
    }
}

fn class(held: Held) -> &'static str {
    match held {
        Held::Missing => "bad",
        Held::Excess => "warn",
        Held::PossiblyExcess => "open",
        Held::Kept => "good",
    }
}

fn reached(model: &Model<'_>, row: &ScopeFacts<'_>) -> Markup {
    let needing = |kind: Credential| {
        let found = model.report.credentials.iter().find(|(it, _)| *it == kind);
        found.and_then(|(_, solution)| solution.because.get(&row.name)).map(Vec::as_slice).unwrap_or_default()
    };
    html! {
        div.reached {
            @for kind in model.kinds() {
                @let operations = needing(kind);
                @if !operations.is_empty() {
                    details.more data-for=(kind.name()) {
                        summary { "needed by " (count(operations.len(), "operation", "operations")) }
                        ul.plain { @for id in operations { li { (operation(id)) } } }
                    }
                }
            }
            @if !row.beyond.is_empty() {
                details.more {
                    summary { "opens " (row.beyond.len()) " besides" }
                    ul.plain.routes {
                        @for other in row.beyond.iter().take(BESIDES) { li { (other.id) " " (other.method) " " (other.path) } }
                        @if row.beyond.len() > BESIDES { li { "and " (row.beyond.len() - BESIDES) " more" } }
                    }
                }
            }
        }
        @if row.beyond.is_empty() && row.used.is_empty() {
            span.aside { "opens no operation of the table for " (words(row.standing.first().map_or(Credential::AppKey, |it| it.0))) "s" }
        }
    }
}
