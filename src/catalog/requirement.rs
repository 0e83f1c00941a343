//! What an operation demands of a credential, as published.

use std::fmt;

/// The requirement of one operation for one kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// How much is known.
    pub state: State,
    /// All of these clauses must hold; empty unless the state is `Published` or `Inferred`.
    pub clauses: &'static [Clause],
}

/// Any of these scopes suffices; sorted as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The scopes.
    pub any_of: &'static [&'static str],
    /// The part of the request (`share_type`) that decides which alternative is the right one; where there is one, the
    /// alternatives are not interchangeable.
    pub decided_by: Option<&'static str>,
}

/// How much is known of a requirement (DESIGN §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// The documents state it.
    Published,
    /// Keys: taken from the published OAuth scopes, no permission is stated.
    Inferred,
    /// Any key will do.
    Open,
    /// The documents leave it out.
    Unpublished,
    /// This kind of credential cannot call it at all.
    Unsupported,
    /// API key only or public: needs no scope.
    NotNeeded,
}

impl State {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Inferred => "inferred",
            Self::Open => "open",
            Self::Unpublished => "unpublished",
            Self::Unsupported => "unsupported",
            Self::NotNeeded => "not-needed",
        }
    }
}

impl Requirement {
    /// A requirement without clauses.
    pub const fn bare(state: State) -> Self {
        Self { state, clauses: &[] }
    }

    /// Every scope that stands in it.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.clauses.iter().flat_map(|clause| clause.any_of.iter().copied())
    }

    /// Whether a credential that holds `scopes` meets every clause; true without clauses.
    pub fn is_met_by(&self, mut holds: impl FnMut(&str) -> bool) -> bool {
        self.clauses.iter().all(|clause| clause.any_of.iter().any(|scope| holds(scope)))
    }
}

impl fmt::Display for Requirement {
    /// `a`, `a or b`, `a and (b or c)`, or the state's word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clauses.is_empty() {
            return f.write_str(self.state.name());
        }
        let single = self.clauses.len() == 1;
        for (number, clause) in self.clauses.iter().enumerate() {
            if number > 0 {
                f.write_str(" and ")?;
            }
            let any = clause.any_of.join(" or ");
            if single || clause.any_of.len() == 1 { f.write_str(&any)? } else { write!(f, "({any})")? }
        }
        Ok(())
    }
}
