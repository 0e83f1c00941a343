//! Fact files: lists of permissions, retired and undocumented endpoints, calls of older clients, the documentation's page
//! of scopes and its tables of permission ids. They fill what the documents leave out; run again they change nothing.

use super::{complete_scopes, known};
use crate::catalog::table::{LegacyRow, Need, OperationRow, PastRow, ScopeRow, Table, release_key};
use crate::catalog::{text, trie};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A fact file: its name and its text.
pub type File = (String, String);

/// Lays the facts over a table. Files are told apart by name or content; unknown ones are passed over.
pub fn apply(table: &mut Table, files: &[File]) {
    let with_name =
        |ending: &'static str| files.iter().filter(move |(name, _)| name.ends_with(ending)).map(|(_, text)| text);
    for text in with_name("permissions.tsv") {
        permissions(table, text);
    }
    for (_, text) in files.iter().filter(|(_, text)| text.contains("Permission UUIDs")) {
        permission_ids(table, text);
    }
    for text in with_name("retired_operations.tsv") {
        retired(table, text);
    }
    for text in with_name("undocumented_endpoints.tsv") {
        undocumented(table, text);
    }
    extras(table);
    for text in with_name("legacy_clients.tsv") {
        legacy(table, text);
    }
    for (_, text) in files.iter().filter(|(_, text)| text.contains("/api/latest/scopes")) {
        scopes_page(table, text);
    }
    group_by_path(table);
    complete_scopes(table, &BTreeSet::new(), false);
    text::sort(table);
}

/// Rows without a group get the one that all documented rows below the same three or more segments share.
fn group_by_path(table: &mut Table) {
    let stem = |path: &str, length: usize| {
        let literal: Vec<&str> =
            trie::segments(path).take_while(|segment| !trie::is_param(segment)).take(length).collect();
        (literal.len() == length).then(|| literal.join("/"))
    };
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in table.operations.iter().filter(|row| !row.group.is_empty() && row.query.is_none()) {
        for length in 3..=6 {
            if let Some(stem) = stem(&row.path, length) {
                groups.entry(stem).or_default().insert(row.group.clone());
            }
        }
    }
    for row in table.operations.iter_mut().filter(|row| row.group.is_empty()) {
        let shared = (3..=6).rev().filter_map(|length| groups.get(&stem(&row.path, length)?));
        let group = shared.take(1).find(|groups| groups.len() == 1).and_then(BTreeSet::first);
        row.group = group.cloned().unwrap_or_default();
    }
}

/// Lines of a tab-separated file without its heading, as fields.
fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(|line| line.split('\t').collect())
}

fn field<'a>(fields: &[&'a str], at: usize) -> &'a str {
    fields.get(at).copied().unwrap_or("").trim()
}

fn words(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Read, write or neither, by the name's ending, for scopes that no list describes.
pub fn kind_by_ending(name: &str) -> &'static str {
    if name.ends_with("_read") {
        "read"
    } else if name.ends_with("_write") {
        "write"
    } else {
        "other"
    }
}

fn permissions(table: &mut Table, text: &str) {
    let mut rows: BTreeMap<String, ScopeRow> =
        std::mem::take(&mut table.scopes).into_iter().map(|row| (row.name.clone(), row)).collect();
    for fields in lines(text) {
        let name = field(&fields, 0);
        let kind = field(&fields, 4);
        let old = rows.remove(name).unwrap_or_default();
        let listed = field(&fields, 6) == "yes";
        let known = listed || field(&fields, 7) == "yes" || field(&fields, 2) == "yes";
        let row = ScopeRow {
            name: name.to_owned(),
            group: field(&fields, 1).to_owned(),
            kind: if kind.is_empty() { kind_by_ending(name) } else { kind }.to_owned(),
            oauth: if field(&fields, 2) == "yes" { "declared".to_owned() } else { old.oauth },
            listed,
            restricted: field(&fields, 5) == "true",
            us1: Some(field(&fields, 8)).filter(|id| !id.is_empty()).map(str::to_owned).or(old.us1),
            eu1: old.eu1,
            flags: if known { Vec::new() } else { vec!["unlisted".to_owned()] },
            ..ScopeRow::default()
        };
        rows.insert(name.to_owned(), row);
    }
    table.scopes = rows.into_values().collect();
}

/// The tables of permission ids, first of the US site, then of the EU site.
fn permission_ids(table: &mut Table, text: &str) {
    let mut european = false;
    for line in text.lines() {
        european = european || line.contains("EU site\"");
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (Some(name), Some(id)) = (cells.get(1), cells.get(2)) else { continue };
        if id.len() != 36 || !id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') {
            continue;
        }
        if let Some(row) = table.scopes.iter_mut().find(|row| row.name == *name) {
            if european {
                row.eu1 = Some((*id).to_owned());
            } else {
                row.us1.get_or_insert_with(|| (*id).to_owned());
            }
        }
    }
}

