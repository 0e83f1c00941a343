//! What an operation demands of a credential, as published.

/// The requirement of one operation for one kind of credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// How much is known.
    pub state: State,
    /// All of these clauses must hold; empty unless the state is `Published` or `Inferred`.
    pub clauses: Vec<Clause>,
}

/// Any of these scopes suffices; sorted as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The scopes.
    pub any_of: Vec<&'static str>,
    /// Whether the request decides which alternative is the right one, so that they are not interchangeable.
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
