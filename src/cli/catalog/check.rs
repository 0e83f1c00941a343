//! `ddscope catalog check`: whether the table in use has every operation that declarations name.
//!
//! `build.rs` checks the compiled table; this is for a table that is laid over it.

use crate::catalog::{Catalog, Status};
use crate::cli::Outcome;
use crate::infra::kinds::{self, Calls};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Arguments of `ddscope catalog check`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {}

/// Writes what is missing, and what was dropped from the documents since.
pub fn run(catalog: &Catalog, outcome: &mut Outcome) {
    let types = kinds::all().iter().map(|kind| (kind.name, kind.calls));
    let others = kinds::others().iter().map(|other| (other.kind, other.calls));
    let provider = std::iter::once(("provider.datadog", kinds::configure()));
    let all: Vec<(&str, &[Calls])> = types.chain(others).chain(provider).collect();
    let mut operations = BTreeSet::new();
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut dropped: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, calls) in &all {
        // Endpoints that no document describes are written as method and path.
        for call in calls.iter().filter(|call| !call.operation.contains(' ')) {
            operations.insert(call.operation);
            match catalog.operation(call.operation).map(|operation| operation.status) {
                None => drop(missing.entry(call.operation).or_default().insert(name)),
                Some(Status::Retired) => drop(dropped.entry(call.operation).or_default().insert(name)),
                Some(_) => {}
            }
        }
    }
    let text = &mut outcome.text;
    let _ =
        writeln!(text, "{} resource types, data sources and programs name {} operations", all.len(), operations.len());
    for (title, rows) in [("not in the table", &missing), ("retired", &dropped)] {
        for (operation, names) in rows {
            let names: Vec<&str> = names.iter().copied().collect();
            let _ = writeln!(text, "{title}: {operation}, called for {}", names.join(", "));
        }
    }
    if missing.is_empty() {
        let _ = writeln!(text, "the table of release {} has all of them", catalog.release());
    }
    outcome.findings = !missing.is_empty();
}
