//! Literals given to a call that may decide between requirements: `share_type="embed"`, a builder's
//! `.draftStatus(DRAFT)`, a key of a request body.
//!
//! Which value asks for which scope is left to `privilege/decide`.

use crate::ir::Name;
use smallvec::SmallVec;

use super::transport::last_segment;
use super::value::{Args, Made, Set, Value};
use super::words::Words;

/// Arguments in request bodies that decide what an operation requires, folded. Those of paths are read off the URL.
const IN_BODIES: [&str; 3] = ["draftstatus", "productcode", "sharetype"];
/// Types of the clients whose members decide, folded: what is made with them is followed.
const TYPES: [&str; 6] = ["draftstatus", "experiencetype", "monitortype", "productcode", "resourcetype", "sharetype"];
/// Most literals that one call keeps.
const MAX_LITERALS: usize = 64;
/// Longest text that can be an enumeration's value.
const MAX_TEXT: usize = 48;

/// Whether a path names something that decides, such as `DashboardShareType` or `.draftStatus`.
pub fn is_named(path: &str) -> bool {
    static WORDS: Words = Words::new(&TYPES);
    let folded: SmallVec<[u8; 128]> = path.bytes().filter(|byte| *byte != b'_').collect();
    WORDS.are_in(folded)
}

/// What to call the result of a builder's step of which nothing else is known, if it may decide: `.draftStatus(…)`,
/// `.type(MonitorType.LOG_ALERT)`.
pub fn step(name: &Name, args: &Args) -> Option<Name> {
    if is_named(name) {
        return Some(name.clone());
    }
    args.positional.iter().flat_map(Set::values).find_map(|value| match value {
        Value::External(path) => member(&Name::default(), path).map(|(kind, _)| format!("{kind}.{name}").into()),
        _ => None,
    })
}

/// Literals given to a method of a client, by name: keyword arguments, entries of option objects, what builders were
/// given, and those whose position alone says what they are (without a name).
pub fn of_call(args: &Args) -> Vec<(Name, Name)> {
    let mut out = Vec::new();
    for set in &args.positional {
        for text in set.values().filter_map(literal_text) {
            out.push((Name::default(), text));
        }
    }
    for (name, set) in &args.named {
        collect(name, set, &mut out, 0);
    }
    for set in args.positional.iter().chain(&args.spread) {
        collect(&Name::default(), set, &mut out, 0);
    }
    settled(out)
}

/// What decides in a request's body.
pub fn of_request<'s>(sets: impl IntoIterator<Item = (&'s Name, &'s Set)>) -> Vec<(Name, Name)> {
    let mut out = Vec::new();
    for (name, set) in sets {
        collect(name, set, &mut out, 0);
    }
    out.retain(|(name, value)| {
        IN_BODIES.iter().any(|known| position(name, known).is_some()) || name == "type" && value.ends_with(" alert")
    });
    settled(out)
}

/// The arguments of a call with their names.
pub fn named(args: &Args) -> impl Iterator<Item = (&Name, &Set)> {
    static NONE: Name = Name::new_inline("");
    let unnamed = args.positional.iter().chain(&args.spread).map(|set| (&NONE, set));
    unnamed.chain(args.named.iter().map(|(name, set)| (name, set)))
}

/// Adds what else was seen to decide.
pub fn add(kept: &mut Vec<(Name, Name)>, more: Vec<(Name, Name)>) {
    if !more.is_empty() {
        kept.extend(more);
        *kept = settled(std::mem::take(kept));
    }
}

fn settled(mut out: Vec<(Name, Name)>) -> Vec<(Name, Name)> {
    out.sort_unstable();
    out.dedup();
    out.truncate(MAX_LITERALS);
    out
}

fn literal_text(value: &Value) -> Option<Name> {
    let Value::Text(text) = value else { return None };
    let text = text.as_literal()?;
    // Only short words can be enumeration values; nothing longer is kept.
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-. ".contains(c);
    (!text.is_empty() && text.len() <= MAX_TEXT && text.chars().all(fits)).then(|| text.into())
}

