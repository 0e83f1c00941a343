//! The table: operations, routes, names, scopes, and how they are found.
//!
//! The table of the build is compiled in and needs no parsing; a file can be laid over it at run time. What a row means is
//! in `rows` and `requirement`; how paths are matched is in `routes`, how client calls are matched in `clients`, how the
//! table is made in `import`.

pub mod caveats;
mod clients;
pub mod diff;
pub mod import;
pub mod index;
pub mod json;
pub mod line;
pub mod names;
pub mod overlay;
pub mod requirement;
mod routes;
mod rows;
pub mod rules;
pub mod table;
pub mod text;
pub mod trie;

use index::Run;
use std::collections::HashMap;

pub use routes::{Quality, RouteMatch};
pub use rows::{Auth, Held, LegacyCall, Operation, Past, Scope, ScopeKind, Source, Status};

#[allow(missing_docs, unused_imports, clippy::unreadable_literal)]
mod builtin {
    use super::index::Run;
    use super::requirement::{Clause, Requirement, State};
    use super::trie::Node;
    use super::{Auth, Catalog, Held, LegacyCall, Lookup, Operation, Past, Scope, ScopeKind, Source, Status, Tree};
    use crate::evidence::Version;
    include!(concat!(env!("OUT_DIR"), "/catalog.rs"));
}

/// A table with its keys. Cheap to share by reference.
#[derive(Debug)]
pub struct Catalog {
    release: &'static str,
    released: &'static str,
    operations: &'static [Operation],
    scopes: &'static [Scope],
    legacy: &'static [LegacyCall],
    lists: &'static [u16],
    ids: Lookup,
    methods: Lookup,
    classes: Lookup,
    scope_names: Lookup,
    symbols: [Lookup; 5],
    routes: Tree,
}

/// Keys of one kind: compiled in, or built for an overlay.
#[derive(Debug)]
enum Lookup {
    Fixed(&'static phf::Map<&'static str, Run>),
    Built(HashMap<String, Run>),
}

impl Lookup {
    fn find(&self, key: &str) -> Option<Run> {
        match self {
            Self::Fixed(map) => map.get(key).copied(),
            Self::Built(map) => map.get(key).copied(),
        }
    }
}

/// The route tree, see `trie`.
#[derive(Clone, Copy, Debug)]
struct Tree {
    nodes: &'static [trie::Node],
    edges: &'static [trie::Edge<&'static str>],
    routes: &'static [u16],
}

/// Nothing in the table has a longer name, in bytes.
const LONGEST_NAME: usize = 256;

impl Catalog {
    /// The table that was compiled in.
    pub fn builtin() -> &'static Self {
        &builtin::CATALOG
    }

    /// Release of the documents the table was built from.
    pub fn release(&self) -> &'static str {
        self.release
    }

    /// Day of that release, `YYYY-MM-DD`.
    pub fn released(&self) -> &'static str {
        self.released
    }

    /// All operations, in the table's order.
    pub fn operations(&self) -> &'static [Operation] {
        self.operations
    }

    /// All scopes, by name.
    pub fn scopes(&self) -> &'static [Scope] {
        self.scopes
    }

    /// All calls of older clients.
    pub fn legacy_calls(&self) -> &'static [LegacyCall] {
        self.legacy
    }

    /// The operation with this id.
    pub fn operation(&self, id: &str) -> Option<&'static Operation> {
        self.run(self.ids.find(id)).next()
    }

    /// The scope with this name.
    pub fn scope(&self, name: &str) -> Option<&'static Scope> {
        self.scope_names.find(name).and_then(|run| self.scopes.get(usize::from(run.start)))
    }

    /// Names near `word` among scopes, operations and methods, best first; at most five.
    pub fn nearest(&self, word: &str) -> Vec<String> {
        if word.len() > LONGEST_NAME {
            return Vec::new();
        }
        let folded = names::fold(word);
        let mut scored: Vec<(f64, &'static str)> = Vec::new();
        let mut weigh = |name: &'static str, shown: &'static str| {
            let score = strsim::jaro_winkler(&folded, &names::fold(name));
            if score > 0.84 {
                scored.push((score, shown));
            }
        };
        for scope in self.scopes {
            weigh(scope.name, scope.name);
        }
        for operation in self.operations.iter().filter(|operation| !operation.name.is_empty()) {
            weigh(operation.name, operation.id);
            weigh(operation.id, operation.id);
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let mut out: Vec<String> = Vec::new();
        for (_, name) in scored {
            if out.len() < 5 && !out.iter().any(|known| known == name) {
                out.push(name.to_owned());
            }
        }
        out
    }

    fn run(&self, run: Option<Run>) -> impl Iterator<Item = &'static Operation> + use<> {
        let (lists, operations) = (self.lists, self.operations);
        let run = run.unwrap_or_default();
        let (start, end) = (usize::from(run.start), usize::from(run.start) + usize::from(run.len));
        lists.get(start..end).unwrap_or(&[]).iter().filter_map(|&number| operations.get(usize::from(number)))
    }
}
