//! HTTP clients that a container hands out: what `AddHttpClient<T>(client => …)` sets up is what every `T` is made with.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, Name, Stmt};
use tree_sitter::Node;

/// What people call the parameter through which a class gets its client; the container goes by the type.
const PARAMETERS: &[&str] = &["http", "client", "httpClient", "_http", "_client", "_httpClient", "hc", "HttpClient"];
/// Most nodes looked at to find the address.
const MAX_NODES: usize = 500;

impl<'t> Lowerer<'t> {
    /// `services.AddHttpClient<T>(client => client.BaseAddress = address)` makes a `T` whose client has that address.
    pub(super) fn typed_client(&mut self, function: Node<'t>, arguments: Node<'t>, node: Node<'t>) -> Option<ExprId> {
        let name = child(function, Field::Name).filter(|n| kind(*n) == Kind::GenericName)?;
        if self.plain_name(name) != "AddHttpClient" {
            return None;
        }
        let types = self.b.kids(name).get(1).copied()?;
        // The last one is the class, an interface may stand before it.
        let class = self.b.kids(types).last().copied()?;
        let class = self.type_of(class)?;
        let address = self.base_address(arguments)?;
        let setup = self.arguments(arguments);
        for argument in setup {
            self.b.emit(Stmt::Eval(argument.value));
        }
        let address = self.expr(address);
        let client = self.b.add(Expr::Name(Name::new_static("HttpClient")), node);
        let client = self.b.add(Expr::New(client, vec![Arg::named("BaseAddress", address)]), node);
        let given = PARAMETERS.iter().map(|name| Arg::named(*name, client)).collect();
        Some(self.b.add(Expr::New(class, given), node))
    }

    /// What is assigned to some client's `BaseAddress` in here.
    fn base_address(&mut self, within: Node<'t>) -> Option<Node<'t>> {
        let mut open = vec![within];
        for _ in 0..MAX_NODES {
            let node = open.pop()?;
            if kind(node) == Kind::Assignment
                && let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right))
                && self.b.text(left).ends_with(".BaseAddress")
            {
                return Some(right);
            }
            open.extend(self.b.kids(node).into_iter().rev());
        }
        None
    }
}