fn retired(table: &mut Table, text: &str) {
    let ids: BTreeSet<String> = table.operations.iter().map(|row| row.id.clone()).collect();
    let listed: BTreeSet<&str> = lines(text).map(|fields| field(&fields, 0)).collect();
    let groups: HashMap<String, String> =
        table.operations.iter().map(|row| (row.id.clone(), row.group.clone())).collect();
    for fields in lines(text) {
        let (id, method, path, last) = (field(&fields, 0), field(&fields, 1), field(&fields, 2), field(&fields, 3));
        let shape = trie::shape(method, path);
        let same = |row: &&mut OperationRow| {
            row.id.split('@').next() == Some(id) && trie::shape(&row.method, &row.path) == shape
        };
        let successor =
            Some(field(&fields, 7)).filter(|id| ids.contains(*id) || listed.contains(id)).map(str::to_owned);
        if let Some(row) = table.operations.iter_mut().find(same) {
            if row.status == "retired" {
                if release_key(last) > row.last.as_deref().map_or(0, release_key) && row.id == id {
                    row.last = Some(last.to_owned());
                }
                row.successor = row.successor.take().or(successor);
            }
            continue;
        }
        let taken = table.operations.iter().any(|row| row.id == id);
        let row = OperationRow {
            id: if taken { format!("{id}@{}", last.replace(' ', "-")) } else { id.to_owned() },
            method: method.to_owned(),
            path: path.to_owned(),
            group: successor.as_ref().and_then(|id| groups.get(id)).cloned().unwrap_or_default(),
            status: "retired".to_owned(),
            last: Some(last.to_owned()),
            auth: vec!["keys".to_owned(), "oauth".to_owned()],
            oauth: clauses(words(field(&fields, 4)).into_iter().map(|name| vec![name]).collect()),
            keys: retired_keys(&fields),
            successor,
            classes: known::OLD_CLASS_OF.iter().filter(|(of, _)| *of == id).map(|(_, old)| (*old).to_owned()).collect(),
            ..OperationRow::default()
        };
        table.operations.push(row);
    }
}

fn clauses(clauses: Vec<Vec<String>>) -> Need {
    if clauses.is_empty() { Need::default() } else { Need::Clauses(clauses) }
}

fn retired_keys(fields: &[&str]) -> Need {
    let names = words(field(fields, 6));
    match field(fields, 5) {
        "AND" => clauses(names.into_iter().map(|name| vec![name]).collect()),
        "OR" if !names.is_empty() => Need::Clauses(vec![names]),
        "OPEN" => Need::Word("open".to_owned()),
        _ if !field(fields, 4).is_empty() => Need::Word("inferred".to_owned()),
        _ => Need::default(),
    }
}

/// An undocumented row, named after its route.
fn unnamed(method: &str, path: &str, query: Option<&str>) -> OperationRow {
    let ending = query.map(|query| format!("?{query}")).unwrap_or_default();
    // The oldest submissions took the API key alone, as their successors do.
    let auth = if path.starts_with("/api/") { "keys" } else { "api-key" };
    let needless = || Need::Word("not-needed".to_owned());
    OperationRow {
        id: format!("undocumented:{method}:{path}{ending}"),
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.map(str::to_owned),
        status: "undocumented".to_owned(),
        auth: vec![auth.to_owned()],
        oauth: if auth == "keys" { Need::default() } else { needless() },
        keys: if auth == "keys" { Need::default() } else { needless() },
        ..OperationRow::default()
    }
}

fn undocumented(table: &mut Table, text: &str) {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (number, row) in table.operations.iter().enumerate().filter(|(_, row)| row.query.is_none()) {
        known.insert(trie::shape(&row.method, &row.path), number);
    }
    for fields in lines(text) {
        let (method, path) = (field(&fields, 0), field(&fields, 1));
        let used_by: Vec<String> = words(field(&fields, 2)).into_iter().filter(|word| !word.contains(' ')).collect();
        let shape = trie::shape(method, path);
        let number = *known.entry(shape).or_insert_with(|| {
            table.operations.push(unnamed(method, path, None));
            table.operations.len() - 1
        });
        if let Some(row) = table.operations.get_mut(number).filter(|row| row.status != "current") {
            row.used_by = used_by;
        }
    }
}

fn extras(table: &mut Table) {
    for extra in &known::EXTRAS {
        let mut row = unnamed(extra.method, extra.path, extra.query);
        if table.operations.iter().any(|known| known.id == row.id) {
            continue;
        }
        row.group = extra.group.to_owned();
        row.auth = vec![extra.auth.to_owned()];
        if let Some(scope) = extra.keys {
            row.keys = Need::Clauses(vec![vec![scope.to_owned()]]);
            row.from = Some("prose".to_owned());
        }
        row.flags = extra.flags.iter().map(|flag| (*flag).to_owned()).collect();
        row.hosts = extra.hosts.iter().map(|host| (*host).to_owned()).collect();
        row.used_by = vec![extra.used_by.to_owned()];
        table.operations.push(row);
    }
}

