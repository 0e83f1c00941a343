//! The decision for one piece of evidence.

use super::{Decision, reason};
use crate::catalog::{Catalog, Operation, Quality, RouteMatch, Status};
use crate::evidence::{Call, Confidence, Evidence, Origin};
use crate::ir::Name;
use crate::url::{Host, Piece, Target, Template};

/// How evidence writes a class or a method that is picked by a name at run time.
const UNNAMED: &str = "{}";

/// Asks the table.
pub(super) fn decide(catalog: &Catalog, evidence: &Evidence) -> Decision {
    match &evidence.call {
        Call::Sdk { client, version, class, method } => {
            let class = class.as_deref().filter(|class| *class != UNNAMED);
            if method == UNNAMED {
                let fits = class.map(|class| catalog.sdk_class(*client, *version, class)).unwrap_or_default();
                return Decision::Unresolved(reason::METHOD, fits);
            }
            named(catalog.sdk(*client, *version, class, method), evidence.confidence, class.is_some())
        }
        Call::Legacy { client, symbol } if symbol.contains(UNNAMED) => {
            Decision::Unresolved(reason::METHOD, catalog.legacy_like(*client, symbol))
        }
        Call::Legacy { client, symbol } => legacy(catalog.legacy(*client, symbol), symbol, evidence),
        Call::Http { method, url, origin, .. } => request(catalog, method.as_ref(), url, *origin, evidence.confidence),
        Call::Declared { operation, .. } => match catalog.operation(operation) {
            Some(operation) => Decision::Uses(vec![operation], evidence.confidence),
            // An endpoint without a name is written as method and path.
            None => match operation.split_once(' ') {
                Some((method, path)) => {
                    let mut url = Template::default();
                    for (number, text) in path.split("{}").enumerate() {
                        if number > 0 {
                            url.push_hole();
                        }
                        url.push_text(text);
                    }
                    request(catalog, Some(&Name::new(method)), &url, Origin::Datadog, evidence.confidence)
                }
                None => Decision::Unresolved(reason::UNKNOWN_ENDPOINT, Vec::new()),
            },
        },
        Call::Opaque { reason, .. } => Decision::Unresolved(reason, Vec::new()),
        // What earlier reports tell does not come this way.
        Call::Told { .. } => Decision::Nothing,
    }
}

/// A method of a client. `known_receiver`: the receiver is a Datadog client for sure, so that a strange method is worth a word.
fn named(mut fits: Vec<&'static Operation>, confidence: Confidence, known_receiver: bool) -> Decision {
    fits.sort_by_key(|o| o.id);
    fits.dedup_by_key(|o| o.id);
    match (fits.as_slice(), confidence) {
        ([], _) if known_receiver => Decision::Unresolved(reason::UNKNOWN_METHOD, fits),
        ([], _) => Decision::Nothing,
        (_, Confidence::Possible) => Decision::Unresolved(reason::WEAK, fits),
        ([_], Confidence::Certain) if !known_receiver => Decision::Uses(fits, Confidence::Likely),
        ([_], _) => Decision::Uses(fits, confidence),
        _ => Decision::Unresolved(reason::SEVERAL, fits),
    }
}

/// A call of an older client. Where its symbol stands for several operations, releases or arguments decide between them, or
/// it makes all of them one after the other.
fn legacy(mut fits: Vec<&'static Operation>, symbol: &str, evidence: &Evidence) -> Decision {
    let keep = |fits: &mut Vec<&'static Operation>, wanted: &dyn Fn(&Operation) -> bool| {
        if fits.iter().any(|o| wanted(o)) {
            fits.retain(|o| wanted(o));
        }
    };
    keep(&mut fits, &|o| o.status != Status::Undocumented);
    let verb = evidence.literals.iter().find(|(name, _)| name == "method").map(|(_, value)| value.to_ascii_uppercase());
    match verb {
        Some(verb) => keep(&mut fits, &|o| o.method == verb),
        // `method="GET"` turns a creation into a listing; nobody means that without saying so.
        None if symbol.ends_with(".create") => keep(&mut fits, &|o| o.method != "GET"),
        None => {}
    }
    if fits.len() > 1 && evidence.confidence != Confidence::Possible {
        return Decision::Uses(fits, Confidence::Likely);
    }
    named(fits, evidence.confidence, true)
}

