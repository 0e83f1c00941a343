//! Requests built by chains of calls, and what client objects were made with: base address and key headers.

use crate::flow::http::Verb;
use crate::flow::transport::{entry, fixed, known, last_segment, named, options, under};
use crate::flow::value::{Args, Made, Piece, Set, Text, Value};
use crate::flow::{origin, strings};
use std::sync::Arc;

/// Requests that are built by a chain of calls and complete with the last one: `Request.Builder().url(u).post(b).build()`,
/// `client.get().uri(u)`, `Unirest.post(u)`.
pub fn built(path: &str, last: &str, on: Option<&Arc<Made>>, args: &Args) -> Option<(Vec<Verb>, Set)> {
    let on = on?;
    const ADDRESSED: &[&str] = &["url", "uri", "URI", "newRequest", "setUri"];
    let url = match last {
        "build" if path.contains("Request") => chain(on, ADDRESSED)?.at(0).cloned()?,
        // Rust's `http`: whatever the order, the body comes last.
        "body" if path.contains("Request.builder()") => chain(on, &["uri"])?.at(0).cloned()?,
        "uri" if !path.contains("Request.builder()") => {
            chain_verb(on)?;
            args.at(0)?.clone()
        }
        // Faraday: `connection.post { |request| request.url path }`.
        "url" if path.starts_with("Faraday") => {
            chain_verb(on)?;
            args.at(0)?.clone()
        }
        // Jetty: `client.newRequest(url).method(verb)`, without a method it is GET.
        "method" => chain(on, &["newRequest"]).filter(|a| a.positional.len() == 1)?.at(0).cloned()?,
        "send" if chain_verb(on).is_none() => {
            chain(on, &["newRequest"]).filter(|a| a.positional.len() == 1)?.at(0).cloned()?
        }
        _ => return None,
    };
    let verbs = match last {
        "method" => known(args.at(0), "GET"),
        _ => chain_verb(on).unwrap_or_else(|| fixed("GET")),
    };
    Some((verbs, url))
}

/// Whether a chain builds a request step by step, so that its verbs take bodies rather than addresses.
pub fn is_builder(path: &str) -> bool {
    path.contains("Builder()") || path.contains("newBuilder") || path.contains(".url()") || path.contains(".uri()")
}

/// The arguments of the latest call of one of these names in a chain.
pub(in crate::flow) fn chain<'a>(made: &'a Made, names: &[&str]) -> Option<&'a Args> {
    let mut at = Some(made);
    while let Some(made) = at {
        let last = last_segment(&made.path);
        if names.contains(&last) || (last == "newBuilder" && made.args.at(0).is_some()) {
            return Some(&made.args);
        }
        at = made.on.as_deref();
    }
    None
}

pub(in crate::flow) fn chain_verb(made: &Made) -> Option<Vec<Verb>> {
    let mut at = Some(made);
    while let Some(made) = at {
        let last = last_segment(&made.path);
        if last == "method" && made.args.at(0).is_some() {
            return Some(known(made.args.at(0), "GET"));
        }
        if let Some(verb) = strings::verb(last) {
            return Some(fixed(verb));
        }
        at = made.on.as_deref();
    }
    None
}

/// Addresses below the base address that the client object was made with.
pub fn with_base(urls: &Set, on: Option<&Arc<Made>>) -> Set {
    on.and_then(|m| base_of(m)).map_or_else(|| urls.clone(), |base| below(&base, urls))
}

/// Addresses below a base; those that are whole stay as they are.
pub(in crate::flow) fn below(base: &Set, urls: &Set) -> Set {
    urls.flat_map(|v| match v {
        Value::Text(t) if !t.head().contains("://") => under(base, &Set::of(Value::Text(t.clone()))),
        Value::Ref(_) => {
            let mut out = Set::of(v.clone());
            out.join(&under(base, &Set::of(v.clone())));
            out
        }
        other => Set::of(other.clone()),
    })
}

pub(in crate::flow) const BASES: &[&str] = &[
    "base_url",
    "baseURL",
    "baseUrl",
    "prefixUrl",
    "prefix_url",
    "base_uri",
    "BaseAddress",
    "BaseURL",
    "rootUri",
    "url",
    "uri",
    "host",
    "hostname",
    "HostURL",
    "site",
    "url_base",
];

