//! Text as programs handle it: formats, methods of strings, URL builders, reading the environment.

mod address;
mod environment;
mod format;
mod several;

pub(in crate::flow) use address::*;
pub(in crate::flow) use environment::*;
pub(in crate::flow) use format::*;
pub(in crate::flow) use several::*;

use crate::ir::{FormatStyle, Name};
use std::sync::Arc;

use super::eval::join_texts;
use super::subst::texts_of;
use super::value::{Args, Item, Piece, Ref, Root, Set, Text, Value, World};
use super::words::Words;

/// Whether a text is written for people: it has blanks and nothing that an address, a header or a command line has.
pub fn is_prose<'t>(literals: impl IntoIterator<Item = &'t str>) -> bool {
    static MARKS: Words = Words::exactly(&["/api/", "http", "curl", "wget", "dog ", "DD-", "dd-", "datadoghq", "ddog"]);
    let mut blank = false;
    for text in literals {
        // Options of command lines: `-h, --api-host <host>`.
        if text.starts_with("--") || text.starts_with('-') && text.contains(" --") {
            return false;
        }
        if MARKS.are_in(text) || text.split_once(' ').is_some_and(|(word, _)| verb(word).is_some()) {
            return false;
        }
        // Types of monitors decide what their calls require.
        if text.len() < 32 && text.ends_with(" alert") {
            return false;
        }
        blank |= text.len() > 200 || text.trim().contains(|c: char| c.is_whitespace());
    }
    blank
}

/// The value of an outside call that reads the environment or builds text; `None` if it is neither.
pub fn external(path: &str, args: &Args) -> Option<Set> {
    if let Some(set) = environment(path, args) {
        return Some(set);
    }
    let last = path.rsplit(['.', ':', '\\']).next().unwrap_or(path);
    match path {
        "urllib.parse.urljoin"
        | "urlparse.urljoin"
        | "urljoin"
        | "six.moves.urllib.parse.urljoin"
        | "URI.join"
        | "yarl.URL.joinpath"
        | "net/url.JoinPath"
        | "File.join"
        | "path.Join"
        | "os.path.join"
        | "posixpath.join"
        | "path.join"
        | "path.posix.join"
        | "Flurl.Url.Combine"
        | "Url.Combine" => Some(join_paths(args, path.contains("url") || path.starts_with("URI"))),
        "urllib.parse.urlunsplit" | "urllib.parse.urlunparse" | "urlparse.urlunparse" | "urlparse.urlunsplit" => {
            unsplit(args.at(0)?)
        }
        "System.Uri" | "Uri" if args.at(1).is_some_and(|set| set.values().any(|v| matches!(v, Value::Text(_)))) => {
            Some(join_paths(args, true))
        }
        "java.net.URI" | "java.net.URL" if in_parts(args).is_some() => in_parts(args),
        "URL" | "url.URL" | "java.net.URL" | "java.net.URI" | "URI.parse" | "URI" | "Addressable.URI.parse" => {
            Some(match args.at(1) {
                Some(base) => join_paths(
                    &Args {
                        positional: vec![base.clone(), args.at(0).cloned().unwrap_or_default()],
                        ..Args::default()
                    },
                    true,
                ),
                None => args.at(0).cloned().unwrap_or_default(),
            })
        }
        "net/url.URL" => Some(url_struct(args)),
        "url.format" | "node:url.format" => url_object(args),
        _ => identity(path, last, args),
    }
}

