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