fn collect(name: &Name, set: &Set, out: &mut Vec<(Name, Name)>, depth: u8) {
    if depth > 4 || out.len() > 2 * MAX_LITERALS {
        return;
    }
    for value in set.values() {
        match value {
            Value::Text(text) => match literal_text(value).filter(|_| !name.is_empty()) {
                Some(text) => out.push((name.clone(), text)),
                None => text.as_literal().into_iter().for_each(|text| out.extend(written_in(text))),
            },
            Value::External(path) => out.extend(member(name, path)),
            Value::Bool(b) if !name.is_empty() => out.push((name.clone(), if *b { "true" } else { "false" }.into())),
            Value::Table(table) => table.entries.iter().for_each(|(name, set)| collect(name, set, out, depth + 1)),
            Value::List(items) if name.is_empty() => items.iter().for_each(|set| collect(name, set, out, depth + 1)),
            Value::Made(made) => chain(name, made, out, depth + 1),
            _ => {}
        }
    }
}

/// What the steps of a builder were given: `.shareType(EMBED)`, `new Share({…})`, `Some(EMBED)`, `EMBED.Ptr()`.
fn chain(name: &Name, made: &Made, out: &mut Vec<(Name, Name)>, depth: u8) {
    let mut step = Some(made);
    while let Some(made) = step {
        let call = made.path.trim_end_matches("()");
        for (name, set) in &made.args.named {
            collect(name, set, out, depth);
        }
        let last = last_segment(call);
        let own = if is_named(last) { Name::from(last) } else { name.clone() };
        for set in &made.args.positional {
            collect(&own, set, out, depth);
        }
        if made.args.positional.is_empty() && is_named(call) {
            // `DASHBOARDSHARETYPE_EMBED.Ptr()`: the member stands in front of the call.
            out.extend(call.rsplit_once('.').and_then(|(before, _)| member(name, before)));
        }
        step = made.on.as_deref();
    }
}

/// A member of an enumeration, by the name of its argument, else by that of its type.
fn member(name: &Name, path: &str) -> Option<(Name, Name)> {
    let mut parts = path.rsplit(['.', ':']).filter(|part| !part.is_empty());
    let last = parts.next().filter(|last| last.len() <= MAX_TEXT)?;
    if !name.is_empty() {
        return Some((name.clone(), last.into()));
    }
    let (kind, value) = match parts.next().filter(|kind| is_named(kind)) {
        Some(kind) => (kind, last),
        // Go's constants carry their type.
        None => last.split_once('_')?,
    };
    is_named(kind).then(|| (kind.into(), value.into()))
}

/// Deciding keys of a body that is written out as text, JSON or a query.
fn written_in(text: &str) -> Vec<(Name, Name)> {
    let mut out = Vec::new();
    for known in IN_BODIES {
        let Some(end) = position(text, known) else { continue };
        let Some(rest) = text.get(end..) else { continue };
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"'\\:=".contains(c));
        let value: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
        if !value.is_empty() && value.len() <= MAX_TEXT {
            out.push((known.into(), value.into()));
        }
    }
    let kind =
        text.split_once("\"type\"").and_then(|(_, rest)| rest.trim_start_matches([':', ' ', '"']).split('"').next());
    out.extend(
        kind.filter(|kind| kind.len() <= MAX_TEXT && kind.ends_with(" alert")).map(|kind| ("type".into(), kind.into())),
    );
    out
}

/// Where a folded name ends in a text, letter case and `_` ignored.
fn position(text: &str, name: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let first = *name.as_bytes().first()?;
    let starts = bytes.iter().enumerate().filter(|(_, b)| b.to_ascii_lowercase() == first).map(|(at, _)| at);
    starts.into_iter().find_map(|start| {
        let mut wanted = name.bytes().peekable();
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            if *byte == b'_' {
                continue;
            }
            if wanted.next() != Some(byte.to_ascii_lowercase()) {
                return None;
            }
            if wanted.peek().is_none() {
                return Some(at + 1);
            }
        }
        None
    })
}
