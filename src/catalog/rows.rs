//! The rows of the table as they are used: operations, scopes, calls of older clients.
//!
//! How rows are written in the data file is in `table`, how they are found is the catalog's.

use super::Catalog;
use super::requirement::{Requirement, State};
use crate::evidence::Version;

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

    /// Where a path parameter decides (`/api/v2/widgets/{experience_type}`): its name and its value in this URL.
    pub fn decided_in<'u>(&self, url: &'u str) -> Option<(&'static str, &'u str)> {
        let decided = self.decided_by?;
        let path = url.split(['?', '#']).next()?;
        let is_decided = |segment: &str| segment.strip_prefix('{').and_then(|it| it.strip_suffix('}')) == Some(decided);
        // counted from the end: a gateway may have put something before the path
        let back = self.path.split('/').rev().position(is_decided)?;
        let value = path.trim_end_matches('/').rsplit('/').nth(back)?;
        (!value.is_empty() && !value.contains('{')).then_some((decided, value))
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
