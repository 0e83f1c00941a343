//! The table: operations, routes, names, scopes, and how they are found.
//!
//! The table of the build is compiled in and needs no parsing; a file can be laid over it at run time. What a row means is
//! here and in `requirement`; how paths are matched is in `routes`, how client calls are matched in `clients`, how the
//! table is made in `import`.

pub mod caveats;
mod clients;
pub mod diff;
pub mod import;
pub mod index;
pub mod json;
pub mod line;
pub mod names;
pub mod overlay;
pub mod requirement;
mod routes;
pub mod rules;
pub mod table;
pub mod text;
pub mod trie;

use crate::evidence::Version;
use index::Run;
use requirement::{Requirement, State};
use std::collections::HashMap;

pub use routes::{Quality, RouteMatch};

#[allow(missing_docs, unused_imports, clippy::unreadable_literal)]
mod builtin {
    use super::index::Run;
    use super::requirement::{Clause, Requirement, State};
    use super::trie::Node;
    use super::{Auth, Catalog, Held, LegacyCall, Lookup, Operation, Past, Scope, ScopeKind, Source, Status, Tree};
    use crate::evidence::Version;
    include!(concat!(env!("OUT_DIR"), "/catalog.rs"));
}

/// A table with its keys. Cheap to share by reference.
#[derive(Debug)]
pub struct Catalog {
    release: &'static str,
    released: &'static str,
    operations: &'static [Operation],
    scopes: &'static [Scope],
    legacy: &'static [LegacyCall],
    lists: &'static [u16],
    ids: Lookup,
    methods: Lookup,
    classes: Lookup,
    scope_names: Lookup,
    symbols: [Lookup; 5],
    routes: Tree,
}

/// Keys of one kind: compiled in, or built for an overlay.
#[derive(Debug)]
enum Lookup {
    Fixed(&'static phf::Map<&'static str, Run>),
    Built(HashMap<String, Run>),
}

impl Lookup {
    fn find(&self, key: &str) -> Option<Run> {
        match self {
            Self::Fixed(map) => map.get(key).copied(),
            Self::Built(map) => map.get(key).copied(),
        }
    }
}

/// The route tree, see `trie`.
#[derive(Clone, Copy, Debug)]
struct Tree {
    nodes: &'static [trie::Node],
    edges: &'static [trie::Edge<&'static str>],
    routes: &'static [u16],
}

/// One operation of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// `v1:ListMonitors`; `v2:GetTagPolicy@2.57.0` for an older route whose plain name belongs to a newer one;
    /// `undocumented:GET:/api/v1/dash` where there is no official name.
    pub id: &'static str,
    /// API version of an official name.
    pub version: Option<Version>,
    /// Official name (`operationId`); empty for undocumented endpoints.
    pub name: &'static str,
    /// Method name in the Python, Ruby and Rust clients; empty for undocumented endpoints.
    pub snake: &'static str,
    /// Upper-case HTTP method.
    pub method: &'static str,
    /// Path template with `{param}` segments.
    pub path: &'static str,
    /// A query pair (`type=databasequery`) that tells it from another operation on the same path.
    pub query: Option<&'static str>,
    /// Product group.
    pub group: &'static str,
    /// Place in the documentation, below `https://docs.datadoghq.com/api/latest/`; may be empty.
    pub anchor: &'static str,
    /// Earlier places in the documentation.
    pub old_anchors: &'static [&'static str],
    /// Hosts other than `api.`: `http-intake.logs.{site}`, or whole names.
    pub hosts: &'static [&'static str],
    /// Whether the documents have it.
    pub status: Status,
    /// First release known to have it; `None`: the oldest release read had it already.
    pub first_release: Option<&'static str>,
    /// Last release that had it; `None` for current ones.
    pub last_release: Option<&'static str>,
    /// What it accepts.
    pub auth: Auth,
    /// Requirement for OAuth clients.
    pub oauth: Requirement,
    /// Requirement for application keys, tokens and roles.
    pub app_key: Requirement,
    /// Where the requirement comes from.
    pub source: Source,
    /// The part of the request that decides between alternatives.
    pub decided_by: Option<&'static str>,
    /// Flags as in the data file.
    pub flags: &'static [&'static str],
    /// Day (`YYYY-MM-DD`) after which it is said to stop working.
    pub sunset: Option<&'static str>,
    /// Id of the operation that took its place.
    pub successor: Option<&'static str>,
    /// Earlier client classes in the Python client's spelling.
    pub classes: &'static [&'static str],
    /// Clients known to call an undocumented endpoint.
    pub used_by: &'static [&'static str],
    /// What older sources demanded, oldest first.
    pub history: &'static [Past],
}

