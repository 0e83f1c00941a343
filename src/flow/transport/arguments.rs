//! Method and address among the arguments of a library's call.

use crate::flow::http::Verb;
use crate::flow::request::Guard;
use crate::flow::strings;
use crate::flow::transport::{Role, verb_in_name};
use crate::flow::value::{Args, Piece, Set, Text, Value, World};
use crate::flow::words::words;
use crate::ir::Name;

/// Method and address of a library's call; `None` where there is no address.
pub fn arguments(role: Role, args: &Args) -> Option<(Vec<Verb>, Set)> {
    let table = options(args);
    match role {
        Role::Named(verb) => Some((fixed(verb), address(args, table.as_ref(), 0)?)),
        Role::Both(verb, url) => {
            let verb_set = named(args, &["method", "Method", "verb", "http_method", "requestMethod"]).cloned();
            let (verb, url) = swapped(args, verb, url);
            let verb_set = verb_set
                .or_else(|| args.at(verb).filter(|set| set.table().is_none()).cloned())
                .or_else(|| table.as_ref().and_then(|t| method_entry(t, &["method", "type"])));
            let first = named(args, &["method"]).is_some() && args.at(0).is_some() && verb != usize::MAX;
            let url = if first { 0 } else { url };
            Some((known(verb_set.as_ref(), "GET"), address(args, table.as_ref(), url)?))
        }
        // `superagent("PUT", url)`, `needle("get", url)`.
        Role::Options(_) if args.positional.len() > 1 && is_verb(args, 0) => arguments(Role::Both(0, 1), args),
        Role::Options(default) => {
            const METHODS: &[&str] = &["method", "type", "Method", "implied_method"];
            let method = named(args, METHODS).filter(|set| may_be_verb(set)).cloned();
            let method = method.or_else(|| table.as_ref().and_then(|t| method_entry(t, METHODS)));
            let verbs = match method {
                Some(set) => optional(&set, default),
                None if args.positional.len() > 1 => ref_option(&args.positional[1], "method", default),
                None => match args.at(0) {
                    Some(set)
                        if table.is_none()
                            && has_only_refs(set)
                            && args.positional.len() == 1
                            && args.named.is_empty() =>
                    {
                        // `fetch(x)`: `x` may be an address or options.
                        fixed(default)
                    }
                    _ => fixed(default),
                },
            };
            Some((verbs, address(args, table.as_ref(), 0)?))
        }
        Role::Body => {
            let verbs = match named(args, &["method"]) {
                Some(set) => known(Some(set), "GET"),
                None => match args.at(1).or_else(|| named(args, &["data", "body"])) {
                    None => fixed("GET"),
                    Some(set) => implied(set, "POST", "GET"),
                },
            };
            Some((verbs, address(args, table.as_ref(), 0)?))
        }
    }
}

pub(in crate::flow) fn named<'a>(args: &'a Args, names: &[&str]) -> Option<&'a Set> {
    names.iter().find_map(|n| args.named(n))
}

pub(in crate::flow) fn has_only_refs(set: &Set) -> bool {
    set.values().all(|v| matches!(v, Value::Ref(_)))
}

pub(in crate::flow) fn entry(table: &crate::flow::value::Table, names: &[&str]) -> Option<Set> {
    names.iter().find_map(|n| table.entry(n).cloned()).or_else(|| {
        let first = Name::from(*names.first()?);
        table.lookup(&first)
    })
}

/// The entry that tells the method. jQuery calls it `type`; others say there what the answer is to be: `type: "json"`.
fn method_entry(table: &crate::flow::value::Table, names: &[&str]) -> Option<Set> {
    let names: Vec<&str> = names.iter().copied().filter(|name| table.entry(name).is_none_or(may_be_verb)).collect();
    entry(table, &names)
}

fn may_be_verb(set: &Set) -> bool {
    set.is_unknown()
        || !set
            .values()
            .all(|v| matches!(v, Value::Text(t) if t.as_literal().is_some_and(|l| strings::verb(l).is_none())))
}

/// The options object among the arguments.
pub(in crate::flow) fn options(args: &Args) -> Option<crate::flow::value::Table> {
    if let Some(table) = args.positional.iter().find_map(Set::table) {
        return Some(table);
    }
    args.positional.iter().flat_map(Set::values).find_map(|v| match v {
        Value::Made(m) if !m.args.named.is_empty() && super::routed(m).is_none() => {
            Some(crate::flow::value::Table { entries: m.args.named.clone(), ..Default::default() })
        }
        _ => None,
    })
}

