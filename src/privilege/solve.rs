//! From uses to the least set of scopes: collects clauses, narrows those the request decides, searches, and explains.
//!
//! The search itself is in `cover`, weights come from `weight`, sentences are made in `proof`.

use super::cover::{Cover, Parts, Problem};
use super::decide::{Chosen, Decision, decide};
use super::takeover::takeover_reason;
use super::weight::Weights;
use crate::catalog::requirement::{Requirement, State};
use crate::ir::Name;
use std::collections::{BTreeMap, BTreeSet};

/// One use of an operation, with what it demands of the credential kind at hand.
///
/// The same operation may be given many times, with different literals; only distinct demands count.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// Operation id, `v1:ListMonitors`.
    pub operation: &'a str,
    /// Its requirement for the credential kind.
    pub requirement: &'a Requirement,
    /// Literals that flow to the call, (argument, value).
    pub literals: &'a [(Name, Name)],
}

/// The least privilege for a set of uses and one kind of credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solution {
    /// The scopes, sorted.
    pub required: Vec<Name>,
    /// Those of `required` that are in every optimum, sorted.
    pub forced: Vec<Name>,
    /// Those of `required` that a tie-break chose, sorted.
    pub chosen: Vec<Name>,
    /// What could stand in for a required scope, sorted by scope.
    pub alternatives: Vec<Alternative>,
    /// For each required scope the operations that it opens here, sorted.
    pub because: BTreeMap<Name, Vec<Name>>,
    /// Operations whose requirement is not published, sorted.
    pub unpublished: Vec<Name>,
    /// Operations that this kind of credential cannot call at all, sorted.
    pub unavailable: Vec<Name>,
    /// Operations that need no scope (API key only, public, open to any key), sorted.
    pub scopeless: Vec<Name>,
    /// What a reader should know beside the sets, in a fixed order.
    pub notes: Vec<String>,
    /// Why the set is enough and why nothing less is, a line each.
    pub proof: Vec<String>,
    /// The formula: every distinct clause with the operations that cause it, in order of the clauses.
    pub formula: Vec<Demand>,
    /// Whether the search was exhaustive; false only for hostile tables.
    pub exact: bool,
}

impl Solution {
    /// Whether nothing is used at all.
    pub fn is_empty(&self) -> bool {
        let lists = [&self.unpublished, &self.unavailable, &self.scopeless];
        self.formula.is_empty() && lists.iter().all(|list| list.is_empty())
    }
}

/// One clause of the formula.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// Any of these, sorted.
    pub any_of: Vec<Name>,
    /// What a held scope may be to meet it, sorted: more than `any_of` where the request decides and does not show how.
    pub accepts: Vec<Name>,
    /// The operations that demand it, sorted.
    pub operations: Vec<Name>,
}

/// A replacement for a required scope that would also satisfy every use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alternative {
    /// The required scope.
    pub scope: Name,
    /// What to hold in its place, sorted.
    pub instead: Vec<Name>,
    /// Why it was not taken.
    pub why_not: String,
}

/// Solves for the least privilege. Deterministic in the set of uses: neither order nor repetition matters.
pub fn solve(uses: &[Use<'_>], weights: &Weights) -> Solution {
    let mut solution = Collected::from(uses, weights).facts();
    let numbered = Numbered::of(solution.formula.iter().map(|demand| demand.any_of.as_slice()), weights);
    let problem = numbered.problem();
    let parts = Parts::new(&problem);
    let best = parts.best();

    solution.exact = best.exact;
    let name_of = |scope: &usize| numbered.name(*scope);
    solution.required = best.scopes.iter().map(name_of).collect();
    for scope in &best.scopes {
        let (without, tied) = without_scope(&problem, &parts, &best, *scope);
        if tied { &mut solution.chosen } else { &mut solution.forced }.push(name_of(scope));
        for instead in without {
            let instead: Vec<Name> = instead.iter().map(name_of).collect();
            let why_not = super::proof::comparison(&name_of(scope), &instead, weights);
            solution.alternatives.push(Alternative { scope: name_of(scope), instead, why_not });
        }
    }
    for name in &solution.required {
        let serving = solution.formula.iter().filter(|demand| demand.any_of.contains(name));
        let operations: BTreeSet<&Name> = serving.flat_map(|demand| &demand.operations).collect();
        solution.because.insert(name.clone(), operations.into_iter().cloned().collect());
    }
    solution.proof = super::proof::proof(&solution);
    solution.notes.extend(solution.required.iter().filter_map(|scope| {
        takeover_reason(scope).map(|reason| format!("`{scope}` amounts to taking over the organisation: it {}", reason))
    }));
    solution
}

/// The least privileged scopes that meet each of these clauses (any of), sorted; empty clauses are passed over.
pub fn least(clauses: &[Vec<Name>], weights: &Weights) -> Vec<Name> {
    let numbered = Numbered::of(clauses.iter().map(Vec::as_slice), weights);
    let best = Parts::new(&numbered.problem()).best();
    best.scopes.iter().map(|scope| numbered.name(*scope)).collect()
}

/// Clauses over names, turned into clauses over indices in name order.
struct Numbered<'a> {
    names: Vec<&'a Name>,
    clauses: Vec<Vec<usize>>,
    privileges: Vec<u64>,
}