impl Operation {
    /// Whether the documents mark it deprecated.
    pub fn is_deprecated(&self) -> bool {
        self.has("deprecated")
    }

    /// Whether clients must enable it as unstable.
    pub fn is_unstable(&self) -> bool {
        self.has("unstable")
    }

    /// Whether clients have `…_with_pagination` for it.
    pub fn is_paginated(&self) -> bool {
        self.has("paginated")
    }

    /// Whether no scoped key can call it.
    pub fn is_unscoped_key_only(&self) -> bool {
        self.has("unscoped-key-only")
    }

    /// Whether scoped keys are refused for log monitors.
    pub fn is_unscoped_key_only_for_log_monitors(&self) -> bool {
        self.has("log-monitors-unscoped-key-only")
    }

    /// Whether the application key must be registered for the Actions API.
    pub fn is_registered_key_only(&self) -> bool {
        self.has("registered-key-only")
    }

    /// Whether the documents say that the key must belong to an administrator.
    pub fn is_admin_only(&self) -> bool {
        self.has("admin-only")
    }

    /// Whether no OAuth client can satisfy it: OAuth is not accepted, or what keys need is no OAuth scope and no OAuth scope
    /// is published.
    pub fn is_out_of_reach_for_oauth(&self, catalog: &Catalog) -> bool {
        let holdable = |name: &str| catalog.scope(name).is_some_and(|scope| scope.oauth != Held::No);
        match self.oauth.state {
            State::Unsupported => true,
            State::Unpublished => !self.app_key.is_met_by(holdable),
            _ => false,
        }
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }
}

/// Whether the documents have an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// In the documents of the table's release.
    Current,
    /// Called by older clients, in no document.
    Undocumented,
    /// In older documents only.
    Retired,
}

impl Status {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Undocumented => "undocumented",
            Self::Retired => "retired",
        }
    }
}

/// Where a requirement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The documents' fields for it.
    Fields,
    /// A sentence in the documents.
    Prose,
    /// The documentation's page of scopes, which listed an endpoint that no document has.
    ScopesPage,
}

/// What an operation accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Auth {
    /// Needs no credential.
    pub public: bool,
    /// An API key alone.
    pub api_key: bool,
    /// An API key and an application key, or a personal or service access token.
    pub keys: bool,
    /// An OAuth token.
    pub oauth: bool,
}

impl Auth {
    /// The words used in reports.
    pub fn names(self) -> Vec<&'static str> {
        [(self.public, "public"), (self.api_key, "api-key"), (self.keys, "keys"), (self.oauth, "oauth")]
            .into_iter()
            .filter_map(|(has, name)| has.then_some(name))
            .collect()
    }
}

/// What an older source demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// Last release that said so, or `scopes-page`.
    pub until: &'static str,
    /// Requirement for OAuth clients.
    pub oauth: Requirement,
    /// Requirement for keys and roles, where the source speaks of it.
    pub app_key: Option<Requirement>,
}

