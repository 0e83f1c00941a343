//! Whether a program has to do with Datadog at all, beyond initials that others share (`dd_…`, `DD_API_KEY`).

use crate::evidence::Origin;
use crate::ir::{Expr, Key, Module, Piece, Place, Stmt};

use super::found::{Found, What};
use super::program::Program;
use super::words::Words;

/// Words that only Datadog's things have.
static WORDS: Words = Words::new(&["datadog", "dogapi", "ddog", "data_dog", "data-dog"]);
/// Names of variables and headers that only Datadog has; `DD_API_KEY` and `DD_URL` are DefectDojo's, too.
static NAMES: Words =
    Words::new(&["dd_site", "dd_app_key", "dd_application_key", "dd-app-key", "dd-api-key", "dd-application-key"]);

/// Keeps what is proven; what only names around it make Datadog's stays if the program names Datadog anywhere. A path that
/// other products have, too, stays beside other Datadog requests, else in files that name Datadog.
pub fn keep_anchored(program: &Program, found: &mut Vec<Found>) {
    let origin = |one: &Found| match &one.what {
        What::Http(request) => request.origin,
        What::Sdk(..) | What::Legacy(..) => Origin::Datadog,
    };
    if found.iter().any(|one| origin(one) == Origin::Datadog) || found.is_empty() {
        return;
    }
    let named: Vec<bool> = program.modules.iter().map(|module| names_datadog(module)).collect();
    if !named.contains(&true) {
        found.clear();
    } else if !found.iter().any(|one| origin(one) == Origin::LikelyDatadog) {
        let here = |module: u32| named.get(module as usize) == Some(&true);
        found.retain(|one| here(one.at.module) || here(one.fun.module));
    }
}

fn names_datadog(module: &Module) -> bool {
    speaks(&module.file) && module.exprs().next().is_some()
        || module.imports.iter().any(|i| speaks(&i.module) || speaks(&i.local))
        || module.classes.iter().any(|c| speaks(&c.name) || c.fields.iter().any(|f| speaks(&f.name)))
        || module
            .functions
            .iter()
            .any(|f| speaks(&f.name) || f.params.iter().any(|p| speaks(&p.name)) || assigns(&f.body))
        || module.exprs().any(|(_, expr)| mentions(expr))
}

/// Whether a body, however deeply nested, assigns to something named so.
fn assigns(body: &[Stmt]) -> bool {
    let mut waiting = vec![body];
    while let Some(block) = waiting.pop() {
        for stmt in block {
            match stmt {
                Stmt::Assign(Place::Name(name) | Place::Global(name) | Place::Field(_, name), _) if speaks(name) => {
                    return true;
                }
                Stmt::Branch(arms) => waiting.extend(arms.iter().map(|arm| arm.body.as_slice())),
                _ => {}
            }
        }
    }
    false
}

fn mentions(expr: &Expr) -> bool {
    match expr {
        Expr::Text(pieces) => pieces.iter().any(|p| matches!(p, Piece::Text(text) if speaks(text))),
        Expr::Name(name) | Expr::Field(_, name) | Expr::Module(name) => speaks(name),
        Expr::Object(entries) => entries.iter().any(|(key, _)| matches!(key, Key::Name(name) if speaks(name))),
        Expr::Call(_, args) | Expr::New(_, args) => args.iter().any(|a| a.name.as_deref().is_some_and(speaks)),
        _ => false,
    }
}

fn speaks(text: &str) -> bool {
    text.len() >= 4 && (WORDS.are_in(text) || NAMES.are_in(text))
}
