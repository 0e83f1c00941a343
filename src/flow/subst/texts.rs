//! Sets as texts.

use super::MAX_RESULTS;
use crate::flow::value::{Piece, Set, Text, Value, World};
use crate::flow::{strings, transport};
use crate::ir::Name;

/// The texts a set stands for; whatever is no text is a hole with this label.
pub fn texts_of(set: &Set, label: &Name) -> Vec<Text> {
    let mut out: Vec<Text> = Vec::new();
    for (text, _) in texts_in_worlds(set, label) {
        if !out.contains(&text) {
            out.push(text);
        }
    }
    out
}

/// The same, each in its world.
pub fn texts_in_worlds(set: &Set, label: &Name) -> Vec<(Text, World)> {
    let mut out: Vec<(Text, World)> = Vec::new();
    for item in &set.items {
        let value = &item.value;
        let text = match value {
            _ if set.refs().any(|r| r.stands_for(value)) => continue,
            Value::Text(t) => (**t).clone(),
            Value::Ref(r) => Text::piece(Piece::Ref(r.clone())),
            // `HttpMethod.GET`.
            Value::External(_) | Value::Made(_) if strings::verb_constant(value).is_some() => {
                strings::verb_constant(value).map(Text::literal).unwrap_or_default()
            }
            Value::External(path) => Text::piece(Piece::Hole(path.clone())),
            Value::Made(m) => transport::routed(m).unwrap_or_else(|| Text::piece(Piece::Hole(m.path.clone()))),
            // A missing value is no part of an address that works.
            Value::Null | Value::Bool(_) if set.items.len() > 1 => continue,
            _ => Text::piece(Piece::Hole(label.clone())),
        };
        if out.len() < MAX_RESULTS && !out.iter().any(|(t, w)| *t == text && *w == item.world) {
            out.push((text, item.world.clone()));
        }
    }
    if out.is_empty() {
        out.push((Text::piece(Piece::Hole(label.clone())), World::default()));
    }
    out
}
