//! From an address, with or without holes, to the operations it can mean: the most literal template wins (DESIGN §4.4).
//!
//! Reading the address is `url`'s; whether the address is Datadog's at all is judged by who asks.

mod walk;

use super::{Catalog, Operation};
use crate::url::{Host, Target, special_of_pattern};
use std::collections::HashSet;
use walk::{Found, Segment, Walk};

/// How an address fits a template, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quality {
    /// Every literal of the template is written, every parameter is one known segment or one hole.
    Exact,
    /// One thing is inferred: a hole glued to text, a hole at the end taken as query, a parameter that holds a slash, a prefix that
    /// the base may hold, a missing method, an unusual host.
    Inferred,
    /// A hole stands where the template has a literal.
    Candidate,
}

/// An operation that an address can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteMatch<'a> {
    /// The operation.
    pub operation: &'a Operation,
    /// How well it fits.
    pub quality: Quality,
}

/// First segments after `/api/`.
const BRANCHES: [&str; 5] = ["v1", "v2", "ui", "unstable", "intake"];

impl Catalog {
    /// The operations that `method` on `target` can mean, best first; empty if none fits. Without a method every method fits.
    pub fn routes(&self, method: Option<&str>, target: &Target) -> Vec<RouteMatch<'static>> {
        let segments = walk::segments(&target.path);
        let method = match method {
            Some("HEAD") => Some("GET"),
            method => method,
        };
        let asked = Asked { catalog: self, method, target };
        let found = asked.search(&segments);
        if found.is_empty() { asked.search_elsewhere(&segments) } else { found }
    }

    /// Whether an address as it is written means one operation, whatever its holes are filled with.
    pub fn is_exact(&self, method: &str, target: &Target) -> bool {
        let method = if method == "HEAD" { "GET" } else { method };
        let asked = Asked { catalog: self, method: Some(method), target };
        let segments = walk::segments(&target.path);
        match asked.search(&segments).as_slice() {
            [first, ..] if first.quality == Quality::Exact => true,
            // `/restriction_policy/dashboard:{}`: text and hole in one segment, and nothing else that it may be.
            [only] => only.quality == Quality::Inferred && segments.iter().any(|s| matches!(s, Segment::Mixed { .. })),
            _ => false,
        }
    }

    /// The operation whose method and template are exactly these, whatever the parameters' names.
    pub fn route(&self, method: &str, path: &str) -> Option<&'static Operation> {
        let target = Target::parse(&crate::url::Template::literal(path));
        let shape = super::trie::shape(method, path);
        let found = self.routes(Some(method), &target);
        let fits = |found: &RouteMatch<'_>| super::trie::shape(method, found.operation.path) == shape;
        found.into_iter().find(fits).and_then(|found| self.operation(found.operation.id))
    }
}

struct Asked<'a> {
    catalog: &'a Catalog,
    method: Option<&'a str>,
    target: &'a Target,
}