/// Functions of libraries that give back what they are given, as far as the text in it goes.
const IDENTITIES: &[&str] = &[
    "str",
    "String",
    "unicode",
    "repr",
    "bytes",
    "string",
    "yarl.URL",
    "httpx.URL",
    "System.Uri",
    "Uri",
    "Cow.from",
    "json.dumps",
    "JSON.stringify",
    "JSON.generate",
    "json_encode",
    "Object.freeze",
    "Object.assign",
    "Box",
    "Some",
    "Ok",
    "Arc",
    "Rc",
    "tuple",
    "list",
    "frozenset",
    "set",
    "sorted",
    "reversed",
    "iter",
    "cast",
    "as_const",
    "okhttp3.HttpUrl.get",
    "Url.parse",
    "url.Url.parse",
    "reqwest.Url.parse",
    "String.from",
    "Array.from",
    "Promise.resolve",
    "await",
    "asyncio.run",
    "asyncio.wait_for",
    "typing.cast",
    "net/url.Parse",
    "net/url.ParseRequestURI",
    "strings.TrimRight",
    "strings.TrimSuffix",
    "strings.TrimSpace",
    "strings.ToUpper",
    "strings.ToLower",
    "strings.Trim",
    "strings.TrimPrefix",
    "strings.TrimLeft",
    "rtrim",
    "trim",
    "ltrim",
    "strtoupper",
    "strtolower",
    "html_escape",
    "Path",
    "pathlib.Path",
    "copy.copy",
    "copy.deepcopy",
    "structuredClone",
    "expect",
    "Objects.requireNonNull",
    "java.net.URI.create",
    "URI.create",
    "java.util.Objects.requireNonNull",
    "okhttp3.HttpUrl.parse",
    "HttpUrl.parse",
    "java.util.Optional.of",
    "Optional.of",
    "Optional.ofNullable",
    "List.of",
    "Set.of",
    "Arrays.asList",
    "Ptr",
    "github.com/aws/aws-sdk-go/aws.String",
    "datadog.PtrString",
    "typing.NewType",
    "vars",
    "asyncio.shield",
];

/// Last names of functions that make an address of a text, if the path speaks of addresses.
const PARSERS: &[&str] = &[
    "parse",
    "parse_str",
    "from_str",
    "fromString",
    "create",
    "from",
    "get",
    "newInstance",
    "fromHttpUrl",
    "fromUriString",
    "fromPath",
    "fromUri",
    "from_static",
    "from_maybe_shared",
];

/// Functions that give their (first) text argument back.
fn identity(path: &str, last: &str, args: &Args) -> Option<Set> {
    if matches!(last, "URIBuilder" | "UriBuilder") || begins_address(path, last, args) {
        let start = in_parts(args).or_else(|| args.at(0).cloned()).unwrap_or_else(|| Set::literal(""));
        return Some(initialised(&start, args));
    }
    // Guzzle's addresses.
    if last == "Uri" && path.contains("Psr7") {
        return args.at(0).cloned();
    }
    if path == "furl.furl" {
        return Some(initialised(&args.at(0).cloned().unwrap_or_else(|| Set::literal("")), args));
    }
    // An HTTP method by its name.
    let named = matches!(last, "from_bytes" | "from_str" | "valueOf" | "parse" | "Parse" | "HttpMethod");
    if named && (last == "HttpMethod" || path.ends_with(&format!("Method.{last}"))) {
        return args.at(0).cloned();
    }
    let parse = PARSERS.contains(&last) && ["Url", "URL", "Uri", "URI"].iter().any(|w| path.contains(w));
    if !IDENTITIES.contains(&path) && !parse {
        return None;
    }
    let index = usize::from(matches!(path, "cast" | "typing.cast"));
    if matches!(path, "list" | "tuple") && args.positional.is_empty() {
        return None;
    }
    Some(args.at(index).cloned().unwrap_or_default())
}

/// Whether a call begins an address of which nothing is said yet: `new HttpUrl.Builder()`, `UriComponentsBuilder.newInstance()`.
fn begins_address(path: &str, last: &str, args: &Args) -> bool {
    let begins = match last {
        "Builder" => path.ends_with("HttpUrl.Builder"),
        "newInstance" => path.contains("Uri"),
        _ => false,
    };
    begins && args.positional.is_empty()
}

