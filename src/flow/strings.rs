//! Text as programs handle it: formats, methods of strings, URL builders, reading the environment.

use crate::ir::{FormatStyle, Name};
use std::sync::Arc;

use super::eval::join_texts;
use super::subst::texts_of;
use super::value::{Args, Item, Piece, Set, Text, Value, World};

/// Whether a text is written for people: it has blanks and nothing that an address, a header or a command line has.
pub fn is_prose<'t>(literals: impl IntoIterator<Item = &'t str>) -> bool {
    const MARKS: &[&str] = &["/api/", "http", "curl", "wget", "dog ", "DD-", "dd-", "datadoghq", "ddog"];
    let mut blank = false;
    for text in literals {
        if MARKS.iter().any(|m| text.contains(m)) || text.split_once(' ').is_some_and(|(word, _)| verb(word).is_some())
        {
            return false;
        }
        blank |= text.len() > 200 || text.trim().contains(|c: char| c.is_whitespace());
    }
    blank
}

/// Fills the placeholders of formats.
pub fn format(style: FormatStyle, formats: &Set, args: &Args) -> Set {
    formats.flat_map(|value| match value {
        Value::Text(text) => fill(style, text, args),
        other => Set::of(other.clone()),
    })
}

fn fill(style: FormatStyle, text: &Text, args: &Args) -> Set {
    let mut next = 0;
    let mut parts = vec![(Text::default(), World::default())];
    // `"%s" % (a, b)` and `% {"a": b}` come as one argument.
    let args = unpacked(args);
    for piece in &text.pieces {
        let Piece::Lit(lit) = piece else {
            parts.iter_mut().for_each(|(t, _)| t.push(piece.clone()));
            continue;
        };
        for part in split_format(style, lit) {
            match part {
                Part::Lit(lit) => parts.iter_mut().for_each(|(t, _)| t.push(Piece::Lit(lit.into()))),
                Part::Next => {
                    let set = args.at(next).cloned().unwrap_or_default();
                    next += 1;
                    parts = join_texts(&parts, &set, &Name::default());
                }
                Part::At(i) => {
                    let set = args.at(i).cloned().unwrap_or_default();
                    parts = join_texts(&parts, &set, &Name::default());
                }
                Part::Named(name) => {
                    let set = args.named(name).cloned().unwrap_or_default();
                    parts = join_texts(&parts, &set, &name.into());
                }
            }
        }
    }
    let mut out = Set::unknown();
    for (text, world) in parts {
        out.insert(Item { value: Value::Text(Arc::new(text)), world });
    }
    out
}

fn unpacked(args: &Args) -> Args {
    let mut out = args.clone();
    if let ([one], []) = (args.positional.as_slice(), args.named.as_slice()) {
        for value in one.values() {
            match value {
                Value::List(items) => out.positional = items.to_vec(),
                Value::Table(_) => out.spread = vec![one.clone()],
                _ => {}
            }
        }
    }
    out
}

enum Part<'t> {
    Lit(&'t str),
    Next,
    At(usize),
    Named(&'t str),
}

fn split_format(style: FormatStyle, text: &str) -> Vec<Part<'_>> {
    match style {
        FormatStyle::Brace => split_braces(text),
        FormatStyle::Percent => split_percents(text),
    }
}

fn split_braces(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        out.push(Part::Lit(&rest[..open]));
        let after = &rest[open..];
        if after.starts_with("{{") || after.starts_with("}}") {
            out.push(Part::Lit(&after[..1]));
            rest = &after[2..];
            continue;
        }
        let Some(close) = after.find('}').filter(|_| after.starts_with('{')) else {
            out.push(Part::Lit(&after[..1]));
            rest = &after[1..];
            continue;
        };
        let inside = &after[1..close];
        let name = inside.split([':', '!', '.', '[', ',']).next().unwrap_or(inside).trim();
        out.push(match name.parse::<usize>() {
            Ok(i) => Part::At(i),
            Err(_) if name.is_empty() => Part::Next,
            Err(_) => Part::Named(name),
        });
        rest = &after[close + 1..];
    }
    out.push(Part::Lit(rest));
    out
}

