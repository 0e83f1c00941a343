//! Tables read at run time: a whole table of its own, or rows laid over the compiled ones.
//!
//! Such a table lives as long as the process; its texts are leaked on purpose, so that compiled and read tables are one type.

use super::clients::LEGACY_CLIENTS;
use super::index::{Index, Row, Run};
use super::requirement::{Clause, Requirement, State};
use super::table::{LegacyRow, Need, OperationRow, ScopeRow, Table, split_id};
use super::{
    Auth, Catalog, Held, LegacyCall, Lookup, Operation, Past, Scope, ScopeKind, Source, Status, Tree, names, rules,
    text,
};
use crate::error::{Error, Result};
use crate::evidence::Version;
use std::collections::{BTreeMap, HashMap};

impl Catalog {
    /// Lays the rows of `json` (the format of `data/scopes.json`, parts may be missing) over the compiled table: rows with
    /// a known id or name replace, others are added. Errors name the row and the rule it breaks.
    pub fn overlay(json: &str) -> Result<Self> {
        let over = parse(json)?;
        let mut table = text::table_of(Self::builtin());
        if !over.release.is_empty() {
            table.release = over.release;
        }
        if !over.released.is_empty() {
            table.released = over.released;
        }
        let mut operations: BTreeMap<String, OperationRow> =
            table.operations.into_iter().map(|row| (row.id.clone(), row)).collect();
        operations.extend(over.operations.into_iter().map(|row| (row.id.clone(), row)));
        let mut scopes: BTreeMap<String, ScopeRow> =
            table.scopes.into_iter().map(|row| (row.name.clone(), row)).collect();
        scopes.extend(over.scopes.into_iter().map(|row| (row.name.clone(), row)));
        table.operations = operations.into_values().collect();
        table.scopes = scopes.into_values().collect();
        table.legacy.extend(over.legacy);
        text::sort(&mut table);
        Self::from_table(&table)
    }

    /// Reads a whole table. Errors as [`Catalog::overlay`].
    pub fn read(json: &str) -> Result<Self> {
        Self::from_table(&parse(json)?)
    }

    /// Checks a table and makes it usable.
    pub fn from_table(table: &Table) -> Result<Self> {
        if let Some(broken) = rules::check(table).first() {
            return Err(Error::new(broken.to_string()));
        }
        Ok(build(table))
    }
}

/// Reads the text of a table without checking it.
pub fn parse(json: &str) -> Result<Table> {
    let no_table = |why: String| {
        Error::new(format!("not a table of ddscope: {why}")).help("`ddscope catalog import` writes such a table")
    };
    if !json.trim_start().starts_with('{') {
        return Err(no_table("it is no JSON object".to_owned()));
    }
    serde_json::from_str(json).map_err(|error| no_table(error.to_string()))
}

fn build(table: &Table) -> Catalog {
    let operations: &'static [Operation] = table.operations.iter().map(operation).collect::<Vec<_>>().leak();
    let scopes: &'static [Scope] = table.scopes.iter().map(scope).collect::<Vec<_>>().leak();
    let numbers: HashMap<&str, u16> = (0..).zip(operations).map(|(number, row)| (row.id, number)).collect();
    let calls: Vec<LegacyCall> = table.legacy.iter().filter_map(|row| legacy_call(row, &numbers)).collect();
    let legacy: &'static [LegacyCall] = calls.leak();
    let rows: Vec<Row<'_>> = operations
        .iter()
        .map(|row| Row { id: row.id, group: row.group, classes: row.classes, path: row.path })
        .collect();
    let index = Index::new(
        &rows,
        legacy.iter().filter(|call| call.when.is_none()).map(|call| (call.client, call.symbol, call.operation)),
    );
    let built = |keys: &BTreeMap<String, Run>| Lookup::Built(keys.clone().into_iter().collect());
    let edges: Vec<(&'static str, u16)> =
        index.routes.edges.iter().map(|(segment, node)| (keep(segment), *node)).collect();
    let scope_names = (0..).zip(scopes).map(|(start, row)| (row.name.to_owned(), Run { start, len: 1 })).collect();
    Catalog {
        release: keep(&table.release),
        released: keep(&table.released),
        operations,
        scopes,
        legacy,
        ids: built(&index.ids),
        methods: built(&index.methods),
        classes: built(&index.classes),
        scope_names: Lookup::Built(scope_names),
        symbols: LEGACY_CLIENTS.map(|client| index.legacy.get(client).map_or_else(|| built(&BTreeMap::new()), built)),
        lists: index.lists.leak(),
        routes: Tree { nodes: index.routes.nodes.leak(), edges: edges.leak(), routes: index.routes.routes.leak() },
    }
}

fn legacy_call(row: &LegacyRow, numbers: &HashMap<&str, u16>) -> Option<LegacyCall> {
    let operation = *numbers.get(row.operation.as_str())?;
    Some(LegacyCall {
        client: keep(&row.client),
        symbol: keep(&row.symbol),
        operation,
        when: keep_maybe(row.when.as_ref()),
    })
}

fn keep(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn keep_maybe(text: Option<&String>) -> Option<&'static str> {
    text.map(|text| keep(text))
}

fn keep_all(texts: &[String]) -> &'static [&'static str] {
    texts.iter().map(|text| keep(text)).collect::<Vec<_>>().leak()
}

