//! Lists of which only callers know how many items they have: all remaining arguments, a list that is handed in. Where they are
//! unpacked or joined, that stays a part of what stands for them until a caller tells.

use crate::flow::eval::join_texts;
use crate::flow::value::{Item, Ref, Set, Text, Value, World};
use crate::ir::Name;
use std::sync::Arc;

/// Begins the names of the parts that lists have so: this alone is all items, with a separator behind it they are joined.
const ALL: char = '*';

/// Whether a part of something is of this kind.
pub(in crate::flow) fn is_of_several(name: &str) -> bool {
    name.starts_with(ALL)
}

/// Whether a reference stands for several items of the list that it is put into.
pub(in crate::flow) fn is_several(r: &Ref) -> bool {
    r.path.last().is_some_and(|name| name.len() == 1 && is_of_several(name))
}

/// All items of a list that only callers know.
pub(in crate::flow) fn all_of(r: &Ref) -> Option<Value> {
    if is_several(r) {
        return Some(Value::Ref(r.clone()));
    }
    r.field(&Name::new_inline("*")).map(Value::Ref)
}

/// The same joined by a separator.
pub(in crate::flow) fn joined_items(r: &Ref, separator: &str) -> Option<Value> {
    let mut path: Vec<Name> = r.path.iter().cloned().collect();
    if is_several(r) {
        path.pop();
    }
    let list = Ref { root: r.root, path: path.into_iter().collect() };
    list.field(&format!("{ALL}{separator}").into()).map(Value::Ref)
}

/// Such a part of a value, now that it is known.
pub(in crate::flow) fn part_of_several(value: &Value, name: &str) -> Set {
    let separator = name.trim_start_matches(ALL);
    match value {
        Value::List(_) if separator.is_empty() => Set::of(value.clone()),
        Value::List(items) => {
            let there = |set: &&Set| !set.values().all(|v| matches!(v, Value::Null)) || set.is_unknown();
            let items: Vec<Set> = items.iter().filter(there).cloned().collect();
            join_with(&items, &Set::literal(separator))
        }
        Value::Text(_) => Set::of(value.clone()),
        Value::Ref(r) if separator.is_empty() => all_of(r).map(Set::of).unwrap_or_default(),
        Value::Ref(r) => joined_items(r, separator).map(Set::of).unwrap_or_default(),
        _ => Set::unknown(),
    }
}

/// The items of a list with a separator between them.
pub fn join_with(items: &[Set], separator: &Set) -> Set {
    let mut parts = vec![(Text::default(), World::default())];
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            parts = join_texts(&parts, separator, &Name::default());
        }
        let several = match item.items.as_slice() {
            [Item { value: Value::Ref(r), .. }] if is_several(r) => {
                joined_items(r, separator.literal_text().unwrap_or(""))
            }
            _ => None,
        };
        match several {
            Some(several) => parts = join_texts(&parts, &Set::of(several), &Name::default()),
            None => parts = join_texts(&parts, item, &Name::default()),
        }
    }
    let mut out = Set::unknown();
    for (text, world) in parts {
        out.insert(Item { value: Value::Text(Arc::new(text)), world });
    }
    out
}

/// What stands between the items of a list, if a text can be that: no letters, no digits.
pub(in crate::flow) fn separator(set: &Set) -> Option<&str> {
    set.literal_text().filter(|text| !text.is_empty() && text.len() < 4 && !text.contains(char::is_alphanumeric))
}

/// `separator.join(parts)`, `parts.join(separator)`: lists put together, and those of which only callers know the items.
/// `None` if it is something else that is joined.
pub(in crate::flow) fn joined_lists(lists: &Set, between: &Set) -> Option<Set> {
    let known = |v: &Value| match v {
        Value::List(_) => true,
        Value::Ref(_) => separator(between).is_some(),
        _ => false,
    };
    if lists.is_unknown() || !lists.values().all(known) {
        return None;
    }
    Some(lists.flat_map(|value| match value {
        Value::List(items) => join_with(items, between),
        Value::Ref(r) => separator(between).and_then(|by| joined_items(r, by)).map(Set::of).unwrap_or_default(),
        _ => Set::unknown(),
    }))
}

/// The items of a list with what stands for several of them written out, as far as it is known.
pub(in crate::flow) fn written_out(before: &[Set], after: Vec<Set>) -> Vec<Set> {
    let several =
        |set: &Set| matches!(set.items.as_slice(), [one] if matches!(&one.value, Value::Ref(r) if is_several(r)));
    if !before.iter().any(several) {
        return after;
    }
    let mut out = Vec::with_capacity(after.len());
    for (before, after) in before.iter().zip(after) {
        match after.items.as_slice() {
            [one] if several(before) => match &one.value {
                Value::List(items) => out.extend(items.iter().cloned()),
                _ => out.push(after),
            },
            _ => out.push(after),
        }
    }
    out
}

/// An item that is unpacked into a list: its own items, or what stands for them.
pub(in crate::flow) fn unpack(set: &Set) -> Option<Vec<Set>> {
    match set.items.as_slice() {
        [one] => match &one.value {
            Value::List(items) => Some(items.to_vec()),
            Value::Ref(r) => Some(vec![Set::of(all_of(r)?)]),
            _ => None,
        },
        _ => Some(vec![Set::of(all_of(set.subject()?)?)]),
    }
}

/// The list that is made of one.
pub(in crate::flow) fn list_of(items: Vec<Set>) -> Set {
    Set::of(Value::List(Arc::new(items)))
}
