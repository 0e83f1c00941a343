//! Requests that are written down as objects: `{ url: site => …, method: 'GET', headers: … }`.
//!
//! What makes them, a registry of hundreds or a framework, is often beyond any analysis. Where it is not, the request is
//! found where it is made, and what stands in the object is left out again.

use crate::evidence::Origin;
use crate::flow::exec::Run;
use crate::flow::found::Found;
use crate::flow::origin;
use crate::flow::request::{Request, Site};
use crate::flow::strings;
use crate::flow::subst::{Subst, texts_of};
use crate::flow::value::{Piece, Set, Table, Text, Value};
use crate::ir::Name;

/// Names of the address in such an object.
pub const ADDRESS: &[&str] = &["url", "uri"];
/// What stands beside address and method in a request, and not in a list of endpoints.
const BESIDE: &[&str] = &["headers", "body", "data", "json", "params", "query", "qs"];

impl Run<'_> {
    /// Takes an object with a Datadog address and a method for a request, as likely. `site` is where the address stands.
    pub(in crate::flow) fn stated(&mut self, table: &Table, site: Site) {
        let Some(url) = ADDRESS.iter().find_map(|name| table.entry(name)) else { return };
        let Some(method) = table.entry("method") else { return };
        let computed = url.values().any(|v| matches!(v, Value::Function(_)));
        if !computed && !BESIDE.iter().any(|name| table.entry(name).is_some()) {
            return;
        }
        let Some(words) = method.literals() else { return };
        let verbs: Vec<&str> = words.into_iter().filter_map(strings::verb).collect();
        for url in self.addresses(url) {
            if origin::from_url(&url, self.scope.hosts) != Origin::Datadog {
                continue;
            }
            for verb in &verbs {
                let request = Request {
                    settled: true,
                    likely: true,
                    stated: true,
                    ..Request::new(
                        Text::literal(*verb),
                        url.clone(),
                        Origin::Datadog,
                        "a request written down as an object",
                        site,
                    )
                };
                self.found(Found::of(self.fun, request));
            }
        }
    }

    /// The addresses, those that a function computes among them, with holes for what callers decide.
    fn addresses(&self, url: &Set) -> Vec<Text> {
        let mut out = Vec::new();
        for value in url.values() {
            let set = match value {
                Value::Text(_) => Set::of(value.clone()),
                Value::Function(closure) => {
                    let returns = &self.scope.summary(closure.function).returns;
                    Subst::new(Vec::new(), None, true).set(&self.scope, returns, 0)
                }
                _ => continue,
            };
            out.extend(texts_of(&set, &Name::default()).iter().map(with_holes));
        }
        out
    }
}

fn with_holes(text: &Text) -> Text {
    let mut out = Text::default();
    for piece in &text.pieces {
        out.extend(&Text::piece(match piece {
            Piece::Ref(_) => Piece::Hole(Name::default()),
            other => other.clone(),
        }));
    }
    out
}
