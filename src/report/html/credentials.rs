//! What each compared credential holds, needs, lacks and holds for nothing.

use super::model::{Model, Surface};
use super::parts::{bar, count, legend, operation, place, scope, section, words};
use crate::ir::Name;
use crate::privilege::compare::Excess;
use crate::privilege::{Comparison, Grant, Missing};
use crate::redact::safe;
use crate::report::style::grouped;
use maud::{Markup, html};

/// The section.
pub(super) fn credentials(model: &Model<'_>) -> Markup {
    let most = model.comparisons().iter().map(|it| surface(model, it).opened()).max().unwrap_or(0);
    let lead = html! {
        p { "What each credential can do, and how much of that is used by the code and traffic that were read." }
        (legend())
    };
    let body = html! {
        ol.credentials data-items="credentials" {
            @for it in model.comparisons() { (card(model, it, most)) }
        }
    };
    section("credentials", "Credentials", Some(model.comparisons().len()), lead, body)
}

/// What it opens.
fn surface(model: &Model<'_>, it: &Comparison) -> Surface {
    match &it.grant {
        Some(grant) if grant.is_unscoped() => model.whole(),
        _ => model.surface(it.held.scopes.keys()),
    }
}

fn card(model: &Model<'_>, it: &Comparison, most: usize) -> Markup {
    let surface = surface(model, it);
    let (sure, open): (Vec<&Excess>, Vec<&Excess>) = it.excess.iter().partition(|excess| excess.doubts.is_empty());
    let unscoped = it.grant.as_ref().is_some_and(Grant::is_unscoped);
    let scopes = it.held.scopes.keys().chain(&it.solution.required).map(Name::as_str).collect::<Vec<_>>();
    html! {
        li.panel.credential data-item data-kinds=(it.credential.name()) data-scopes=(scopes.join(" ")) {
            div.panel-head {
                h3 { (safe(&it.name)) }
                span.noun { (it.grant.as_ref().map_or(words(it.credential), |grant| grant.source.noun())) }
                (verdict(it, sure.len(), open.len()))
            }
            @if let Some(grant) = &it.grant { (facts(it, grant)) }
            @if it.grant.is_some() {
                div.surface {
                    (bar(surface, most))
                    p {
                        @if unscoped { "It has no scope list, so it can do all that its owner can: up to " }
                        @else { "It opens " }
                        strong { (grouped(surface.opened() as u64)) } " operations, of which " strong { (grouped(surface.used() as u64)) } " are used."
                    }
                }
            } @else {
                p.hint { "Nothing says what it holds, so only what it needs can be told." }
            }
            dl.rows {
                (lacks(model, "missing", "bad", &it.missing))
                (lacks(model, "owner lacks", "bad", &it.owner_lacks))
                (lacks(model, "not shown", "open", &it.not_shown))
                (row("excess", "warn", sure.len(), names(model, sure.iter().map(|it| &it.scope))))
                (row("possibly excess", "open", open.len(), possibly(model, &open)))
                (row("broader", "open", it.broader.len(), broader(model, it)))
                @if it.grant.is_none() || unscoped {
                    (row("needs", "good", it.solution.required.len(), names(model, it.solution.required.iter())))
                } @else {
                    (row("needed and held", "good", it.kept.len(), names(model, it.kept.iter())))
                }
            }
        }
    }
}

fn verdict(it: &Comparison, sure: usize, open: usize) -> Markup {
    let unscoped = it.grant.as_ref().is_some_and(Grant::is_unscoped);
    html! {
        span.tags {
            @if it.grant.is_none() { span.tag.open { "nothing to compare with" } }
            @if unscoped { span.tag.bad { "unscoped" } }
            @if !it.missing.is_empty() { span.tag.bad { (it.missing.len()) " missing" } }
            @if sure > 0 { span.tag.warn { (sure) " excess" } }
            @if open > 0 { span.tag.open { (open) " possibly excess" } }
            @if it.grant.is_some() && !unscoped && it.missing.is_empty() && it.excess.is_empty() && it.broader.is_empty() {
                span.tag.good { "exactly what it needs" }
            }
        }
    }
}

fn facts(it: &Comparison, grant: &Grant) -> Markup {
    let owner = grant.owner.as_ref().map(|owner| owner.id.as_str()).filter(|id| !id.is_empty());
    html! {
        p.facts {
            @if let Some(id) = grant.id.as_ref().filter(|id| **id != it.name) { span { "id " (safe(id)) } }
            @if let Some(owner) = owner { span { "owner " (safe(owner)) } }
            @if let Some(at) = &grant.last_used { span { "last used " (safe(at)) } }
            @if let Some(at) = &grant.expires { span { "expires " (safe(at)) } }
            @if grant.disabled { span { "disabled" } }
            span { "read from " (place(&grant.place)) }
        }
    }
}

fn row(label: &str, mood: &str, number: usize, body: Markup) -> Markup {
    html! {
        @if number > 0 {
            div.row.(mood) {
                dt { (label) " " span.count { (number) } }
                dd { (body) }
            }
        }
    }
}

fn names<'n>(model: &Model<'_>, all: impl Iterator<Item = &'n Name>) -> Markup {
    html! { ul.chips { @for name in all { li { (scope(name, model.tables.weights.weight(name).kind)) } } } }
}

fn lacks(model: &Model<'_>, label: &str, mood: &str, all: &[Missing]) -> Markup {
    let body = html! {
        ul.plain {
            @for lack in all {
                li {
                    (scope(&lack.scope, model.tables.weights.weight(&lack.scope).kind))
                    " for "
                    @for (number, id) in lack.operations.iter().take(4).enumerate() {
                        @if number > 0 { ", " } (operation(id))
                    }
                    @if lack.operations.len() > 4 { " and " (lack.operations.len() - 4) " more" }
                }
            }
        }
    };
    row(label, mood, all.len(), body)
}

fn possibly(model: &Model<'_>, open: &[&Excess]) -> Markup {
    html! {
        ul.plain {
            @for excess in open {
                li {
                    (scope(&excess.scope, model.tables.weights.weight(&excess.scope).kind))
                    " unless "
                    @for (number, doubt) in excess.doubts.iter().take(2).enumerate() {
                        @if number > 0 { ", " } code { (safe(&doubt.call)) } " at " (place(&doubt.place))
                    }
                    @if excess.doubts.len() > 2 { " or " (count(excess.doubts.len() - 2, "more call", "more calls")) }
                    " needs it"
                }
            }
        }
    }
}

fn broader(model: &Model<'_>, it: &Comparison) -> Markup {
    html! {
        ul.plain {
            @for broader in &it.broader {
                li {
                    (scope(&broader.scope, model.tables.weights.weight(&broader.scope).kind)) " where "
                    @for (number, name) in broader.instead.iter().enumerate() {
                        @if number > 0 { " and " } (scope(name, model.tables.weights.weight(name).kind))
                    }
                    " would do"
                }
            }
        }
    }
}
