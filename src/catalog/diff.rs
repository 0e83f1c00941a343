//! What changed between two tables.
//!
//! Which calls of a project that touches is for those who scan it.

use super::requirement::{Requirement, State};
use super::{Catalog, Held, Operation, Scope, Status};
use std::collections::BTreeSet;

/// The difference between two tables.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// Operations only the new table has, in its order.
    pub added: Vec<&'static Operation>,
    /// Operations only the old table has.
    pub removed: Vec<&'static Operation>,
    /// Operations both have, that differ.
    pub changed: Vec<Change>,
    /// Scopes only the new table has.
    pub scopes_added: Vec<&'static Scope>,
    /// Scopes only the old table has.
    pub scopes_removed: Vec<&'static Scope>,
    /// Scopes both have, that differ: old, new.
    pub scopes_changed: Vec<(&'static Scope, &'static Scope)>,
}

/// An operation that differs.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// As it was.
    pub old: &'static Operation,
    /// As it is.
    pub new: &'static Operation,
}

/// What of an operation differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    /// Requirement for OAuth clients.
    Oauth,
    /// Requirement for keys and roles.
    AppKey,
    /// Kinds of authentication.
    Auth,
    /// Method or path.
    Route,
    /// Current, retired, undocumented.
    Status,
    /// Product group, and with it the clients' class.
    Group,
    /// Deprecated, unstable, unscoped keys only and the like.
    Flags,
}

impl Aspect {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 7] =
        [Self::Oauth, Self::AppKey, Self::Auth, Self::Route, Self::Status, Self::Group, Self::Flags];

    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oauth => "oauth",
            Self::AppKey => "app-key",
            Self::Auth => "auth",
            Self::Route => "route",
            Self::Status => "status",
            Self::Group => "group",
            Self::Flags => "flags",
        }
    }

    /// How an operation stands in this respect, as a phrase.
    pub fn of(self, operation: &Operation) -> String {
        match self {
            Self::Oauth => operation.oauth.to_string(),
            Self::AppKey => operation.app_key.to_string(),
            Self::Auth => operation.auth.names().join(", "),
            Self::Route => format!("{} {}", operation.method, operation.path),
            Self::Status => operation.status.name().to_owned(),
            Self::Group => operation.group.to_owned(),
            Self::Flags => operation.flags.join(", "),
        }
    }
}

impl Change {
    /// What differs.
    pub fn aspects(&self) -> Vec<Aspect> {
        let (old, new) = (self.old, self.new);
        let differs = |aspect: &Aspect| match aspect {
            Aspect::Oauth => !same(&old.oauth, &new.oauth),
            Aspect::AppKey => !same(&old.app_key, &new.app_key),
            Aspect::Auth => old.auth != new.auth,
            Aspect::Route => (old.method, old.path) != (new.method, new.path),
            Aspect::Status => old.status != new.status,
            Aspect::Group => old.group != new.group,
            Aspect::Flags => old.flags != new.flags,
        };
        Aspect::ALL.into_iter().filter(differs).collect()
    }

    /// Whether a credential may need other scopes than before; not if only the way changed in which none is stated.
    pub fn concerns_scopes(&self) -> bool {
        let differs = |old: &Requirement, new: &Requirement| {
            let opened = (old.state == State::Open) != (new.state == State::Open);
            opened || !(same(old, new) || old.clauses.is_empty() && new.clauses.is_empty())
        };
        differs(&self.old.oauth, &self.new.oauth) || differs(&self.old.app_key, &self.new.app_key)
    }
}

/// Clauses compared as sets: another order of the same scopes demands the same.
fn same(old: &Requirement, new: &Requirement) -> bool {
    let sets = |requirement: &Requirement| -> BTreeSet<BTreeSet<&'static str>> {
        requirement.clauses.iter().map(|clause| clause.any_of.iter().copied().collect()).collect()
    };
    old.state == new.state && sets(old) == sets(new)
}

impl Diff {
    /// Compares two tables.
    pub fn new(old: &Catalog, new: &Catalog) -> Self {
        let mut diff = Self::default();
        for operation in new.operations() {
            match old.operation(operation.id) {
                None => diff.added.push(operation),
                Some(before) => {
                    let change = Change { old: before, new: operation };
                    if !change.aspects().is_empty() {
                        diff.changed.push(change);
                    }
                }
            }
        }
        diff.removed = old.operations().iter().filter(|row| new.operation(row.id).is_none()).collect();
        for scope in new.scopes() {
            match old.scope(scope.name) {
                None => diff.scopes_added.push(scope),
                Some(before) if shown(before) != shown(scope) => diff.scopes_changed.push((before, scope)),
                Some(_) => {}
            }
        }
        diff.scopes_removed = old.scopes().iter().filter(|scope| new.scope(scope.name).is_none()).collect();
        diff
    }

    /// Whether the tables are the same in what is compared.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.scopes_added.is_empty()
            && self.scopes_removed.is_empty()
            && self.scopes_changed.is_empty()
    }

    /// Changes that retired an operation.
    pub fn retired(&self) -> impl Iterator<Item = &Change> {
        self.changed
            .iter()
            .filter(|change| change.new.status == Status::Retired && change.old.status != Status::Retired)
    }

    /// Changes after which a credential may need other scopes.
    pub fn demands(&self) -> impl Iterator<Item = &Change> {
        self.changed.iter().filter(|change| change.concerns_scopes())
    }

    /// The change of an operation, if it is one that callers notice: other scopes, another way in, or gone.
    pub fn touching(&self, id: &str) -> Option<&Change> {
        let noticed =
            |change: &&Change| change.aspects().iter().any(|aspect| !matches!(aspect, Aspect::Group | Aspect::Flags));
        self.changed.iter().find(|change| change.new.id == id).filter(noticed)
    }
}

fn shown(scope: &Scope) -> (&str, &str, Held, bool, bool) {
    (scope.group, scope.kind.name(), scope.oauth, scope.listed, scope.restricted)
}
