//! What compilers make of newer constructs for older engines: enumerations and inheritance written out as functions.

use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{ExprId, Key, Name, Place, Stmt};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// `(function (E) { E["Get"] = "GET"; … })(E || (E = {}))` is `enum E { Get = "GET", … }`. Says whether it is one.
    pub(super) fn compiled_enumeration(&mut self, call: Node<'t>) -> bool {
        let children = self.children(call);
        let (Some(callee), Some(arguments)) = (children.field(At::Function), children.field(At::Arguments)) else {
            return false;
        };
        if callee.kind != Kind::Parenthesized {
            return false;
        }
        // `E || (E = {})`, also with exports in between.
        let argument = self.text(arguments.node).trim_start_matches('(');
        let name: &str =
            argument.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).next().unwrap_or("");
        if name.is_empty() || !argument.contains("= {})") {
            return false;
        }
        let Some(function) = self.children(callee.node).first().filter(|f| f.kind == Kind::FunctionExpression) else {
            return false;
        };
        let Some(body) = self.children(function.node).field(At::Body) else { return false };
        let mut entries = Vec::new();
        for statement in self.children(body.node).iter() {
            match self.member_of_enumeration(statement, name) {
                Some(entry) => entries.push(entry),
                None => return false,
            }
        }
        if entries.is_empty() {
            return false;
        }
        let object = self.add(crate::ir::Expr::Object(entries), call);
        self.push(Stmt::Assign(Place::Name(Name::new(name)), object));
        true
    }

    /// `E["Get"] = "GET";`
    fn member_of_enumeration(&mut self, statement: Item<'t>, name: &str) -> Option<(Key, ExprId)> {
        let assignment = self.children(statement.node).first().filter(|a| a.kind == Kind::Assignment)?;
        let children = self.children(assignment.node);
        let (left, right) = (children.field(At::Left)?, children.field(At::Right)?);
        let (rest, text) = (self.text(left.node).strip_prefix(name)?, right.kind == Kind::String);
        let key = rest.strip_prefix("[\"").and_then(|k| k.strip_suffix("\"]")).or_else(|| rest.strip_prefix('.'))?;
        text.then(|| (Key::Name(Name::new(key)), self.expr(right)))
    }

    /// `__extends(Sub, Base)`, `util.inherits(Sub, Base)`: a class made of functions derives from another.
    pub(super) fn compiled_inheritance(&mut self, call: Node<'t>) -> bool {
        let children = self.children(call);
        let (Some(callee), Some(arguments)) = (children.field(At::Function), children.field(At::Arguments)) else {
            return false;
        };
        let helper = self.text(callee.node).rsplit('.').next().unwrap_or_default();
        if !matches!(helper, "__extends" | "_inherits" | "_inheritsLoose" | "inherits") {
            return false;
        }
        let names: Vec<Item<'t>> = self.children(arguments.node).iter().collect();
        let [sub, base] = names.as_slice() else { return false };
        let sub = self.name(sub.node);
        let base = self.enclosing_argument(*base, call).unwrap_or(*base);
        if !matches!(base.kind, Kind::Identifier | Kind::Member) {
            return false;
        }
        let base = self.expr(base);
        self.prototype_base(&sub, base)
    }

    /// `var Sub = (function (_super) { … }(Base))`: what the parameter of the function around a place was given.
    fn enclosing_argument(&mut self, parameter: Item<'t>, place: Node<'t>) -> Option<Item<'t>> {
        let wanted = self.text(parameter.node);
        let mut at = place;
        for _ in 0..8 {
            at = at.parent()?;
            if at.kind() != "function_expression" {
                continue;
            }
            let parameters = self.children(at).field(At::Parameters)?;
            if self.children(parameters.node).first().is_none_or(|p| self.text(p.node) != wanted) {
                return None;
            }
            let mut call = at.parent()?;
            if call.kind() == "parenthesized_expression" {
                call = call.parent()?;
            }
            let arguments = self.children(call).field(At::Arguments)?;
            return self.children(arguments.node).first();
        }
        None
    }
}