/// A method of a text (or of something that becomes one); `None` if it is no method of strings.
pub fn method(receiver: &Value, name: &str, args: &Args) -> Option<Set> {
    let this = || Set::of(receiver.clone());
    match name {
        // What is got by a key or an address is something else.
        "get" if !args.positional.is_empty() && !matches!(receiver, Value::Text(_)) => None,
        "strip" | "trim" | "rstrip" | "lstrip" | "trimEnd" | "trimStart" | "chomp" | "lower" | "upper"
        | "toLowerCase" | "toUpperCase" | "downcase" | "upcase" | "to_s" | "toString" | "to_string" | "to_owned"
        | "into" | "as_str" | "as_ref" | "clone" | "dup" | "freeze" | "unwrap" | "expect" | "unwrap_or_default"
        | "encode" | "decode" | "to_str" | "to_sym" | "valueOf" | "trim_end_matches" | "trim_start_matches"
        | "TrimEnd" | "TrimStart" | "Trim" | "ToUpper" | "ToLower" | "ToString" | "to_uppercase" | "to_lowercase"
        | "removesuffix" | "removeprefix" | "delete_suffix" | "chomp!" | "strip!" | "normalize" | "toExternalForm"
        | "toURL" | "toURI" | "Uri" | "toASCIIString" | "human_repr" | "String" | "to_ascii_uppercase" | "href"
        | "borrow" | "iter" | "to_vec" | "await" | "get" | "stripTrailing" | "intern" | "html_safe" | "as_bytes"
        | "text" | "lowercase" | "uppercase" | "toHttpUrl" | "toHttpUrlOrNull" | "trimIndent" | "stripIndent"
        | "orEmpty" | "as_deref" | "capitalize" | "title" | "ok" | "or_else" | "copied" | "cloned"
        | "unwrap_or_else" => Some(this()),
        "asString" | "asUrlString" if args.positional.is_empty() => Some(this()),
        "unwrap_or" | "orElse" | "getOrDefault" => {
            let mut out = this();
            if let Some(other) = args.at(0) {
                out.join(other);
            }
            Some(out)
        }
        "concat" | "plus" => Some(concat(receiver, args)),
        "format" | "formatted" => {
            Some(format(if name == "format" { FormatStyle::Brace } else { FormatStyle::Percent }, &this(), args))
        }
        "replace" | "replaceAll" | "gsub" | "sub" | "Replace" | "replace_all" | "replacen" | "replaceFirst" => {
            Some(replace(receiver, args))
        }
        // Without its first character, which is the slash that the base address has already.
        "slice" | "substring" | "substr" | "Substring" | "drop"
            if args.positional.len() == 1 && args.at(0).and_then(Set::literal_text) == Some("1") =>
        {
            Some(match receiver {
                Value::Text(text) => Set::text(without_first(text)),
                _ => this(),
            })
        }
        _ => moved_address(receiver, name, args).or_else(|| address_method(receiver, name, args)),
    }
}

/// A text without its first character, where that is known.
fn without_first(text: &Text) -> Text {
    let mut out = text.clone();
    if let Some(Piece::Lit(lit)) = out.pieces.first_mut() {
        *lit = lit.chars().skip(1).collect::<String>().into();
    }
    out
}

/// Whether a builder of an address has been told no host yet.
fn is_partial(receiver: &Value) -> bool {
    matches!(receiver, Value::Text(text) if !has_scheme(text) && matches!(text.head().chars().next(), None | Some('/')))
}

/// A method that gives an address with another path, or as a text; `None` if it is none.
fn moved_address(receiver: &Value, name: &str, args: &Args) -> Option<Set> {
    let this = || Set::of(receiver.clone());
    match name {
        "_replace" | "set" | "add" if args.named("path").is_some() => {
            let path = args.named("path")?.clone();
            let args = Args { positional: vec![path], ..Args::default() };
            Some(with_new_path(&this(), &args)).filter(|set| !set.is_unknown())
        }
        "geturl" | "url" | "tostr"
            if args.positional.is_empty() && matches!(receiver, Value::Text(t) if has_scheme(t)) =>
        {
            Some(this())
        }
        "merge" | "Parse"
            if args.positional.len() == 1 && leads(args.at(0)?) && !matches!(receiver, Value::Table(_)) =>
        {
            path_join(receiver, "join", args)
        }
        _ => None,
    }
}

