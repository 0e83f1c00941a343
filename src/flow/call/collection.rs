//! Methods of tables and lists, in the names that all languages have for them.

use crate::flow::eval::pairs;
use crate::flow::exec::Run;
use crate::flow::request::Site;
use crate::flow::strings;
use crate::flow::value::{Args, Item, Set, Table, Text, Value};
use crate::ir::Name;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Into how many parts a text is taken apart at most.
const MAX_PARTS: usize = 64;

/// Methods of lists that give items as they are, whatever function they run on each.
const KEEPING: &[&str] = &[
    "AsEnumerable",
    "Cast",
    "Distinct",
    "OrderBy",
    "OrderByDescending",
    "Reverse",
    "Skip",
    "Take",
    "ToArray",
    "ToHashSet",
    "ToList",
    "Where",
    "asIterable",
    "asReversed",
    "asSequence",
    "by_ref",
    "chunks",
    "cloned",
    "collect",
    "compact",
    "copied",
    "copy",
    "distinct",
    "drop",
    "dropWhile",
    "dup",
    "each",
    "each_slice",
    "filter",
    "filterNot",
    "filterNotNull",
    "forEach",
    "for_each",
    "freeze",
    "inspect",
    "into_iter",
    "iter",
    "iter_mut",
    "lazy",
    "limit",
    "onEach",
    "parallel",
    "parallelStream",
    "par_iter",
    "peek",
    "reject",
    "rev",
    "reverse",
    "reversed",
    "rotate",
    "select",
    "shuffle",
    "shuffled",
    "skip",
    "skip_while",
    "slice",
    "sort",
    "sortBy",
    "sort_by",
    "sortedBy",
    "sorted",
    "stream",
    "take",
    "takeWhile",
    "take_while",
    "toArray",
    "toList",
    "toSet",
    "toSorted",
    "to_a",
    "to_owned",
    "to_set",
    "to_vec",
    "uniq",
    "unique",
    "unordered",
    "values",
];

/// Methods that run a function on each item.
const RUNNING: &[&str] = &[
    "Aggregate",
    "Select",
    "SelectMany",
    "collect",
    "each",
    "each_slice",
    "each_with_index",
    "every",
    "filter",
    "filter_map",
    "find",
    "findFirst",
    "find_map",
    "flatMap",
    "flat_map",
    "forEach",
    "for_each",
    "inspect",
    "into_iter",
    "map",
    "mapNotNull",
    "onEach",
    "peek",
    "reduce",
    "reject",
    "select",
    "some",
    "try_for_each",
];

impl<'a> Run<'a> {
    /// Methods of tables and lists; `None` if it is none.
    pub fn collection_method(&mut self, receiver: &Value, name: &Name, args: &Args, site: Site) -> Option<Set> {
        let own = match receiver {
            Value::Table(table) => {
                self.merged(table, name, args, site).or_else(|| self.table_method(table, name, args, site))
            }
            Value::List(items) => self.list_method(items, name, args, site),
            Value::Text(text) => split(text, name, args),
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
            // The two parts of an entry.
            "getKey" | "getFirst" | "component1" if items.len() == 2 => items.first().cloned(),
            "getValue" | "getSecond" | "component2" if items.len() == 2 => items.get(1).cloned(),
            "last" | "getLast" | "First" | "first" | "getFirst" if args.positional.is_empty() => match name.as_str() {
                "last" | "getLast" => items.last().cloned(),
                _ => items.first().cloned(),
            },
            "enumerate" | "withIndex" | "entries" => Some(numbered(items, true)),
            "each_with_index" | "with_index" if args.positional.iter().all(|set| !holds_function(set)) => {
                Some(numbered(items, false))
            }
            running if RUNNING.contains(&running) && args.all().any(holds_function) => {
                if let Some(parts) = self.each_part(items, running, args, site) {
                    return Some(parts);
                }
                let out = self.run_on_each(items, args, site);
                if KEEPING.contains(&running) && running != "collect" {
                    if let Some(lists) = self.without_missing(items, running, site) {
                        return Some(lists);
                    }
                    Some(Set::of(Value::List(Arc::clone(items))))
                } else {
                    Some(Set::of(Value::List(Arc::new(vec![out]))))
                }
            }
            "flatten" if items.iter().flat_map(Set::values).all(is_plain) => {
                Some(self.present(items, site).unwrap_or_else(|| Set::of(Value::List(Arc::clone(items)))))
            }
            keeping if KEEPING.contains(&keeping) => Some(
                self.without_missing(items, keeping, site).unwrap_or_else(|| Set::of(Value::List(Arc::clone(items)))),
            ),
            "to_h" | "toMap" | "ToDictionary" | "to_hash" => of_pairs(&Set::of(Value::List(Arc::clone(items)))),
            "concat" if args.positional.is_empty() => Some(strings::join_with(items, &Set::literal(""))),
            "join" | "joinToString" => {
                let separator = args.at(0).or_else(|| args.named("separator")).cloned();
                let separator = separator.unwrap_or_else(|| Set::literal(","));
                Some(strings::join_with(items, &separator))
            }
            "shift" | "pop" | "sample" | "random" | "find" | "detect" => Some(self.one_of(items.iter(), place(site))),
            "concat" | "push" | "append" | "extend" | "add" | "Add" | "<<" => {
                let mut items = items.to_vec();
                for set in &args.positional {
                    match set.items.as_slice() {
                        [Item { value: Value::List(more), .. }] => items.extend(more.iter().cloned()),
                        [Item { value: Value::Ref(_), .. }] if matches!(name.as_str(), "concat" | "extend") => {
                            items.extend(strings::unpack(set).unwrap_or_default());
                        }
                        _ => items.push(set.clone()),
                    }
                }
                args.spread.iter().for_each(|set| items.extend(strings::unpack(set).unwrap_or_default()));
                Some(Set::of(Value::List(Arc::new(items))))
            }
            _ => None,
        }
    }

