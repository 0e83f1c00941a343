//! Which requests are equal: whose a request is, on which route, by whom. A pure function of the request, whichever piece of
//! a file it is read in; and an order among classes that does not depend on when they turn up.

use crate::evidence::{Actor, Origin};
use crate::ir::Name;
use crate::trace::address::{self, Address, Whose};
use crate::trace::{Nature, Options, Request};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

const OTHER_HOST: &str = "another host";
const PAGE: &str = "page or asset of the web application";
const NO_HOST: &str = "no host recorded (--assume-datadog counts these)";
const NOT_API: &str = "no host and not an API path";
const NO_METHOD: &str = "no method";
const NO_URL: &str = "no URL";
const PREFLIGHT: &str = "preflight of a browser";
const TUNNEL: &str = "tunnel, what went through is not recorded";

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    Known(usize),
    Unknown(Arc<str>),
    /// What is not listed any more.
    Rest,
}

/// What makes requests equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub route: Route,
    pub method: Name,
    /// 401 or 403, else 0: a refused request is kept apart from one that was answered.
    pub denied: u16,
    pub declared: bool,
    pub origin: Origin,
    pub actor: Option<Arc<Actor>>,
    /// The actor is left out because there are too many combinations.
    pub folded: bool,
    /// Whether the query says [`address::DECIDING`].
    pub deciding: bool,
}

/// What counts against one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On a route of the table, told apart by actor.
    Actor,
    /// On a route of the table, whoever asked.
    Known,
    /// On none.
    Unknown,
    /// All that is not listed; a single class.
    Rest,
}

/// Where a class stands among others of its kind: the last ones give way. What is not told apart by actor comes first, then
/// whole actors are kept rather than parts of all.
pub type Rank = (bool, u64, u64);

/// A class of equal requests; cheap to hash and to clone.
#[derive(Clone, Debug)]
pub struct Class(Arc<(u64, Key)>);

impl Class {
    pub fn new(key: Key) -> Self {
        Self(Arc::new((hash(&key), key)))
    }

    pub fn key(&self) -> &Key {
        &self.0.1
    }

    pub fn kind(&self) -> Kind {
        match (&self.key().route, &self.key().actor) {
            (Route::Rest, _) => Kind::Rest,
            (Route::Known(_), Some(_)) => Kind::Actor,
            (Route::Known(_), None) => Kind::Known,
            (Route::Unknown(_), _) => Kind::Unknown,
        }
    }

    pub fn rank(&self) -> Rank {
        let actor = self.key().actor.as_deref();
        (actor.is_some(), actor.map_or(0, hash), self.0.0)
    }

    /// The coarser class that a class gives way to.
    pub fn folded(&self) -> Self {
        let key = self.key().clone();
        Self::new(match key.actor {
            Some(_) => Key { actor: None, folded: true, ..key },
            None => Key {
                route: Route::Rest,
                method: Name::default(),
                denied: 0,
                declared: false,
                origin: Origin::Unknown,
                actor: None,
                folded: false,
                deciding: false,
            },
        })
    }
}

impl PartialEq for Class {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.0 == other.0.0 && self.0.1 == other.0.1)
    }
}

impl Eq for Class {}

impl Hash for Class {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.0);
    }
}

/// The same in every run.
pub fn hash(what: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What was found out about a request but for who made it and whether it was refused.
#[derive(Clone, Debug)]
pub enum Verdict {
    Counts { route: Route, method: Name, origin: Origin, deciding: bool },
    Skip(&'static str),
}

/// Whose request it is, and what it is equal to.
pub fn judge(request: &Request<'_>, address: Address<'_>, options: &Options<'_>) -> Verdict {
    let method = match method(request.method) {
        Ok(method) => method,
        Err(reason) => return Verdict::Skip(reason),
    };
    let origin = match origin(request, address, options) {
        Ok(origin) => origin,
        Err(reason) => return Verdict::Skip(reason),
    };
    let url = url(address);
    // what stands for a hole may be a fixed part of another route
    let known = if url.contains("{}") { None } else { (options.canonical)(&method, &url) };
    let route = match known {
        Some(number) => Route::Known(number),
        None => {
            let mut masked = Vec::with_capacity(url.len());
            address::push_masked(&mut masked, url.trim_end_matches('/').as_bytes());
            Route::Unknown(String::from_utf8_lossy(&masked).into())
        }
    };
    Verdict::Counts { route, method, origin, deciding: address::is_deciding(address.query) }
}

/// The URL as reported.
pub fn url(address: Address<'_>) -> String {
    let host = if address.host.contains("{}") { "" } else { address.host };
    address::cleaned(Address { host, ..address })
}

fn origin(request: &Request<'_>, address: Address<'_>, options: &Options<'_>) -> Result<Origin, &'static str> {
    if address.path.is_empty() && address.host.is_empty() {
        return Err(NO_URL);
    }
    if options.hosts.iter().any(|host| address::host_of(host).eq_ignore_ascii_case(address.host)) {
        return Ok(Origin::Datadog);
    }
    // `api.{}` may be any site, `{}.example.org` is certainly none
    let hostless = address.host.is_empty() || address.host.ends_with("{}");
    let host = address.host.replace("{}", "x");
    match (request.nature, address::whose(&host)) {
        (Nature::Datadog, _) | (_, Whose::Api) => Ok(Origin::Datadog),
        (_, Whose::Web) if address::is_api(address.path) => Ok(Origin::Datadog),
        (_, Whose::Web) => Err(PAGE),
        (_, Whose::Other) if !hostless => Err(OTHER_HOST),
        (Nature::ClientTests, _) if address::is_api(address.path) => Ok(Origin::LikelyDatadog),
        _ if options.assume_datadog && address::is_api(address.path) => Ok(Origin::LikelyDatadog),
        (Nature::ClientTests, _) => Err(NOT_API),
        _ if options.assume_datadog => Err(NOT_API),
        _ => Err(NO_HOST),
    }
}

/// Everything of a request that decides its route and whose it is, as one text.
pub fn write_route(text: &mut Vec<u8>, request: &Request<'_>, address: Address<'_>) {
    text.clear();
    text.extend_from_slice(request.method.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(address.host.as_bytes());
    address::push_masked(text, address.path.as_bytes());
    if address::is_deciding(address.query) {
        text.extend_from_slice(b"\n?");
    }
}

/// The method in upper case; Ruby writes symbols.
fn method(text: &str) -> Result<Name, &'static str> {
    let text = text.trim().trim_start_matches(':');
    if text.is_empty() || text.len() > 16 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(NO_METHOD);
    }
    match text.to_ascii_uppercase().as_str() {
        "OPTIONS" => Err(PREFLIGHT),
        "CONNECT" => Err(TUNNEL),
        upper => Ok(Name::new(upper)),
    }
}

pub fn denied(status: Option<u16>) -> u16 {
    status.filter(|status| matches!(status, 401 | 403)).unwrap_or_default()
}
