//! Destructuring: one assignment a name.

use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{Expr, ExprId, Key, Name, Place, Stmt};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// Assigns `value` to a pattern.
    pub(super) fn bind(&mut self, pattern: Item<'t>, value: ExprId) {
        let node = pattern.node;
        self.deeper(node, |l| match pattern.kind {
            Kind::Identifier | Kind::ShorthandPattern => {
                let name = l.name(node);
                l.push(Stmt::Assign(Place::Name(name), value));
            }
            Kind::ObjectPattern => l.bind_object(node, value),
            Kind::ArrayPattern => l.bind_array(node, value),
            Kind::AssignmentPattern | Kind::ObjectAssignmentPattern => l.bind_default(node, value),
            Kind::RestPattern | Kind::NonNull | Kind::Parenthesized => {
                if let Some(inner) = l.children(node).first() {
                    l.bind(inner, value);
                }
            }
            _ => {
                if let Some(place) = l.place(pattern) {
                    l.push(Stmt::Assign(place, value));
                }
            }
        });
    }

    fn bind_object(&mut self, node: Node<'t>, value: ExprId) {
        let value = self.held(value, node);
        for child in self.children(node).iter() {
            match child.kind {
                Kind::PairPattern => {
                    let children = self.children(child.node);
                    let (Some(key), Some(target)) = (children.field(At::Key), children.field(At::Value)) else {
                        continue;
                    };
                    let part = match self.key(key) {
                        Key::Name(name) => Expr::Field(value, name),
                        Key::Expr(key) => Expr::Index(value, key),
                        Key::Spread => continue,
                    };
                    let part = self.add(part, child.node);
                    self.bind(target, part);
                }
                Kind::RestPattern => self.bind(child, value),
                _ => {
                    let name = self.bound_name(child);
                    let part = self.add(Expr::Field(value, name), child.node);
                    self.bind(child, part);
                }
            }
        }
    }

    /// The key that `x` or `x = 1` takes from an object.
    fn bound_name(&mut self, item: Item<'t>) -> Name {
        if item.kind != Kind::ObjectAssignmentPattern {
            return self.name(item.node);
        }
        self.children(item.node).field(At::Left).map(|left| self.name(left.node)).unwrap_or_default()
    }

    fn bind_array(&mut self, node: Node<'t>, value: ExprId) {
        let value = self.held(value, node);
        // Holes (`[, b]`) are only commas, so positions are counted on all tokens.
        let mut parts = Vec::new();
        let mut position = 0_usize;
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            if child.is_named() && !child.is_extra() {
                parts.push((position, child));
            } else if child.kind() == "," {
                position += 1;
            }
        }
        for (position, child) in parts {
            let item = Item { field: At::Other, kind: self.family.kind(child), node: child };
            if item.kind == Kind::RestPattern {
                self.bind(item, value);
                continue;
            }
            let index = self.add(Expr::Number(Name::from(position.to_string())), child);
            let part = self.add(Expr::Index(value, index), child);
            self.bind(item, part);
        }
    }

    fn bind_default(&mut self, node: Node<'t>, value: ExprId) {
        let children = self.children(node);
        let (Some(left), Some(right)) = (children.field(At::Left), children.field(At::Right)) else { return };
        let default = self.expr(right);
        let value = self.add(Expr::Choice(vec![value, default]), node);
        self.bind(left, value);
    }

    /// A value that several assignments read: computed once.
    pub(super) fn held(&mut self, value: ExprId, node: Node<'t>) -> ExprId {
        if matches!(
            self.module.expr(value),
            Expr::Name(_) | Expr::This | Expr::Module(_) | Expr::Field(..) | Expr::Index(..)
        ) {
            return value;
        }
        let name = self.temporary();
        self.push(Stmt::Assign(Place::Name(name.clone()), value));
        self.add(Expr::Name(name), node)
    }
}