/// A method of an address, or of what builds one; `None` if it is none.
fn address_method(receiver: &Value, name: &str, args: &Args) -> Option<Set> {
    let this = || Set::of(receiver.clone());
    match name {
        "path_segments_mut" | "map_err" => Some(this()),
        "setPath" | "replacePath" | "withPath" => Some(with_new_path(&this(), args)).filter(|set| !set.is_unknown()),
        "setPathSegments" | "appendPath" | "appendPathSegments" => path_join(receiver, "pathSegment", args),
        "setHost" => Some(with_host(receiver, args.at(0)?)),
        "host" if args.positional.len() == 1 && is_partial(receiver) => Some(with_host(receiver, args.at(0)?)),
        "scheme" | "port" if args.positional.len() == 1 && is_partial(receiver) => Some(this()),
        "addParameter" | "addParameters" | "setParameter" | "setParameters" | "setScheme" | "setPort" => Some(this()),
        "host" | "hostname" | "origin" | "getHost" | "authority" if args.positional.is_empty() => match receiver {
            Value::Text(text) if has_scheme(text) => Some(Set::text(host_only(text))),
            _ => Some(this()),
        },
        // The path keeps its host, so that whose path it is stays known.
        "path" | "request_uri" | "pathname" | "getPath" | "route" | "Path"
            if args.positional.is_empty() && matches!(receiver, Value::Text(_)) =>
        {
            Some(this())
        }
        "join" | "resolve" | "joinpath" | "with_path" | "addPathSegments" | "JoinPath" | "addPathSegment"
        | "ResolveReference" | "AppendPathSegment" | "AppendPathSegments" | "pathSegment" | "encodedPath" => {
            path_join(receiver, name, args)
        }
        // Spring's builder of addresses, and what others add that is no part of the path.
        "path" if args.positional.len() == 1 => path_join(receiver, "pathSegment", args),
        "queryParam"
        | "queryParams"
        | "queryParamIfPresent"
        | "buildAndExpand"
        | "toUriString"
        | "toUri"
        | "expand"
        | "newBuilder"
        | "addQueryParameter"
        | "SetQueryParam"
        | "SetQueryParams"
        | "WithHeader"
        | "WithHeaders"
        | "WithTimeout"
        | "AllowHttpStatus"
        | "WithOAuthBearerToken" => Some(this()),
        "build" | "parse" if matches!(receiver, Value::Text(_)) => Some(this()),
        // Go's `base.Parse(reference)`, often on a variable that hides the package.
        "Parse" if matches!(receiver, Value::Text(base) if has_scheme(base)) => {
            let reference = args.at(0)?;
            let rooted = |v: &Value| matches!(v, Value::Text(t) if t.head().starts_with('/'));
            if reference.values().any(rooted) { path_join(receiver, "join", args) } else { Some(reference.clone()) }
        }
        _ => None,
    }
}

/// Whether all that a set may be is the path of an API.
fn leads(set: &Set) -> bool {
    set.values().all(|v| matches!(v, Value::Text(text) if text.head().starts_with("/api/"))) && !set.is_unknown()
}