/// The base address of a client object.
pub fn base_of(made: &Made) -> Option<Set> {
    let mut at = Some(made);
    while let Some(made) = at {
        let last = last_segment(&made.path);
        if let Some(set) = named(&made.args, BASES) {
            return Some(set.clone());
        }
        if let Some(table) = options(&made.args)
            && let Some(set) = entry(&table, BASES)
        {
            return Some(set);
        }
        let setter = matches!(
            last,
            "SetBaseURL"
                | "SetHostURL"
                | "baseUrl"
                | "base_url"
                | "rootUri"
                | "HTTPSConnection"
                | "HTTPConnection"
                | "BaseUrlSession"
                | "Client"
                | "RestClient"
                | "base"
                | "Base"
                | "BaseURL"
        );
        // sling: a base, and paths below it.
        if last == "Path" && made.path.contains("sling") {
            let path = made.args.at(0)?;
            return Some(match made.on.as_ref().and_then(|on| base_of(on)) {
                Some(base) => under(&base, path),
                None => path.clone(),
            });
        }
        let connects = setter
            || matches!(
                made.path.as_str(),
                "Net.HTTP()"
                    | "Net.HTTP.start()"
                    | "Faraday()"
                    | "Faraday.new()"
                    | "Excon()"
                    | "Excon.new()"
                    | "RestClient.Resource()"
            );
        if connects
            && let Some(set) = made.args.at(0)
            && set.values().any(|v| matches!(v, Value::Text(t) if t.pieces.iter().any(|p| matches!(p, Piece::Lit(l) if l.contains('.') || l.contains(':'))) || !t.pieces.is_empty() && !matches!(t.pieces[0], Piece::Lit(_))) || matches!(v, Value::Ref(_)))
        {
            return Some(set.clone());
        }
        at = made.on.as_deref();
    }
    None
}

/// The path that something unknown makes an address of: `route("/api/v1/monitor")`, `client.url("/api/v1/monitor", page)`. What stands
/// before it and behind it, nobody knows.
pub fn routed(made: &Made) -> Option<Text> {
    if super::is_any_library(&made.path) || made.path == crate::flow::subst::CALL_OF {
        return None;
    }
    let mut paths = made.args.positional.iter().flat_map(Set::values).filter_map(|value| match value {
        Value::Text(text) if text.head().starts_with('/') && super::has_api_path(text) => Some(text),
        _ => None,
    });
    let path = paths.next()?;
    paths.next().is_none().then(|| (**path).clone())
}

/// Whether Datadog's key headers go along: in the call's arguments or in those of the client object.
pub fn carries_keys(args: &Args, on: Option<&Arc<Made>>) -> bool {
    let mut at = on.map(|m| &**m);
    if args_carry_keys(args, 0) {
        return true;
    }
    while let Some(made) = at {
        if args_carry_keys(&made.args, 0) {
            return true;
        }
        at = made.on.as_deref();
    }
    false
}

pub(in crate::flow) fn args_carry_keys(args: &Args, depth: u8) -> bool {
    args.named.iter().any(|(n, _)| origin::is_key_name(n)) || args.all().any(|s| set_carries_keys(s, depth))
}

pub(in crate::flow) fn set_carries_keys(set: &Set, depth: u8) -> bool {
    depth < 4
        && set.values().any(|v| match v {
            Value::Table(t) => t.entries.iter().any(|(k, v)| origin::is_key_name(k) || set_carries_keys(v, depth + 1)),
            Value::List(items) => items.iter().any(|s| set_carries_keys(s, depth + 1)),
            Value::Made(m) => args_carry_keys(&m.args, depth + 1),
            Value::Text(t) => {
                t.as_literal().is_some_and(|l| origin::is_key_name(l.split(':').next().unwrap_or(l).trim()))
            }
            _ => false,
        })
}

/// Whether a builder's method says which request it is: its address, its method.
pub fn says_what(name: &str) -> bool {
    matches!(name, "url" | "uri" | "method") || strings::verb(name).is_some()
}
