//! Required against granted: what is missing, what is excess, what could be narrower, what cannot be told.
//!
//! The comparison is against the formula, not against the one solution: a credential that holds B satisfies "A or B"
//! whichever the solver took. Sentences about it are made in `judge`.

use super::doubts::doubts;
use super::grants::{Credential, Grant, Granted, Listing, Source};
use super::held::{Held, held};
use super::solve::{Demand, Solution, Use, least, solve};
use super::weight::{Kind, Weights};
use crate::catalog::requirement::Requirement;
use crate::catalog::{Catalog, Operation};
use crate::evidence::{Call, Evidence, Place};
use crate::ir::Name;
use crate::resolve::{Unresolved, Usage};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What one comparison is about.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What to call the credential.
    pub name: &'a str,
    /// Its kind.
    pub credential: Credential,
    /// What it holds; `None` if nothing is known.
    pub grant: Option<&'a Grant>,
    /// What it is used for.
    pub usages: &'a [Usage],
    /// Calls it may be used for that could not be decided.
    pub unresolved: &'a [Unresolved],
    /// Whether test code counts.
    pub include_tests: bool,
    /// Where the credential is declared, if it is.
    pub declared: Option<&'a Place>,
}

/// The table and what was computed from it once.
#[derive(Debug)]
pub struct Tables<'a> {
    /// The table.
    pub catalog: &'a Catalog,
    /// Weights of its scopes.
    pub weights: Weights,
    /// Permission objects of the site.
    pub listing: &'a Listing,
    /// Scope → operations that accept it.
    opens: BTreeMap<&'a str, Vec<&'a Operation>>,
    /// First path segments of all operations.
    areas: BTreeSet<&'a str>,
}

/// The first path segment after the version, if it is known: `/api/v1/monitor/{}` → `monitor`.
pub(super) fn area(path: &str) -> Option<&str> {
    let rest = ["/api/v1/", "/api/v2/"].iter().find_map(|prefix| path.split_once(prefix)).map(|(_, rest)| rest)?;
    let first = rest.split(['/', '?', '#']).next()?;
    (!first.is_empty() && !first.contains('{')).then_some(first)
}

impl<'a> Tables<'a> {
    /// Computes weights and openings.
    pub fn new(catalog: &'a Catalog, listing: &'a Listing) -> Self {
        let mut opens: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
        for operation in catalog.operations() {
            let names: BTreeSet<&str> = operation.oauth.scopes().chain(operation.app_key.scopes()).collect();
            for name in names {
                opens.entry(name).or_default().push(operation);
            }
        }
        let areas = catalog.operations().iter().filter_map(|operation| area(operation.path)).collect();
        Self { catalog, weights: Weights::of_catalog(catalog), listing, opens, areas }
    }

    /// Whether an operation changes nothing: `GET` and `HEAD`, and searches by other methods that need read scopes only.
    pub fn only_looks(&self, operation: &Operation) -> bool {
        let mut names = operation.oauth.scopes().chain(operation.app_key.scopes()).peekable();
        matches!(operation.method, "GET" | "HEAD")
            || names.peek().is_some() && names.all(|name| self.weights.weight(name).kind == Kind::Read)
    }

    /// Whether operations lie below a first segment of the path.
    pub fn has_area(&self, area: &str) -> bool {
        self.areas.contains(area)
    }

    /// Operations that accept a scope.
    pub fn opened_by(&self, scope: &str) -> &[&'a Operation] {
        self.opens.get(scope).map_or(&[], Vec::as_slice)
    }
}

/// The outcome.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What to call the credential.
    pub name: String,
    /// Its kind.
    pub credential: Credential,
    /// What it holds, as read.
    pub grant: Option<Grant>,
    /// What it holds, by right names.
    pub held: Held,
    /// The least it needs.
    pub solution: Solution,
    /// What it needs and does not hold.
    pub missing: Vec<Missing>,
    /// What a role needs and its listing cannot show.
    pub not_shown: Vec<Missing>,
    /// What the key may but its owner may not.
    pub owner_lacks: Vec<Missing>,
    /// Held scopes that are needed, sorted.
    pub kept: Vec<Name>,
    /// Held scopes that are not, sorted.
    pub excess: Vec<Excess>,
    /// Needed held scopes for which less would do.
    pub broader: Vec<Broader>,
    /// Last use in recorded traffic, in seconds since 1970.
    pub last_seen: Option<i64>,
}

/// A demand that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The least privileged scopes that would meet it; one, except where several demands share the answer.
    pub scope: Name,
    /// All that would meet it, sorted.
    pub any_of: Vec<Name>,
    /// Who demands it, sorted.
    pub operations: Vec<Name>,
}