    /// What functions give that are run on each of several items.
    fn run_on_each(&mut self, items: &[Set], args: &Args, site: Site) -> Set {
        let each = self.one_of(items.iter(), place(site));
        let mut out = Set::unknown();
        for function in args.all().flat_map(Set::values).filter(|v| matches!(v, Value::Function(_))) {
            for item in &each.items {
                let one = Args { positional: vec![Set::of(item.value.clone())], ..Args::default() };
                out.absorb(self.call_value(function, &one, site).moved_into(&item.world));
            }
        }
        out
    }

    /// Functions that go through what they are given: `maps.Values(table)`, `array_map(function, list)`, `enumerate(list)`.
    pub(super) fn collection_function(&mut self, path: &str, args: &Args, site: Site) -> Option<Set> {
        let (method, at) = match path {
            "Object.values" | "maps.Values" | "array_values" | "slices.Values" => ("values", 0),
            "Object.keys" | "maps.Keys" | "array_keys" => ("keys", 0),
            "Object.entries" | "maps.All" | "slices.All" => ("entries", 0),
            "enumerate" => ("enumerate", 0),
            "array_filter" => ("filter", 0),
            "filter" => ("filter", 1),
            // `map(str, parts)`
            "map" if !args.all().any(holds_function) => ("sorted", 1),
            "slices.Sorted"
            | "slices.Collect"
            | "array_unique"
            | "array_reverse"
            | "Arrays.stream"
            | "java.util.Arrays.stream"
            | "Stream.of"
            | "Set"
            | "types.MappingProxyType" => ("sorted", 0),
            "map" | "array_map" | "executor.map" => ("map", 1),
            "array_walk" => ("forEach", 0),
            "zip" => return self.zipped(args),
            _ => return None,
        };
        let rest = |set: &&Set| holds_function(set);
        let rest = Args { positional: args.positional.iter().filter(rest).cloned().collect(), ..Args::default() };
        let mut out = Set::unknown();
        for item in &args.at(at)?.items {
            let found = match &item.value {
                Value::Table(table) if matches!(method, "map" | "forEach") => {
                    let values: Vec<Set> = table.entries.iter().map(|(_, v)| v.clone()).collect();
                    self.list_method(&Arc::new(values), &method.into(), &rest, site)
                }
                Value::Table(_) if matches!(method, "sorted" | "filter") => Some(Set::of(item.value.clone())),
                Value::Table(table) if method == "enumerate" => {
                    let keys: Vec<Set> = table.entries.iter().map(|(k, _)| Set::literal(k.clone())).collect();
                    Some(numbered(&keys, true))
                }
                value @ Value::Ref(_) => self.remaining(value, &method.into()),
                value => self.collection_method(value, &method.into(), &rest, site),
            };
            out.absorb(found.unwrap_or_default().moved_into(&item.world));
        }
        (!out.is_unknown()).then_some(out)
    }

