//! Servers of others that serve paths like Datadog's. A program's way to a host that nothing tells of may be the way to its own
//! server: what else it asks for on that way shows it.

use crate::catalog::Catalog;
use crate::evidence::Origin;
use crate::flow::found::{Found, What};
use crate::flow::request::{Request, Site, template};
use crate::flow::transport;
use crate::url::Target;
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

/// A request below `/api/` of which nothing tells whose it is, and the place that sends it in the end.
fn of_unknown(found: &Found) -> Option<(&Request, Site)> {
    match &found.what {
        What::Http(request) if request.origin == Origin::Unknown && transport::has_api_path(&request.url) => {
            Some((request, found.steps.first().map_or(found.at, |(_, site)| *site)))
        }
        _ => None,
    }
}
