//! What a table must satisfy. The build stops at the first broken row and names it; `catalog import` and overlays use the same rules.
//!
//! The shape of the rows is in `table`. Shared with `build.rs`.

use super::table::{LegacyRow, Need, OperationRow, SCHEMA, ScopeRow, Table, order, split_id};
use super::trie;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The row: an id, a scope's name, or `table`.
    pub row: String,
    /// The rule's kebab-case name.
    pub rule: &'static str,
    /// What is wrong.
    pub detail: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row `{}` breaks the rule `{}`: {}", self.row, self.rule, self.detail)
    }
}

const METHODS: [&str; 6] = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];
const STATUSES: [&str; 3] = ["current", "retired", "undocumented"];
const AUTH: [&str; 4] = ["public", "api-key", "keys", "oauth"];
const FLAGS: [&str; 7] = [
    "admin-only",
    "deprecated",
    "log-monitors-unscoped-key-only",
    "paginated",
    "registered-key-only",
    "unscoped-key-only",
    "unstable",
];
const OAUTH_WORDS: [&str; 3] = ["not-needed", "unpublished", "unsupported"];
const KEY_WORDS: [&str; 4] = ["inferred", "not-needed", "open", "unpublished"];
const SOURCES: [&str; 2] = ["prose", "scopes-page"];
const KINDS: [&str; 3] = ["other", "read", "write"];
const OAUTH_KINDS: [&str; 3] = ["cited", "declared", "no"];
const SCOPE_FLAGS: [&str; 4] = ["deprecated", "placeholder", "refused", "unlisted"];
const LEGACY_CLIENTS: [&str; 5] = ["datadogpy", "dogapi-rb", "dogshell", "go-datadog-api", "node-dogapi"];

/// Checks a whole table; empty when all is well.
pub fn check(table: &Table) -> Vec<Broken> {
    let mut report = Report(Vec::new());
    if table.schema != SCHEMA {
        report.add("table", "schema", format!("`{}` is not `{SCHEMA}`", table.schema));
    }
    if table.release.is_empty() || !day(&table.released) {
        report.add("table", "release", "release and its day (YYYY-MM-DD) must be given".to_owned());
    }
    if table.operations.len() >= usize::from(u16::MAX) || table.scopes.len() >= usize::from(u16::MAX) {
        report.add("table", "size", "more rows than 16 bits can count".to_owned());
    }
    check_scopes(&table.scopes, &mut report);
    check_operations(table, &mut report);
    check_legacy(table, &table.legacy, &mut report);
    report.0
}

struct Report(Vec<Broken>);

impl Report {
    fn add(&mut self, row: &str, rule: &'static str, detail: String) {
        self.0.push(Broken { row: row.to_owned(), rule, detail });
    }

    fn one_of(&mut self, row: &str, rule: &'static str, value: &str, allowed: &[&str]) {
        if !allowed.contains(&value) {
            self.add(row, rule, format!("`{value}` is none of {}", allowed.join(", ")));
        }
    }
}

fn day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
}

fn check_scopes(scopes: &[ScopeRow], report: &mut Report) {
    let names: HashSet<&str> = scopes.iter().map(|row| row.name.as_str()).collect();
    for pair in scopes.windows(2) {
        match pair[0].name.cmp(&pair[1].name) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => {
                report.add(&pair[1].name, "duplicate-scope", "the name stands twice".to_owned())
            }
            std::cmp::Ordering::Greater => {
                report.add(&pair[1].name, "sorted-scopes", format!("stands after `{}`", pair[0].name));
            }
        }
    }
    for row in scopes {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if row.name.is_empty() || !row.name.chars().all(good) {
            report.add(&row.name, "scope-name", "only small letters, digits and `_`".to_owned());
        }
        report.one_of(&row.name, "scope-kind", &row.kind, &KINDS);
        report.one_of(&row.name, "scope-oauth", &row.oauth, &OAUTH_KINDS);
        for flag in &row.flags {
            report.one_of(&row.name, "scope-flag", flag, &SCOPE_FLAGS);
        }
        if let Some(meant) = row.slip_for.as_deref().filter(|meant| !names.contains(meant)) {
            report.add(&row.name, "unknown-scope", format!("`{meant}` is not in the table"));
        }
    }
}

fn check_operations(table: &Table, report: &mut Report) {
    let scopes: HashSet<&str> = table.scopes.iter().map(|row| row.name.as_str()).collect();
    let mut ids: HashSet<&str> = HashSet::new();
    let mut routes: HashMap<(String, &str, &[String]), &str> = HashMap::new();
    for (index, row) in table.operations.iter().enumerate() {
        if !ids.insert(&row.id) {
            report.add(&row.id, "duplicate-id", "the id stands twice".to_owned());
        } else if let Some(before) = index.checked_sub(1).and_then(|i| table.operations.get(i))
            && order(before) > order(row)
        {
            report.add(&row.id, "sorted-operations", format!("stands after `{}`", before.id));
        }
        if row.status != "retired" {
            let key = (trie::shape(&row.method, &row.path), row.query.as_deref().unwrap_or(""), row.hosts.as_slice());
            if let Some(other) = routes.insert(key, &row.id) {
                report.add(&row.id, "duplicate-route", format!("`{} {}` belongs to `{other}`", row.method, row.path));
            }
        }
        check_route(row, report);
        check_words(row, report);
        check_needs(row, &scopes, report);
    }
    for row in &table.operations {
        if let Some(successor) = row.successor.as_deref().filter(|id| !ids.contains(id)) {
            report.add(&row.id, "unknown-successor", format!("`{successor}` is not in the table"));
        }
    }
}

