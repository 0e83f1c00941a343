//! A Datadog call that the engine has decided, before it is put into the words of `evidence`.

use crate::evidence::Legacy;
use crate::ir::Name;

use super::request::{Request, Site};
use super::value::{Client, Fun};
use std::sync::Arc;

/// A decided call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What.
    pub what: What,
    /// Where.
    pub at: Site,
    /// The function around it.
    pub fun: Fun,
    /// Whether a link was inferred.
    pub likely: bool,
    /// Literals given to the call, by argument name.
    pub literals: Vec<(Name, Name)>,
    /// How it was derived.
    pub steps: Vec<(Name, Site)>,
}

impl Found {
    /// A request as something found, at its place and with its story.
    pub fn of(fun: Fun, request: Request) -> Self {
        Self {
            at: request.at,
            fun,
            likely: request.likely,
            literals: request.literals.clone(),
            steps: request.steps.clone(),
            what: What::Http(Box::new(request)),
        }
    }

    /// Whether it is the same call, derived in another way perhaps.
    pub fn is_again(&self, other: &Self) -> bool {
        let same = match (&self.what, &other.what) {
            (What::Http(one), What::Http(other)) => one.is_again(other),
            (one, other) => one == other,
        };
        let Self { what: _, at, fun, likely, literals, steps: _ } = self;
        (*at, *fun, *likely) == (other.at, other.fun, other.likely) && same && *literals == other.literals
    }
}

/// What a decided call calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A method of an official client.
    Sdk(Arc<Client>, Name),
    /// A symbol of an older client.
    Legacy(Legacy, Name),
    /// A request.
    Http(Box<Request>),
}
