//! Joining addresses and taking them apart.

use crate::flow::eval::join_texts;
use crate::flow::subst::texts_of;
use crate::flow::value::{Args, Item, Piece, Set, Text, Value, World};
use crate::ir::Name;
use std::sync::Arc;

pub(in crate::flow) fn url_struct(args: &Args) -> Set {
    let unknown = Set::unknown();
    let part = |n: &str| args.named(n).unwrap_or(&unknown).clone();
    let host = match part("Host") {
        set if set.is_unknown() => part("host"),
        set => set,
    };
    let path = part("Path");
    // A reference to be resolved against a base.
    if host.is_unknown() && part("Scheme").is_unknown() && !path.is_unknown() {
        return path;
    }
    let mut parts = vec![(Text::literal("https://"), World::default())];
    parts = join_texts(&parts, &host, &"Host".into());
    parts.iter_mut().for_each(|(t, _)| t.push(Piece::Lit("/".into())));
    if !path.is_unknown() {
        parts = join_texts(&parts, &path, &"Path".into());
    }
    let mut out = Set::unknown();
    for (text, world) in parts {
        out.insert(Item { value: Value::Text(Arc::new(text)), world });
    }
    out
}

/// Node's `url.format({ protocol, hostname, pathname, query })`; `None` if the address is given otherwise.
pub(in crate::flow) fn url_object(args: &Args) -> Option<Set> {
    let table = args.at(0)?.table()?;
    let path = ["pathname", "path"].iter().find_map(|key| table.entry(key))?;
    let host = ["host", "hostname"].iter().find_map(|key| table.entry(key));
    Some(host.map_or_else(|| path.clone(), |host| crate::flow::transport::under(host, path)))
}

