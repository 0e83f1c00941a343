//! What a grant really holds: its names checked against the table and a listing.
//!
//! Old names get their new ones, ids their names, slips are noted. What the holding is needed for is left to `compare`.

use super::grants::terraform::LOOKUP;
use super::grants::{Credential, Grant, Granted, Listing, Source};
use crate::catalog::{Catalog, Held as OauthHeld};
use crate::ir::Name;
use std::collections::{BTreeMap, BTreeSet};

/// The scopes of a grant by their right names, and what is wrong with how they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    /// Right name → as granted. Names that do not work (unknown, ids in keys) are not here.
    pub scopes: BTreeMap<Name, Granted>,
    /// What is wrong, in the order of the grant.
    pub faults: Vec<Fault>,
}

/// One wrong name.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// As granted.
    pub granted: Granted,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No list has it; the nearest right names.
    Unknown(Vec<String>),
    /// An id where a name is required; the name it stands for, if known.
    Id(Option<Name>),
    /// A role's permission id that neither listing nor table knows.
    UnknownId,
    /// An old name; the new one.
    Renamed(Name),
    /// Deprecated, a placeholder, or refused in key scopes; the word.
    Refused(&'static str),
    /// No OAuth client may hold it.
    NotForOauth,
}

/// Whether a word is a UUID.
pub fn is_uuid(word: &str) -> bool {
    let groups: Vec<&str> = word.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    groups.len() == 5
        && groups
            .iter()
            .zip(lengths)
            .all(|(group, len)| group.len() == len && group.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The name of a permission id: of the listing's site, else of US1 or EU1 as the table has them.
pub fn name_of_id(id: &str, listing: &Listing, catalog: &Catalog) -> Option<Name> {
    let id = id.to_ascii_lowercase();
    let here = |known: Option<&str>| known.is_some_and(|known| known.eq_ignore_ascii_case(&id));
    let row = || catalog.scopes().iter().find(|scope| here(scope.us1) || here(scope.eu1));
    listing.name_of(&id).cloned().or_else(|| row().map(|scope| Name::new(scope.name)))
}

/// Checks every name of a grant. `credential` is the kind it is compared as.
pub fn held(grant: &Grant, credential: Credential, listing: &Listing, catalog: &Catalog) -> Held {
    let mut held = Held::default();
    for granted in grant.scopes() {
        let (name, faults) = judge(granted, grant.source, credential, listing, catalog);
        held.faults.extend(faults.into_iter().map(|kind| Fault { granted: granted.clone(), kind }));
        if let Some(name) = name {
            held.scopes.entry(name).or_insert_with(|| granted.clone());
        }
    }
    held
}

/// The right name, if the scope has any effect, and the faults.
fn judge(
    granted: &Granted,
    source: Source,
    credential: Credential,
    listing: &Listing,
    catalog: &Catalog,
) -> (Option<Name>, Option<FaultKind>) {
    let written = granted.name.as_str();
    if let Some(name) = written.strip_prefix(LOOKUP) {
        return (None, Some(FaultKind::Id(Some(name.into()))));
    }
    if is_uuid(written) {
        let name = name_of_id(written, listing, catalog);
        let by_id = matches!(source, Source::Role | Source::User) || credential == Credential::Role;
        return match (by_id, name) {
            (true, Some(name)) => (Some(name), None),
            (true, None) => (None, Some(FaultKind::UnknownId)),
            (false, name) => (None, Some(FaultKind::Id(name))),
        };
    }
    if let Some(new) = listing.alias(written) {
        return (Some(new.clone()), Some(FaultKind::Renamed(new.clone())));
    }
    let Some(scope) = catalog.scope(written) else {
        if listing.shows(written) {
            return (Some(granted.name.clone()), None);
        }
        return (None, Some(FaultKind::Unknown(nearest_scopes(written, catalog))));
    };
    let unlisted_slip = scope.slip_for.filter(|_| scope.flags.contains(&"unlisted"));
    if let Some(right) = unlisted_slip {
        return (None, Some(FaultKind::Unknown(vec![right.to_owned()])));
    }
    let refused = ["deprecated", "placeholder", "refused"].into_iter().find(|flag| scope.flags.contains(flag));
    let fault = match refused {
        // Roles may still carry deprecated permissions, and only keys are refused names.
        Some(word) if credential != Credential::Role || word != "refused" => Some(FaultKind::Refused(word)),
        _ if credential == Credential::Oauth && scope.oauth == OauthHeld::No => Some(FaultKind::NotForOauth),
        _ => None,
    };
    (Some(granted.name.clone()), fault)
}

/// Scopes whose names are near a wrong one, best first, at most three.
pub fn nearest_scopes(wrong: &str, catalog: &Catalog) -> Vec<String> {
    let folded = wrong.to_ascii_lowercase().replace(['-', '.', ':', ' '], "_");
    let words: BTreeSet<&str> = folded.split('_').filter(|word| !word.is_empty()).collect();
    let mut scored = Vec::new();
    for scope in catalog.scopes().iter().filter(|scope| !scope.flags.contains(&"unlisted")) {
        let theirs: BTreeSet<&str> = scope.name.split('_').collect();
        // `read_monitors` and `rum_read` are near to `monitors_read` and `rum_apps_read`, however they are spelt.
        let within = words.len() > 1 && words.is_subset(&theirs);
        let spelling = strsim::jaro_winkler(&folded, scope.name);
        let near = if within { spelling.max(0.95 - 0.01 * theirs.len() as f64) } else { spelling };
        // Reading is no slip for writing.
        let verb = |words: &BTreeSet<&str>| VERBS.iter().copied().find(|verb| words.contains(verb));
        let near = if verb(&words).is_some() && verb(&words) != verb(&theirs) { near - 0.15 } else { near };
        if near > 0.88 {
            scored.push((near, scope.name));
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored.retain(|(score, _)| *score > best - 0.005);
    scored.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// Words of scope names that say what one may do.
const VERBS: [&str; 6] = ["read", "write", "manage", "edit", "run", "delete"];
