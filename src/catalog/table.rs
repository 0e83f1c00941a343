//! The shape of `data/scopes.json` as text: one row a line, read by the build and by `catalog import`.
//!
//! What the rows mean at run time is in `catalog`; which tables are refused is in `rules`. Shared with `build.rs`.

use serde::Deserialize;

/// The name of the format.
pub const SCHEMA: &str = "ddscope.catalog/1";

/// A whole table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// [`SCHEMA`].
    #[serde(default)]
    pub schema: String,
    /// Release of the documents the table was built from.
    #[serde(default)]
    pub release: String,
    /// Day of that release, `YYYY-MM-DD`.
    #[serde(default)]
    pub released: String,
    /// Operations, sorted by [`order`].
    #[serde(default)]
    pub operations: Vec<OperationRow>,
    /// Scopes, sorted by name.
    #[serde(default)]
    pub scopes: Vec<ScopeRow>,
    /// Calls of older clients, sorted by client, symbol, operation.
    #[serde(default)]
    pub legacy: Vec<LegacyRow>,
}

/// One operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationRow {
    /// `v1:ListMonitors`; `v2:GetTagPolicy@2.57.0` where a newer route has the plain name; `undocumented:GET:/api/v1/dash`.
    pub id: String,
    /// Upper-case HTTP method.
    pub method: String,
    /// Path template with `{param}` segments.
    pub path: String,
    /// A query pair that must be present, for operations that share their path (`type=databasequery`).
    #[serde(default)]
    pub query: Option<String>,
    /// Product group (the documents' tag).
    #[serde(default)]
    pub group: String,
    /// Place in the API documentation below `/api/latest/`.
    #[serde(default)]
    pub anchor: String,
    /// `current`, `retired`, `undocumented`.
    pub status: String,
    /// First release known to have it; absent: the oldest release read had it already.
    #[serde(default)]
    pub first: Option<String>,
    /// Last release that had it; absent: the table's own release.
    #[serde(default)]
    pub last: Option<String>,
    /// `public`, `api-key`, `keys`, `oauth`.
    #[serde(default)]
    pub auth: Vec<String>,
    /// Requirement for OAuth clients.
    pub oauth: Need,
    /// Requirement for keys and roles.
    pub keys: Need,
    /// Earlier places in the documentation.
    #[serde(default)]
    pub old_anchors: Vec<String>,
    /// Where a requirement comes from if not from the fields made for it: `prose`, `scopes-page`.
    #[serde(default)]
    pub from: Option<String>,
    /// The part of the request that decides between alternatives (`share_type`).
    #[serde(default)]
    pub decided_by: Option<String>,
    /// Hosts other than `api.`: `http-intake.logs.{site}` or whole names.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// `deprecated`, `unstable`, `paginated`, `unscoped-key-only`, `log-monitors-unscoped-key-only`, `registered-key-only`, `admin-only`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Day after which it is said to stop working.
    #[serde(default)]
    pub sunset: Option<String>,
    /// Id of the operation that took its place.
    #[serde(default)]
    pub successor: Option<String>,
    /// Earlier client classes, in the spelling of the Python client.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Clients known to call an undocumented endpoint.
    #[serde(default)]
    pub used_by: Vec<String>,
    /// What older sources demanded, oldest first.
    #[serde(default)]
    pub history: Vec<PastRow>,
}

/// What an older source demanded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastRow {
    /// Last release that said so, or `scopes-page`.
    pub until: String,
    /// Requirement for OAuth clients.
    pub oauth: Need,
    /// Requirement for keys and roles; absent where the source does not speak of it.
    #[serde(default)]
    pub keys: Option<Need>,
}

/// A requirement: clauses, or the word that says why there are none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Need {
    /// `unpublished`, `unsupported`, `not-needed`, `open`, `inferred` (the same clauses as for OAuth).
    Word(String),
    /// All of these (any of those).
    Clauses(Vec<Vec<String>>),
}

impl Default for Need {
    fn default() -> Self {
        Self::Word("unpublished".to_owned())
    }
}

impl Need {
    /// The clauses, if they are written here.
    pub fn clauses(&self) -> &[Vec<String>] {
        match self {
            Self::Word(_) => &[],
            Self::Clauses(clauses) => clauses,
        }
    }
}

/// One scope or permission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeRow {
    /// `monitors_read`.
    pub name: String,
    /// Group in which Datadog shows it; empty where no list has it.
    #[serde(default)]
    pub group: String,
    /// `read`, `write`, `other`.
    pub kind: String,
    /// `declared` in the documents' OAuth scheme, only `cited` by operations, or `no`.
    pub oauth: String,
    /// Whether the Roles API lists it.
    #[serde(default)]
    pub listed: bool,
    /// Whether every role has it by default.
    #[serde(default)]
    pub restricted: bool,
    /// Id on the US1 site.
    #[serde(default)]
    pub us1: Option<String>,
    /// Id on the EU1 site.
    #[serde(default)]
    pub eu1: Option<String>,
    /// `deprecated`, `placeholder`, `refused` (as a key scope), `unlisted` (no list has it).
    #[serde(default)]
    pub flags: Vec<String>,
    /// The listed name that an unlisted one looks like a slip for.
    #[serde(default)]
    pub slip_for: Option<String>,
    /// How it can be limited on a role: `indexes`, `pipelines`.
    #[serde(default)]
    pub limit: Option<String>,
}

/// One call of an older client.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegacyRow {
    /// `datadogpy`, `dogshell`, `dogapi-rb`, `go-datadog-api`, `node-dogapi`.
    pub client: String,
    /// `api.Monitor.create`.
    pub symbol: String,
    /// The operation it calls. A symbol with several rows calls, or may call, all of them.
    pub operation: String,
    /// Set where it is not the usual call: `method=GET` (when that argument is passed), `older-releases`.
    #[serde(default)]
    pub when: Option<String>,
}

/// The key by which operations are sorted: official ones by version and name, then the undocumented by path and method.
pub fn order(row: &OperationRow) -> (u8, &str, &str, &str) {
    match row.id.split_once(':') {
        Some(("undocumented", _)) => (9, &row.path, &row.method, row.query.as_deref().unwrap_or("")),
        Some(("v2", name)) => (2, name, "", ""),
        Some((_, name)) => (1, name, "", ""),
        None => (0, &row.id, "", ""),
    }
}

/// The API version (1 or 2) and the bare name of an id, without `@release`; undocumented ids have neither.
pub fn split_id(id: &str) -> (Option<u8>, &str) {
    let (version, rest) = match id.split_once(':') {
        Some(("v1", rest)) => (Some(1), rest),
        Some(("v2", rest)) => (Some(2), rest),
        _ => return (None, ""),
    };
    (version, rest.split('@').next().unwrap_or(rest))
}

/// A release as a number to compare by: `2.46.0` → 2046000, `1.0.0b8` → 1000000, other clients' releases → 0.
pub fn release_key(release: &str) -> u64 {
    let mut key = 0;
    for part in 0..3 {
        let digits: String =
            release.split('.').nth(part).unwrap_or("").chars().take_while(char::is_ascii_digit).take(3).collect();
        key = key * 1000 + digits.parse::<u64>().unwrap_or(0);
    }
    key
}
