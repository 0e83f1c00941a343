//! Methods of tables and lists, in the names that all languages have for them.

use crate::flow::eval::tagged;
use crate::flow::exec::Run;
use crate::flow::request::Site;
use crate::flow::strings;
use crate::flow::value::{Args, Item, Set, Table, Value};
use crate::ir::Name;
use std::sync::Arc;

impl<'a> Run<'a> {
    /// Methods of tables and lists; `None` if it is none.
    pub fn collection_method(&mut self, receiver: &Value, name: &Name, args: &Args, site: Site) -> Option<Set> {
        let own = match receiver {
            Value::Table(table) => {
                self.merged(table, name, args, site).or_else(|| table_method(table, name, args, site))
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
            self.overlay(&mut table, set, u64::from(site.span.line) << 20 | u64::from(site.span.column));
        }
        table.entries.extend(args.named.iter().cloned());
        Some(Set::of(Value::Table(Arc::new(table))))
    }

    /// Methods of lists: a function run on each item, one of them, all joined into a text, more of them.
    fn list_method(&mut self, items: &Arc<Vec<Set>>, name: &Name, args: &Args, site: Site) -> Option<Set> {
        match name.as_str() {
            "map" | "forEach" | "each" | "flatMap" | "filter" | "reduce" | "select" | "collect" | "each_with_index"
            | "filter_map" | "flat_map" | "for_each" | "into_iter" | "some" | "every" | "find" => {
                let each = tagged(items.iter(), u64::from(site.span.line) << 20 | u64::from(site.span.column));
                let mut out = Set::unknown();
                for function in args.all().flat_map(Set::values).filter(|v| matches!(v, Value::Function(_))) {
                    for item in &each.items {
                        let one = Args { positional: vec![Set::of(item.value.clone())], ..Args::default() };
                        out.join(&self.call_value(function, &one, site));
                    }
                }
                if args.positional.is_empty() {
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
            "first" | "shift" | "pop" | "last" | "sample" => {
                Some(tagged(items.iter(), u64::from(site.span.line) << 20))
            }
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
}

/// Methods of tables: the value of a key, its parts as lists.
fn table_method(table: &Table, name: &Name, args: &Args, site: Site) -> Option<Set> {
    match name.as_str() {
        "get" | "fetch" | "pop" | "setdefault" | "Get" | "getOrDefault" | "dig" | "at" => {
            let key = args.at(0)?;
            let mut out = match key.literal_text() {
                Some(key) => table.entry(key).cloned().unwrap_or_else(|| table.rest.clone()),
                None => {
                    let mut all = tagged(table.entries.iter().map(|(_, v)| v), u64::from(site.span.line) << 20);
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
            let pairs = table
                .entries
                .iter()
                .map(|(k, v)| Set::of(Value::List(Arc::new(vec![Set::literal(k.clone()), v.clone()]))))
                .collect();
            Some(Set::of(Value::List(Arc::new(pairs))))
        }
        "keys" | "Object.keys" => {
            Some(Set::of(Value::List(Arc::new(table.entries.iter().map(|(k, _)| Set::literal(k.clone())).collect()))))
        }
        "values" | "Object.values" => {
            Some(Set::of(Value::List(Arc::new(table.entries.iter().map(|(_, v)| v.clone()).collect()))))
        }
        _ => None,
    }
}
