//! The bar with search, filters and themes, and the navigation beside the report.

use super::model::{Model, origin};
use super::operations::accesses;
use super::parts::words;
use crate::finding::Severity;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// The bar at the top.
pub(super) fn bar(model: &Model<'_>) -> Markup {
    html! {
        header.bar {
            a.brand href="#content" { strong { "ddscope" } " " span { (model.command) } }
            div.search role="search" {
                label.unseen for="query" { "Search operations, scopes, files, calls" }
                input id="query" type="search" placeholder="Search operations, scopes, files …" autocomplete="off" spellcheck="false";
                kbd aria-hidden="true" { "/" }
            }
            (filters(model))
            div.switches {
                (kinds(model))
                button id="theme" type="button" aria-label="Theme: as the system" { span aria-hidden="true" { "◐" } }
            }
            p id="status" .status role="status" aria-live="polite" {}
        }
    }
}

fn filters(model: &Model<'_>) -> Markup {
    let places = model.counted.iter().chain(&model.in_tests).flat_map(|usage| &usage.evidence);
    let origins: BTreeSet<&str> =
        places.map(origin).chain(model.undecided.iter().map(|call| origin(&call.evidence))).collect();
    let severities: BTreeSet<Severity> =
        model.verdict.iter().flat_map(|verdict| verdict.findings).map(|finding| finding.severity).collect();
    let severities: Vec<&str> = severities.into_iter().rev().map(Severity::name).collect();
    html! {
        div.filters {
            (choice("origin", "Evidence", &origins.into_iter().collect::<Vec<_>>()))
            (choice("access", "Access", &accesses(model).into_iter().collect::<Vec<_>>()))
            (choice("severity", "Severity", &severities))
            button id="reset" type="button" hidden { "Clear" }
        }
    }
}

/// A choice, unless there is nothing to choose.
fn choice(id: &str, label: &str, values: &[&str]) -> Markup {
    html! {
        @if values.len() > 1 {
            label.choice {
                span { (label) }
                select data-filter=(id) {
                    option value="" { "any" }
                    @for value in values { option value=(value) { (value) } }
                }
            }
        }
    }
}

/// Which kind of credential the answer is for. Works by style alone.
fn kinds(model: &Model<'_>) -> Markup {
    let kinds: Vec<_> = model.kinds().collect();
    html! {
        @if kinds.len() > 1 {
            fieldset.kinds {
                legend.unseen { "Answer for" }
                @for (number, kind) in kinds.iter().enumerate() {
                    input id={ "kind-" (kind.name()) } type="radio" name="kind" value=(kind.name()) checked[number == 0];
                    label for={ "kind-" (kind.name()) } { (words(*kind)) }
                }
            }
        }
    }
}

/// Links to the sections.
pub(super) fn navigation(sections: &[super::Section]) -> Markup {
    html! {
        nav aria-label="Sections" {
            ul {
                @for section in sections {
                    li {
                        a href={ "#" (section.id) } {
                            (section.title)
                            @if let Some(count) = section.count { span.count { (count) } }
                        }
                    }
                }
            }
        }
    }
}
