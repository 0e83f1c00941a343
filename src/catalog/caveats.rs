//! Why a call may fail although the scopes are held, and what else a reader of a requirement should know.
//!
//! Says facts of the table; which credential somebody has is not known here.

use super::requirement::{Requirement, State};
use super::{Catalog, Held, Operation, Source, Status};

/// Something to know about an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caveat {
    /// Kebab-case name.
    pub code: &'static str,
    /// In words.
    pub text: String,
}

/// All caveats of an operation, the gravest first.
pub fn caveats(catalog: &Catalog, operation: &Operation) -> Vec<Caveat> {
    let mut notes = Notes(Vec::new());
    standing(operation, &mut notes);
    credentials(catalog, operation, &mut notes);
    sources(catalog, operation, &mut notes);
    names(catalog, operation, &mut notes);
    notes.0
}

struct Notes(Vec<Caveat>);

impl Notes {
    fn add(&mut self, code: &'static str, text: impl Into<String>) {
        self.0.push(Caveat { code, text: text.into() });
    }
}

/// Whether it still exists, and for how long.
fn standing(operation: &Operation, notes: &mut Notes) {
    match operation.status {
        Status::Current => {}
        Status::Undocumented => {
            let used_by = operation.used_by.join(", ");
            let known = if used_by.is_empty() { String::new() } else { format!("; known from {used_by}") };
            notes.add("undocumented", format!("it is in no document and may change without notice{known}"));
        }
        Status::Retired => {
            let last = operation.last_release.map(|last| format!(" after release {last}")).unwrap_or_default();
            let next = operation.successor.map(|id| format!("; {id} took its place")).unwrap_or_default();
            notes.add("retired", format!("the documents dropped it{last}, it may be gone{next}"));
        }
    }
    if operation.is_deprecated() {
        let day = operation.sunset.map(|day| format!(" and is to stop working after {day}")).unwrap_or_default();
        notes.add("deprecated", format!("it is deprecated{day}"));
    }
    if operation.is_unstable() {
        notes.add(
            "unstable",
            "it is in preview: the official clients refuse it until it is enabled as an unstable operation",
        );
    }
    if !operation.hosts.is_empty() {
        let first = operation.hosts.first().copied().unwrap_or_default();
        notes.add("own-host", format!("it has its own host, such as {}", first.replace("{site}", "datadoghq.com")));
    }
}

/// What keys and tokens it refuses whatever they hold.
fn credentials(catalog: &Catalog, operation: &Operation, notes: &mut Notes) {
    if operation.auth.public {
        notes.add("public", "it needs no credential");
    }
    if operation.auth.api_key {
        notes
            .add("api-key-only", "it needs an API key and nothing else; an application key or a scope changes nothing");
    }
    if operation.auth.oauth && !operation.auth.keys {
        notes.add("oauth-only", "it accepts OAuth tokens only, no application key");
    }
    match operation.oauth.state {
        State::Unsupported => notes.add("not-for-oauth", "it does not accept OAuth tokens"),
        State::Unpublished if operation.is_out_of_reach_for_oauth(catalog) => notes.add(
            "out-of-reach-for-oauth",
            format!("{} is no OAuth scope, so no OAuth client can hold it", operation.app_key),
        ),
        _ => {}
    }
    if operation.is_unscoped_key_only() {
        notes.add(
            "unscoped-key-only",
            "it works with an unscoped application key only; a key with any scope list is refused",
        );
    }
    if operation.is_unscoped_key_only_for_log_monitors() {
        notes.add("log-monitors-unscoped-key-only", "for log monitors the application key must be unscoped");
    }
    if operation.is_registered_key_only() {
        notes.add(
            "registered-key-only",
            "the application key must be registered for the Actions API, besides its scopes",
        );
    }
    if operation.is_admin_only() {
        notes.add("admin-only", "the documents ask for a key whose owner is an administrator");
    }
}

/// How well the requirement is known.
fn sources(catalog: &Catalog, operation: &Operation, notes: &mut Notes) {
    if operation.app_key.state == State::Inferred {
        notes.add("inferred", "for keys no permission is published; what OAuth clients need is taken instead");
    }
    if operation.app_key.state == State::Unpublished && operation.auth.keys {
        notes.add(
            "unpublished",
            "no source tells which permission keys need; an unscoped key of a user who may do it works",
        );
    }
    let reachable = operation.auth.oauth && !operation.is_out_of_reach_for_oauth(catalog);
    if operation.oauth.state == State::Unpublished && reachable {
        notes.add("oauth-unpublished", "no source tells which scope OAuth clients need");
    }
    match operation.source {
        Source::Fields => {}
        Source::Prose => notes.add("from-prose", "the requirement stands in a sentence of the documents, in no field"),
        Source::ScopesPage => {
            notes.add("from-scopes-page", "the requirement comes from an older page of the documentation")
        }
    }
    if let Some(part) = operation.decided_by {
        notes.add("request-decides", format!("`{part}` of the request decides which of the alternatives is needed"));
    }
}

/// Scopes with something odd about them.
fn names(catalog: &Catalog, operation: &Operation, notes: &mut Notes) {
    let distinct = |requirement: &Requirement| {
        let mut names: Vec<&'static str> = requirement.scopes().collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().filter_map(|name| catalog.scope(name)).collect::<Vec<_>>()
    };
    for scope in distinct(&operation.oauth).into_iter().filter(|scope| scope.oauth != Held::Declared) {
        let text =
            "is demanded of OAuth clients but not declared as an OAuth scope; asking for it may answer invalid_scope";
        notes.add("undeclared-scope", format!("{} {text}", scope.name));
    }
    for scope in distinct(&operation.app_key) {
        if let Some(meant) = scope.slip_for {
            notes.add("slip", format!("{} is in no list and looks like a slip for {meant}", scope.name));
        } else if scope.flags.contains(&"unlisted") {
            notes.add("unlisted-scope", format!("{} is in no list of permissions", scope.name));
        } else if !scope.listed {
            notes.add(
                "not-shown",
                format!("the Roles API does not show {}; roles may have it all the same", scope.name),
            );
        }
        if scope.flags.contains(&"refused") {
            notes.add("refused-scope", format!("{} is not accepted as a scope of an application key", scope.name));
        }
    }
}
