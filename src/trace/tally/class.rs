//! Which requests are equal: whose a request is, on which route, by whom. A pure function of the request, so that what was
//! found out once can be remembered for as long as a file is read, whichever piece of it is being read.

use crate::evidence::{Actor, Origin};
use crate::ir::Name;
use crate::trace::address::{self, Address, Whose};
use crate::trace::{Nature, Options, Request, Who};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Routes, actors and classes remembered, each.
const REMEMBERED: usize = 16_384;

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
    /// Unknown ones past the limit.
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
    pub actor: Option<Actor>,
    /// The actor is left out because there are too many combinations.
    pub folded: bool,
    pub deciding: Option<(&'static str, &'static str)>,
}

/// A class of equal requests; cheap to hash and to clone.
#[derive(Clone, Debug)]
pub struct Class(Arc<(u64, Key)>);

impl Class {
    pub fn new(key: Key) -> Self {
        let mut hasher = FxHasher::default();
        key.hash(&mut hasher);
        Self(Arc::new((hasher.finish(), key)))
    }

    /// Unknown requests past the limit.
    pub fn rest() -> Self {
        Self::new(Key {
            route: Route::Rest,
            method: Name::default(),
            denied: 0,
            declared: false,
            origin: Origin::Unknown,
            actor: None,
            folded: false,
            deciding: None,
        })
    }

    pub fn key(&self) -> &Key {
        &self.0.1
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

/// What was found out about a request but for who made it and whether it was refused.
#[derive(Clone, Debug)]
enum Verdict {
    Counts { route: Route, method: Name, origin: Origin, deciding: Option<(&'static str, &'static str)> },
    Skip(&'static str),
}

/// A class, and where the count that last asked keeps it.
pub struct Known {
    pub class: Class,
    /// The count that `index` belongs to.
    pub count: u64,
    pub index: usize,
}

/// What was found out about requests, by their text: about routes, about actors, about both together. Each is forgotten when
/// it grows too large.
#[derive(Default)]
pub struct Memory {
    routes: FxHashMap<Box<[u8]>, u32>,
    verdicts: Vec<Verdict>,
    actors: FxHashMap<Box<[u8]>, u32>,
    names: Vec<Actor>,
    classes: FxHashMap<(u32, u32, u16, bool), u32>,
    known: Vec<Known>,
    text: Vec<u8>,
    last: usize,
}

/// Stands for nobody among the numbers of actors.
const NOBODY: u32 = u32::MAX;

impl Memory {
    /// The class of a request, or why it does not count.
    pub fn class(
        &mut self,
        request: &Request<'_>,
        address: Address<'_>,
        options: &Options<'_>,
    ) -> Result<&mut Known, &'static str> {
        let actor = request.actor.map_or(NOBODY, |who| self.actor(who));
        let route = self.route(request, address, options);
        let Some(Verdict::Counts { route: place, method, origin, deciding }) = self.verdicts.get(route as usize) else {
            return match self.verdicts.get(route as usize) {
                Some(Verdict::Skip(reason)) => Err(reason),
                _ => Err(NO_URL),
            };
        };
        let denied = denied(request.status);
        let asked = (route, actor, denied, request.declared);
        let number = match self.classes.get(&asked) {
            Some(number) => *number,
            None => {
                if self.known.len() >= REMEMBERED {
                    self.classes.clear();
                    self.known.clear();
                }
                let class = Class::new(Key {
                    route: place.clone(),
                    method: method.clone(),
                    denied,
                    declared: request.declared,
                    origin: *origin,
                    actor: self.names.get(actor as usize).cloned(),
                    folded: false,
                    deciding: *deciding,
                });
                let number = short(self.known.len());
                self.classes.insert(asked, number);
                self.known.push(Known { class, count: 0, index: 0 });
                number
            }
        };
        self.last = number as usize;
        self.known.get_mut(number as usize).ok_or(NO_URL)
    }

    /// The class that was asked for last.
    pub fn last(&mut self) -> Option<&mut Known> {
        self.known.get_mut(self.last)
    }

    fn route(&mut self, request: &Request<'_>, address: Address<'_>, options: &Options<'_>) -> u32 {
        write_route(&mut self.text, request, address);
        if let Some(number) = self.routes.get(self.text.as_slice()) {
            return *number;
        }
        if self.verdicts.len() >= REMEMBERED {
            self.routes.clear();
            self.verdicts.clear();
            self.classes.clear();
            self.known.clear();
        }
        let number = short(self.verdicts.len());
        self.verdicts.push(judge(request, address, options));
        self.routes.insert(self.text.as_slice().into(), number);
        number
    }

    fn actor(&mut self, who: Who<'_>) -> u32 {
        self.text.clear();
        self.text.extend_from_slice(who.kind.as_bytes());
        self.text.push(b'\n');
        self.text.extend_from_slice(who.id.as_bytes());
        if let Some(number) = self.actors.get(self.text.as_slice()) {
            return *number;
        }
        if self.names.len() >= REMEMBERED {
            self.actors.clear();
            self.names.clear();
            self.classes.clear();
            self.known.clear();
        }
        let number = short(self.names.len());
        self.names.push(Actor { kind: Name::new_static(who.kind), id: Name::new(who.id) });
        self.actors.insert(self.text.as_slice().into(), number);
        number
    }
}

/// Lists have at most [`REMEMBERED`] entries.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NOBODY - 1)
}

/// Whose request it is, and what it is equal to.
fn judge(request: &Request<'_>, address: Address<'_>, options: &Options<'_>) -> Verdict {
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
    Verdict::Counts { route, method, origin, deciding: address::deciding_query(address.query) }
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
fn write_route(text: &mut Vec<u8>, request: &Request<'_>, address: Address<'_>) {
    text.clear();
    text.extend_from_slice(request.method.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(address.host.as_bytes());
    address::push_masked(text, address.path.as_bytes());
    if let Some((_, value)) = address::deciding_query(address.query) {
        text.push(b'\n');
        text.extend_from_slice(value.as_bytes());
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

fn denied(status: Option<u16>) -> u16 {
    status.filter(|status| matches!(status, 401 | 403)).unwrap_or_default()
}
