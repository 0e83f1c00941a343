//! Makes a table from OpenAPI documents, facts and the table before it, so that nothing that ever shipped is lost.
//!
//! Reading documents is in `openapi`, reading fact files in `facts`; writing the result is in `text`.

pub mod facts;
mod known;
pub mod openapi;
mod prose;
pub mod yaml;

use super::names;
use super::table::{Need, OperationRow, PastRow, SCHEMA, ScopeRow, Table, split_id};
use super::{text, trie};
use openapi::Document;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Lays `documents` of `release` over `base`: what the documents no longer have is kept as retired, what they demand
/// differently is kept as history, undocumented rows that they now have give way.
pub fn import(base: Table, documents: &[Document], release: &str, released: &str) -> Table {
    let mut merge = Merge {
        first: (!base.operations.is_empty() && base.release != release).then(|| release.to_owned()),
        before: base.release.clone(),
        release: release.to_owned(),
        rows: base.operations.into_iter().map(|row| (row.id.clone(), row)).collect(),
    };
    let mut fresh: Vec<OperationRow> =
        documents.iter().flat_map(|document| document.operations.iter().cloned()).map(with_known).collect();
    fresh.sort_by(|a, b| a.id.cmp(&b.id));
    merge.retire_missing(&fresh);
    for row in fresh {
        merge.add(row);
    }
    let mut table = Table {
        schema: SCHEMA.to_owned(),
        release: release.to_owned(),
        released: released.to_owned(),
        operations: merge.rows.into_values().collect(),
        scopes: base.scopes,
        legacy: base.legacy,
    };
    follow_moves(&mut table);
    let declared = documents.iter().flat_map(|document| document.declared.iter().map(String::as_str)).collect();
    let versions: BTreeSet<Option<u8>> =
        documents.iter().flat_map(|document| &document.operations).map(|row| split_id(&row.id).0).collect();
    complete_scopes(&mut table, &declared, versions.len() > 1);
    text::sort(&mut table);
    table
}

/// Adds what is known besides the documents.
fn with_known(mut row: OperationRow) -> OperationRow {
    row.decided_by = known::DECIDED_BY.iter().find(|(id, _)| *id == row.id).map(|(_, part)| (*part).to_owned());
    if known::UNSCOPED_ONLY.contains(&row.id.as_str()) {
        row.flags.push("unscoped-key-only".to_owned());
        row.flags.sort();
    }
    let class = names::class_plain(&row.group);
    let old = known::OLD_CLASSES.iter().filter(|(_, today)| *today == class).map(|(old, _)| *old);
    let moved = known::OLD_CLASS_OF.iter().filter(|(id, _)| *id == row.id).map(|(_, old)| *old);
    row.classes = old.chain(moved).map(str::to_owned).collect();
    row
}

struct Merge {
    /// The release to name as first for rows that are new.
    first: Option<String>,
    before: String,
    release: String,
    rows: BTreeMap<String, OperationRow>,
}

impl Merge {
    /// Retires current rows that the documents no longer have, or have on another route. Only API versions that the
    /// documents speak of are touched.
    fn retire_missing(&mut self, fresh: &[OperationRow]) {
        let versions: BTreeSet<Option<u8>> = fresh.iter().map(|row| split_id(&row.id).0).collect();
        let routes: HashMap<&str, String> =
            fresh.iter().map(|row| (row.id.as_str(), trie::shape(&row.method, &row.path))).collect();
        let ids: Vec<String> = self.rows.keys().cloned().collect();
        for id in ids {
            let Some(row) = self.rows.get(&id) else { continue };
            let shape = trie::shape(&row.method, &row.path);
            let covered = versions.contains(&split_id(&id).0);
            if covered && row.status == "current" && routes.get(id.as_str()) != Some(&shape) {
                let moved = routes.contains_key(id.as_str());
                self.retire(&id, moved);
            } else if covered && row.status == "retired" && routes.get(id.as_str()).is_some_and(|route| *route != shape)
            {
                self.rename(&id);
            }
        }
        let shapes: BTreeSet<String> = routes.into_values().collect();
        self.rows.retain(|_, row| {
            row.status != "undocumented"
                || row.query.is_some()
                || !shapes.contains(&trie::shape(&row.method, &row.path))
        });
    }

    fn retire(&mut self, id: &str, moved: bool) {
        if let Some(row) = self.rows.get_mut(id) {
            row.status = "retired".to_owned();
            row.last = Some(self.before.clone());
        }
        if moved {
            self.rename(id);
        }
    }

    /// Gives the plain name free for the row that has it now.
    fn rename(&mut self, id: &str) {
        let Some(mut row) = self.rows.remove(id) else { return };
        row.id = format!("{id}@{}", row.last.as_deref().unwrap_or(&self.before));
        row.successor = Some(id.to_owned());
        self.rows.insert(row.id.clone(), row);
    }

