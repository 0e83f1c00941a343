//! In-house wrappers around Datadog's API that no analysis can see through, as `ddscope.toml` describes them: what calls of
//! them look like, and what they do.
//!
//! Reading the descriptions is left to `config`, meeting them in code to `flow`.

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::ir::Name;
use std::sync::Arc;

/// A described wrapper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// What a call of it does.
    pub shape: Shape,
    /// The file that describes it.
    pub file: Arc<str>,
    /// The line in it.
    pub line: u32,
    /// How calls write it, as segments; a first `*` is any object.
    symbol: Vec<Name>,
}

/// What a call of a wrapper does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// It calls these operations of the table.
    Operations(Vec<Name>),
    /// It makes a request.
    Request {
        /// The argument with the path.
        path: Slot,
        /// Its method.
        method: Method,
        /// What stands before the path: `/api/v1`.
        base: Name,
    },
}

/// An argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// By position, from 0, the receiver not counted.
    Position(usize),
    /// By name, or by the key of an options object.
    Named(Name),
}

/// The method of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// Always this one.
    Is(Name),
    /// What an argument says.
    In(Slot),
}

impl Wrapper {
    /// A wrapper that calls write as `symbol`: dotted or as the language writes it (`acme::Client::request`).
    pub fn new(symbol: &str, shape: Shape, file: Arc<str>, line: u32) -> Self {
        Self { shape, file, line, symbol: segments(symbol).map(Name::new).collect() }
    }

    /// Whether a call of this path is one of the wrapper: the last names are the same, and those before it come in the path in
    /// the same order, with whatever in between (`acme.Client.connect().request` is a call of `Client.request`).
    pub fn matches(&self, path: &str) -> bool {
        let mut path: Vec<&str> = segments(path).collect();
        let Some((last, owners)) = self.symbol.split_last() else { return false };
        if path.pop() != Some(last.as_str()) {
            return false;
        }
        owners.iter().rev().all(|owner| {
            owner == "*"
                || path.iter().rposition(|segment| fits(segment, owner)).is_some_and(|at| {
                    path.truncate(at);
                    true
                })
        })
    }

    /// Whether an object of this name may be one that the wrapper is called on.
    pub fn is_called_on(&self, name: &str) -> bool {
        let owners = self.symbol.len().saturating_sub(1);
        segments(name).last().is_some_and(|name| self.symbol.iter().take(owners).any(|owner| fits(name, owner)))
    }

    /// The name that files which call it mention.
    pub fn name(&self) -> Option<&Name> {
        self.symbol.last()
    }
}

/// The names in a path, in any language's spelling, call marks left out.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', ':', '/', '\\', '#']).map(|s| s.trim_end_matches("()")).filter(|s| !s.is_empty())
}

/// Whether a segment of a path is this owner, or Go's function that makes one.
fn fits(segment: &str, owner: &str) -> bool {
    segment == owner || segment.strip_prefix("New") == Some(owner)
}

/// Checks that the table has the operations.
///
/// # Errors
/// If a wrapper calls an operation that does not exist, with the nearest names.
pub fn check(wrappers: &[Wrapper], catalog: &Catalog) -> Result<()> {
    for wrapper in wrappers {
        let Shape::Operations(ids) = &wrapper.shape else { continue };
        if let Some(id) = ids.iter().find(|id| catalog.operation(id).is_none()) {
            let operations = catalog.nearest(id).into_iter().filter(|name| catalog.operation(name).is_some());
            let near: Vec<String> = operations.take(3).map(|name| format!("`{name}`")).collect();
            let help = match near.as_slice() {
                [] => "ddscope catalog list shows every operation".to_owned(),
                near => format!("write {}", near.join(" or ")),
            };
            return Err(Error::new(format!("no operation is named `{id}`"))
                .at(&*wrapper.file)
                .line(u64::from(wrapper.line))
                .help(help));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_met_in_every_languages_spelling() {
        let shape = Shape::Operations(Vec::new());
        let wrapper = |symbol: &str| Wrapper::new(symbol, shape.clone(), "ddscope.toml".into(), 1);
        let client = wrapper("acme.Client.request");
        for path in ["acme.Client().request", "acme.Client.connect().request", "example.com/acme.NewClient().request"] {
            assert!(client.matches(path), "{path}");
        }
        for path in ["acme.Client().get", "other.Client().request", "acme.request", "request"] {
            assert!(!client.matches(path), "{path}");
        }
        assert!(wrapper("Acme::Monitors::list").matches("Acme.Monitors.list"));
        assert!(wrapper("*.dd_request").matches("self.gateway.dd_request"));
        assert!(client.is_called_on("acme.NewClient()") && !client.is_called_on("acme.Server()"));
    }
}