/// Where method and address are the other way round, the words tell.
pub(in crate::flow) fn swapped(args: &Args, verb: usize, url: usize) -> (usize, usize) {
    if !is_verb(args, verb) && is_verb(args, url) { (url, verb) } else { (verb, url) }
}

fn is_verb(args: &Args, index: usize) -> bool {
    args.at(index).is_some_and(|s| !s.is_unknown() && s.values().all(|v| strings::verb_constant(v).is_some()))
}

pub(in crate::flow) const ADDRESS: &[&str] = &[
    "url",
    "uri",
    "path",
    "endpoint",
    "URL",
    "Path",
    "href",
    "resource",
    "requestUri",
    "RequestUri",
    "request_url",
    "route",
];

/// The address among arguments.
fn address(args: &Args, table: Option<&crate::flow::value::Table>, index: usize) -> Option<Set> {
    if let Some(set) = named(args, ADDRESS) {
        return Some(host_and_path(args, set));
    }
    if let Some(set) = args.at(index)
        && set.values().any(|v| matches!(v, Value::Text(_) | Value::Ref(_) | Value::External(_)))
    {
        // `Net::HTTP.get(host, path)`.
        if let (Some(host), Some(path)) = (set.literal_text(), args.at(index + 1).and_then(Set::literal_text))
            && path.starts_with('/')
            && !host.contains('/')
        {
            return Some(Set::literal(format!("https://{host}{path}")));
        }
        return Some(set.clone());
    }
    if let Some(table) = table {
        return table_address(table);
    }
    // One that nobody can follow is one all the same.
    args.at(index).cloned()
}

pub(in crate::flow) fn host_and_path(args: &Args, path: &Set) -> Set {
    match named(args, &["base_url", "baseURL", "host", "hostname"]) {
        Some(host) => under(host, path),
        None => path.clone(),
    }
}

/// Under which names settings say below which address a request is.
const HOSTS: &[&str] = &["baseURL", "baseUrl", "base_url", "prefixUrl", "hostname", "host"];

/// Whether settings call the base of an address so.
pub(in crate::flow) fn names_base(name: &str) -> bool {
    HOSTS.contains(&name)
}

/// `{ hostname, path }` and `{ url }`.
pub(in crate::flow) fn table_address(table: &crate::flow::value::Table) -> Option<Set> {
    let path = entry(table, ADDRESS)?;
    // Options spread into these may name the host, unless the address beside them is whole by itself.
    let written = ADDRESS.iter().find_map(|name| table.entry(name));
    let whole =
        written.is_some_and(|set| set.values().any(|v| matches!(v, Value::Text(t) if !t.head().starts_with('/'))));
    let host = match whole {
        true => HOSTS.iter().find_map(|name| table.entry(name).cloned()),
        false => entry(table, HOSTS),
    };
    Some(match host {
        Some(host) => under(&host, &path),
        None => path,
    })
}

/// A path below a base address or host.
pub(in crate::flow) fn under(base: &Set, path: &Set) -> Set {
    let args = Args { positional: vec![with_scheme(base), path.clone()], ..Args::default() };
    strings::join_paths(&args, false)
}

pub(in crate::flow) fn with_scheme(host: &Set) -> Set {
    host.flat_map(|v| match v {
        Value::Text(t) if !t.head().contains("://") && !t.head().is_empty() && !t.head().starts_with('/') => {
            let mut out = Text::literal("https://");
            out.extend(t);
            Set::text(out)
        }
        other => Set::of(other.clone()),
    })
}

pub(in crate::flow) fn fixed(verb: &str) -> Vec<Verb> {
    vec![(Text::literal(verb), World::default(), None)]
}

/// The methods that a set stands for; this one where it says nothing.
pub(in crate::flow) fn known(set: Option<&Set>, default: &str) -> Vec<Verb> {
    let Some(set) = set else { return fixed(default) };
    if let Some(verbs) = with_default(set) {
        return verbs;
    }
    let verbs: Vec<Verb> = strings::verbs(set).into_iter().map(|(t, w)| (t, w, None)).collect();
    if verbs.is_empty() { vec![(Text::default(), World::default(), None)] } else { verbs }
}