fn legacy(table: &mut Table, text: &str) {
    let mut calls: Vec<LegacyRow> = Vec::new();
    for fields in lines(text) {
        let (client, symbol, method, path) =
            (field(&fields, 0), field(&fields, 1), field(&fields, 2), field(&fields, 3));
        if path.starts_with("/api/v") && trie::segments(path).count() == 2 {
            // a call whose path is empty by accident would make every base a route
            continue;
        }
        let named = Some(field(&fields, 4)).filter(|id| table.operations.iter().any(|row| row.id == *id));
        let shape = trie::shape(method, path);
        let by_route = table
            .operations
            .iter()
            .filter(|row| row.query.is_none() && trie::shape(&row.method, &row.path) == shape)
            .min_by_key(|row| (&row.status, std::cmp::Reverse(row.last.as_deref().map_or(u64::MAX, release_key))))
            .map(|row| row.id.clone());
        let operation = named.map(str::to_owned).or(by_route).unwrap_or_else(|| {
            let mut row = unnamed(method, path, None);
            row.used_by = vec![client.to_owned()];
            let id = row.id.clone();
            table.operations.push(row);
            id
        });
        calls.push(LegacyRow {
            client: client.to_owned(),
            symbol: symbol.to_owned(),
            operation,
            when: condition(field(&fields, 5)).map(str::to_owned),
        });
    }
    // what only an older release did is a condition only where the symbol does something else now
    let usual: BTreeSet<(String, String)> = calls
        .iter()
        .filter(|call| call.when.is_none())
        .map(|call| (call.client.clone(), call.symbol.clone()))
        .collect();
    for call in &mut calls {
        call.when = call.when.take().filter(|_| usual.contains(&(call.client.clone(), call.symbol.clone())));
    }
    table.legacy = calls;
}

/// The condition that a note of the list of calls tells.
fn condition(note: &str) -> Option<&'static str> {
    if note.starts_with("when method=\"GET\"") {
        Some("method=GET")
    } else if note.starts_with("release") {
        Some("older-releases")
    } else {
        None
    }
}

/// The scopes that the documentation's page names for endpoints, by the endpoint's place in the documentation.
pub fn page_pairs(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut pairs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut scope = "";
    for line in text.lines() {
        let line = line.trim();
        let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !line.is_empty() && line.contains('_') && line.chars().all(name) {
            scope = line;
        } else if let Some((_, link)) = line.split_once("](https://docs.datadoghq.com/api/latest/") {
            let place = link.trim_end().trim_end_matches(')');
            let known = line.starts_with('[') && place.contains("/#") && !place.starts_with("scopes/");
            if known && !scope.is_empty() {
                pairs.entry(place.to_owned()).or_default().insert(scope.to_owned());
            }
        }
    }
    pairs
}

fn scopes_page(table: &mut Table, text: &str) {
    for (place, scopes) in page_pairs(text) {
        let special = known::SCOPE_PAGE_ROUTES.iter().find(|(anchor, _, _)| *anchor == place);
        let shape = special.map(|(_, method, path)| trie::shape(method, path));
        let here = |row: &OperationRow| match &shape {
            Some(shape) => trie::shape(&row.method, &row.path) == *shape,
            None => row.anchor == place || row.old_anchors.contains(&place),
        };
        let rows: Vec<&mut OperationRow> = table.operations.iter_mut().filter(|row| here(row)).collect();
        let names = |row: &OperationRow| {
            let now = row.oauth.clauses().iter().flatten().cloned();
            let past = row.history.iter().flat_map(|past| past.oauth.clauses().iter().flatten().cloned());
            now.chain(past).collect::<Vec<String>>()
        };
        // v1 and v2 may share a place, each with one of the scopes
        let named: BTreeSet<String> = rows.iter().flat_map(|row| names(row)).collect();
        if scopes.is_subset(&named) {
            continue;
        }
        for row in rows {
            let need = Need::Clauses(scopes.iter().map(|scope| vec![scope.clone()]).collect());
            if row.status == "current" {
                row.history.insert(0, PastRow { until: "scopes-page".to_owned(), oauth: need, keys: None });
            } else {
                row.status = "retired".to_owned();
                row.anchor.clone_from(&place);
                row.oauth = need;
                row.keys = Need::Word("inferred".to_owned());
                row.from = Some("scopes-page".to_owned());
                row.auth = vec!["keys".to_owned(), "oauth".to_owned()];
            }
            if row.group.is_empty() {
                let tag = place.split('/').next().unwrap_or("").to_owned();
                row.group = tag.split('-').map(capital).collect::<Vec<_>>().join(" ");
            }
        }
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
