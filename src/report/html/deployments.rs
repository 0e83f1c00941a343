//! What planning and applying need, for each provider that declarations configure.

use super::model::Model;
use super::parts::{count, list, scope, section};
use crate::ir::Name;
use crate::privilege::Solution;
use maud::{Markup, html};

/// The section; nothing without declared providers.
pub(super) fn deployments(model: &Model<'_>) -> Option<Markup> {
    let all = &model.report.deployments;
    if all.is_empty() {
        return None;
    }
    let lead = html! {
        p { "A key that only plans can be smaller than the one that applies: give the pull request the first, the main branch the second." }
    };
    let body = html! {
        @for it in all {
            div.panel {
                h3 { (it.title()) }
                div.pair {
                    (card(model, "Plan", "starting, validating, refreshing, data sources", &it.plan, None))
                    (card(model, "Apply", "planning, and what the input shows to be created, changed or deleted", &it.apply, Some(&it.plan)))
                }
            }
        }
    };
    Some(section("deployments", "Plan and apply", Some(all.len()), lead, body))
}

fn card(model: &Model<'_>, title: &str, about: &str, solution: &Solution, less: Option<&Solution>) -> Markup {
    let new = |name: &Name| less.is_some_and(|plan| !plan.required.contains(name));
    html! {
        div.half {
            div.panel-head {
                h4 { (title) span.count { " " (count(solution.required.len(), "scope", "scopes")) } }
                @if !solution.required.is_empty() {
                    button.copy type="button" data-copy=(list(&solution.required)) { "Copy names" }
                }
            }
            p.aside { (about) }
            @if solution.required.is_empty() { p.aside { "needs no scope" } }
            ul.plain {
                @for name in &solution.required {
                    li {
                        (scope(name, model.tables.weights.weight(name).kind))
                        @if new(name) { " " span.tag.open { "beyond the plan" } }
                    }
                }
            }
        }
    }
}
