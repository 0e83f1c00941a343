//! `ddscope explain`: what a scope, an operation, a method, a Terraform type or an address needs and opens.
//!
//! Understanding the question is in `subject`, the answers are in `page` and here as JSON.

use super::{Common, Format, Outcome};
use crate::catalog::line::{Line, quote, rows};
use crate::catalog::{Catalog, caveats, json};
use crate::error::Result;
use crate::infra::kinds::{Calls, Kind, When};
use crate::privilege::takeover_reason;

mod page;
mod subject;

use subject::{Answer, Subject};

/// Arguments of `ddscope explain`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// A scope, an operation (v1:ListMonitors), a client's method (list_monitors), a Terraform type, `GET /api/v1/monitor/123` or a URL
    #[arg(required = true, value_name = "WHAT")]
    what: Vec<String>,
    /// The format of the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Runs the command. Errors where nothing of that name is known, with the nearest names.
pub fn run(args: &Args, common: &Common) -> Result<Outcome> {
    let catalog = common.table()?;
    let subject = subject::understand(catalog, &args.what.join(" "))?;
    let text = match args.format {
        Format::Json => as_json(catalog, &subject),
        Format::Text => page::write(catalog, &subject),
    };
    Ok(Outcome { text, fits: args.format == Format::Text, ..Outcome::default() })
}

/// The objects of `catalog list`, and what is to be known about them.
fn as_json(catalog: &Catalog, subject: &Subject) -> String {
    let operations = subject.operations(catalog);
    let mut line = Line::default()
        .raw("schema", &quote("ddscope.explain/1"))
        .raw("release", &quote(catalog.release()))
        .raw("released", &quote(catalog.released()))
        .raw("input", &quote(&subject.input))
        .raw("kind", &quote(subject.answer.kind()))
        .raw("operations", &rows(operations.iter().map(|operation| json::operation(operation))))
        .raw("scopes", &rows(subject.scopes(catalog).iter().map(|scope| json::scope(scope))));
    if let Answer::Declared(kind) = &subject.answer {
        line = line.raw("calls", &rows(kind.calls.iter().map(|call| as_call(catalog, kind, call))));
    }
    if let Answer::Route(matches) = &subject.answer {
        let quality = |found: &crate::catalog::RouteMatch<'_>| {
            let word = page::quality(found.quality);
            Line::default().raw("operation", &quote(found.operation.id)).raw("match", &quote(word)).end()
        };
        line = line.raw("matches", &rows(matches.iter().map(quality)));
    }
    let notes = match &subject.answer {
        Answer::Scope(scope) => {
            takeover_reason(scope.name).map(|reason| note(scope.name, "take-over", reason)).into_iter().collect()
        }
        _ => operations
            .iter()
            .flat_map(|operation| {
                caveats::caveats(catalog, operation)
                    .into_iter()
                    .map(|caveat| note(operation.id, caveat.code, &caveat.text))
            })
            .collect::<Vec<String>>(),
    };
    line.raw("notes", &rows(notes)).end() + "\n"
}

/// What one action of a declared type calls, with what a key needs for it.
fn as_call(catalog: &Catalog, kind: &Kind, call: &Calls) -> String {
    let needs = catalog.operation(call.operation).map(|operation| operation.app_key.to_string());
    let needs = needs.unwrap_or_else(|| "unpublished".to_owned());
    let chain = format!("{} → {} → {} → {needs}", kind.name, call.action, call.operation);
    let line = Line::default()
        .raw("action", &quote(call.action))
        .raw("operation", &quote(call.operation))
        .raw("needs", &quote(&needs))
        .raw("chain", &quote(&chain));
    let depends: Vec<&str> = call.when.iter().map(When::decider).collect();
    line.list("depends_on", &depends).end()
}

fn note(of: &str, code: &str, text: &str) -> String {
    Line::default().raw("of", &quote(of)).raw("code", &quote(code)).raw("text", &quote(text)).end()
}