impl<'a> Asked<'a> {
    /// Searches the path as it is.
    fn search(&self, segments: &[Segment<'_>]) -> Vec<RouteMatch<'static>> {
        let found = Walk::new(self.catalog.routes, segments).run();
        self.judge(found)
    }

    /// Searches what else the path can mean, most likely first.
    fn search_elsewhere(&self, segments: &[Segment<'_>]) -> Vec<RouteMatch<'static>> {
        let some = |found: Vec<RouteMatch<'static>>| (!found.is_empty()).then_some(found);
        some(self.behind_prefix(segments))
            .or_else(|| some(self.with_slash_in_parameter(segments)))
            .or_else(|| some(self.below_base(segments)))
            .or_else(|| some(self.without_last_hole(segments)))
            .unwrap_or_default()
    }

    /// `/proxy/api/v1/monitor`: a gateway's prefix stands before the path.
    fn behind_prefix(&self, segments: &[Segment<'_>]) -> Vec<RouteMatch<'static>> {
        let at = segments.windows(2).position(
            |pair| matches!(pair, [Segment::Text("api"), Segment::Text(branch)] if BRANCHES.contains(branch)),
        );
        match at {
            Some(at) if at > 0 => inferred(self.search(segments.get(at..).unwrap_or(&[]))),
            _ => Vec::new(),
        }
    }

    /// `/api/v2/catalog/entity/service:default/x`: one parameter holds a slash.
    fn with_slash_in_parameter(&self, segments: &[Segment<'_>]) -> Vec<RouteMatch<'static>> {
        inferred(self.judge(Walk::new(self.catalog.routes, segments).with_slash().run()))
    }

    /// `v1/series`, `/monitor`: the base, which is not written here, may end in `/api`, `/api/v1` or `/api/v2`.
    fn below_base(&self, segments: &[Segment<'_>]) -> Vec<RouteMatch<'static>> {
        let Some(Segment::Text(first)) = segments.first() else { return Vec::new() };
        let base_unwritten = matches!(self.target.host, Host::Hole | Host::None);
        if !base_unwritten || *first == "api" {
            return Vec::new();
        }
        if BRANCHES.contains(first) {
            return inferred(self.search(&prefixed(&["api"], segments)));
        }
        let one = self.search(&prefixed(&["api", "v1"], segments));
        let two = self.search(&prefixed(&["api", "v2"], segments));
        let fits = |found: &[RouteMatch<'_>]| found.first().is_some_and(|best| best.quality <= Quality::Inferred);
        let unsure = fits(&one) == fits(&two);
        let mut both: Vec<_> = if unsure {
            one.into_iter().chain(two).collect()
        } else {
            one.into_iter().chain(two).filter(|found| found.quality <= Quality::Inferred).collect()
        };
        let several = both.len() > 1;
        for found in &mut both {
            let at_best = if unsure && several { Quality::Candidate } else { Quality::Inferred };
            found.quality = found.quality.max(at_best);
        }
        both
    }

    /// `/api/v1/events/{}`: the hole at the end may be a query or nothing. What is written before it is then no parameter's
    /// value: `/feature-flags/saved-filters/{}` is an endpoint of its own.
    fn without_last_hole(&self, segments: &[Segment<'_>]) -> Vec<RouteMatch<'static>> {
        let Some((Segment::Hole, before)) = segments.split_last() else { return Vec::new() };
        if before.len() <= 2 {
            return Vec::new();
        }
        let mut found = inferred(self.search(before));
        if matches!(before.last(), Some(Segment::Text(_))) {
            found.retain(|one| !one.operation.path.ends_with('}'));
        }
        found
    }

    /// Keeps what fits method, host and query, in order, and drops what a better match makes unlikely.
    fn judge(&self, found: Vec<Found>) -> Vec<RouteMatch<'static>> {
        let mut kept: Vec<(Found, Quality, &'static Operation)> = Vec::new();
        for one in found {
            let Some(operation) = self.catalog.operations.get(usize::from(one.operation)) else { continue };
            if self.method.is_some_and(|method| method != operation.method) {
                continue;
            }
            if let Some(quality) = self.host_and_query(operation) {
                kept.push((one, quality.max(one.quality), operation));
            }
        }
        kept.sort_by(|a, b| {
            (a.1, b.0.literals, b.0.mask, a.2.query.is_none(), a.2.status)
                .cmp(&(b.1, a.0.literals, a.0.mask, b.2.query.is_none(), b.2.status))
                .then_with(|| recency(b.2).cmp(&recency(a.2)))
        });
        self.prune(kept)
    }

    fn prune(&self, kept: Vec<(Found, Quality, &'static Operation)>) -> Vec<RouteMatch<'static>> {
        let Some(&(best, quality, first)) = kept.first() else { return Vec::new() };
        if kept.len() == 1 && self.method.is_some() {
            return vec![RouteMatch { operation: first, quality }];
        }
        let mut seen: HashSet<(u16, &str, &[&str])> = HashSet::new();
        let mut out: Vec<RouteMatch<'static>> = Vec::new();
        for (found, quality_here, operation) in kept {
            // a whole match drops everything less literal; rows on one route are the same route's past
            let weaker =
                quality_here != Quality::Candidate && (found.literals, found.mask) != (best.literals, best.mask);
            let beside = quality == Quality::Exact && quality_here != Quality::Exact;
            if !(weaker || beside) && seen.insert((found.node, operation.method, operation.hosts)) {
                out.push(RouteMatch { operation, quality: quality_here });
            }
        }
        if self.method.is_none() {
            let one = out.iter().filter(|found| found.quality <= Quality::Inferred).count() <= 1;
            for found in &mut out {
                found.quality = found.quality.max(if one { Quality::Inferred } else { Quality::Candidate });
            }
        }
        out
    }

    /// How well the operation fits host and query; `None` if not at all.
    fn host_and_query(&self, operation: &Operation) -> Option<Quality> {
        if let Some(wanted) = operation.query {
            let (name, value) = wanted.split_once('=').unwrap_or((wanted, ""));
            if self.target.query_value(name) != Some(value) {
                return None;
            }
        }
        if self.target.host.is_page() {
            return None;
        }
        let service = self.target.host.special_service();
        if operation.hosts.is_empty() {
            return Some(if service.is_some() { Quality::Inferred } else { Quality::Exact });
        }
        let own = operation.hosts.iter().any(|host| special_of_pattern(host).is_some_and(|own| Some(own) == service));
        let rooted = operation.path == "/";
        match &self.target.host {
            _ if own => Some(Quality::Exact),
            // Another intake has its own paths.
            _ if rooted || service.is_some() => None,
            Host::Datadog { service: Some(_), .. } => Some(Quality::Inferred),
            _ => Some(Quality::Exact),
        }
    }
}

fn inferred(mut found: Vec<RouteMatch<'static>>) -> Vec<RouteMatch<'static>> {
    for one in &mut found {
        one.quality = one.quality.max(Quality::Inferred);
    }
    found
}

fn prefixed<'t>(prefix: &[&'t str], segments: &[Segment<'t>]) -> Vec<Segment<'t>> {
    prefix.iter().map(|text| Segment::Text(text)).chain(segments.iter().copied()).collect()
}

/// Newer first among rows that share a route.
fn recency(operation: &Operation) -> u64 {
    operation.last_release.map_or(u64::MAX, super::table::release_key)
}