impl<'a> Numbered<'a> {
    fn of(clauses: impl Iterator<Item = &'a [Name]> + Clone, weights: &Weights) -> Self {
        let names: Vec<&Name> = clauses.clone().flatten().collect::<BTreeSet<_>>().into_iter().collect();
        let number = |clause: &[Name]| {
            let found = clause.iter().filter_map(|name| names.binary_search(&name).ok());
            found.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        };
        let clauses = clauses.filter(|clause| !clause.is_empty()).map(number).collect();
        let privileges = names.iter().map(|name| weights.weight(name).privilege()).collect();
        Self { names, clauses, privileges }
    }

    fn problem(&self) -> Problem<'_> {
        Problem { clauses: &self.clauses, weights: &self.privileges }
    }

    fn name(&self, scope: usize) -> Name {
        self.names.get(scope).map(|name| (*name).clone()).unwrap_or_default()
    }
}

/// Ways to do without a scope of the best cover, and whether one of them is as good: every single scope that could
/// stand in alone, else the best set that could.
fn without_scope(problem: &Problem<'_>, parts: &Parts<'_>, best: &Cover, scope: usize) -> (Vec<Vec<usize>>, bool) {
    let held: BTreeSet<usize> = best.scopes.iter().copied().filter(|s| *s != scope).collect();
    let lonely = problem.clauses.iter().filter(|clause| !clause.iter().any(|s| held.contains(s)));
    let mut singles: Option<BTreeSet<usize>> = None;
    for clause in lonely {
        let options: BTreeSet<usize> = clause.iter().copied().filter(|s| *s != scope).collect();
        if options.is_empty() {
            return (Vec::new(), false);
        }
        singles = Some(match singles {
            None => options,
            Some(before) => before.intersection(&options).copied().collect(),
        });
    }
    let Some(other) = parts.without(scope) else { return (Vec::new(), false) };
    let tied = best.exact && other.ties_with(best);
    let singles = singles.unwrap_or_default();
    if !singles.is_empty() {
        let mut ways: Vec<usize> = singles.into_iter().collect();
        ways.sort_by_key(|s| (problem.weights.get(*s).copied().unwrap_or(1), *s));
        return (ways.into_iter().map(|s| vec![s]).collect(), tied);
    }
    (vec![other.scopes.iter().copied().filter(|s| !held.contains(s)).collect()], tied)
}

/// Uses sorted into clauses and into those that have none.
#[derive(Default)]
struct Collected<'a> {
    /// (any of, accepted) → operations.
    clauses: BTreeMap<(Vec<&'a str>, Vec<&'a str>), BTreeSet<&'a str>>,
    unpublished: BTreeSet<&'a str>,
    unavailable: BTreeSet<&'a str>,
    scopeless: BTreeSet<&'a str>,
    inferred: BTreeSet<&'a str>,
    /// (name in the documents, name in the lists) → operations.
    slips: BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>,
    /// (argument, scope assumed) → operations.
    assumed: BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>,
    /// (argument, value, scope) → operations.
    decided: BTreeMap<(&'a str, &'a str, &'a str), BTreeSet<&'a str>>,
}