fn check_route(row: &OperationRow, report: &mut Report) {
    report.one_of(&row.id, "method", &row.method, &METHODS);
    let tidy: Vec<&str> = trie::segments(&row.path).collect();
    if row.path != format!("/{}", tidy.join("/")) {
        report.add(&row.id, "path", format!("`{}` is not one slash before each segment", row.path));
    }
    for segment in trie::segments(&row.path) {
        let inner = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')).unwrap_or(segment);
        if inner.is_empty() || inner.contains(['{', '}', '?', '#', ' ', '%']) {
            report.add(&row.id, "path-segment", format!("`{segment}` is neither a word nor one parameter"));
        }
    }
    let expected = split_id(&row.id);
    if row.status == "undocumented" || row.id.starts_with("undocumented:") {
        let query = row.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        let id = format!("undocumented:{}:{}{query}", row.method, row.path);
        if id != row.id {
            report.add(&row.id, "id", format!("an undocumented row is named after its route: `{id}`"));
        }
    } else if expected.0.is_none() || expected.1.is_empty() {
        report.add(&row.id, "id", "neither `v1:Name`, `v2:Name` nor `undocumented:…`".to_owned());
    }
}

fn check_words(row: &OperationRow, report: &mut Report) {
    report.one_of(&row.id, "status", &row.status, &STATUSES);
    if row.auth.is_empty() {
        report.add(&row.id, "auth", "no kind of authentication".to_owned());
    }
    for kind in &row.auth {
        report.one_of(&row.id, "auth", kind, &AUTH);
    }
    for flag in &row.flags {
        report.one_of(&row.id, "flag", flag, &FLAGS);
    }
    if let Some(from) = &row.from {
        report.one_of(&row.id, "source", from, &SOURCES);
    }
    if row.status == "retired" && row.last.is_none() && row.from.is_none() {
        report.add(&row.id, "last-release", "a retired operation names its last release".to_owned());
    }
    if row.status == "current" && row.last.is_some() {
        report.add(&row.id, "last-release", "a current operation has no last release".to_owned());
    }
    if row.sunset.as_deref().is_some_and(|text| !day(text)) {
        report.add(&row.id, "sunset", "not a day (YYYY-MM-DD)".to_owned());
    }
}

fn check_needs(row: &OperationRow, scopes: &HashSet<&str>, report: &mut Report) {
    check_need(row, &row.oauth, &OAUTH_WORDS, scopes, report);
    check_need(row, &row.keys, &KEY_WORDS, scopes, report);
    for past in &row.history {
        check_need(row, &past.oauth, &OAUTH_WORDS, scopes, report);
        if let Some(keys) = &past.keys {
            check_need(row, keys, &KEY_WORDS, scopes, report);
        }
    }
    if row.keys == Need::Word("inferred".to_owned()) && row.oauth.clauses().is_empty() {
        report.add(&row.id, "inferred", "there are no OAuth scopes to infer the keys' from".to_owned());
    }
}

fn check_need(row: &OperationRow, need: &Need, words: &[&str], scopes: &HashSet<&str>, report: &mut Report) {
    match need {
        Need::Word(word) => report.one_of(&row.id, "requirement", word, words),
        Need::Clauses(clauses) if clauses.is_empty() || clauses.iter().any(Vec::is_empty) => {
            report.add(&row.id, "requirement", "an empty clause".to_owned());
        }
        Need::Clauses(clauses) => {
            for scope in clauses.iter().flatten().filter(|scope| !scopes.contains(scope.as_str())) {
                report.add(&row.id, "unknown-scope", format!("`{scope}` is not in the table"));
            }
        }
    }
}

fn check_legacy(table: &Table, legacy: &[LegacyRow], report: &mut Report) {
    let ids: HashSet<&str> = table.operations.iter().map(|row| row.id.as_str()).collect();
    for pair in legacy.windows(2).filter(|pair| pair[0] >= pair[1]) {
        report.add(
            &pair[1].symbol,
            "sorted-legacy",
            format!("stands after `{}` of {}", pair[0].symbol, pair[0].client),
        );
    }
    for row in legacy {
        report.one_of(&row.symbol, "legacy-client", &row.client, &LEGACY_CLIENTS);
        if !ids.contains(row.operation.as_str()) {
            report.add(&row.symbol, "unknown-operation", format!("`{}` is not in the table", row.operation));
        }
    }
}
