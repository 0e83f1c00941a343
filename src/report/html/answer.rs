//! The head of the page: the answer in one sentence, its figures, and the scopes to copy.

use super::model::{Model, Surface};
use super::parts::{access, article, bar, broken, count, legend, list, operation, prose, section, words};
use crate::ir::Name;
use crate::privilege::{Credential, Grant, Solution, takeover_reason};
use crate::report::verdict::tally;
use maud::{Markup, html};

/// The sentence and the figures.
pub(super) fn hero(model: &Model<'_>) -> Markup {
    let scan = model.report.scan;
    let found = model.verdict.map(|verdict| match model.command {
        "audit" => (audited(model), true),
        _ => (tally(verdict), verdict.fails()),
    });
    html! {
        header.hero {
            p.overline { "Least privilege for Datadog" }
            @match &found {
                Some((tally, fails)) => {
                    h1 { (capital(tally)) }
                    p.sub { (compared(model)) @if !fails { " Nothing that fails a build." } }
                }
                None => {
                    @for (kind, solution) in &model.report.credentials {
                        h1 data-for=(kind.name()) { (enough(model, *kind, solution)) }
                    }
                    p.sub { (found_in(model)) }
                }
            }
            @if !scan.complete() {
                p.partial role="note" {
                    strong { "This answer is partial. " }
                    (count(scan.problems.len(), "input", "inputs")) " could not be read; see "
                    a href="#inputs" { "what was read" } "."
                }
            }
            (figures(model))
        }
    }
}

fn enough(model: &Model<'_>, kind: Credential, solution: &Solution) -> String {
    if model.counted.is_empty() {
        return "No Datadog calls found".to_owned();
    }
    let who = format!("{} {}", article(kind), words(kind));
    match solution.required.len() {
        0 => format!("{} needs no scope", capital(&who)),
        1 => format!("One scope is enough for {who}"),
        many => format!("{many} scopes are enough for {who}"),
    }
}

/// `42 operations are used, at 71 places in 12 files`.
fn found_in(model: &Model<'_>) -> String {
    let places: Vec<_> = model.counted.iter().flat_map(|usage| &usage.evidence).collect();
    if places.is_empty() {
        return "The files that mention Datadog were read, but none of them calls its API.".to_owned();
    }
    let files: std::collections::BTreeSet<_> = places.iter().map(|it| it.place.file()).collect();
    format!(
        "{} {} used, at {} in {}.",
        count(model.counted.len(), "operation", "operations"),
        if model.counted.len() == 1 { "is" } else { "are" },
        count(places.len(), "place", "places"),
        count(files.len(), "file", "files")
    )
}

/// `2 of 5 credentials hold more than they use`.
fn audited(model: &Model<'_>) -> String {
    let comparisons = model.comparisons();
    let total = count(comparisons.len(), "credential", "credentials");
    let unscoped = comparisons.iter().filter(|it| it.grant.as_ref().is_some_and(Grant::is_unscoped)).count();
    let excess = comparisons.iter().filter(|it| it.excess.iter().any(|excess| excess.doubts.is_empty())).count();
    let lacking = comparisons.iter().filter(|it| !it.missing.is_empty()).count();
    let parts = [(unscoped, "unscoped"), (excess, "with excess"), (lacking, "with something missing")];
    let parts: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if parts.is_empty() {
        format!("{total}, each with what it needs")
    } else {
        format!("{total}: {}", parts.join(", "))
    }
}

fn compared(model: &Model<'_>) -> String {
    let credentials = count(model.comparisons().len(), "credential", "credentials");
    let operations = count(model.counted.len(), "operation", "operations");
    format!("{credentials} compared with the {operations} that were found in use.")
}

fn figures(model: &Model<'_>) -> Markup {
    let comparisons = model.comparisons();
    let sum = |of: &dyn Fn(&crate::privilege::Comparison) -> usize| comparisons.iter().map(of).sum::<usize>();
    html! {
        dl.figures {
            @if comparisons.is_empty() {
                @for (kind, solution) in &model.report.credentials {
                    div.figure data-for=(kind.name()) {
                        dt { "scopes needed" }
                        dd { (solution.required.len()) }
                        dd.aside { (solution.forced.len()) " forced, " (solution.chosen.len()) " chosen" }
                    }
                }
            } @else {
                (figure("missing", sum(&|it| it.missing.len()), "scopes that calls need", "bad"))
                (figure("excess", sum(&|it| it.excess.iter().filter(|it| it.doubts.is_empty()).count()), "held for nothing", "warn"))
                (figure("possibly excess", sum(&|it| it.excess.iter().filter(|it| !it.doubts.is_empty()).count()), "undecided calls might need them", "open"))
            }
            (figure("operations in use", model.counted.len(), &in_tests(model), ""))
            (figure("undecided calls", model.undecided.len(), "may need more", if model.undecided.is_empty() { "" } else { "open" }))
            @if comparisons.is_empty() {
                @for (kind, solution) in &model.report.credentials {
                    div.figure data-for=(kind.name()) {
                        @let surface = model.surface(solution.required.iter());
                        dt { "opened besides" }
                        dd { (surface.beyond()) }
                        dd.aside { "operations that these scopes allow and nothing uses" }
                    }
                }
            }
        }
    }
}