impl<'a> Collected<'a> {
    fn from(uses: &[Use<'a>], weights: &'a Weights) -> Self {
        let mut all = Self::default();
        for item in uses {
            match item.requirement.state {
                State::Unpublished => drop(all.unpublished.insert(item.operation)),
                State::Unsupported => drop(all.unavailable.insert(item.operation)),
                State::Open | State::NotNeeded => drop(all.scopeless.insert(item.operation)),
                State::Published => all.clauses_of(item, weights),
                State::Inferred => {
                    all.inferred.insert(item.operation);
                    all.clauses_of(item, weights);
                }
            }
        }
        all
    }

    fn clauses_of(&mut self, item: &Use<'a>, weights: &'a Weights) {
        for clause in item.requirement.clauses.iter() {
            let accepts = self.listed(item, clause.any_of.iter().copied(), weights);
            match decide(clause, item.literals) {
                Decision::Free => self.demand(item, accepts.clone(), accepts),
                Decision::ByLiterals(chosen) => {
                    for Chosen { scope, argument, value } in chosen {
                        self.decided.entry((argument, value, scope)).or_default().insert(item.operation);
                        let scope = self.listed(item, std::iter::once(scope), weights);
                        self.demand(item, scope.clone(), scope);
                    }
                }
                Decision::First { scope, argument } => {
                    self.assumed.entry((argument, scope)).or_default().insert(item.operation);
                    let first = self.listed(item, std::iter::once(scope), weights);
                    self.demand(item, first, accepts);
                }
            }
        }
    }

    fn demand(&mut self, item: &Use<'a>, any_of: Vec<&'a str>, accepts: Vec<&'a str>) {
        if !any_of.is_empty() {
            self.clauses.entry((any_of, accepts)).or_default().insert(item.operation);
        }
    }

    /// The names as Datadog's lists have them, sorted.
    fn listed(&mut self, item: &Use<'a>, names: impl Iterator<Item = &'a str>, weights: &'a Weights) -> Vec<&'a str> {
        let mut found: Vec<&'a str> = Vec::new();
        for name in names {
            let right = weights.listed_name(name);
            if right != name {
                self.slips.entry((name, right)).or_default().insert(item.operation);
            }
            found.push(right);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Everything that the search does not decide.
    fn facts(&self) -> Solution {
        let list = |set: &BTreeSet<&str>| set.iter().map(Name::new).collect::<Vec<_>>();
        let mut notes = Vec::new();
        for ((argument, value, scope), operations) in &self.decided {
            let which = some_of(operations);
            notes.push(format!("`{argument}` is `{value}` in the request, hence `{scope}` for {which}"));
        }
        for ((argument, scope), operations) in &self.assumed {
            let which = some_of(operations);
            notes.push(format!(
                "`{argument}` decides what {which} need{} and is not visible here: the documented first, `{scope}`, is assumed",
                if operations.len() == 1 { "s" } else { "" }
            ));
        }
        if !self.inferred.is_empty() {
            let which = some_of(&self.inferred);
            notes.push(format!("no permission is published for {which}: the names of the OAuth scopes are assumed"));
        }
        for ((slip, right), operations) in &self.slips {
            let which = some_of(operations);
            notes.push(format!(
                "the documents demand `{slip}` for {which}, a name that no list has: `{right}` is meant"
            ));
        }
        let names = |clause: &[&str]| clause.iter().map(Name::new).collect::<Vec<_>>();
        let demand = |((any_of, accepts), operations): (&(Vec<&str>, Vec<&str>), &BTreeSet<&str>)| Demand {
            any_of: names(any_of),
            accepts: names(accepts),
            operations: list(operations),
        };
        Solution {
            unpublished: list(&self.unpublished),
            unavailable: list(&self.unavailable),
            scopeless: list(&self.scopeless),
            notes,
            formula: self.clauses.iter().map(demand).collect(),
            ..Solution::default()
        }
    }
}

/// The first three of a set, and how many more there are.
pub(crate) fn some_of<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> String {
    let mut all = all.into_iter();
    let shown: Vec<String> = all.by_ref().take(3).map(|id| id.as_ref().to_owned()).collect();
    match all.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