/// Joins path segments with single slashes; a URL join lets an absolute path replace the base's path.
pub fn join_paths(args: &Args, url: bool) -> Set {
    let mut parts: Vec<(Text, World)> = vec![(Text::default(), World::default())];
    for (i, set) in args.positional.iter().enumerate() {
        let mut next = Vec::new();
        for (start, world) in &parts {
            for (end, other) in join_texts(&[(Text::default(), World::default())], set, &"path".into()) {
                if let Some(world) = world.and(&other)
                    && next.len() < crate::flow::value::MAX_VALUES
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
    let whole = path.head().starts_with("http://") || path.head().starts_with("https://");
    if whole || base.as_literal() == Some("") {
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

/// `new UriBuilder("https", host, 443, path)`; `None` if the address is given as one.
pub(in crate::flow) fn in_parts(args: &Args) -> Option<Set> {
    let scheme = args.at(0)?.literal_text()?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let host = crate::flow::transport::with_scheme(args.at(1)?);
    let port = |set: &Set| set.literal_text().is_some_and(|text| text.parse::<i32>().is_ok());
    let path = args.positional.iter().skip(2).find(|set| !port(set));
    Some(path.map_or_else(|| host.clone(), |path| crate::flow::transport::under(&host, path)))
}

/// An address that is made of parts with names: `new UriBuilder(base) { Path = "/x" }`, `furl(host="…", path="/x")`.
pub(in crate::flow) fn initialised(start: &Set, args: &Args) -> Set {
    let named = |name: &str, other: &str| args.named(name).or_else(|| args.named(other));
    let host = named("Host", "host").map(crate::flow::transport::with_scheme);
    let base = host.as_ref().unwrap_or(start);
    match named("Path", "path") {
        Some(path) => with_new_path(base, &Args { positional: vec![path.clone()], ..Args::default() }),
        None => base.clone(),
    }
}

/// `urlunsplit((scheme, host, path, query, fragment))`; an address that was split is whole still.
pub(in crate::flow) fn unsplit(parts: &Set) -> Option<Set> {
    match parts.items.as_slice() {
        [Item { value: Value::List(items), .. }] => {
            let host = crate::flow::transport::with_scheme(items.get(1)?);
            Some(crate::flow::transport::under(&host, items.get(2)?))
        }
        [Item { value: Value::Text(_) | Value::Ref(_), .. }] => Some(parts.clone()),
        _ => None,
    }
}

/// Methods of builders that say where an address leads.
pub(in crate::flow) fn builds_path(name: &str) -> bool {
    matches!(
        name,
        "path"
            | "pathSegment"
            | "addPathSegment"
            | "addPathSegments"
            | "encodedPath"
            | "setPath"
            | "replacePath"
            | "setPathSegments"
            | "appendPath"
            | "setHost"
            | "host"
    )
}

/// An address with more segments behind it: `segments.push(id)`, `segments.extend(&["slo", id])`.
pub(in crate::flow) fn with_segments(old: &Set, args: &Args) -> Set {
    let mut positional = vec![old.clone()];
    for set in &args.positional {
        match set.items.as_slice() {
            [Item { value: Value::List(items), .. }] => positional.extend(items.iter().cloned()),
            _ => positional.push(set.clone()),
        }
    }
    join_paths(&Args { positional, ..Args::default() }, false)
}

/// An address with another path: `url.set_path("/x")`.
pub(in crate::flow) fn with_new_path(old: &Set, args: &Args) -> Set {
    let Some(path) = args.at(0) else { return Set::unknown() };
    let bare = old.flat_map(|v| match v {
        Value::Text(text) => Set::text(host_only(text)),
        other => Set::of(other.clone()),
    });
    join_paths(&Args { positional: vec![bare, path.clone()], ..Args::default() }, false)
}

/// An address with this host; what had none so far is its path.
pub(in crate::flow) fn with_host(receiver: &Value, host: &Set) -> Set {
    let path = match receiver {
        Value::Text(text) if !has_scheme(text) => Set::of(receiver.clone()),
        _ => Set::literal(""),
    };
    let base = crate::flow::transport::with_scheme(host);
    if path.literal_text() == Some("") {
        return base;
    }
    join_paths(&Args { positional: vec![base, path], ..Args::default() }, false)
}

/// An address after its path was assigned (`u.Path = …`, `url.pathname = …`); `None` if that is not what was assigned.
/// `before` is what reading the path gave: it keeps its host.
pub fn with_path(address: &Text, before: &Piece, part: &str, set: &Set) -> Option<Set> {
    if matches!(part, "hostname" | "host" | "Host") && has_scheme(address) && address.as_literal().is_some() {
        return Some(with_other_host(address, set));
    }
    let path = part == "path" && has_scheme(address);
    if !path && !matches!(part, "Path" | "pathname" | "AbsolutePath") {
        return None;
    }
    let host = host_only(address);
    let head = |t: &Text| t.pieces.first().map(|p| (matches!(p, Piece::Lit(_)), p.clone()));
    let kept = |path: &Text| match (head(path), head(&host)) {
        (Some((true, Piece::Lit(path))), Some((true, Piece::Lit(host)))) => path.starts_with(host.as_str()),
        (Some((_, piece)), _) => piece == *before,
        _ => false,
    };
    let out = set.flat_map(|value| match value {
        Value::Text(path) if kept(path) => Set::text(apart(path, &host)),
        Value::Text(path) if path.head().starts_with('/') || has_scheme(address) => {
            Set::text(joined(&host, path, false))
        }
        Value::Ref(_) => {
            let mut out = Set::unknown();
            for path in texts_of(&Set::of(value.clone()), &Name::default()) {
                out.add(Value::Text(Arc::new(joined(&host, &path, false))));
            }
            out
        }
        _ => Set::unknown(),
    });
    (!out.is_unknown()).then_some(out)
}

/// A path that was read with its host before it, and now has more behind that: the slash that reading it would have given.
fn apart(path: &Text, host: &Text) -> Text {
    let mut out = path.clone();
    if let (Some(Piece::Lit(first)), Some(host)) = (out.pieces.first_mut(), host.as_literal())
        && let Some(rest) = first.strip_prefix(host)
        && !rest.is_empty()
        && !rest.starts_with('/')
    {
        *first = format!("{host}/{rest}").into();
    }
    out
}

/// An address on another host.
fn with_other_host(address: &Text, host: &Set) -> Set {
    let whole = address.as_literal().unwrap_or_default();
    let old = host_only(address);
    let path = whole.strip_prefix(old.as_literal().unwrap_or_default()).unwrap_or_default();
    let host = crate::flow::transport::with_scheme(host);
    if path.is_empty() { host } else { crate::flow::transport::under(&host, &Set::literal(path)) }
}

pub(in crate::flow) fn has_scheme(text: &Text) -> bool {
    text.pieces.iter().take(2).any(|p| matches!(p, Piece::Lit(l) if l.contains("://")))
}

pub(in crate::flow) fn host_only(base: &Text) -> Text {
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

/// Cuts off a query of which nothing is written down: `?{params}`, and `&{params}` where an address may have one already.
pub(in crate::flow) fn drop_open_query(address: &mut Text) {
    let says_something = |text: &str| text.contains(|c: char| c.is_alphanumeric());
    let start = address.pieces.iter().enumerate().find_map(|(i, piece)| match piece {
        // Before any `?` an `&` at the start of what follows something unknown begins or continues its query.
        Piece::Lit(text) => text.find('?').or_else(|| text.starts_with('&').then_some(0)).map(|at| (i, at)),
        _ => None,
    });
    let Some((first, at)) = start.filter(|(i, at)| (*i, *at) != (0, 0)) else { return };
    let open = address.pieces.iter().enumerate().skip(first).all(|(i, piece)| match piece {
        Piece::Lit(text) => !says_something(if i == first { text.get(at..).unwrap_or_default() } else { text }),
        Piece::Env(_) | Piece::Hole(_) => true,
        Piece::Ref(_) => false,
    });
    if !open {
        return;
    }
    let path = match &address.pieces[first] {
        Piece::Lit(text) => Name::from(text.get(..at).unwrap_or_default()),
        _ => Name::default(),
    };
    address.pieces.truncate(first);
    address.push(Piece::Lit(path));
}