fn in_tests(model: &Model<'_>) -> String {
    match model.in_tests.len() {
        0 => "in code and traffic".to_owned(),
        more => format!("and {more} in test code only"),
    }
}

fn figure(name: &str, value: usize, aside: &str, mood: &str) -> Markup {
    let mood = if value == 0 { "" } else { mood };
    html! {
        div.figure.(mood) { dt { (name) } dd { (value) } dd.aside { (aside) } }
    }
}

/// The scopes that are needed, for each kind of credential.
pub(super) fn answer(model: &Model<'_>) -> Markup {
    let most = model.report.credentials.iter().map(|(_, it)| model.surface(it.required.iter()).opened()).max();
    let body = html! {
        @for (kind, solution) in &model.report.credentials {
            div.answer data-for=(kind.name()) { (card(model, *kind, solution, most.unwrap_or(0))) }
        }
    };
    let lead = html! {
        p {
            "The least set with which every call that was found still works. "
            em { "Forced" } " scopes are in every such set; where the solver had a choice of equals, the scope is marked "
            em { "chosen" } "."
        }
    };
    section("answer", "Scopes needed", None, lead, body)
}

fn card(model: &Model<'_>, kind: Credential, solution: &Solution, most: usize) -> Markup {
    let surface: Surface = model.surface(solution.required.iter());
    html! {
        div.panel {
            div.panel-head {
                h3 { "For " (article(kind)) " " (words(kind)) }
                @if !solution.required.is_empty() {
                    button.copy type="button" data-copy=(list(&solution.required)) { "Copy names" }
                }
            }
            @if solution.required.is_empty() {
                p.empty { "No scope is needed: what was found needs an API key at most, or nothing was found." }
            } @else {
                ul.scopes data-items="answer" {
                    @for name in &solution.required {
                        li data-item data-kinds=(kind.name()) data-access=(access(model.tables.weights.weight(name).kind)) { (needed(model, name, solution)) }
                    }
                }
                div.surface {
                    (bar(surface, most))
                    p { "Together they open " strong { (surface.opened()) } " operations of the table, of which "
                        strong { (surface.used()) } " are used." }
                    @if model.verdict.is_none() { (legend()) }
                }
            }
            (remarks(model, kind, solution))
        }
    }
}

fn needed(model: &Model<'_>, name: &Name, solution: &Solution) -> Markup {
    let kind = model.tables.weights.weight(name).kind;
    let chosen = solution.chosen.contains(name);
    let reason = takeover_reason(name);
    html! {
        span.need.(access(kind)) {
            span.name { (broken(name, '_')) }
            span.tags {
                span.tag { (access(kind)) }
                span.tag.(if chosen { "chosen" } else { "forced" }) { (if chosen { "chosen" } else { "forced" }) }
            }
            @if let Some(reason) = reason { span.why { "amounts to taking over: it " (reason) } }
        }
    }
}

fn remarks(model: &Model<'_>, kind: Credential, solution: &Solution) -> Markup {
    let notes: Vec<&String> = solution.notes.iter().filter(|note| !note.contains("taking over")).collect();
    let something = !notes.is_empty() || !solution.unavailable.is_empty() || !solution.unpublished.is_empty();
    html! {
        @if something {
            ul.remarks {
                @for id in &solution.unavailable {
                    li.bad { (capital(words(kind))) "s cannot call " (operation(id)) " at all." }
                }
                @if !solution.unpublished.is_empty() {
                    li {
                        "What " (operations(&solution.unpublished)) " require"
                        (if solution.unpublished.len() == 1 { "s" } else { "" }) " is not published; the set may lack it."
                    }
                }
                @for note in notes { li { (prose(note)) } }
            }
        }
        @if !solution.alternatives.is_empty() {
            details.more {
                summary { (count(solution.alternatives.len(), "alternative", "alternatives")) " that would also do" }
                ul {
                    @for choice in &solution.alternatives {
                        li {
                            code { (choice.instead.iter().map(Name::as_str).collect::<Vec<_>>().join(" + ")) }
                            " in place of " code { (choice.scope) } ": " (prose(&choice.why_not))
                        }
                    }
                }
            }
        }
        @if model.report.credentials.len() > 1 && kind == Credential::Oauth && !solution.unavailable.is_empty() {
            p.hint { "Calls that OAuth clients cannot make need an application key beside." }
        }
    }
}

/// The first few, linked.
fn operations(ids: &[Name]) -> Markup {
    html! {
        @for (number, id) in ids.iter().take(4).enumerate() {
            @if number > 0 { ", " } (operation(id))
        }
        @if ids.len() > 4 { " and " (ids.len() - 4) " more" }
    }
}

/// With its first letter in upper case.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
