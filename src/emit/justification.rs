//! The scopes justification that reviews of integrations ask for: each scope, why, where in the code, what it opens.

use super::{Emitter, Order, UNNAMED};
use crate::catalog::Operation;
use crate::error::Result;
use crate::evidence::Place;
use crate::ir::Name;
use crate::privilege::compare::counted;
use crate::privilege::{Credential, takeover_reason};
use crate::resolve::{Usage, Ways};
use std::fmt::Write as _;

/// The document, in Markdown.
pub struct Document;

/// So many places of one operation are named.
const PLACES: usize = 5;

impl Emitter for Document {
    fn name(&self) -> &'static str {
        "justification"
    }

    fn about(&self) -> &'static str {
        "a Markdown document that justifies each scope by code"
    }

    fn credentials(&self) -> &'static [Credential] {
        &[Credential::Oauth, Credential::AppKey, Credential::Role]
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        let title = match order.details.name.as_str() {
            UNNAMED => String::new(),
            name => format!(": {}", plain(name)),
        };
        let mut out = format!("# Scopes justification{title}\n\n");
        let catalog = order.catalog();
        let _ = writeln!(
            out,
            "For {}. Made from the code by ddscope {}, with the table of datadog-api-client {} ({}).\n",
            noun(order.credential),
            env!("CARGO_PKG_VERSION"),
            catalog.release(),
            catalog.released()
        );
        if order.left_out > 0 {
            let _ =
                writeln!(out, "For reading only: {} operations that change something are left out.\n", order.left_out);
        }
        if order.scopes.is_empty() {
            out.push_str("No scope is needed.\n");
        } else {
            out.push_str("| scope | access | needed for |\n|---|---|---|\n");
        }
        for name in order.scopes {
            let kind = catalog.scope(name).map_or("", |scope| scope.kind.name());
            let operations = order.solution.because.get(name).map(Vec::as_slice).unwrap_or_default();
            let mark = if takeover_reason(name).is_some() { " (take-over)" } else { "" };
            let _ = writeln!(
                out,
                "| `{name}`{mark} | {kind} | {} |",
                operations.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
            );
        }
        for name in order.scopes {
            out.push_str(&section(name, order));
        }
        out.push_str(&limits(order));
        Ok(out)
    }
}

fn noun(credential: Credential) -> &'static str {
    match credential {
        Credential::AppKey => "an application key or access token",
        Credential::Oauth => "an OAuth client",
        Credential::Role => "a role",
    }
}

fn section(name: &Name, order: &Order<'_>) -> String {
    let mut out = format!("\n## `{name}`\n\n");
    let weight = order.tables.weights.weight(name);
    let group = order.catalog().scope(name).map_or("", |scope| scope.group);
    let group = if group.is_empty() { String::new() } else { format!("{}: ", plain(group)) };
    let _ = writeln!(out, "{group}{weight} in all.");
    if let Some(reason) = takeover_reason(name) {
        let _ = writeln!(out, "\n**This scope amounts to taking over the organisation: it {reason}.**");
    }
    let operations = order.solution.because.get(name).map(Vec::as_slice).unwrap_or_default();
    for usage in order.usages.iter().filter(|usage| operations.iter().any(|id| id == usage.operation.id)) {
        let _ = write!(out, "\n- {}", places(usage, order));
    }
    out.push('\n');
    for way in order.solution.alternatives.iter().filter(|way| way.scope == *name) {
        let instead = way.instead.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let _ = writeln!(out, "\n{instead} would do as well: {}.", way.why_not);
    }
    out
}

/// An operation and the places that call it.
fn places(usage: &Usage, order: &Order<'_>) -> String {
    let mut out = call(usage.operation);
    let places: Vec<String> = counted(usage, order.include_tests).map(|evidence| located(&evidence.place)).collect();
    let more = places.len().saturating_sub(PLACES);
    let _ = write!(out, "\n  - {}", places.into_iter().take(PLACES).collect::<Vec<_>>().join("\n  - "));
    if more > 0 {
        let _ = write!(out, "\n  - and {more} more places");
    }
    out
}

fn call(operation: &Operation) -> String {
    let name = format!("{} ({} `{}`)", operation.id, operation.method, operation.path);
    if operation.anchor.is_empty() {
        return name;
    }
    format!(
        "[{}](https://docs.datadoghq.com/api/latest/{}) ({} `{}`)",
        operation.id, operation.anchor, operation.method, operation.path
    )
}

fn located(place: &Place) -> String {
    match place {
        Place::Source { file, span, .. } => format!("`{}:{}`", file.replace('`', "'"), span.line),
        Place::Record { file, record } => format!("`{}`, record {record}", file.replace('`', "'")),
    }
}

/// What the document does not cover; a partial answer must not look whole.
fn limits(order: &Order<'_>) -> String {
    let mut out = String::new();
    let mut list = |title: &str, rows: Vec<String>| {
        if !rows.is_empty() {
            let _ = writeln!(out, "\n## {title}\n\n- {}", rows.join("\n- "));
        }
    };
    let of = |ids: &[Name]| {
        let named = order.usages.iter().filter(|usage| ids.iter().any(|id| id == usage.operation.id));
        named.map(|usage| places(usage, order)).collect::<Vec<_>>()
    };
    list("Calls that need no scope", of(&order.solution.scopeless));
    list("Calls whose requirement is not published", of(&order.solution.unpublished));
    list("Calls that this kind of credential cannot make", of(&order.solution.unavailable));
    let open = order.unresolved.iter().filter(|call| order.include_tests || !call.evidence.test);
    let open = Ways::of(open)
        .iter()
        .map(|ways| format!("{} at {}", plain(&ways.call()), located(&ways.first.evidence.place)))
        .collect();
    list("Calls that could not be decided", open);
    for note in &order.solution.notes {
        let _ = writeln!(out, "\n> {note}");
    }
    out
}

/// Text of the input, harmless in Markdown.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).map(|c| if "<>[]*|`".contains(c) { '\'' } else { c }).collect()
}