    fn add(&mut self, mut row: OperationRow) {
        let Some(old) = self.rows.remove(&row.id) else {
            row.first.clone_from(&self.first);
            self.rows.insert(row.id.clone(), row);
            return;
        };
        let changed = self.before != self.release && demands(&old) != demands(&row);
        row.first = old.first;
        row.history = old.history;
        if changed {
            row.history.push(PastRow { until: self.before.clone(), oauth: old.oauth, keys: Some(old.keys) });
        }
        for class in old.classes.into_iter().chain([names::class_plain(&old.group)]) {
            if class != names::class_plain(&row.group) && !row.classes.contains(&class) {
                row.classes.push(class);
            }
        }
        row.classes.sort();
        row.old_anchors = old.old_anchors;
        if old.anchor != row.anchor && !row.old_anchors.contains(&old.anchor) {
            row.old_anchors.push(old.anchor);
        }
        row.old_anchors.retain(|anchor| *anchor != row.anchor);
        self.rows.insert(row.id.clone(), row);
    }
}

/// The clauses of both requirements; rows without any differ only in how their lack is expressed, which changes with the
/// documents' defaults.
fn demands(row: &OperationRow) -> (&[Vec<String>], &[Vec<String>], bool) {
    let inferred = row.keys == Need::Word("inferred".to_owned());
    let keys = if inferred { row.oauth.clauses() } else { row.keys.clauses() };
    (row.oauth.clauses(), keys, row.keys == Need::Word("open".to_owned()))
}

/// Names the successor of retired rows whose route a current row has.
fn follow_moves(table: &mut Table) {
    let current: HashMap<String, String> = table
        .operations
        .iter()
        .filter(|row| row.status == "current")
        .map(|row| (trie::shape(&row.method, &row.path), row.id.clone()))
        .collect();
    for row in table.operations.iter_mut().filter(|row| row.status == "retired") {
        if let Some(id) = current.get(&trie::shape(&row.method, &row.path)) {
            row.successor = Some(id.clone());
        }
    }
}

/// Adds scopes that operations or documents name and no list has, and marks which of them OAuth clients may hold.
/// `whole`: the documents are those of all API versions, so that what they do not declare is not declared.
fn complete_scopes(table: &mut Table, declared: &BTreeSet<&str>, whole: bool) {
    let mut rows: BTreeMap<String, ScopeRow> =
        std::mem::take(&mut table.scopes).into_iter().map(|row| (row.name.clone(), row)).collect();
    let mut cited: BTreeSet<&str> = BTreeSet::new();
    let mut named: BTreeSet<&str> = declared.clone();
    for row in &table.operations {
        let of_oauth = row.oauth.clauses().iter().flatten().map(String::as_str);
        cited.extend(of_oauth.filter(|_| row.status == "current"));
        let past = row.history.iter().flat_map(|past| {
            past.oauth.clauses().iter().chain(past.keys.as_ref().map(Need::clauses).unwrap_or_default())
        });
        let all = row.oauth.clauses().iter().chain(row.keys.clauses()).chain(past);
        named.extend(all.flatten().map(String::as_str));
    }
    for name in named {
        rows.entry(name.to_owned()).or_insert_with(|| ScopeRow {
            name: name.to_owned(),
            kind: facts::kind_by_ending(name).to_owned(),
            oauth: "no".to_owned(),
            flags: if declared.contains(name) { Vec::new() } else { vec!["unlisted".to_owned()] },
            ..ScopeRow::default()
        });
    }
    for row in rows.values_mut() {
        if declared.contains(row.name.as_str()) {
            row.oauth = "declared".to_owned();
        } else if whole || row.oauth != "declared" {
            row.oauth = if cited.contains(row.name.as_str()) { "cited" } else { "no" }.to_owned();
        }
        let slip = known::SLIPS.iter().find(|(name, _)| *name == row.name);
        row.slip_for = slip.map(|(_, meant)| (*meant).to_owned());
        row.limit = known::LIMITS.iter().find(|(name, _)| *name == row.name).map(|(_, limit)| (*limit).to_owned());
        for (_, flag) in known::SCOPE_FLAGS.iter().filter(|(name, _)| *name == row.name) {
            if !row.flags.iter().any(|known| known == flag) {
                row.flags.push((*flag).to_owned());
            }
        }
        row.flags.sort();
    }
    table.scopes = rows.into_values().filter(|row| !row.name.is_empty()).collect();
    drop_dangling_slips(table);
}

/// A slip's meaning must be in the table, too; a table built from few sources may lack it.
fn drop_dangling_slips(table: &mut Table) {
    let names: BTreeSet<String> = table.scopes.iter().map(|row| row.name.clone()).collect();
    for row in &mut table.scopes {
        row.slip_for = row.slip_for.take().filter(|meant| names.contains(meant));
    }
}
