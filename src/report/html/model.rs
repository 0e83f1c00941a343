//! What the page shows, worked out once from the result; the files beside this one only lay it out.

use super::super::Report;
use super::super::verdict::Verdict;
use crate::catalog::Operation;
use crate::evidence::{Evidence, Place};
use crate::ir::Name;
use crate::privilege::compare::requirement;
use crate::privilege::{Comparison, Credential, Kind, Solution, Tables};
use crate::resolve::{Unresolved, Usage};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the page shows.
pub(super) struct Model<'a> {
    /// `scan`, `check` or `audit`.
    pub command: &'static str,
    pub report: &'a Report<'a>,
    /// Findings and comparisons, if there are any.
    pub verdict: Option<&'a Verdict<'a>>,
    pub tables: &'a Tables<'a>,
    /// Scopes that are needed, held or lacking; those that open most beyond their use first.
    pub scopes: Vec<ScopeFacts<'a>>,
    /// Operations that count, by product group.
    pub counted: Vec<&'a Usage>,
    /// Operations that only test code uses.
    pub in_tests: Vec<&'a Usage>,
    /// Undecided calls that count.
    pub undecided: Vec<&'a Unresolved>,
}

/// One scope, whoever needs or holds it.
pub(super) struct ScopeFacts<'a> {
    pub name: Name,
    pub group: &'static str,
    pub kind: Kind,
    /// What it is for each kind of credential that is shown.
    pub standing: Vec<(Credential, Standing)>,
    /// What it is for each compared credential: its number, and how it stands there.
    pub held: Vec<(usize, Held)>,
    /// Operations in use that accept it.
    pub used: Vec<&'a Operation>,
    /// Operations that it opens besides.
    pub beyond: Vec<&'a Operation>,
}

/// What a scope is in the answer for a kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// In every least set.
    Forced,
    /// In this least set; another would be as small.
    Chosen,
    /// Not in the answer.
    Unneeded,
}

/// How a scope stands with a compared credential, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    Missing,
    Excess,
    PossiblyExcess,
    Kept,
}

impl Held {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Excess => "excess",
            Self::PossiblyExcess => "possibly excess",
            Self::Kept => "needed and held",
        }
    }
}

impl<'a> Model<'a> {
    pub(super) fn new(
        command: &'static str,
        report: &'a Report<'a>,
        verdict: Option<&'a Verdict<'a>>,
        tables: &'a Tables<'a>,
    ) -> Self {
        let mut counted: Vec<&Usage> = report.counted().collect();
        counted.sort_by_key(|usage| (usage.operation.group, usage.operation.id));
        let unresolved = report.scan.resolution.unresolved.iter();
        let undecided = unresolved.filter(|call| report.include_tests || !call.evidence.test).collect();
        let in_tests = report.only_in_tests().collect();
        let mut model = Self { command, report, verdict, tables, scopes: Vec::new(), counted, in_tests, undecided };
        model.scopes = model.gather_scopes();
        model
    }