fn split_percents(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push(Part::Lit(&rest[..at]));
        let after = &rest[at + 1..];
        let mut chars = after.char_indices();
        match chars.next() {
            Some((_, '%')) => {
                out.push(Part::Lit("%"));
                rest = &after[1..];
            }
            Some((_, open @ ('(' | '{' | '<'))) => {
                let close = match open {
                    '(' => ')',
                    '{' => '}',
                    _ => '>',
                };
                let Some(end) = after.find(close) else {
                    out.push(Part::Lit(after));
                    rest = "";
                    continue;
                };
                out.push(Part::Named(&after[1..end]));
                rest = after[end + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
                if open != '{' {
                    rest = rest.strip_prefix(['s', 'd', 'r', 'i', 'f']).unwrap_or(rest);
                }
            }
            Some(_) => {
                let end = after.find(|c: char| c.is_ascii_alphabetic());
                match end {
                    // `%20` and the like are no placeholders.
                    Some(end) if after[..end].chars().all(|c| "+-# .0123456789*$".contains(c)) && end < 6 => {
                        out.push(Part::Next);
                        rest = &after[end + 1..];
                    }
                    _ => {
                        out.push(Part::Lit("%"));
                        rest = after;
                    }
                }
            }
            None => {
                out.push(Part::Lit("%"));
                rest = "";
            }
        }
    }
    out.push(Part::Lit(rest));
    out
}

/// Whether a path is the table of environment variables.
pub fn is_environment(path: &str) -> bool {
    matches!(
        path,
        "os.environ" | "ENV" | "process.env" | "_ENV" | "_SERVER" | "import.meta.env" | "Deno.env" | "Bun.env"
    )
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
        | "path.posix.join" => Some(join_paths(args, path.contains("url") || path.starts_with("URI"))),
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
        _ => identity(path, last, args),
    }
}

/// Functions that give their (first) text argument back.
fn identity(path: &str, last: &str, args: &Args) -> Option<Set> {
    let known = matches!(
        path,
        "str"
            | "String"
            | "unicode"
            | "repr"
            | "bytes"
            | "string"
            | "yarl.URL"
            | "httpx.URL"
            | "System.Uri"
            | "Uri"
            | "Cow.from"
            | "json.dumps"
            | "Object.freeze"
            | "Object.assign"
            | "Box"
            | "Some"
            | "Ok"
            | "Arc"
            | "Rc"
            | "tuple"
            | "list"
            | "dict"
            | "frozenset"
            | "set"
            | "sorted"
            | "reversed"
            | "iter"
            | "cast"
            | "as_const"
            | "okhttp3.HttpUrl.get"
            | "Url.parse"
            | "url.Url.parse"
            | "reqwest.Url.parse"
            | "String.from"
            | "Array.from"
            | "Promise.resolve"
            | "await"
            | "asyncio.run"
            | "asyncio.wait_for"
            | "typing.cast"
            | "net/url.Parse"
            | "net/url.ParseRequestURI"
            | "strings.TrimRight"
            | "strings.TrimSuffix"
            | "strings.TrimSpace"
            | "strings.ToUpper"
            | "strings.ToLower"
            | "strings.Trim"
            | "strings.TrimPrefix"
            | "strings.TrimLeft"
            | "rtrim"
            | "trim"
            | "ltrim"
            | "strtoupper"
            | "strtolower"
            | "html_escape"
            | "Path"
            | "pathlib.Path"
            | "copy.copy"
            | "copy.deepcopy"
            | "structuredClone"
            | "expect"
            | "Objects.requireNonNull"
            | "java.net.URI.create"
            | "URI.create"
            | "java.util.Objects.requireNonNull"
            | "okhttp3.HttpUrl.parse"
            | "HttpUrl.parse"
            | "java.util.Optional.of"
            | "Optional.of"
            | "Optional.ofNullable"
            | "List.of"
            | "Set.of"
            | "Arrays.asList"
            | "Ptr"
            | "github.com/aws/aws-sdk-go/aws.String"
            | "datadog.PtrString"
            | "typing.NewType"
            | "asyncio.shield"
    );
    let parse =
        matches!(last, "parse" | "parse_str" | "from_str" | "fromString" | "create" | "from" | "get" | "newInstance")
            && (path.contains("Url") || path.contains("URL") || path.contains("Uri") || path.contains("URI"));
    if !known && !parse {
        return None;
    }
    let index = usize::from(matches!(path, "cast" | "typing.cast"));
    if matches!(path, "dict" | "list" | "tuple") && args.positional.is_empty() {
        return (path == "dict").then(|| {
            Set::of(Value::Table(Arc::new(super::value::Table { entries: args.named.clone(), ..Default::default() })))
        });
    }
    Some(args.at(index).cloned().unwrap_or_default())
}

