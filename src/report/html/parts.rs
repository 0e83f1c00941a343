//! Small pieces of the page that several sections share. Text of the input passes `safe` here and is escaped by maud.

use super::model::Surface;
use crate::catalog::Operation;
use crate::evidence::Place;
use crate::ir::Name;
use crate::privilege::grants::ARGUMENT;
use crate::privilege::{Credential, Kind, takeover_reason};
use crate::redact::safe;
use maud::{Markup, PreEscaped, html};

/// `application key`.
pub(super) fn words(kind: Credential) -> &'static str {
    match kind {
        Credential::AppKey => "application key",
        Credential::Oauth => "OAuth client",
        Credential::Role => "role",
    }
}

/// With its article.
pub(super) fn article(kind: Credential) -> &'static str {
    match kind {
        Credential::AppKey | Credential::Oauth => "an",
        Credential::Role => "a",
    }
}

/// `read`, `write`, …; also the class that colours it.
pub(super) fn access(kind: Kind) -> &'static str {
    match kind {
        Kind::Read => "read",
        Kind::Other => "other",
        Kind::Write => "write",
        Kind::Takeover => "take-over",
    }
}

/// Kinds of credential as the page's attributes name them.
pub(super) fn attribute(kinds: impl Iterator<Item = Credential>) -> String {
    kinds.map(Credential::name).collect::<Vec<_>>().join(" ")
}

/// A scope's name, which filters the page for it when it is pressed.
pub(super) fn scope(name: &str, kind: Kind) -> Markup {
    html! {
        button.scope.(access(kind)) type="button" data-find=(name)
            title=[takeover_reason(name).map(|why| format!("amounts to taking over: it {why}"))] {
            (broken(name, '_'))
        }
    }
}

/// Text that may be broken after a character.
pub(super) fn broken(text: &str, after: char) -> Markup {
    html! {
        @for piece in text.split_inclusive(after) { (piece) wbr; }
    }
}

/// A place: the path broken at slashes, the line apart.
pub(super) fn place(place: &Place) -> Markup {
    let file = place.file();
    match place {
        Place::Source { .. } if &**file == ARGUMENT => html! { span.place { (ARGUMENT) } },
        Place::Source { span, .. } => html! {
            span.place { (path(file)) span.line { ":" (span.line) } }
        },
        Place::Record { record, .. } => html! {
            span.place { (path(file)) span.line { " record " (record) } }
        },
    }
}

/// A path with its folders paler than its file.
fn path(file: &str) -> Markup {
    let file = safe(file);
    let (folders, name) = file.rsplit_once('/').map_or(("", &*file), |(folders, name)| (folders, name));
    html! {
        @if !folders.is_empty() { span.folders { (broken(folders, '/')) "/" wbr; } }
        span.file { (name) }
    }
}

/// `GET /api/v1/monitor/{monitor_id}`.
pub(super) fn route(operation: &Operation) -> Markup {
    html! { span.route { span.method { (operation.method) } " " (broken(operation.path, '/')) } }
}

/// The name of an operation, which leads to its row.
pub(super) fn operation(id: &str) -> Markup {
    html! { a.operation href={ "#op-" (id) } { (id) } }
}

/// Text of ours in which `names` stand in backticks.
pub(super) fn prose(text: &str) -> Markup {
    let text = safe(text);
    html! {
        @for (number, piece) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

/// `1 file`, `2,000 files`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    super::super::style::count(number as u64, one, many)
}

/// Names with commas.
pub(super) fn list(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(",")
}

/// A share of a whole, as a percentage that SVG takes.
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// A bar of what is opened, used parts first; `most` is what fills its width. What colours tell, the label tells too.
pub(super) fn bar(surface: Surface, most: usize) -> Markup {
    let parts = [
        ("used-read", surface.used_reads),
        ("used-write", surface.used_writes),
        ("idle-read", surface.idle_reads),
        ("idle-write", surface.idle_writes),
    ];
    let mut at = 0.0;
    let mut drawn = String::new();
    for (class, number) in parts {
        if number > 0 {
            // A single operation among hundreds must still be seen.
            let width = percent(number, most).max(0.8);
            drawn.push_str(&format!(
                "<rect class=\"{class}\" x=\"{at:.2}%\" y=\"0\" width=\"{width:.2}%\" height=\"100%\"/>"
            ));
            at += width;
        }
    }
    let label = format!(
        "{} of {} used: {} of {} reading, {} of {} changing",
        surface.used(),
        surface.opened(),
        surface.used_reads,
        surface.used_reads + surface.idle_reads,
        surface.used_writes,
        surface.used_writes + surface.idle_writes
    );
    html! {
        svg.bar role="img" aria-label=(label) height="12" width="100%" {
            title { (label) }
            (PreEscaped(drawn))
        }
    }
}

/// What the colours of the bars mean.
pub(super) fn legend() -> Markup {
    let entries = [
        ("used-read", "used, reading"),
        ("used-write", "used, changing"),
        ("idle-read", "opened besides, reading"),
        ("idle-write", "opened besides, changing"),
    ];
    html! {
        ul.legend aria-label="What the bars show" {
            @for (class, text) in entries {
                li {
                    svg.swatch width="14" height="12" aria-hidden="true" {
                        rect.(class) width="14" height="12" {}
                    }
                    (text)
                }
            }
        }
    }
}

/// A section with its heading and the number of what it lists; empty ones say what that means.
pub(super) fn section(id: &str, title: &str, shown: Option<usize>, lead: Markup, body: Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            div.heading {
                h2 id={ (id) "-title" } { (title) }
                @if let Some(shown) = shown { span.count data-count=(id) { (count(shown, "", "").trim()) } }
            }
            div.lead { (lead) }
            (body)
        }
    }
}