    fn gather_scopes(&self) -> Vec<ScopeFacts<'a>> {
        let comparisons = self.comparisons();
        let mut names: BTreeSet<&Name> = self.report.credentials.iter().flat_map(|(_, it)| &it.required).collect();
        for it in comparisons {
            names.extend(it.missing.iter().map(|lack| &lack.scope));
            names.extend(it.excess.iter().map(|excess| &excess.scope));
            names.extend(&it.kept);
        }
        let used: BTreeSet<&str> = self.counted.iter().map(|usage| usage.operation.id).collect();
        let mut rows: Vec<ScopeFacts<'a>> = names
            .into_iter()
            .map(|name| {
                let opened = self.tables.opened_by(name).iter().copied();
                let (used, beyond) = opened.partition(|operation: &&Operation| used.contains(operation.id));
                ScopeFacts {
                    name: name.clone(),
                    group: self.report.scan.catalog.scope(name).map_or("", |scope| scope.group),
                    kind: self.tables.weights.weight(name).kind,
                    standing: self.report.credentials.iter().map(|(kind, it)| (*kind, standing(name, it))).collect(),
                    held: comparisons.iter().enumerate().filter_map(|(n, it)| Some((n, held(name, it)?))).collect(),
                    used,
                    beyond,
                }
            })
            .collect();
        rows.sort_by(|a, b| (b.kind, b.beyond.len(), &a.name).cmp(&(a.kind, a.beyond.len(), &b.name)));
        rows
    }

    /// Comparisons with credentials; none after `scan`.
    pub(super) fn comparisons(&self) -> &'a [Comparison] {
        self.verdict.map_or(&[], |verdict| verdict.comparisons)
    }

    /// The kinds of credential of the answer.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Credential> + '_ {
        self.report.credentials.iter().map(|(kind, _)| *kind)
    }

    /// Places that count of a usage, those in tests last.
    pub(super) fn places(&self, usage: &'a Usage) -> Vec<&'a Evidence> {
        let mut places: Vec<&Evidence> = usage.evidence.iter().collect();
        places.sort_by_key(|evidence| evidence.test);
        places
    }

    /// Whether an operation changes nothing.
    pub(super) fn only_looks(&self, operation: &Operation) -> bool {
        self.tables.only_looks(operation)
    }

    /// How many operations these scopes open, and how many of those are in use.
    pub(super) fn surface<'n>(&self, scopes: impl Iterator<Item = &'n Name>) -> Surface {
        let used: BTreeSet<&str> = self.counted.iter().map(|usage| usage.operation.id).collect();
        let mut opened: BTreeMap<&str, bool> = BTreeMap::new();
        for name in scopes {
            for operation in self.tables.opened_by(name) {
                opened.insert(operation.id, self.only_looks(operation));
            }
        }
        Surface::of(opened.iter().map(|(id, looks)| (*looks, used.contains(id))))
    }

    /// All that an unscoped key may open: what accepts keys at all and is bound to some permission.
    pub(super) fn whole(&self) -> Surface {
        let used: BTreeSet<&str> = self.counted.iter().map(|usage| usage.operation.id).collect();
        let operations = self.report.scan.catalog.operations().iter().filter(|it| !it.app_key.clauses.is_empty());
        Surface::of(operations.map(|it| (self.only_looks(it), used.contains(it.id))))
    }
}

/// Operations that are opened, by whether they only look and whether they are in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Surface {
    pub used_reads: usize,
    pub idle_reads: usize,
    pub used_writes: usize,
    pub idle_writes: usize,
}

impl Surface {
    /// From (only looks, is used).
    pub(super) fn of(operations: impl Iterator<Item = (bool, bool)>) -> Self {
        let mut it = Self::default();
        for operation in operations {
            match operation {
                (true, true) => it.used_reads += 1,
                (true, false) => it.idle_reads += 1,
                (false, true) => it.used_writes += 1,
                (false, false) => it.idle_writes += 1,
            }
        }
        it
    }

    pub(super) fn opened(&self) -> usize {
        self.used() + self.beyond()
    }

    pub(super) fn used(&self) -> usize {
        self.used_reads + self.used_writes
    }

    pub(super) fn beyond(&self) -> usize {
        self.idle_reads + self.idle_writes
    }
}

impl ScopeFacts<'_> {
    /// What it opens.
    pub(super) fn surface(&self, model: &Model<'_>) -> Surface {
        let used = self.used.iter().map(|it| (model.only_looks(it), true));
        Surface::of(used.chain(self.beyond.iter().map(|it| (model.only_looks(it), false))))
    }
}

fn standing(name: &Name, solution: &Solution) -> Standing {
    match (solution.chosen.contains(name), solution.required.contains(name)) {
        (true, _) => Standing::Chosen,
        (_, true) => Standing::Forced,
        _ => Standing::Unneeded,
    }
}

fn held(name: &Name, it: &Comparison) -> Option<Held> {
    let excess = it.excess.iter().find(|excess| excess.scope == *name);
    if it.missing.iter().any(|lack| lack.scope == *name) {
        return Some(Held::Missing);
    }
    match excess {
        Some(excess) if excess.doubts.is_empty() => Some(Held::Excess),
        Some(_) => Some(Held::PossiblyExcess),
        None => it.kept.contains(name).then_some(Held::Kept),
    }
}

/// Where evidence comes from, in one word: what the filter of the page offers.
pub(super) fn origin(evidence: &Evidence) -> &'static str {
    match (&evidence.place, super::super::json::kind(evidence)) {
        (Place::Record { .. }, _) => "traffic",
        (_, "sdk" | "legacy-sdk" | "http" | "cli") => "code",
        _ => "declared",
    }
}

/// Scopes that an operation demands of a kind of credential: all of (any of).
pub(super) fn clauses(operation: &Operation, kind: Credential) -> &'static [crate::catalog::requirement::Clause] {
    requirement(operation, kind).clauses
}
