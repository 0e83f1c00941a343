//! Operations and scopes as the JSON objects of the contract (DESIGN §5.2), shared by `catalog list`, `catalog diff` and `explain`.

use super::line::{Line, list, quote};
use super::requirement::Requirement;
use super::{Held, Operation, Scope};

/// An operation.
pub fn operation(operation: &Operation) -> String {
    Line::default()
        .raw("id", &quote(operation.id))
        .raw("method", &quote(operation.method))
        .raw("path", &quote(operation.path))
        .raw("group", &quote(operation.group))
        .raw("status", &quote(operation.status.name()))
        .raw("auth", &list(&operation.auth.names()))
        .raw("oauth", &requirement(&operation.oauth))
        .raw("app-key", &requirement(&operation.app_key))
        .end()
}

/// A requirement: its state and its clauses.
pub fn requirement(requirement: &Requirement) -> String {
    let clauses: Vec<String> = requirement.clauses.iter().map(|clause| list(clause.any_of)).collect();
    Line::default()
        .raw("state", &quote(requirement.state.name()))
        .raw("clauses", &format!("[{}]", clauses.join(",")))
        .end()
}

/// A scope.
pub fn scope(scope: &Scope) -> String {
    let truth = |value: bool| if value { "true" } else { "false" };
    Line::default()
        .raw("name", &quote(scope.name))
        .raw("group", &quote(scope.group))
        .raw("kind", &quote(scope.kind.name()))
        .raw("oauth", truth(scope.oauth == Held::Declared))
        .raw("listed", truth(scope.listed))
        .raw("restricted", truth(scope.restricted))
        .end()
}
