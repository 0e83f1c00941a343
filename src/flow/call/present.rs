//! Lists without what is not there, as paths are put together: `[host, "dashboard", id].compact.join("/")`. What only callers know
//! is there in one world and not in the other; which, they tell.

use super::collection::place;
use crate::flow::exec::Run;
use crate::flow::request::{Guard, Site};
use crate::flow::strings;
use crate::flow::value::{Args, DEFAULTING, OPTIONAL, Set, Value, World};
use crate::ir::Name;
use std::sync::Arc;

/// Most parts that a path is put together of.
const MAX_PARTS: usize = 12;
/// Most parts that may be missing.
const MAX_OPTIONAL: usize = 3;

/// Methods that may leave items out.
const LEAVING_OUT: &[&str] = &[
    "Where",
    "compact",
    "compact_blank",
    "filter",
    "filterNot",
    "filterNotNull",
    "filter_map",
    "flatten",
    "reject",
    "select",
];

/// Methods that give as many items as there are, each what a function makes of it.
const MAPPING: &[&str] = &["Select", "collect", "map"];

/// What becomes of an item.
enum Part {
    There,
    Missing,
    /// It is there where these worlds hold, and not where those do.
    Either(Set, World, World),
}

impl Run<'_> {
    /// A list after a method that may leave items out: the lists that it may be, each in its world. `None` if the method is none
    /// of these, or nothing of the list is known to be left out.
    pub(super) fn without_missing(&mut self, items: &[Set], method: &str, site: Site) -> Option<Set> {
        if !LEAVING_OUT.contains(&method) {
            return None;
        }
        self.present(items, site)
    }

    /// `list.compact`, which is what front ends make of filters, too: without what is missing, and anything else as it is.
    pub(super) fn compact(&mut self, receivers: &Set, name: &str, args: &Args, site: Site) -> Option<Set> {
        let own = |v: &Value| matches!(v, Value::Instance(_) | Value::Class(_) | Value::Module(_));
        if name != "compact" || args.all().next().is_some() || receivers.values().any(own) {
            return None;
        }
        let mut out = Set::unknown();
        for item in &receivers.items {
            let present = match &item.value {
                Value::List(items) => self.present(items, site),
                _ => None,
            };
            out.absorb(present.unwrap_or_else(|| Set::of(item.value.clone())).moved_into(&item.world));
        }
        Some(out)
    }

    /// The same, whatever it is called.
    pub(super) fn present(&mut self, items: &[Set], site: Site) -> Option<Set> {
        let path = |set: &Set| set.values().any(|v| matches!(v, Value::Text(_)));
        if items.len() > MAX_PARTS || !items.iter().any(path) {
            return None;
        }
        let parts: Vec<Part> = items.iter().enumerate().map(|(i, set)| self.part(set, i, site)).collect();
        let open = parts.iter().filter(|part| matches!(part, Part::Either(..))).count();
        if open > MAX_OPTIONAL || parts.iter().all(|part| matches!(part, Part::There)) {
            return None;
        }
        let mut lists: Vec<(Vec<Set>, World)> = vec![(Vec::new(), World::default())];
        for (set, part) in items.iter().zip(&parts) {
            match part {
                Part::There => lists.iter_mut().for_each(|(list, _)| list.push(set.clone())),
                Part::Missing => {}
                Part::Either(given, there, missing) => {
                    let mut next = Vec::new();
                    for (list, world) in lists {
                        if let Some(world) = world.and(missing) {
                            next.push((list.clone(), world));
                        }
                        if let Some(world) = world.and(there) {
                            let mut list = list;
                            list.push(given.clone());
                            next.push((list, world));
                        }
                    }
                    lists = next;
                }
            }
        }
        let mut out = Set::unknown();
        for (list, world) in lists {
            out.absorb(Set::of(Value::List(Arc::new(list))).moved_into(&world));
        }
        Some(out)
    }

    /// Whether an item is there.
    fn part(&mut self, set: &Set, index: usize, site: Site) -> Part {
        let missing = |v: &Value| match v {
            Value::Null | Value::Bool(false) => true,
            Value::Text(text) => text.as_literal() == Some(""),
            _ => false,
        };
        if !set.is_unknown() && set.values().all(missing) {
            return Part::Missing;
        }
        if let Some(r) = set.subject().filter(|r| !strings::is_several(r)) {
            let choice = (place(site) ^ ((index as u64 + 1) << 24)) & !DEFAULTING | OPTIONAL;
            self.arms.insert((choice, 0), vec![Guard::Truthy(r.clone(), true)]);
            self.arms.insert((choice, 1), vec![Guard::Truthy(r.clone(), false)]);
            return Part::Either(set.clone(), World::of(choice, 0), World::of(choice, 1));
        }
        match set.items.as_slice() {
            [one, other] if missing(&one.value) != missing(&other.value) => {
                let (gone, there) = if missing(&one.value) { (one, other) } else { (other, one) };
                Part::Either(Set::of(there.value.clone()), there.world.clone(), gone.world.clone())
            }
            _ => Part::There,
        }
    }

    /// Each of the parts of a path after a function was run on it; `None` if they are none, or become something else.
    pub(super) fn each_part(&mut self, items: &[Set], method: &str, args: &Args, site: Site) -> Option<Set> {
        let text = |v: &Value| matches!(v, Value::Text(_) | Value::Ref(_) | Value::Null);
        let plain = |set: &Set| !set.is_unknown() && set.values().all(text);
        let [function] = args.positional.as_slice() else { return None };
        let path = |set: &Set| set.values().any(|v| matches!(v, Value::Text(_)));
        if !MAPPING.contains(&method)
            || !(2..=MAX_PARTS).contains(&items.len())
            || !items.iter().all(plain)
            || !items.iter().any(path)
        {
            return None;
        }
        let function = function.values().find(|v| matches!(v, Value::Function(_)))?.clone();
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            let several = item.subject().is_some_and(strings::is_several);
            out.push(if several {
                item.clone()
            } else {
                self.call_value(&function, &Args { positional: vec![item.clone()], ..Args::default() }, site)
            });
        }
        out.iter().all(plain).then(|| Set::of(Value::List(Arc::new(out))))
    }

    /// All remaining arguments, which only callers know, after a method that gives them back, perhaps without what is missing.
    pub(super) fn remaining(&self, value: &Value, name: &Name) -> Option<Set> {
        let Value::Ref(r) = value else { return None };
        let keeps = LEAVING_OUT.contains(&name.as_str()) || matches!(name.as_str(), "sorted" | "toList" | "to_a");
        (keeps && (self.is_rest(r) || strings::is_several(r))).then(|| Set::of(value.clone()))
    }
}