    /// `zip(names, paths)`: item by item.
    fn zipped(&mut self, args: &Args) -> Option<Set> {
        let list = |set: &Set| match set.items.as_slice() {
            [Item { value: Value::List(items), .. }] => Some(Arc::clone(items)),
            _ => None,
        };
        let Some(lists) = args.positional.iter().map(list).collect::<Option<Vec<_>>>() else {
            let mut all = Set::unknown();
            args.positional.iter().for_each(|set| {
                all.join(set);
            });
            return Some(all);
        };
        let longest = lists.iter().map(|list| list.len()).max().unwrap_or_default();
        let row = |at: usize| {
            let row = lists.iter().map(|list| list.get(at).cloned().unwrap_or_default()).collect();
            Set::of(Value::List(Arc::new(row)))
        };
        Some(Set::of(Value::List(Arc::new((0..longest).map(row).collect()))))
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
            "get" | "fetch" | "pop" | "setdefault" | "Get" | "getOrDefault" | "getValue" | "getOrElse" | "getOrPut"
            | "GetValueOrDefault" | "get_or_insert" | "dig" | "at" | "remove" => {
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
            "items" | "entries" | "each_pair" | "entrySet" | "iteritems" | "Object.entries" | "iter" | "iter_mut"
            | "into_iter" | "drain" | "to_a" | "toList" | "ToList" | "sort" | "sort_by" | "sorted" | "asSequence"
            | "stream" | "each_entry"
                if !args.all().any(holds_function) =>
            {
                Some(Set::of(Value::List(Arc::new(pairs(table)))))
            }
            "keys" | "Keys" | "keySet" | "into_keys" => Some(Set::of(Value::List(Arc::new(
                table.entries.iter().map(|(k, _)| Set::literal(k.clone())).collect(),
            )))),
            "values" | "Values" | "into_values" | "values_mut" => {
                let values = table.entries.iter().map(|(_, v)| v).chain(Some(&table.rest).filter(|r| !r.is_unknown()));
                Some(Set::of(Value::List(Arc::new(values.cloned().collect()))))
            }
            // `map.forEach((key, value) -> …)`
            "forEach" | "each" | "map" | "Select" | "filter" | "select" if args.all().any(holds_function) => {
                let each = self.one_of(pairs(table).iter(), place(site));
                let mut out = Set::unknown();
                for function in args.all().flat_map(Set::values) {
                    let Value::Function(closure) = function else { continue };
                    let parts = self.program().function(closure.function).params.len() == 2;
                    for item in &each.items {
                        let positional = match &item.value {
                            Value::List(pair) if parts => pair.to_vec(),
                            value => vec![Set::of(value.clone())],
                        };
                        let one = Args { positional, ..Args::default() };
                        out.absorb(self.call_value(function, &one, site).moved_into(&item.world));
                    }
                }
                Some(Set::of(Value::List(Arc::new(vec![out]))))
            }
            _ => None,
        }
    }
}

/// `new Map(pairs)`, `Object.fromEntries(pairs)`, `dict(pairs)`: a table of what stands in pairs. `None` if that is no list of pairs.
pub(super) fn of_pairs(pairs: &Set) -> Option<Set> {
    let mut table = Table::default();
    for value in pairs.values() {
        let pairs = match value {
            Value::List(pairs) => pairs,
            Value::Table(_) => return Some(pairs.clone()),
            _ => return None,
        };
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

/// `"a b c".split()`: the parts of a text that is known as a whole.
fn split(text: &Text, name: &str, args: &Args) -> Option<Set> {
    if !matches!(name, "split" | "Split" | "split_whitespace" | "lines") {
        return None;
    }
    let text = text.as_literal()?;
    let parts: Vec<&str> = match args.at(0).map(Set::literal_text) {
        _ if name == "lines" => text.lines().collect(),
        None => text.split_whitespace().collect(),
        Some(separator) => text.split(separator.filter(|by| !by.is_empty())?).collect(),
    };
    (parts.len() <= MAX_PARTS)
        .then(|| Set::of(Value::List(Arc::new(parts.into_iter().map(|part| Set::literal(part.trim())).collect()))))
}

/// The items of a list with their places, which are not known, before or behind them.
fn numbered(items: &[Set], before: bool) -> Set {
    let pair = |item: &Set| {
        let mut pair = vec![Set::unknown(), item.clone()];
        if !before {
            pair.reverse();
        }
        Set::of(Value::List(Arc::new(pair)))
    };
    Set::of(Value::List(Arc::new(items.iter().map(pair).collect())))
}

/// Whether a value is a text, may become one, or is missing.
fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Ref(_) | Value::Null)
}

fn holds_function(set: &Set) -> bool {
    set.values().any(|value| matches!(value, Value::Function(_)))
}

/// Tells the choices of one call from those of others in its module; the calls of one chain begin at the same place.
pub(super) fn place(site: Site) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    site.span.hash(&mut hasher);
    u64::from(site.span.line & 0xff_ffff) << 32 | hasher.finish() >> 32
}
