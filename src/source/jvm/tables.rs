//! Collections of the JVM that are made and filled in place: maps become `Object`, lists and sets `List`.

use crate::ir::{Arg, Expr, ExprId, Name, Place, Stmt};
use crate::source::lowering::Builder;
use std::collections::HashMap;
use tree_sitter::Node;

/// What kind of collection a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    /// Keys and values.
    Map,
    /// Elements.
    List,
}

/// The kind of collection a type is, by its simple name.
pub(crate) fn table_type(name: &str) -> Option<Table> {
    match name {
        "Map" | "HashMap" | "LinkedHashMap" | "TreeMap" | "ConcurrentHashMap" | "EnumMap" | "SortedMap"
        | "ConcurrentMap" | "ImmutableMap" | "MutableMap" => Some(Table::Map),
        "List"
        | "ArrayList"
        | "LinkedList"
        | "Set"
        | "HashSet"
        | "LinkedHashSet"
        | "TreeSet"
        | "Collection"
        | "ImmutableList"
        | "ImmutableSet"
        | "MutableList"
        | "MutableSet"
        | "CopyOnWriteArrayList" => Some(Table::List),
        _ => None,
    }
}

/// The collections among a file's variables, by name. Names are not told apart by scope: a clash costs a call its name, no more.
#[derive(Default)]
pub(crate) struct Tables {
    names: HashMap<Name, Table>,
}

impl Tables {
    /// Notes a variable or field of a declared type, `Map<String, String>` for one.
    pub fn declare(&mut self, name: &Name, ty: &str) {
        let simple = ty.split('<').next().unwrap_or(ty).rsplit('.').next().unwrap_or(ty).trim_end_matches('?').trim();
        if let Some(table) = table_type(simple) {
            self.note(name, table);
        }
    }

    /// Notes a variable that holds a collection.
    pub fn note(&mut self, name: &Name, table: Table) {
        self.names.insert(name.clone(), table);
    }

    /// The collection that an expression names.
    pub fn of(&self, b: &Builder<'_>, object: ExprId) -> Option<Table> {
        match b.module.expr(object) {
            Expr::Name(name) => self.names.get(name).copied(),
            Expr::Field(inner, name) if matches!(b.module.expr(*inner), Expr::This | Expr::Name(_)) => {
                self.names.get(name).copied()
            }
            Expr::Object(_) => Some(Table::Map),
            Expr::List(_) => Some(Table::List),
            _ => None,
        }
    }
}

/// A call of a method of a known collection: reads become `Index`, writes become assignments. `None` for any other method.
pub(crate) fn table_call<'t>(
    b: &mut Builder<'t>,
    table: Table,
    object: ExprId,
    method: &str,
    args: &[Arg],
    node: Node<'t>,
) -> Option<ExprId> {
    match (table, method, args) {
        (_, "get", [key]) => Some(b.add(Expr::Index(object, key.value), node)),
        (Table::Map, "getOrDefault", [key, default]) => {
            let found = b.add(Expr::Index(object, key.value), node);
            Some(b.add(Expr::Choice(vec![found, default.value]), node))
        }
        (Table::Map, "put" | "putIfAbsent" | "set", [key, value]) => {
            b.emit(Stmt::Assign(Place::Index(object, key.value), value.value));
            Some(b.unknown(node))
        }
        (Table::List, "add", [value]) | (Table::List, "add", [_, value]) => {
            let added = b.add(Expr::List(vec![value.value]), node);
            extend(b, object, added, node);
            Some(b.unknown(node))
        }
        (Table::List, "addAll", [values]) => {
            extend(b, object, values.value, node);
            Some(b.unknown(node))
        }
        _ => None,
    }
}

fn extend<'t>(b: &mut Builder<'t>, object: ExprId, added: ExprId, node: Node<'t>) {
    let place = match b.module.expr(object) {
        Expr::Name(name) => Place::Name(name.clone()),
        Expr::Field(inner, name) => Place::Field(*inner, name.clone()),
        _ => return,
    };
    let all = b.add(Expr::Choice(vec![object, added]), node);
    b.emit(Stmt::Assign(place, all));
}

/// A collection made by a factory: `List.of(…)`, `Arrays.asList(…)`, `Map.of(k, v, …)`, `Map.ofEntries(entry(k, v), …)`.
pub(crate) fn table_factory<'t>(
    b: &mut Builder<'t>,
    class: &str,
    method: &str,
    args: &[Arg],
    node: Node<'t>,
) -> Option<ExprId> {
    let values = || args.iter().map(|a| a.value).collect::<Vec<_>>();
    let expr = match (class, method) {
        ("List" | "Set" | "ImmutableList" | "ImmutableSet" | "Stream", "of") | ("Arrays", "asList") => {
            Expr::List(values())
        }
        ("Collections", "singletonList" | "singleton") => Expr::List(values()),
        ("Collections", "emptyList" | "emptySet") => Expr::List(Vec::new()),
        ("Collections", "emptyMap") => Expr::Object(Vec::new()),
        ("Collections", "unmodifiableList" | "unmodifiableSet" | "unmodifiableMap") => {
            return args.first().map(|a| a.value);
        }
        ("Map" | "ImmutableMap", "of") | ("Collections", "singletonMap") => {
            Expr::Object(args.chunks_exact(2).map(|pair| (b.key(pair[0].value), pair[1].value)).collect())
        }
        ("Map", "ofEntries") => {
            let entries = args.iter().filter_map(|a| match b.module.expr(a.value) {
                Expr::List(pair) => Some((b.key(*pair.first()?), *pair.get(1)?)),
                _ => None,
            });
            Expr::Object(entries.collect())
        }
        ("Map", "entry") => Expr::List(values()),
        _ => return None,
    };
    Some(b.add(expr, node))
}