fn path_join(receiver: &Value, name: &str, args: &Args) -> Option<Set> {
    // `sep.join(parts)` of Python, `parts.join(sep)` elsewhere, `url.join(path)`, `uri.resolve(path)`.
    if name == "join"
        && let [parts] = args.positional.as_slice()
    {
        let this = Set::of(receiver.clone());
        let lists = match receiver {
            Value::Text(_) if separator(&this).is_some() || !parts.refs().any(|_| true) => joined_lists(parts, &this),
            Value::Ref(_) => joined_lists(&this, parts),
            _ => None,
        };
        if lists.is_some() {
            return lists;
        }
    }
    let mut positional = vec![Set::of(receiver.clone())];
    positional.extend(args.positional.iter().cloned());
    (positional.len() > 1).then(|| {
        join_paths(&Args { positional, ..Args::default() }, matches!(name, "join" | "resolve" | "ResolveReference"))
    })
}

fn concat(receiver: &Value, args: &Args) -> Set {
    let mut items = vec![Set::of(receiver.clone())];
    items.extend(args.positional.iter().cloned());
    join_with(&items, &Set::literal(""))
}

fn replace(receiver: &Value, args: &Args) -> Set {
    let Value::Text(text) = receiver else { return Set::of(receiver.clone()) };
    let Some(from) = args.at(0).and_then(Set::literal_text).filter(|f| !f.is_empty()) else {
        return Set::of(receiver.clone());
    };
    let to = args.at(1).cloned().unwrap_or_default();
    let mut parts = vec![(Text::default(), World::default())];
    for piece in &text.pieces {
        match piece {
            Piece::Lit(lit) if lit.contains(from) => {
                for (i, part) in lit.split(from).enumerate() {
                    if i > 0 {
                        parts = join_texts(&parts, &to, &Name::default());
                    }
                    parts.iter_mut().for_each(|(t, _)| t.push(Piece::Lit(part.into())));
                }
            }
            other => parts.iter_mut().for_each(|(t, _)| t.push(other.clone())),
        }
    }
    let mut out = Set::unknown();
    for (text, world) in parts {
        out.insert(Item { value: Value::Text(Arc::new(text)), world });
    }
    out
}

/// The HTTP methods.
pub const VERBS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The HTTP method that a word is, letter case ignored.
pub fn verb(word: &str) -> Option<&'static str> {
    VERBS.iter().find(|v| v.eq_ignore_ascii_case(word)).copied()
}

/// The HTTP method that a constant of a library names: `http.MethodGet`, `Method::GET`, `HttpMethod.POST`, `Net::HTTP::Put`.
pub fn verb_constant(value: &Value) -> Option<Name> {
    let path = match value {
        Value::External(path) => path,
        Value::Made(made) => &made.path,
        Value::Text(text) => return text.as_literal().and_then(verb).map(Name::from),
        // A constant of the program's own enumeration.
        Value::Instance(object) => return object.constant().and_then(verb).map(Name::from),
        _ => return None,
    };
    let last = path.trim_end_matches("()").rsplit(['.', ':', '\\']).next().unwrap_or(path);
    let word = ["Method", "METHOD_", "METH_", "VERB_"].iter().find_map(|kind| last.strip_prefix(kind)).unwrap_or(last);
    verb(word).map(Name::from)
}

/// The texts that a set of verbs stands for.
pub fn verbs(set: &Set) -> Vec<(Text, World)> {
    let mut out = Vec::new();
    // What all callers together pass says nothing beside the parameter itself.
    let given = set.values().any(|v| matches!(v, Value::Ref(Ref { root: Root::Param(..), .. })));
    let told = set.items.len() > 1;
    for item in &set.items {
        match (&item.value, verb_constant(&item.value)) {
            (Value::External(_) | Value::Made(_) | Value::Instance(_), Some(_)) if given => {}
            (_, Some(verb)) => out.push((Text::literal(verb), item.world.clone())),
            (Value::Text(_) | Value::Ref(_), None) => {
                for text in texts_of(&Set::of(item.value.clone()), &Name::default()) {
                    out.push((text, item.world.clone()));
                }
            }
            // One branch says it, another gets it from elsewhere.
            (Value::External(_) | Value::Made(_), None) if told && !given && item.world.is_branch() => {
                out.push((Text::default(), item.world.clone()));
            }
            _ => {}
        }
    }
    out
}