fn request(
    catalog: &Catalog,
    method: Option<&Name>,
    url: &Template,
    origin: Origin,
    confidence: Confidence,
) -> Decision {
    if origin == Origin::Other {
        return Decision::Nothing;
    }
    let target = Target::parse(url);
    let mut matches = catalog.routes(method.map(Name::as_str), &target);
    let best = matches.iter().map(|m| m.quality).min();
    matches.retain(|m| Some(m.quality) == best);
    matches.sort_by_key(|m| m.operation.id);
    matches.dedup_by_key(|m| m.operation.id);
    let fits = |matches: &[RouteMatch]| -> Vec<&'static Operation> {
        matches.iter().filter_map(|m| catalog.operation(m.operation.id)).collect()
    };
    match (matches.as_slice(), origin) {
        ([], Origin::Unknown) => Decision::Nothing,
        ([], _) if is_page(&target, url) => Decision::Nothing,
        ([], _) if is_open(url) => Decision::Unresolved(reason::PATH, Vec::new()),
        ([], Origin::LikelyDatadog) if is_own_backend(&target) => Decision::Nothing,
        ([], _) => Decision::Unresolved(reason::UNKNOWN_ENDPOINT, Vec::new()),
        (_, Origin::Unknown) if is_behind_prefix(&target) => Decision::Nothing,
        (several, Origin::Unknown) => Decision::Unresolved(reason::HOST, fits(several)),
        (several, _) if confidence == Confidence::Possible => Decision::Unresolved(reason::WEAK, fits(several)),
        (several, _)
            if method.is_none() && several.len() > 1 && same_path(several) && is_sure(catalog, several, &target) =>
        {
            Decision::Unresolved(reason::VERB, fits(several))
        }
        // A hole where the template has a word: it may be that operation, and it may be anything.
        (some, _) if best == Some(Quality::Candidate) => Decision::Unresolved(reason::PATH, fits(some)),
        ([one], _) => {
            let proven = one.quality == Quality::Exact && origin == Origin::Datadog && method.is_some();
            let most = if proven { Confidence::Certain } else { Confidence::Likely };
            Decision::Uses(fits(std::slice::from_ref(one)), most.max(confidence))
        }
        (several, _) if is_open(url) => Decision::Unresolved(reason::PATH, fits(several)),
        (several, _) => Decision::Unresolved(reason::SEVERAL, fits(several)),
    }
}

/// Whether an address that only names around it tie to Datadog, and that the table does not know, is that of a server of
/// the program's own: about Datadog, or below an `/api/` without a version.
fn is_own_backend(target: &Target) -> bool {
    if target.host.is_datadog() {
        return false;
    }
    let path = target.path.to_string();
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let branch = |next: &&str| matches!(*next, "v1" | "v2" | "ui" | "unstable" | "intake" | "{}");
    let below = segments.iter().position(|s| *s == "api").and_then(|at| segments.get(at + 1));
    below.is_some_and(|next| !branch(next)) || segments.contains(&"datadog")
}

/// Whether words stand before `/api/vN`: with nothing that shows whose it is, it is what these words name.
fn is_behind_prefix(target: &Target) -> bool {
    let path = target.path.to_string();
    let mut before = path.split('/').filter(|s| !s.is_empty()).take_while(|s| *s != "api");
    path.contains("/api/") && before.any(|s| s != "{}")
}

/// Whether this is a page for people (documentation, downloads, a link into the web interface) rather than the API.
fn is_page(target: &Target, url: &Template) -> bool {
    let web = |service: &Option<Name>| service.as_deref().is_some_and(|s| matches!(s, "" | "app"));
    target.host.is_page()
        || matches!(&target.host, Host::Datadog { service, .. } if web(service)) && !url.to_string().contains("/api/")
}

/// Whether only the method is missing: with it, the path would be that of the operation.
fn is_sure(catalog: &Catalog, matches: &[RouteMatch], target: &Target) -> bool {
    let Some(first) = matches.first().map(|one| one.operation) else { return false };
    let with_method = catalog.routes(Some(first.method), target);
    with_method.iter().any(|one| one.operation.id == first.id && one.quality != Quality::Candidate)
}

fn same_path(matches: &[RouteMatch]) -> bool {
    matches.windows(2).all(|pair| match pair {
        [a, b] => a.operation.path == b.operation.path,
        _ => true,
    })
}

/// Whether nothing of the path below `/api/vN/` is known.
pub(super) fn is_open(url: &Template) -> bool {
    let mut known = String::new();
    for piece in url.pieces() {
        match piece {
            Piece::Text(text) => known.push_str(text),
            Piece::Hole => known.push('\0'),
        }
    }
    let path =
        known.split_once("://").map_or(known.as_str(), |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let version = |s: &str| matches!(s, "" | "api" | "v1" | "v2" | "unstable" | "intake" | "ui");
    path.split('/').all(|segment| version(segment) || segment.contains('\0'))
}
