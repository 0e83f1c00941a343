//! Reading an address: host, path, query. Decodes and tidies the path, drops what is secret or meaningless.
//!
//! Finding the operation that a target belongs to is the catalog's.

use super::{Host, Piece, Template};
use crate::ir::Name;

/// What an address names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// Whose host.
    pub host: Host,
    /// The path: begins with a slash, percent-decoded but for encoded slashes, without double and trailing slashes; placeholders
    /// written in it (`{id}`, `:id`, `<id>`, `%s`) are holes.
    pub path: Template,
    /// Names of the query's parameters. Values are kept only where they change what is called (`type`).
    pub query: Vec<(Name, Template)>,
}

/// Stands for a hole while an address is read; texts cannot hold it.
pub(super) const HOLE: char = '\0';

/// Names of placeholders are shorter, in bytes.
const LONGEST_PLACEHOLDER: usize = 128;

/// More query parameters than this are not looked at.
const MOST_PARAMETERS: usize = 64;

/// Query parameters whose values are kept.
const KEPT: [&str; 1] = ["type"];

impl Target {
    /// Reads an absolute URL, a host with a path, or a path.
    pub fn parse(url: &Template) -> Self {
        let text = mark(url);
        let text = text.trim();
        let (authority, rest) = split_authority(text);
        let host = authority.map_or(Host::None, |authority| Host::read(bare_host(authority)));
        let host = if host == Host::None && rest.starts_with(HOLE) { Host::Hole } else { host };
        let rest = if host == Host::Hole && authority.is_none() { rest.trim_start_matches(HOLE) } else { rest };
        // An ampersand before any question mark is a query whose beginning the code decides elsewhere.
        let end = rest.find(['?', '#', '&']).unwrap_or(rest.len());
        let (path, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        Self { host, path: tidy_path(path), query: read_query(tail) }
    }

    /// The value that the query gives to `name`, if it is a known text.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_literal())
    }
}

/// The template as one text, holes as [`HOLE`].
fn mark(url: &Template) -> String {
    let mut out = String::new();
    for piece in url.pieces() {
        match piece {
            Piece::Text(text) => {
                out.extend(text.chars().map(|c| if c == HOLE { char::REPLACEMENT_CHARACTER } else { c }))
            }
            Piece::Hole => out.push(HOLE),
        }
    }
    out
}

fn unmark(text: &str) -> Template {
    let mut out = Template::default();
    for (i, part) in text.split(HOLE).enumerate() {
        if i > 0 {
            out.push_hole();
        }
        out.push_text(part);
    }
    out
}

/// Splits off the authority, if one is written; the rest begins with the path.
fn split_authority(text: &str) -> (Option<&str>, &str) {
    if let Some((scheme, after)) = text.split_once("://")
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+' || c == HOLE)
    {
        let (authority, rest) = cut(after);
        return (Some(authority), rest);
    }
    if let Some(after) = text.strip_prefix("//") {
        let (first, rest) = cut(after);
        return if Host::read(bare_host(first)).is_datadog() { (Some(first), rest) } else { (None, text) };
    }
    let (first, rest) = cut(text);
    if looks_like_host(first, rest) { (Some(first), rest) } else { (None, text) }
}

/// Cuts before the first slash, question mark or hash.
fn cut(text: &str) -> (&str, &str) {
    text.split_at_checked(text.find(['/', '?', '#']).unwrap_or(text.len())).unwrap_or((text, ""))
}

/// Whether the first segment of an address without a scheme is a host: Datadog's, `api.{}`, `{}.example`, or a dotted name before
/// a path.
fn looks_like_host(first: &str, rest: &str) -> bool {
    let host = bare_host(first);
    if Host::read(host).is_datadog() || (host.starts_with("api.") && host.ends_with(HOLE)) {
        return true;
    }
    let (name, last) = host.rsplit_once('.').unwrap_or(("", ""));
    let labels = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == HOLE;
    let dotted = !name.is_empty()
        && host.chars().all(labels)
        && last.len() >= 2
        && last.chars().all(|c| c.is_ascii_alphabetic());
    rest.starts_with('/') && (dotted || host == "localhost")
}

/// The authority without user and port; the user may be a secret and is dropped unseen.
fn bare_host(authority: &str) -> &str {
    let host = authority.rsplit('@').next().unwrap_or(authority);
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit() || c == HOLE) => name,
        _ => host,
    }
}

fn tidy_path(path: &str) -> Template {
    let mut out = String::with_capacity(path.len() + 1);
    for segment in path.split('/').filter(|segment| !segment.is_empty() && *segment != ".") {
        out.push('/');
        if segment.contains(['%', '{', '<', ':', '$']) {
            out.push_str(&placeholders(&decode(segment)));
        } else {
            out.push_str(segment);
        }
    }
    if out.is_empty() {
        out.push('/');
    }
    unmark(&out)
}

/// Percent-decodes; an encoded slash stays encoded, since it does not separate segments.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        match code {
            Some(b'/') | None => {
                bytes.push(first);
                rest = after;
            }
            Some(byte) => {
                bytes.extend(if byte == 0 { "\u{fffd}".as_bytes() } else { std::slice::from_ref(&byte) });
                rest = after.get(2..).unwrap_or(&[]);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    (digit as char).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Turns what stands for a value in a segment into holes: `{id}`, `{{id}}`, `${id}`, `$id`, `:id`, `<id>`, `%s`.
pub(super) fn placeholders(segment: &str) -> String {
    let named = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let whole = segment.strip_prefix(':').is_some_and(named)
        || segment.strip_prefix('$').is_some_and(named)
        || (segment.starts_with('<') && segment.ends_with('>'));
    if whole {
        return HOLE.to_string();
    }
    let mut out = String::with_capacity(segment.len());
    let mut rest = segment;
    while let Some(at) = rest.find(['{', '%', '$']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        match placeholder_length(after) {
            Some(length) => {
                out.push(HOLE);
                rest = after.get(length..).unwrap_or("");
            }
            None => {
                out.extend(after.chars().next());
                rest = after.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}

/// Length of the placeholder that `text` begins with.
fn placeholder_length(text: &str) -> Option<usize> {
    let open = text.strip_prefix('$').unwrap_or(text);
    if open.starts_with('{') {
        let close = text.bytes().take(LONGEST_PLACEHOLDER).position(|byte| byte == b'}')?;
        let doubled = open.starts_with("{{") && text.get(close + 1..).is_some_and(|rest| rest.starts_with('}'));
        return Some(close + 1 + usize::from(doubled));
    }
    let verb = text.strip_prefix('%')?.chars().next()?;
    matches!(verb, 's' | 'd' | 'v' | 'q' | 'i').then_some(2)
}

fn read_query(tail: &str) -> Vec<(Name, Template)> {
    let query = tail.strip_prefix(['?', '&']).unwrap_or("");
    let query = query.split('#').next().unwrap_or("");
    let mut out = Vec::new();
    for pair in query.split('&').take(MOST_PARAMETERS) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name.is_empty() || name.contains(HOLE) {
            continue;
        }
        let value = if KEPT.contains(&name) { unmark(value) } else { Template::default() };
        out.push((decode(name).into(), value));
    }
    out
}
