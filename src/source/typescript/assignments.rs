//! Assignments, wherever they stand, and the places they go to.

use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{Expr, ExprId, Name, Place, Stmt};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// An assignment inside an expression: the effect goes to the block, the value stays here.
    pub(super) fn assignment(&mut self, node: Node<'t>) -> ExprId {
        let children = self.children(node);
        let (Some(left), Some(right)) = (children.field(At::Left), children.field(At::Right)) else {
            return self.parts(node);
        };
        let operator = self.operator(node);
        if operator.is_empty() {
            return self.plain_assignment(left, right);
        }
        let old = self.expr(left);
        let new = self.expr(right);
        let value = match operator {
            "+=" => self.joined(vec![old, new], node),
            "||=" | "??=" => self.add(Expr::Choice(vec![old, new]), node),
            "&&=" => new,
            _ => self.add(Expr::Opaque(vec![old, new]), node),
        };
        if let Some(place) = self.place(left) {
            self.push(Stmt::Assign(place, value));
        }
        value
    }

    fn plain_assignment(&mut self, left: Item<'t>, right: Item<'t>) -> ExprId {
        if let Some(value) = self.commonjs_assignment(left, right) {
            return value;
        }
        match left.kind {
            Kind::ObjectPattern | Kind::ArrayPattern => {
                let value = self.expr(right);
                self.bind(left, value);
                value
            }
            _ => {
                let place = self.place(left);
                // A function in a field is no function of the scope, so only variables give their name.
                let name = match &place {
                    Some(Place::Name(name)) => name.clone(),
                    _ => Name::default(),
                };
                // `x.name = { … }`: in its methods `this` is not `name`, so only functions and classes take it.
                let value = match (&place, right.kind) {
                    (Some(Place::Field(..)), Kind::Object) => self.expr(right),
                    _ => self.named_expr(right, &name),
                };
                if let Some(place) = place {
                    self.push(Stmt::Assign(place, value));
                }
                value
            }
        }
    }

    /// Where an assignment goes.
    pub(super) fn place(&mut self, item: Item<'t>) -> Option<Place> {
        match item.kind {
            Kind::Identifier => Some(Place::Name(self.name(item.node))),
            Kind::Member | Kind::Subscript => {
                let target = self.deeper(item.node, |l| l.compound(item))?;
                match self.module.expr(target) {
                    Expr::Name(name) => Some(Place::Name(name.clone())),
                    Expr::Field(object, name) => Some(Place::Field(*object, name.clone())),
                    Expr::Index(object, key) => Some(Place::Index(*object, *key)),
                    _ => None,
                }
            }
            Kind::Parenthesized | Kind::NonNull | Kind::As | Kind::Satisfies => {
                let inner = self.children(item.node).first()?;
                self.deeper(item.node, |l| l.place(inner)).flatten()
            }
            _ => None,
        }
    }
}
