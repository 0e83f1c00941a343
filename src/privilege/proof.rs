//! The solution in words: why each scope is there, why nothing less would do, why alternatives lost.

use super::cover::disjoint_clauses;
use super::solve::{Demand, Solution, some_of};
use super::weight::Weights;
use crate::ir::Name;
use std::collections::{BTreeMap, BTreeSet};

/// Lines that a reader can follow without knowing the algorithm; empty if nothing is required.
pub(super) fn proof(solution: &Solution) -> Vec<String> {
    if solution.required.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let depending = depending(solution);
    for scope in &solution.required {
        let failing = depending.get(scope).map(|operations| operations.iter().copied().collect::<Vec<_>>());
        lines.push(match failing.unwrap_or_default().as_slice() {
            [] => format!(
                "`{scope}` belongs to the least privileged set, though another scope of it serves the same calls"
            ),
            [one] => format!("without `{scope}`, {one} fails"),
            many => format!("without `{scope}`, {} calls fail: {}", many.len(), some_of(many)),
        });
    }
    lines.push(minimality(solution));
    lines
}

/// For every required scope the operations with a clause that only this scope meets.
fn depending(solution: &Solution) -> BTreeMap<&Name, BTreeSet<&Name>> {
    let mut out: BTreeMap<&Name, BTreeSet<&Name>> = BTreeMap::new();
    for demand in &solution.formula {
        let mut held = demand.any_of.iter().filter(|name| solution.required.binary_search(name).is_ok());
        if let (Some(scope), None) = (held.next(), held.next()) {
            out.entry(scope).or_default().extend(&demand.operations);
        }
    }
    out
}

/// Why nothing smaller serves.
fn minimality(solution: &Solution) -> String {
    let all_alone = solution.formula.iter().all(|demand| demand.any_of.len() == 1);
    if all_alone {
        return "nothing smaller serves: every call names the one scope it accepts".to_owned();
    }
    if !solution.exact {
        return "the formula is too large to prove that nothing smaller serves".to_owned();
    }
    let clauses = numbered(&solution.formula);
    let apart = disjoint_clauses(&clauses);
    if apart.len() == solution.required.len() && solution.required.len() > 1 {
        let calls = apart.iter().filter_map(|row| solution.formula.get(*row)?.operations.first());
        return format!(
            "nothing smaller serves: {} calls accept scopes that do not overlap ({}); among sets of this size and above, \
             none opens less",
            apart.len(),
            some_of(calls)
        );
    }
    "nothing less serves: every other set of scopes that serves all calls was ruled out as opening more or being larger"
        .to_owned()
}

/// The formula over indices.
fn numbered(formula: &[Demand]) -> Vec<Vec<usize>> {
    let mut names: Vec<&Name> = formula.iter().flat_map(|demand| &demand.any_of).collect();
    names.sort_unstable();
    names.dedup();
    let row = |demand: &Demand| demand.any_of.iter().filter_map(|name| names.binary_search(&name).ok()).collect();
    formula.iter().map(row).collect()
}

/// Why `scope` was preferred over `instead`.
pub(super) fn comparison(scope: &str, instead: &[Name], weights: &Weights) -> String {
    let ours = weights.weight(scope);
    let theirs: u64 = instead.iter().map(|name| weights.weight(name).privilege()).fold(0, u64::saturating_add);
    if let [other] = instead {
        let other = weights.weight(other);
        return match ours.privilege().cmp(&theirs) {
            std::cmp::Ordering::Equal => format!("equally privileged ({ours}), and the first name is taken"),
            std::cmp::Ordering::Less => format!("more privileged ({other}) than the chosen one ({ours})"),
            std::cmp::Ordering::Greater => format!("more than is needed together with the others ({other})"),
        };
    }
    match ours.privilege().cmp(&theirs) {
        std::cmp::Ordering::Less => "more privileged together".to_owned(),
        _ => "as privileged, but more scopes".to_owned(),
    }
}