/// `options.method ?? "POST"`: what the caller says, the default only where the caller says nothing. In branches that have
/// nothing to do with it both stand side by side, each time.
fn with_default(set: &Set) -> Option<Vec<Verb>> {
    let mut said: Option<&crate::flow::value::Ref> = None;
    let (mut given, mut defaults) = (Vec::new(), Vec::new());
    for item in &set.items {
        match &item.value {
            Value::Ref(r) if said.is_none_or(|said| said == r) => {
                said = Some(r);
                given.push(&item.world);
            }
            Value::Text(text) => {
                strings::verb_constant(&item.value)?;
                defaults.push(((**text).clone(), &item.world));
            }
            _ => return None,
        }
    }
    let said = said.filter(|_| !defaults.is_empty())?;
    let paired = given.iter().all(|world| defaults.iter().any(|(_, other)| other == world))
        && defaults.iter().all(|(_, world)| given.contains(world));
    if !paired {
        return None;
    }
    let guard = |yes| Some(Guard::Truthy(said.clone(), yes));
    let own = given.into_iter().map(|world| (Text::piece(Piece::Ref(said.clone())), world.clone(), guard(true)));
    Some(own.chain(defaults.into_iter().map(|(text, world)| (text, world.clone(), guard(false)))).collect())
}

/// A method that may be left out.
pub(in crate::flow) fn optional(set: &Set, default: &str) -> Vec<Verb> {
    if let Some(verbs) = with_default(set) {
        return verbs;
    }
    let mut out = Vec::new();
    for item in &set.items {
        match &item.value {
            Value::Null => out.extend(fixed(default)),
            Value::Ref(r) => {
                out.push((
                    Text::piece(Piece::Ref(r.clone())),
                    item.world.clone(),
                    Some(Guard::Truthy(r.clone(), true)),
                ));
                out.push((Text::literal(default), item.world.clone(), Some(Guard::Truthy(r.clone(), false))));
            }
            // What all callers together pass says nothing beside the parameter itself.
            value if set.refs().any(|r| r.stands_for(value)) => {}
            value => out.extend(
                strings::verbs(&Set::of(value.clone())).into_iter().map(|(t, _)| (t, item.world.clone(), None)),
            ),
        }
    }
    if out.is_empty() { vec![(Text::default(), World::default(), None)] } else { out }
}

/// The method inside options that only a caller knows.
pub(in crate::flow) fn ref_option(options: &Set, name: &str, default: &str) -> Vec<Verb> {
    let mut fields = Set::unknown();
    for value in options.values() {
        match value {
            Value::Ref(r) => {
                if let Some(r) = r.field(&name.into()) {
                    fields.add(Value::Ref(r));
                }
            }
            Value::Table(t) => match t.entry(name) {
                Some(set) => {
                    fields.join(set);
                }
                None => {
                    fields.add(Value::Null);
                }
            },
            _ => {}
        }
    }
    if fields.is_unknown() { fixed(default) } else { optional(&fields, default) }
}

/// A method that another argument implies by being there.
pub(in crate::flow) fn implied(set: &Set, there: &str, missing: &str) -> Vec<Verb> {
    let mut out = Vec::new();
    for value in set.values() {
        match value {
            Value::Null => out.extend(fixed(missing)),
            Value::Ref(r) => {
                out.push((Text::literal(there), World::default(), Some(Guard::Truthy(r.clone(), true))));
                out.push((Text::literal(missing), World::default(), Some(Guard::Truthy(r.clone(), false))));
            }
            _ => out.extend(fixed(there)),
        }
    }
    out.dedup();
    if out.is_empty() { fixed(there) } else { out }
}

/// What methods are called among arguments, parameters and options.
pub(in crate::flow) const METHODS: &[&str] = &["method", "verb", "http_method", "httpMethod", "Method"];

/// Names under which options hold what is sent.
const BODY: &[&str] = &["body", "Body", "json", "payload", "requestBody"];

/// Whether settings say under this name which request it is.
pub fn names_request(name: &str) -> bool {
    METHODS.contains(&name) || ADDRESS.contains(&name)
}

