//! A table as text: one row a line, fields in a fixed order, empty fields left out, so that equal tables are equal bytes.
//!
//! The shape is in `table`; reports for people and programs are written elsewhere.

use super::line::{Line, list, quote, rows};
use super::requirement::{Requirement, State};
use super::table::{LegacyRow, Need, OperationRow, PastRow, SCHEMA, ScopeRow, Table, order};
use super::{Catalog, Held, Operation, Past, Scope, Source};
use std::fmt::Write as _;

/// Sorts a table as it must be written.
pub fn sort(table: &mut Table) {
    table.operations.sort_by(|a, b| order(a).cmp(&order(b)));
    table.scopes.sort_by(|a, b| a.name.cmp(&b.name));
    table.legacy.sort();
    table.legacy.dedup();
}

/// Writes a table.
pub fn write(table: &Table) -> String {
    let mut out = String::from("{\n");
    let _ = writeln!(out, "\"schema\":{},", quote(SCHEMA));
    let _ = writeln!(out, "\"release\":{},", quote(&table.release));
    let _ = writeln!(out, "\"released\":{},", quote(&table.released));
    section(&mut out, "operations", table.operations.iter().map(operation_line));
    out.push_str(",\n");
    section(&mut out, "scopes", table.scopes.iter().map(scope_line));
    out.push_str(",\n");
    section(&mut out, "legacy", table.legacy.iter().map(legacy_line));
    out.push_str("\n}\n");
    out
}

fn section(out: &mut String, name: &str, lines: impl Iterator<Item = String>) {
    let _ = write!(out, "{}:{}", quote(name), rows(lines));
}

fn need(need: &Need) -> String {
    match need {
        Need::Word(word) => quote(word),
        Need::Clauses(clauses) => {
            let written: Vec<String> = clauses.iter().map(|clause| list(clause)).collect();
            format!("[{}]", written.join(","))
        }
    }
}

fn operation_line(row: &OperationRow) -> String {
    let line = Line::default()
        .text("id", &row.id)
        .text("method", &row.method)
        .text("path", &row.path)
        .maybe("query", row.query.as_deref())
        .text("group", &row.group)
        .text("anchor", &row.anchor)
        .list("old_anchors", &row.old_anchors)
        .text("status", &row.status)
        .maybe("first", row.first.as_deref())
        .maybe("last", row.last.as_deref())
        .list("auth", &row.auth)
        .raw("oauth", &need(&row.oauth))
        .raw("keys", &need(&row.keys))
        .maybe("from", row.from.as_deref())
        .maybe("decided_by", row.decided_by.as_deref())
        .list("hosts", &row.hosts)
        .list("flags", &row.flags)
        .maybe("sunset", row.sunset.as_deref())
        .maybe("successor", row.successor.as_deref())
        .list("classes", &row.classes)
        .list("used_by", &row.used_by);
    if row.history.is_empty() {
        return line.end();
    }
    let history: Vec<String> = row.history.iter().map(past_line).collect();
    line.raw("history", &format!("[{}]", history.join(","))).end()
}

fn past_line(row: &PastRow) -> String {
    let line = Line::default().text("until", &row.until).raw("oauth", &need(&row.oauth));
    match &row.keys {
        Some(keys) => line.raw("keys", &need(keys)).end(),
        None => line.end(),
    }
}

fn scope_line(row: &ScopeRow) -> String {
    Line::default()
        .text("name", &row.name)
        .text("group", &row.group)
        .text("kind", &row.kind)
        .text("oauth", &row.oauth)
        .truth("listed", row.listed)
        .truth("restricted", row.restricted)
        .maybe("us1", row.us1.as_deref())
        .maybe("eu1", row.eu1.as_deref())
        .list("flags", &row.flags)
        .maybe("slip_for", row.slip_for.as_deref())
        .maybe("limit", row.limit.as_deref())
        .end()
}

fn legacy_line(row: &LegacyRow) -> String {
    Line::default()
        .text("client", &row.client)
        .text("symbol", &row.symbol)
        .text("operation", &row.operation)
        .maybe("when", row.when.as_deref())
        .end()
}

/// The rows of a table in use, to build a newer table from.
pub fn table_of(catalog: &Catalog) -> Table {
    Table {
        schema: SCHEMA.to_owned(),
        release: catalog.release().to_owned(),
        released: catalog.released().to_owned(),
        operations: catalog.operations().iter().map(operation_row).collect(),
        scopes: catalog.scopes().iter().map(scope_row).collect(),
        legacy: catalog
            .legacy_calls()
            .iter()
            .filter_map(|call| {
                let operation = catalog.operations().get(usize::from(call.operation))?.id.to_owned();
                let when = call.when.map(str::to_owned);
                Some(LegacyRow { client: call.client.to_owned(), symbol: call.symbol.to_owned(), operation, when })
            })
            .collect(),
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn need_of(requirement: &Requirement) -> Need {
    match requirement.state {
        State::Published => Need::Clauses(requirement.clauses.iter().map(|clause| owned(clause.any_of)).collect()),
        state => Need::Word(state.name().to_owned()),
    }
}

fn operation_row(operation: &Operation) -> OperationRow {
    OperationRow {
        id: operation.id.to_owned(),
        method: operation.method.to_owned(),
        path: operation.path.to_owned(),
        query: operation.query.map(str::to_owned),
        group: operation.group.to_owned(),
        anchor: operation.anchor.to_owned(),
        old_anchors: owned(operation.old_anchors),
        status: operation.status.name().to_owned(),
        first: operation.first_release.map(str::to_owned),
        last: operation.last_release.map(str::to_owned),
        auth: owned(&operation.auth.names()),
        oauth: need_of(&operation.oauth),
        keys: need_of(&operation.app_key),
        from: match operation.source {
            Source::Fields => None,
            Source::Prose => Some("prose".to_owned()),
            Source::ScopesPage => Some("scopes-page".to_owned()),
        },
        decided_by: operation.decided_by.map(str::to_owned),
        hosts: owned(operation.hosts),
        flags: owned(operation.flags),
        sunset: operation.sunset.map(str::to_owned),
        successor: operation.successor.map(str::to_owned),
        classes: owned(operation.classes),
        used_by: owned(operation.used_by),
        history: operation.history.iter().map(past_row).collect(),
    }
}

fn past_row(past: &Past) -> PastRow {
    let until = past.until.to_owned();
    PastRow { until, oauth: need_of(&past.oauth), keys: past.app_key.as_ref().map(need_of) }
}

fn scope_row(scope: &Scope) -> ScopeRow {
    ScopeRow {
        name: scope.name.to_owned(),
        group: scope.group.to_owned(),
        kind: scope.kind.name().to_owned(),
        oauth: match scope.oauth {
            Held::Declared => "declared",
            Held::Cited => "cited",
            Held::No => "no",
        }
        .to_owned(),
        listed: scope.listed,
        restricted: scope.restricted,
        us1: scope.us1.map(str::to_owned),
        eu1: scope.eu1.map(str::to_owned),
        flags: owned(scope.flags),
        slip_for: scope.slip_for.map(str::to_owned),
        limit: scope.limit.map(str::to_owned),
    }
}