fn environment(path: &str, args: &Args) -> Option<Set> {
    if let Some(name) = path.strip_prefix("process.env.").or_else(|| path.strip_prefix("import.meta.env.")) {
        return Some(Set::text(Text::piece(Piece::Env(name.into()))));
    }
    let reads = matches!(
        path,
        "os.environ.get"
            | "os.getenv"
            | "getenv"
            | "ENV.fetch"
            | "os.environ.setdefault"
            | "System.getenv"
            | "System.getProperty"
            | "java.lang.System.getenv"
            | "os.Getenv"
            | "os.LookupEnv"
            | "std.env.var"
            | "env.var"
            | "std::env.var"
            | "std::env::var"
            | "env.var_os"
            | "env"
            | "Environment.GetEnvironmentVariable"
            | "System.Environment.GetEnvironmentVariable"
            | "environ.get"
            | "decouple.config"
            | "Deno.env.get"
            | "dotenv.get"
            | "std::env::var_os"
            | "std::env.var_os"
    );
    if !reads {
        return None;
    }
    let mut out = Set::unknown();
    for value in args.at(0).into_iter().flat_map(Set::values) {
        match value {
            Value::Text(text) => match text.as_literal() {
                Some(name) => out.add(Value::Text(Arc::new(Text::piece(Piece::Env(name.into()))))),
                None => out.add(Value::Text(text.clone())),
            },
            _ => out.add(Value::Text(Arc::new(Text::piece(Piece::Env(Name::default()))))),
        };
    }
    if let Some(default) = args.at(1).or_else(|| args.named("default")) {
        for value in default.values() {
            if !matches!(value, Value::Null | Value::Bool(_) | Value::Function(_)) {
                out.add(value.clone());
            }
        }
    }
    Some(out)
}

fn url_struct(args: &Args) -> Set {
    let unknown = Set::unknown();
    let part = |n: &str| args.named(n).unwrap_or(&unknown).clone();
    let host = match part("Host") {
        set if set.is_unknown() => part("host"),
        set => set,
    };
    let mut parts = vec![(Text::literal("https://"), World::default())];
    parts = join_texts(&parts, &host, &"Host".into());
    parts.iter_mut().for_each(|(t, _)| t.push(Piece::Lit("/".into())));
    let path = part("Path");
    if !path.is_unknown() {
        parts = join_texts(&parts, &path, &"Path".into());
    }
    let mut out = Set::unknown();
    for (text, world) in parts {
        out.insert(Item { value: Value::Text(Arc::new(text)), world });
    }
    out
}

/// Joins path segments with single slashes; a URL join lets an absolute path replace the base's path.
pub fn join_paths(args: &Args, url: bool) -> Set {
    let mut parts: Vec<(Text, World)> = vec![(Text::default(), World::default())];
    for (i, set) in args.positional.iter().enumerate() {
        let mut next = Vec::new();
        for (start, world) in &parts {
            for (end, other) in join_texts(&[(Text::default(), World::default())], set, &"path".into()) {
                if let Some(world) = world.and(&other)
                    && next.len() < super::value::MAX_VALUES
                {
                    next.push((if i == 0 { end } else { joined(start, &end, url) }, world));
                }
            }
        }
        parts = next;
    }
    let mut out = Set::unknown();
    for (text, world) in parts {
        out.insert(Item { value: Value::Text(Arc::new(text)), world });
    }
    out
}

/// One address put behind another.
pub fn joined(base: &Text, path: &Text, url: bool) -> Text {
    if path.head().starts_with("http://") || path.head().starts_with("https://") {
        return path.clone();
    }
    let mut out = base.clone();
    if url && path.head().starts_with('/') {
        out = host_only(base);
    }
    let slash = matches!(out.pieces.last(), Some(Piece::Lit(t)) if t.ends_with('/'));
    match (slash, path.head().starts_with('/')) {
        (true, true) => {
            if let Some(Piece::Lit(last)) = out.pieces.last_mut() {
                *last = last.trim_end_matches('/').into();
            }
        }
        (false, false) if !base.pieces.is_empty() => out.push(Piece::Lit("/".into())),
        _ => {}
    }
    out.extend(path);
    out
}

fn has_scheme(text: &Text) -> bool {
    text.pieces.iter().take(2).any(|p| matches!(p, Piece::Lit(l) if l.contains("://")))
}

fn host_only(base: &Text) -> Text {
    let Some(text) = base.pieces.first() else { return base.clone() };
    match text {
        Piece::Lit(lit) => {
            let start = lit.find("://").map_or(0, |i| i + 3);
            match lit[start..].find('/') {
                Some(end) => Text::literal(&lit[..start + end]),
                None => {
                    // The host may go on in later pieces, up to the first slash.
                    let mut out = Text::literal(lit.clone());
                    for piece in base.pieces.iter().skip(1) {
                        match piece {
                            Piece::Lit(lit) => match lit.find('/') {
                                Some(end) => {
                                    out.push(Piece::Lit(lit[..end].into()));
                                    return out;
                                }
                                None => out.push(piece.clone()),
                            },
                            other => out.push(other.clone()),
                        }
                    }
                    out
                }
            }
        }
        other => {
            let mut out = Text::piece(other.clone());
            for piece in base.pieces.iter().skip(1) {
                match piece {
                    Piece::Lit(lit) => match lit.find('/') {
                        Some(end) => {
                            out.push(Piece::Lit(lit[..end].into()));
                            return out;
                        }
                        None => out.push(piece.clone()),
                    },
                    other => out.push(other.clone()),
                }
            }
            out
        }
    }
}