/// Method and address of a call of something unknown, by what the arguments look like; `looks` knows an address, `says` a
/// method that only a caller knows.
pub fn guessed(
    name: &str,
    args: &Args,
    looks: &dyn Fn(&Set) -> bool,
    says: &dyn Fn(&Set) -> bool,
) -> Option<(Vec<Verb>, Set)> {
    let table = options(args);
    let url = named(args, ADDRESS)
        .filter(|s| looks(s))
        .cloned()
        .or_else(|| args.positional.iter().find(|s| looks(s)).cloned())
        .or_else(|| table.as_ref().and_then(table_address).filter(|s| looks(s)))?;
    let is_method = |s: &&Set| !s.is_unknown() && s.values().all(|v| strings::verb_constant(v).is_some()) || says(s);
    let method = named(args, METHODS)
        .cloned()
        .or_else(|| args.positional.iter().find(is_method).cloned())
        .or_else(|| table.as_ref().and_then(|t| method_entry(t, &["method", "type", "Method"])));
    let verbs = match (method, verb_in_name(name)) {
        (Some(set), _) => optional(&set, "GET"),
        (None, Some(verb)) => fixed(verb),
        (None, None) if matches!(name, "fetch" | "urlopen" | "open" | "load" | "download") => fixed("GET"),
        // What carries a body is sent.
        (None, None) if BODY.iter().any(|name| table.as_ref().is_some_and(|t| t.entry(name).is_some_and(is_given))) => {
            fixed("POST")
        }
        (None, None) => vec![(Text::default(), World::default(), None)],
    };
    Some((verbs, url))
}

fn is_given(set: &Set) -> bool {
    !set.values().all(|v| matches!(v, Value::Null)) || set.is_unknown()
}

/// Whether a method in capitals and a path of an API stand side by side, given to what neither keeps nor serves them.
pub fn is_side_by_side(name: &str, args: &Args) -> bool {
    let capitals = |set: &Set| {
        set.literal_text().is_some_and(|word| strings::verb(word).is_some() && !word.contains(char::is_lowercase))
    };
    let path = |set: &Set| !set.is_unknown() && set.values().all(|v| matches!(v, Value::Text(t) if has_api_path(t)));
    args.positional.windows(2).any(|pair| capitals(&pair[0]) && path(&pair[1])) && !handles_text(name)
}

/// Words in names of what keeps, shows, compares, changes or serves texts.
const HANDLES: &[&str] = &[
    "add", "append", "argument", "assert", "base", "be", "begins", "check", "config", "contain", "contains", "debug",
    "decode", "default", "describe", "echo", "encode", "ends", "env", "eq", "equal", "equals", "error", "escape",
    "expect", "fatal", "field", "format", "from", "given", "handle", "handler", "has", "host", "href", "include",
    "includes", "info", "insert", "is", "join", "link", "log", "logger", "match", "matches", "mock", "new", "nock",
    "of", "on", "option", "panic", "param", "parse", "path", "print", "println", "push", "put", "puts", "quote",
    "raise", "register", "render", "replace", "reply", "respond", "route", "serve", "set", "show", "split", "starts",
    "str", "string", "stub", "test", "text", "throw", "to", "trace", "uri", "url", "value", "verify", "warn",
    "warning", "when", "with", "write",
];

/// Whether a name says that what is given to it is only handled as a text.
pub fn handles_text(name: &str) -> bool {
    // `Errorf` is `error` with a format.
    let handles =
        |word: &str| HANDLES.contains(&word) || word.strip_suffix('f').is_some_and(|it| HANDLES.contains(&it));
    name.is_empty() || words(name).iter().any(|word| handles(word))
}

/// Whether one of the arguments is an object with method and address.
pub fn states_request(args: &Args) -> bool {
    options(args)
        .is_some_and(|t| METHODS.iter().any(|m| t.entry(m).is_some()) && ADDRESS.iter().any(|a| t.entry(a).is_some()))
}

/// Method and address of a call of something unknown, by the shape that calls of its name have in the libraries.
pub fn shaped(name: &str, args: &Args) -> Option<(Vec<Verb>, Set)> {
    let is_text = |index| args.at(index).is_some_and(|set: &Set| set.table().is_none());
    let role = match super::role(name, "") {
        Some(role @ Role::Named(_)) => role,
        Some(role) if is_text(0) || args.positional.is_empty() => role,
        None if is_text(0) && is_text(1) => Role::Both(0, 1),
        _ => Role::Options(""),
    };
    arguments(role, args)
}

/// Whether a call of something unknown has the shape of a request whatever it is given: its address is named so, or method and
/// address stand side by side.
pub fn is_shaped(name: &str, args: &Args) -> bool {
    let both = matches!(super::role(name, ""), Some(Role::Both(..)));
    named(args, ADDRESS).is_some() || both && args.positional.len() > 1
}

/// Whether a text holds an API path of the kind that Datadog uses.
pub fn has_api_path(text: &Text) -> bool {
    text.pieces.iter().any(|p| match p {
        Piece::Lit(l) => {
            l.contains("/api/v1/")
                || l.contains("/api/v2/")
                || l.starts_with("api/v1/")
                || l.starts_with("api/v2/")
                || l.contains("datadoghq.") && l.contains("/v")
        }
        _ => false,
    })
}