/// A held scope that nothing needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Excess {
    /// Its right name.
    pub scope: Name,
    /// As granted.
    pub granted: Granted,
    /// What might need it all the same; empty if nothing might.
    pub doubts: Vec<Doubt>,
}

/// A call that might need an excess scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// The call, in words.
    pub call: String,
    /// One place of it.
    pub place: Place,
}

/// A held scope for which a narrower one would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Broader {
    /// The scope.
    pub scope: Name,
    /// As granted.
    pub granted: Granted,
    /// What would do, sorted.
    pub instead: Vec<Name>,
}

/// The requirement of an operation for a kind of credential.
pub fn requirement(operation: &Operation, credential: Credential) -> &Requirement {
    match credential {
        Credential::AppKey | Credential::Role => &operation.app_key,
        Credential::Oauth => &operation.oauth,
    }
}

/// The least privilege of these usages.
pub fn needs(usages: &[Usage], credential: Credential, include_tests: bool, weights: &Weights) -> Solution {
    let mut rows: Vec<(&Operation, Literals<'_>)> = Vec::new();
    for usage in usages {
        rows.extend(
            counted(usage, include_tests).map(|evidence| (usage.operation, literals(usage.operation, evidence))),
        );
    }
    let uses: Vec<Use<'_>> = rows
        .iter()
        .map(|(operation, literals)| Use {
            operation: operation.id,
            requirement: requirement(operation, credential),
            literals,
        })
        .collect();
    solve(&uses, weights)
}

/// (argument, value) pairs of one call.
pub type Literals<'a> = Cow<'a, [(Name, Name)]>;

/// The literals of a call, and what else its place shows of what decides: a path parameter
/// (`/api/v2/widgets/{experience_type}`), or the type of a declared resource.
pub fn literals<'a>(operation: &Operation, evidence: &'a Evidence) -> Literals<'a> {
    let shown = match (&evidence.call, operation.decided_by) {
        (Call::Http { url, .. }, _) => {
            operation.decided_in(&url.to_string()).map(|(name, value)| (Name::new(name), Name::new(value)))
        }
        (Call::Declared { kind, .. }, Some(part @ "service_account")) => match kind.as_str() {
            "datadog_service_account" => Some((part.into(), "true".into())),
            "datadog_user" => Some((part.into(), "false".into())),
            _ => None,
        },
        _ => None,
    };
    match shown {
        Some(pair) => Cow::Owned(evidence.literals.iter().cloned().chain([pair]).collect()),
        None => Cow::Borrowed(&evidence.literals),
    }
}

/// The places of a usage that count.
pub fn counted(usage: &Usage, include_tests: bool) -> impl Iterator<Item = &Evidence> {
    usage.evidence.iter().filter(move |evidence| include_tests || !evidence.test)
}

/// Compares one credential's grant with its usages.
pub fn compare(case: &Case<'_>, tables: &Tables<'_>) -> Comparison {
    let solution = needs(case.usages, case.credential, case.include_tests, &tables.weights);
    let mut it = Comparison {
        name: case.name.to_owned(),
        credential: case.credential,
        grant: case.grant.cloned(),
        held: Held::default(),
        solution,
        missing: Vec::new(),
        not_shown: Vec::new(),
        owner_lacks: Vec::new(),
        kept: Vec::new(),
        excess: Vec::new(),
        broader: Vec::new(),
        last_seen: last_seen(case.usages),
    };
    let Some(grant) = case.grant else { return it };
    it.held = held(grant, case.credential, tables.listing, tables.catalog);
    let defaults = default_permissions(grant, case.credential, tables.catalog);
    let has = |name: &Name| it.held.scopes.contains_key(name) || defaults.contains(name.as_str());
    let unscoped = grant.is_unscoped();

    let (met, unmet): (Vec<&Demand>, Vec<&Demand>) =
        it.solution.formula.iter().partition(|demand| unscoped || demand.accepts.iter().any(has));
    let hides = hides_permissions(&it.held, grant, case.credential, tables.catalog);
    let invisible = |demand: &&&Demand| hides && demand.accepts.iter().all(|name| !is_listed(name, tables.catalog));
    let not_shown: Vec<&Demand> = unmet.iter().filter(invisible).copied().collect();
    let unmet: Vec<&Demand> = unmet.into_iter().filter(|demand| !invisible(&demand)).collect();
    it.missing = missing(&unmet, &tables.weights);
    it.not_shown = missing(&not_shown, &tables.weights);
    if let Some(allowed) = grant.owner.as_ref().and_then(|owner| owner.permissions.as_ref()) {
        let forbidden = |demand: &&&Demand| !demand.accepts.iter().any(|name| allowed.contains(name));
        let lacking: Vec<&Demand> = met.iter().filter(forbidden).copied().collect();
        it.owner_lacks = missing(&lacking, &tables.weights);
    }
    if unscoped {
        return it;
    }
    let clauses: Vec<Vec<Name>> = met
        .iter()
        .filter(|demand| !demand.accepts.iter().any(|name| defaults.contains(name.as_str())))
        .map(|demand| demand.accepts.iter().filter(|name| it.held.scopes.contains_key(*name)).cloned().collect())
        .collect();
    it.kept = least(&clauses, &tables.weights);
    it.broader = broader(&it, &met, &tables.weights);
    it.excess = excess(&it, &defaults, case, tables);
    it
}