fn requirement(need: &Need, oauth: &Need, decided_by: Option<&'static str>) -> Requirement {
    let (state, clauses) = match need {
        Need::Clauses(clauses) => (State::Published, clauses.as_slice()),
        Need::Word(word) => match word.as_str() {
            "inferred" => (State::Inferred, oauth.clauses()),
            "open" => (State::Open, &[][..]),
            "unsupported" => (State::Unsupported, &[][..]),
            "not-needed" => (State::NotNeeded, &[][..]),
            _ => (State::Unpublished, &[][..]),
        },
    };
    let clause =
        |any_of: &Vec<String>| Clause { any_of: keep_all(any_of), decided_by: decided_by.filter(|_| any_of.len() > 1) };
    Requirement { state, clauses: clauses.iter().map(clause).collect::<Vec<_>>().leak() }
}

fn operation(row: &OperationRow) -> Operation {
    let (version, name) = split_id(&row.id);
    let decided_by = keep_maybe(row.decided_by.as_ref());
    let auth = |kind: &str| row.auth.iter().any(|known| known == kind);
    let history: Vec<Past> = row
        .history
        .iter()
        .map(|past| Past {
            until: keep(&past.until),
            oauth: requirement(&past.oauth, &past.oauth, decided_by),
            app_key: past.keys.as_ref().map(|keys| requirement(keys, &past.oauth, decided_by)),
        })
        .collect();
    Operation {
        id: keep(&row.id),
        version: version.map(|version| if version == 2 { Version::V2 } else { Version::V1 }),
        name: keep(name),
        snake: names::method_snake(name).leak(),
        method: keep(&row.method),
        path: keep(&row.path),
        query: keep_maybe(row.query.as_ref()),
        group: keep(&row.group),
        anchor: keep(&row.anchor),
        old_anchors: keep_all(&row.old_anchors),
        hosts: keep_all(&row.hosts),
        status: match row.status.as_str() {
            "retired" => Status::Retired,
            "undocumented" => Status::Undocumented,
            _ => Status::Current,
        },
        first_release: keep_maybe(row.first.as_ref()),
        last_release: keep_maybe(row.last.as_ref()),
        auth: Auth { public: auth("public"), api_key: auth("api-key"), keys: auth("keys"), oauth: auth("oauth") },
        oauth: requirement(&row.oauth, &row.oauth, decided_by),
        app_key: requirement(&row.keys, &row.oauth, decided_by),
        source: match row.from.as_deref() {
            Some("prose") => Source::Prose,
            Some(_) => Source::ScopesPage,
            None => Source::Fields,
        },
        decided_by,
        flags: keep_all(&row.flags),
        sunset: keep_maybe(row.sunset.as_ref()),
        successor: keep_maybe(row.successor.as_ref()),
        classes: keep_all(&row.classes),
        used_by: keep_all(&row.used_by),
        history: history.leak(),
    }
}

fn scope(row: &ScopeRow) -> Scope {
    Scope {
        name: keep(&row.name),
        group: keep(&row.group),
        kind: match row.kind.as_str() {
            "read" => ScopeKind::Read,
            "write" => ScopeKind::Write,
            _ => ScopeKind::Other,
        },
        oauth: match row.oauth.as_str() {
            "declared" => Held::Declared,
            "cited" => Held::Cited,
            _ => Held::No,
        },
        listed: row.listed,
        restricted: row.restricted,
        us1: keep_maybe(row.us1.as_ref()),
        eu1: keep_maybe(row.eu1.as_ref()),
        flags: keep_all(&row.flags),
        slip_for: keep_maybe(row.slip_for.as_ref()),
        limit: keep_maybe(row.limit.as_ref()),
    }
}
