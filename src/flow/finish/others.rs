//! Servers of others that serve paths like Datadog's. A program's way to a host that nothing tells of may be the way to its own
//! server: what else it asks for on that way shows it.

use crate::catalog::Catalog;
use crate::evidence::Origin;
use crate::flow::found::{Found, What};
use crate::flow::origin;
use crate::flow::request::{Request, Site, template};
use crate::flow::transport;
use crate::url::{Host, Target};
use rustc_hash::{FxHashMap as Map, FxHashSet as HashSet};

/// From how many paths on that Datadog does not have a way is another server's.
const ENOUGH: usize = 3;

/// Drops requests to unknown hosts that go the way of several others of which Datadog knows none.
pub(super) fn drop_others(catalog: &Catalog, found: &mut Vec<Found>) {
    let mut paths: Map<Site, (HashSet<String>, HashSet<String>)> = Map::default();
    for (request, way) in found.iter().filter_map(of_unknown) {
        let target = Target::parse(&template(&request.url));
        let (ours, theirs) = paths.entry(way).or_default();
        let known = !catalog.routes(None, &target).is_empty();
        if known { ours } else { theirs }.insert(target.path.to_string());
    }
    paths.retain(|_, (ours, theirs)| theirs.len() >= ENOUGH && theirs.len() > 2 * ours.len());
    if !paths.is_empty() {
        found.retain(|one| of_unknown(one).is_none_or(|(_, way)| !paths.contains_key(&way)));
    }
}

/// Drops what only names around it tie to Datadog, where a file sends it to several paths on a host that nobody knows, and Datadog
/// has none of them: a light switch that an alert turns on. Below `/api/` Datadog has more than the table.
pub(super) fn drop_strangers(catalog: &Catalog, found: &mut Vec<Found>) {
    let mut files: Map<u32, (bool, HashSet<String>)> = Map::default();
    for one in found.iter() {
        let (file, seen) = match &one.what {
            What::Http(request) => (sender(one).module, Some(request)),
            _ => (one.at.module, None),
        };
        let (ours, strange) = files.entry(file).or_default();
        match seen.and_then(|request| strange_path(catalog, request)) {
            Some(path) => _ = strange.insert(path),
            None => *ours = true,
        }
    }
    files.retain(|_, (ours, strange)| !*ours && strange.len() >= ENOUGH);
    found.retain(|one| !matches!(&one.what, What::Http(_)) || !files.contains_key(&sender(one).module));
}

/// The path of a request to a host that nobody knows, if Datadog has no such path. A `{datadog_url}` at its start is more than a name
/// around it.
fn strange_path(catalog: &Catalog, request: &Request) -> Option<String> {
    let target = Target::parse(&template(&request.url));
    let unknown = request.origin == Origin::LikelyDatadog
        && matches!(target.host, Host::Hole | Host::None)
        && origin::from_url(&request.url, &[]) == Origin::Unknown;
    let path = target.path.to_string();
    let strange = unknown && !path.contains("/api/") && catalog.routes(None, &target).is_empty();
    strange.then_some(path)
}

/// The place that sends a request in the end.
fn sender(found: &Found) -> Site {
    found.steps.first().map_or(found.at, |(_, site)| *site)
}

/// A request below `/api/` of which nothing tells whose it is, and the place that sends it in the end.
fn of_unknown(found: &Found) -> Option<(&Request, Site)> {
    match &found.what {
        What::Http(request) if request.origin == Origin::Unknown && transport::has_api_path(&request.url) => {
            Some((request, sender(found)))
        }
        _ => None,
    }
}