/// A method of a text (or of something that becomes one); `None` if it is no method of strings.
pub fn method(receiver: &Value, name: &str, args: &Args) -> Option<Set> {
    let this = || Set::of(receiver.clone());
    match name {
        "strip" | "trim" | "rstrip" | "lstrip" | "trimEnd" | "trimStart" | "chomp" | "lower" | "upper"
        | "toLowerCase" | "toUpperCase" | "downcase" | "upcase" | "to_s" | "toString" | "to_string" | "to_owned"
        | "into" | "as_str" | "as_ref" | "clone" | "dup" | "freeze" | "unwrap" | "expect" | "unwrap_or_default"
        | "encode" | "decode" | "to_str" | "to_sym" | "valueOf" | "trim_end_matches" | "trim_start_matches"
        | "TrimEnd" | "TrimStart" | "Trim" | "ToUpper" | "ToLower" | "ToString" | "to_uppercase" | "to_lowercase"
        | "removesuffix" | "removeprefix" | "delete_suffix" | "chomp!" | "strip!" | "normalize" | "toExternalForm"
        | "toURL" | "toURI" | "toASCIIString" | "human_repr" | "String" | "to_ascii_uppercase" | "href" | "borrow"
        | "iter" | "to_vec" | "await" | "get" | "stripTrailing" | "intern" | "html_safe" | "as_bytes" | "text"
        | "lowercase" | "uppercase" | "toHttpUrl" | "toHttpUrlOrNull" | "trimIndent" | "stripIndent" | "orEmpty"
        | "as_deref" | "capitalize" | "title" | "ok" | "or_else" | "copied" | "cloned" | "unwrap_or_else" => {
            Some(this())
        }
        "host" | "hostname" | "origin" | "getHost" | "authority" if args.positional.is_empty() => match receiver {
            Value::Text(text) if has_scheme(text) => Some(Set::text(host_only(text))),
            _ => Some(this()),
        },
        // The path keeps its host, so that whose path it is stays known.
        "path" | "request_uri" | "pathname" | "getPath" | "route"
            if args.positional.is_empty() && matches!(receiver, Value::Text(_)) =>
        {
            Some(this())
        }
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
        "join" | "resolve" | "joinpath" | "with_path" | "addPathSegments" | "JoinPath" | "addPathSegment" => {
            path_join(receiver, name, args)
        }
        _ => None,
    }
}

fn path_join(receiver: &Value, name: &str, args: &Args) -> Option<Set> {
    // `sep.join(parts)` of Python, `parts.join(sep)` elsewhere, `url.join(path)`, `uri.resolve(path)`.
    if name == "join"
        && let (Value::Text(separator), Some(parts)) = (receiver, args.at(0))
        && let [Item { value: Value::List(items), .. }] = parts.items.as_slice()
    {
        return Some(join_with(items, &Set::of(Value::Text(separator.clone()))));
    }
    let mut positional = vec![Set::of(receiver.clone())];
    positional.extend(args.positional.iter().cloned());
    (positional.len() > 1)
        .then(|| join_paths(&Args { positional, ..Args::default() }, matches!(name, "join" | "resolve")))
}

/// The items of a list with a separator between them.
pub fn join_with(items: &[Set], separator: &Set) -> Set {
    let mut parts = vec![(Text::default(), World::default())];
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            parts = join_texts(&parts, separator, &Name::default());
        }
        parts = join_texts(&parts, item, &Name::default());
    }
    let mut out = Set::unknown();
    for (text, world) in parts {
        out.insert(Item { value: Value::Text(Arc::new(text)), world });
    }
    out
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
        _ => return None,
    };
    let last = path.trim_end_matches("()").rsplit(['.', ':', '\\']).next().unwrap_or(path);
    let word = last.strip_prefix("Method").or_else(|| last.strip_prefix("METHOD_")).unwrap_or(last);
    verb(word).map(Name::from)
}

/// The texts that a set of verbs stands for.
pub fn verbs(set: &Set) -> Vec<(Text, World)> {
    let mut out = Vec::new();
    for item in &set.items {
        match (&item.value, verb_constant(&item.value)) {
            (_, Some(verb)) => out.push((Text::literal(verb), item.world.clone())),
            (Value::Text(_) | Value::Ref(_), None) => {
                for text in texts_of(&Set::of(item.value.clone()), &Name::default()) {
                    out.push((text, item.world.clone()));
                }
            }
            _ => {}
        }
    }
    out
}