/// One scope or permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `monitors_read`.
    pub name: &'static str,
    /// Group in which Datadog shows it; empty where no list has it.
    pub group: &'static str,
    /// What it allows.
    pub kind: ScopeKind,
    /// Whether an OAuth client may hold it.
    pub oauth: Held,
    /// Whether the Roles API lists it.
    pub listed: bool,
    /// Whether every role has it by default.
    pub restricted: bool,
    /// Id on the US1 site.
    pub us1: Option<&'static str>,
    /// Id on the EU1 site.
    pub eu1: Option<&'static str>,
    /// `deprecated`, `placeholder`, `refused` (as a key scope), `unlisted` (no list has it).
    pub flags: &'static [&'static str],
    /// The listed name that an unlisted one looks like a slip for.
    pub slip_for: Option<&'static str>,
    /// How it can be limited on a role: `indexes`, `pipelines`.
    pub limit: Option<&'static str>,
}

/// What a scope allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeKind {
    /// Reading.
    Read,
    /// Changing.
    Write,
    /// Neither.
    Other,
}

impl ScopeKind {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Other => "other",
        }
    }
}

/// Whether an OAuth client may hold a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Held {
    /// The documents declare it as an OAuth scope.
    Declared,
    /// Operations demand it of OAuth clients, but it is not declared.
    Cited,
    /// No.
    No,
}

/// One call of an older client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegacyCall {
    /// The client, by its name in the data file.
    pub client: &'static str,
    /// `api.Monitor.create`.
    pub symbol: &'static str,
    /// Row of the operation.
    pub operation: u16,
    /// Set where it is not the usual call: `method=GET` (when that argument is passed), `older-releases`.
    pub when: Option<&'static str>,
}

impl Catalog {
    /// The table that was compiled in.
    pub fn builtin() -> &'static Self {
        &builtin::CATALOG
    }

    /// Release of the documents the table was built from.
    pub fn release(&self) -> &'static str {
        self.release
    }

    /// Day of that release, `YYYY-MM-DD`.
    pub fn released(&self) -> &'static str {
        self.released
    }

    /// All operations, in the table's order.
    pub fn operations(&self) -> &'static [Operation] {
        self.operations
    }

    /// All scopes, by name.
    pub fn scopes(&self) -> &'static [Scope] {
        self.scopes
    }

    /// All calls of older clients.
    pub fn legacy_calls(&self) -> &'static [LegacyCall] {
        self.legacy
    }

    /// The operation with this id.
    pub fn operation(&self, id: &str) -> Option<&'static Operation> {
        self.run(self.ids.find(id)).next()
    }

    /// The scope with this name.
    pub fn scope(&self, name: &str) -> Option<&'static Scope> {
        self.scope_names.find(name).and_then(|run| self.scopes.get(usize::from(run.start)))
    }

    /// Names near `word` among scopes, operations and methods, best first; at most five.
    pub fn nearest(&self, word: &str) -> Vec<String> {
        let folded = names::fold(word);
        let mut scored: Vec<(f64, &'static str)> = Vec::new();
        let mut weigh = |name: &'static str, shown: &'static str| {
            let score = strsim::jaro_winkler(&folded, &names::fold(name));
            if score > 0.84 {
                scored.push((score, shown));
            }
        };
        for scope in self.scopes {
            weigh(scope.name, scope.name);
        }
        for operation in self.operations.iter().filter(|operation| !operation.name.is_empty()) {
            weigh(operation.name, operation.id);
            weigh(operation.id, operation.id);
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let mut out: Vec<String> = Vec::new();
        for (_, name) in scored {
            if out.len() < 5 && !out.iter().any(|known| known == name) {
                out.push(name.to_owned());
            }
        }
        out
    }

    fn run(&self, run: Option<Run>) -> impl Iterator<Item = &'static Operation> + use<> {
        let (lists, operations) = (self.lists, self.operations);
        let run = run.unwrap_or_default();
        let (start, end) = (usize::from(run.start), usize::from(run.start) + usize::from(run.len));
        lists.get(start..end).unwrap_or(&[]).iter().filter_map(|&number| operations.get(usize::from(number)))
    }
}
