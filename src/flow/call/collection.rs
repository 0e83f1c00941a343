//! Methods of tables and lists, in the names that all languages have for them.

use super::*;

impl<'a> Run<'a> {
    /// Methods of tables and lists; `None` if it is none.
    pub fn collection_method(&mut self, receiver: &Value, name: &Name, args: &Args, site: Site) -> Option<Set> {
        match (receiver, name.as_str()) {
            (Value::Table(table), "get" | "fetch" | "pop" | "setdefault" | "Get" | "getOrDefault" | "dig" | "at") => {
                let key = args.at(0)?;
                let mut out = match key.literal_text() {
                    Some(key) => table.entry(key).cloned().unwrap_or_else(|| table.rest.clone()),
                    None => {
                        let mut all = crate::flow::eval::tagged(
                            table.entries.iter().map(|(_, v)| v),
                            u64::from(site.span.line) << 20,
                        );
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
            (
                Value::Table(table),
                "items" | "entries" | "each_pair" | "entrySet" | "iteritems" | "Object.entries" | "iter",
            ) => {
                let pairs = table
                    .entries
                    .iter()
                    .map(|(k, v)| Set::of(Value::List(Arc::new(vec![Set::literal(k.clone()), v.clone()]))))
                    .collect();
                Some(Set::of(Value::List(Arc::new(pairs))))
            }
            (Value::Table(table), "keys" | "Object.keys") => Some(Set::of(Value::List(Arc::new(
                table.entries.iter().map(|(k, _)| Set::literal(k.clone())).collect(),
            )))),
            (Value::Table(table), "values" | "Object.values") => {
                Some(Set::of(Value::List(Arc::new(table.entries.iter().map(|(_, v)| v.clone()).collect()))))
            }
            (Value::Table(table), "merge" | "update" | "copy" | "with_indifferent_access" | "dup" | "clone") => {
                let mut table = (**table).clone();
                for value in args.all().flat_map(Set::values) {
                    if let Value::Table(more) = value {
                        table.entries.extend(more.entries.iter().cloned());
                    }
                }
                table.entries.extend(args.named.iter().cloned());
                Some(Set::of(Value::Table(Arc::new(table))))
            }
            (
                Value::List(items),
                "map" | "forEach" | "each" | "flatMap" | "filter" | "reduce" | "select" | "collect" | "each_with_index"
                | "filter_map" | "flat_map" | "for_each" | "into_iter" | "some" | "every" | "find",
            ) => {
                let items = crate::flow::eval::tagged(
                    items.iter(),
                    u64::from(site.span.line) << 20 | u64::from(site.span.column),
                );
                let mut out = Set::unknown();
                for function in args.all().flat_map(Set::values).filter(|v| matches!(v, Value::Function(_))) {
                    for item in &items.items {
                        let one = Args { positional: vec![Set::of(item.value.clone())], ..Args::default() };
                        out.join(&self.call_value(function, &one, site));
                    }
                }
                if args.positional.is_empty() {
                    Some(Set::of(receiver.clone()))
                } else {
                    Some(Set::of(Value::List(Arc::new(vec![out]))))
                }
            }
            (Value::List(items), "concat") if args.positional.is_empty() => {
                Some(strings::join_with(items, &Set::literal("")))
            }
            (Value::List(items), "join") => {
                let separator = args.at(0).cloned().unwrap_or_else(|| Set::literal(","));
                Some(strings::join_with(items, &separator))
            }
            (Value::List(items), "first" | "shift" | "pop" | "last" | "sample") => {
                Some(crate::flow::eval::tagged(items.iter(), u64::from(site.span.line) << 20))
            }
            (Value::List(items), "concat" | "push" | "append" | "extend" | "add" | "Add" | "<<") => {
                let mut items = items.to_vec();
                for set in &args.positional {
                    match set.items.as_slice() {
                        [crate::flow::value::Item { value: Value::List(more), .. }] => {
                            items.extend(more.iter().cloned())
                        }
                        _ => items.push(set.clone()),
                    }
                }
                Some(Set::of(Value::List(Arc::new(items))))
            }
            (Value::List(_), "enumerate") => Some(Set::of(receiver.clone())),
            (
                _,
                "then" | "let" | "also" | "apply" | "tap" | "use" | "with" | "run" | "and_then" | "map" | "yield_self"
                | "finally" | "catch",
            ) if !matches!(receiver, Value::Text(_)) => {
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
            _ => None,
        }
    }
}