/// Permissions that every role has without being granted them.
fn default_permissions(grant: &Grant, credential: Credential, catalog: &Catalog) -> BTreeSet<&'static str> {
    if credential != Credential::Role || grant.without_defaults {
        return BTreeSet::new();
    }
    catalog.scopes().iter().filter(|scope| scope.restricted).map(|scope| scope.name).collect()
}

fn is_listed(name: &str, catalog: &Catalog) -> bool {
    catalog.scope(name).is_none_or(|scope| scope.listed)
}

/// Whether the grant comes from a listing that leaves permissions out. One that shows any of those shows them all.
fn hides_permissions(held: &Held, grant: &Grant, credential: Credential, catalog: &Catalog) -> bool {
    credential == Credential::Role
        && matches!(grant.source, Source::Role | Source::User)
        && held.scopes.keys().all(|name| is_listed(name, catalog))
}

/// Unmet demands, each with the scope that is best added.
fn missing(demands: &[&Demand], weights: &Weights) -> Vec<Missing> {
    let clauses: Vec<Vec<Name>> = demands.iter().map(|demand| demand.any_of.clone()).collect();
    let best = least(&clauses, weights);
    let mut found: Vec<Missing> = demands
        .iter()
        .filter_map(|demand| {
            let scope = demand.any_of.iter().find(|name| best.contains(name)).or_else(|| demand.any_of.first())?;
            let (any_of, operations) = (demand.accepts.clone(), demand.operations.clone());
            Some(Missing { scope: scope.clone(), any_of, operations })
        })
        .collect();
    found.sort_by(|a, b| (&a.scope, &a.any_of).cmp(&(&b.scope, &b.any_of)));
    // Demands that the same scope meets are one lack.
    found.dedup_by(|next, kept| {
        let same = next.scope == kept.scope;
        if same {
            kept.operations.append(&mut next.operations);
            kept.operations.sort_unstable();
            kept.operations.dedup();
            kept.any_of.retain(|name| next.any_of.contains(name));
        }
        same
    });
    found
}

/// Kept scopes that the solution does without, where what it takes instead is less.
fn broader(it: &Comparison, met: &[&Demand], weights: &Weights) -> Vec<Broader> {
    let mut found = Vec::new();
    for scope in it.kept.iter().filter(|scope| it.solution.required.binary_search(scope).is_err()) {
        let alone = |demand: &&&Demand| demand.any_of.contains(scope) && !others_keep(it, demand, scope);
        let clauses: Vec<Vec<Name>> = met
            .iter()
            .filter(alone)
            .map(|demand| demand.any_of.iter().filter(|name| it.solution.required.contains(name)).cloned().collect())
            .collect();
        let instead = least(&clauses, weights);
        let cost: u64 = instead.iter().map(|name| weights.weight(name).privilege()).fold(0, u64::saturating_add);
        if let (Some(granted), true) =
            (it.held.scopes.get(scope), !instead.is_empty() && cost < weights.weight(scope).privilege())
        {
            found.push(Broader { scope: scope.clone(), granted: granted.clone(), instead });
        }
    }
    found
}

/// Whether another kept scope meets a demand as well.
fn others_keep(it: &Comparison, demand: &Demand, scope: &Name) -> bool {
    demand.accepts.iter().any(|name| name != scope && it.kept.contains(name))
}

fn excess(it: &Comparison, defaults: &BTreeSet<&str>, case: &Case<'_>, tables: &Tables<'_>) -> Vec<Excess> {
    let idle = it
        .held
        .scopes
        .iter()
        .filter(|(name, _)| it.kept.binary_search(name).is_err() && !defaults.contains(name.as_str()));
    idle.map(|(scope, granted)| Excess {
        scope: scope.clone(),
        granted: granted.clone(),
        doubts: doubts(scope, it, case, tables),
    })
    .collect()
}

fn last_seen(usages: &[Usage]) -> Option<i64> {
    let all = usages.iter().flat_map(|usage| &usage.evidence);
    all.filter_map(|evidence| evidence.observed.as_ref()?.time).max()
}
