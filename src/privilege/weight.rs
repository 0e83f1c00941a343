//! How much privilege a scope is, computed from what it opens in the table, with the reason in words.
//!
//! Order of badness: take-over, write, other, read. Within a kind, a scope that opens fewer and milder operations is
//! less. Which set of scopes is least is decided in `solve`.

use super::takeover::takeover_reason;
use crate::catalog::Catalog;
use crate::catalog::requirement::Requirement;
use crate::ir::Name;
use std::collections::BTreeMap;
use std::fmt;

/// Read, write or neither, as Datadog shows a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Looks only.
    Read,
    /// Neither by name nor by listing; counted between the two.
    Other,
    /// Changes something.
    Write,
    /// Amounts to taking over; see `takeover`.
    Takeover,
}

impl Kind {
    /// The kind of a scope that the table says nothing of: by the last word of its name.
    pub fn guess(scope: &str) -> Self {
        if takeover_reason(scope).is_some() {
            return Self::Takeover;
        }
        match scope.rsplit('_').next() {
            Some("read" | "view" | "query") => Self::Read,
            Some("write" | "edit" | "manage" | "run" | "delete" | "publish" | "share" | "management") => Self::Write,
            _ => Self::Other,
        }
    }

    /// From the table's word (`read`, `write`, `other`); take-over wins over it, a name speaks where it is silent.
    pub fn of(scope: &str, word: &str) -> Self {
        match (Self::guess(scope), word) {
            (Self::Takeover, _) => Self::Takeover,
            (_, "read") => Self::Read,
            (_, "write") => Self::Write,
            (guess, _) => guess,
        }
    }

    /// Smallest weight of the kind. A kind costs more than every scope of the milder kinds together (fewer than 500
    /// scopes, fewer than 2,500 operations), so sums compare like (take-over, write, other, read).
    const fn base(self) -> u64 {
        match self {
            Self::Read => 10_000,
            Self::Other => 20_000_000,
            Self::Write => 20_000_000_000,
            Self::Takeover => 20_000_000_000_000,
        }
    }
}

/// Permissions that bring others with them (Datadog's documentation, "Logs RBAC permissions"). Whether that holds for
/// the scopes of keys too is not documented, so it only makes these scopes weigh more.
static IMPLIES: &[(&str, &[&str])] = &[
    ("logs_modify_indexes", &["logs_read_index_data", "logs_write_exclusion_filters"]),
    ("logs_write_pipelines", &["logs_write_processors"]),
];

/// What holding one scope means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Kind, which dominates.
    pub kind: Kind,
    /// Operations it opens that only look.
    pub reads: u32,
    /// Operations it opens that change something.
    pub writes: u32,
}

impl Weight {
    /// The number that `solve` minimises: the kind's base, plus 1 for each operation that looks and 3 for each that
    /// changes something. Never 0.
    pub fn privilege(&self) -> u64 {
        self.kind.base() + u64::from(self.reads.min(2_500)) + 3 * u64::from(self.writes.min(2_500))
    }
}

impl fmt::Display for Weight {
    /// For example `write, opens 14 reading and 3 changing operations`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Read => "read",
            Kind::Other => "other",
            Kind::Write => "write",
            Kind::Takeover => "take-over",
        };
        let plural = if self.reads + self.writes == 1 { "" } else { "s" };
        match (self.reads, self.writes) {
            (0, 0) => write!(f, "{kind}, opens no operation of the table"),
            (reads, 0) => write!(f, "{kind}, opens {reads} reading operation{plural}"),
            (0, writes) => write!(f, "{kind}, opens {writes} changing operation{plural}"),
            (reads, writes) => write!(f, "{kind}, opens {reads} reading and {writes} changing operations"),
        }
    }
}

/// A row of the table as far as weights need it.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// HTTP method, upper case.
    pub method: &'a str,
    /// What OAuth clients need.
    pub oauth: &'a Requirement,
    /// What keys and roles need.
    pub keys: &'a Requirement,
}

/// Weights of all scopes.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    by_scope: BTreeMap<Name, Weight>,
    /// Names in the documents that are slips → the names in the lists.
    slips: BTreeMap<Name, Name>,
}

impl Weights {
    /// Weights of a table's scopes.
    pub fn of_catalog(catalog: &Catalog) -> Self {
        let scopes = catalog.scopes().iter().map(|scope| (scope.name, scope.kind.name()));
        let openings = catalog.operations().iter().map(|operation| Opening {
            method: operation.method,
            oauth: &operation.oauth,
            keys: &operation.app_key,
        });
        let slips = catalog.scopes().iter().filter_map(|scope| Some((scope.name, scope.slip_for?)));
        Self::of_table(scopes, openings).with_slips(slips)
    }

    /// Computes weights from the scopes (name, kind word) and the operations of a table.
    ///
    /// An operation only looks if its method is `GET` or `HEAD`, or if every scope it accepts is a read scope (searches
    /// by `POST`).
    pub fn of_table<'a>(
        scopes: impl IntoIterator<Item = (&'a str, &'a str)>,
        operations: impl IntoIterator<Item = Opening<'a>>,
    ) -> Self {
        let blank = |kind| Weight { kind, reads: 0, writes: 0 };
        let mut by_scope: BTreeMap<Name, Weight> =
            scopes.into_iter().map(|(name, word)| (Name::new(name), blank(Kind::of(name, word)))).collect();
        for operation in operations {
            let clauses = operation.oauth.clauses.iter().chain(operation.keys.clauses.iter());
            let mut names: Vec<&str> = clauses.flat_map(|clause| clause.any_of.iter().copied()).collect();
            names.sort_unstable();
            names.dedup();
            for name in &names {
                by_scope.entry(Name::new(name)).or_insert_with(|| blank(Kind::guess(name)));
            }
            let looks = matches!(operation.method, "GET" | "HEAD")
                || !names.is_empty()
                    && names.iter().all(|name| by_scope.get(*name).is_some_and(|w| w.kind == Kind::Read));
            for name in names {
                if let Some(weight) = by_scope.get_mut(name) {
                    if looks { weight.reads += 1 } else { weight.writes += 1 }
                }
            }
        }
        for (scope, implied) in IMPLIES {
            let bare = |name: &&str| by_scope.get(*name).copied().unwrap_or(blank(Kind::guess(name)));
            let more: Vec<Weight> = implied.iter().map(bare).collect();
            let Some(weight) = by_scope.get_mut(*scope) else { continue };
            for other in more {
                // Even one that opens nothing in the table allows something.
                let (reads, writes) = if other.kind == Kind::Read { (1, 0) } else { (0, 1) };
                weight.reads += other.reads.max(reads);
                weight.writes += other.writes.max(writes);
            }
        }
        Self { by_scope, slips: BTreeMap::new() }
    }

    /// Adds names that the documents use by mistake, with the name that is meant.
    #[must_use]
    pub fn with_slips<'a>(mut self, slips: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.slips.extend(slips.into_iter().map(|(slip, right)| (Name::new(slip), Name::new(right))));
        self
    }

    /// The name as the lists have it: itself unless it is a known slip.
    pub fn listed_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.slips.get(name).map_or(name, Name::as_str)
    }

    /// The weight of a scope; one that the table lacks opens nothing and is judged by its name.
    pub fn weight(&self, scope: &str) -> Weight {
        let unknown = || Weight { kind: Kind::guess(scope), reads: 0, writes: 0 };
        self.by_scope.get(scope).copied().unwrap_or_else(unknown)
    }
}
