//! Methods of tables and lists, in the names that all languages have for them.

use crate::flow::exec::Run;
use crate::flow::request::Site;
use crate::flow::strings;
use crate::flow::value::{Args, Item, Set, Table, Value};
use crate::ir::Name;
use std::sync::Arc;

/// Methods of lists that give items as they are.
const KEEPING: &[&str] = &["filter", "select", "each", "forEach", "each_with_index"];

impl<'a> Run<'a> {
    /// Methods of tables and lists; `None` if it is none.
    pub fn collection_method(&mut self, receiver: &Value, name: &Name, args: &Args, site: Site) -> Option<Set> {
        let own = match receiver {
            Value::Table(table) => {
                self.merged(table, name, args, site).or_else(|| self.table_method(table, name, args, site))
            }
            Value::List(items) => self.list_method(items, name, args, site),
            _ => None,
        };
        own.or_else(|| self.handed_to(receiver, name, args, site))
    }

    /// `defaults.merge(options)`: a table with others on top of it.
    fn merged(&mut self, table: &Table, name: &str, args: &Args, site: Site) -> Option<Set> {
        if !matches!(name, "merge" | "update" | "copy" | "with_indifferent_access" | "dup" | "clone") {
            return None;
        }
        let mut table = table.clone();
        for set in args.positional.iter().chain(&args.spread) {
            self.overlay(&mut table, set, place(site));
        }
        table.entries.extend(args.named.iter().cloned());
        Some(Set::of(Value::Table(Arc::new(table))))
    }

    /// Methods of lists: a function run on each item, one of them, all joined into a text, more of them.
    fn list_method(&mut self, items: &Arc<Vec<Set>>, name: &Name, args: &Args, site: Site) -> Option<Set> {
        match name.as_str() {
            "map" | "forEach" | "each" | "flatMap" | "filter" | "reduce" | "select" | "collect" | "each_with_index"
            | "filter_map" | "flat_map" | "for_each" | "into_iter" | "some" | "every" | "find" => {
                let each = self.one_of(items.iter(), place(site));
                let mut out = Set::unknown();
                for function in args.all().flat_map(Set::values).filter(|v| matches!(v, Value::Function(_))) {
                    for item in &each.items {
                        let one = Args { positional: vec![Set::of(item.value.clone())], ..Args::default() };
                        out.join(&self.call_value(function, &one, site));
                    }
                }
                if args.positional.is_empty() || KEEPING.contains(&name.as_str()) {
                    Some(Set::of(Value::List(Arc::clone(items))))
                } else {
                    Some(Set::of(Value::List(Arc::new(vec![out]))))
                }
            }
            "concat" if args.positional.is_empty() => Some(strings::join_with(items, &Set::literal(""))),
            "join" => {
                let separator = args.at(0).cloned().unwrap_or_else(|| Set::literal(","));
                Some(strings::join_with(items, &separator))
            }
            "first" | "shift" | "pop" | "last" | "sample" => Some(self.one_of(items.iter(), place(site))),
            "concat" | "push" | "append" | "extend" | "add" | "Add" | "<<" => {
                let mut items = items.to_vec();
                for set in &args.positional {
                    match set.items.as_slice() {
                        [Item { value: Value::List(more), .. }] => items.extend(more.iter().cloned()),
                        _ => items.push(set.clone()),
                    }
                }
                Some(Set::of(Value::List(Arc::new(items))))
            }
            "enumerate" => Some(Set::of(Value::List(Arc::clone(items)))),
            _ => None,
        }
    }

    /// Methods that run a function on the receiver, whatever that is.
    fn handed_to(&mut self, receiver: &Value, name: &Name, args: &Args, site: Site) -> Option<Set> {
        let runs = matches!(
            name.as_str(),
            "then"
                | "let"
                | "also"
                | "apply"
                | "tap"
                | "use"
                | "with"
                | "run"
                | "and_then"
                | "map"
                | "yield_self"
                | "finally"
                | "catch"
        );
        if !runs || matches!(receiver, Value::Text(_)) {
            return None;
        }
        let functions: Vec<Value> =
            args.all().flat_map(Set::values).filter(|v| matches!(v, Value::Function(_))).cloned().collect();
        if functions.is_empty() {
            return None;
        }
        let one = Args { positional: vec![Set::of(receiver.clone())], ..Args::default() };
        let mut out = Set::unknown();
        for function in functions {
            out.join(&self.call_value(&function, &one, site));
        }
        Some(out)
    }

    /// Methods of tables: the value of a key, its parts as lists.
    fn table_method(&mut self, table: &Table, name: &Name, args: &Args, site: Site) -> Option<Set> {
        match name.as_str() {
            "get" | "fetch" | "pop" | "setdefault" | "Get" | "getOrDefault" | "dig" | "at" => {
                let key = args.at(0)?;
                let mut out = match key.literal_text() {
                    Some(key) => table.entry(key).cloned().unwrap_or_else(|| table.rest.clone()),
                    None => {
                        let mut all = self.one_of(table.entries.iter().map(|(_, v)| v), place(site));
                        all.join(&table.rest);
                        all
                    }
                };
                if out.is_unknown()
                    && let Some(default) = args.at(1)
                {
                    out.join(default);
                }
                Some(out)
            }
            "items" | "entries" | "each_pair" | "entrySet" | "iteritems" | "Object.entries" | "iter" => {
                let pair = |key: Set, value: &Set| Set::of(Value::List(Arc::new(vec![key, value.clone()])));
                let mut pairs: Vec<Set> = table.entries.iter().map(|(k, v)| pair(Set::literal(k.clone()), v)).collect();
                pairs
                    .extend(Some(&table.rest).filter(|rest| !rest.is_unknown()).map(|rest| pair(Set::unknown(), rest)));
                Some(Set::of(Value::List(Arc::new(pairs))))
            }
            "keys" | "Object.keys" => Some(Set::of(Value::List(Arc::new(
                table.entries.iter().map(|(k, _)| Set::literal(k.clone())).collect(),
            )))),
            "values" | "Object.values" => {
                let values = table.entries.iter().map(|(_, v)| v).chain(Some(&table.rest).filter(|r| !r.is_unknown()));
                Some(Set::of(Value::List(Arc::new(values.cloned().collect()))))
            }
            _ => None,
        }
    }
}

/// `new Map(pairs)`, `Object.fromEntries(pairs)`, `dict(pairs)`: a table of what stands in pairs. `None` if that is no list of pairs.
pub(super) fn of_pairs(pairs: &Set) -> Option<Set> {
    let mut table = Table::default();
    for value in pairs.values() {
        let Value::List(pairs) = value else { return None };
        for pair in pairs.iter().flat_map(|pair| pair.values()) {
            let Value::List(pair) = pair else { return None };
            let [key, value] = pair.as_slice() else { return None };
            match key.literals() {
                Some(keys) => table.entries.extend(keys.into_iter().map(|key| (key.into(), value.clone()))),
                None => table.rest.join(value),
            }
        }
    }
    (!pairs.is_unknown()).then(|| Set::of(Value::Table(Arc::new(table))))
}

/// Tells the choices of one call from those of others in its module.
fn place(site: Site) -> u64 {
    u64::from(site.span.line) << 20 | u64::from(site.span.column)
}
