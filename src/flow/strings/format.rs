//! Formats with placeholders and what fills them.

use crate::flow::eval::join_texts;
use crate::flow::value::{Args, Item, Piece, Set, Text, Value, World};
use crate::ir::{FormatStyle, Name};
use std::sync::Arc;

/// Fills the placeholders of formats.
pub fn format(style: FormatStyle, formats: &Set, args: &Args) -> Set {
    formats.flat_map(|value| match value {
        Value::Text(text) => fill(style, text, args),
        other => Set::of(other.clone()),
    })
}

pub(in crate::flow) fn fill(style: FormatStyle, text: &Text, args: &Args) -> Set {
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

pub(in crate::flow) fn unpacked(args: &Args) -> Args {
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

pub(in crate::flow) enum Part<'t> {
    Lit(&'t str),
    Next,
    At(usize),
    Named(&'t str),
}

pub(in crate::flow) fn split_format(style: FormatStyle, text: &str) -> Vec<Part<'_>> {
    match style {
        FormatStyle::Brace => split_braces(text),
        FormatStyle::Percent => split_percents(text),
    }
}

pub(in crate::flow) fn split_braces(text: &str) -> Vec<Part<'_>> {
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

pub(in crate::flow) fn split_percents(text: &str) -> Vec<Part<'_>> {
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
