//! C# patterns as conditions, and deconstruction.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Expr, ExprId, Name, Place, Stmt};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// The condition under which a pattern fits; `None` for `_`, which always does. Names in it are assigned on the way.
    pub(super) fn pattern(&mut self, subject: ExprId, node: Node<'t>) -> Option<ExprId> {
        if !self.b.descend(node) {
            return Some(self.b.unknown(node));
        }
        let condition = match kind(node) {
            Kind::Discard => None,
            Kind::ConstantPattern => Some(match self.b.first(node) {
                Some(value) if self.b.text(value) == "_" => self.b.add(Expr::Bool(true), node),
                Some(value) => {
                    let value = self.expr(value);
                    self.b.add(Expr::Equal(subject, value, true), node)
                }
                None => self.b.unknown(node),
            }),
            Kind::OrPattern | Kind::AndPattern => {
                let parts: Vec<ExprId> =
                    self.b.kids(node).into_iter().filter_map(|k| self.pattern(subject, k)).collect();
                let any = kind(node) == Kind::OrPattern;
                Some(self.b.add(if any { Expr::Any(parts) } else { Expr::All(parts) }, node))
            }
            Kind::NegatedPattern => {
                let inner = self.b.first(node).and_then(|k| self.pattern(subject, k));
                Some(match inner {
                    Some(inner) => self.b.add(Expr::Not(inner), node),
                    None => self.b.unknown(node),
                })
            }
            _ => {
                if let Some(name) = child(node, Field::Name).filter(|n| kind(*n) == Kind::Identifier) {
                    let ty = child(node, Field::Type).and_then(|t| self.type_of(t));
                    let value = self.typed(subject, ty, node);
                    self.assign_local(name, value);
                }
                Some(self.b.unknown(node))
            }
        };
        self.b.ascend();
        condition
    }

    /// Declares a variable and gives it a value.
    pub(super) fn assign_local(&mut self, name: Node<'t>, value: ExprId) {
        let name = self.b.name(name);
        self.declare(&name);
        self.b.assign(name, value);
    }

    /// `(a, var b) = value`, `var (a, b) = value`.
    pub(super) fn deconstruct(&mut self, target: Node<'t>, value: ExprId) {
        if !self.b.descend(target) {
            return;
        }
        let value = self.b.named_value(value, target);
        for (position, part) in self.b.kids(target).into_iter().enumerate() {
            let index = self.b.add(Expr::Number(Name::from(position.to_string())), part);
            let element = self.b.add(Expr::Index(value, index), part);
            let part = if kind(part) == Kind::Argument { self.b.first(part).unwrap_or(part) } else { part };
            match kind(part) {
                Kind::TuplePattern | Kind::Tuple => self.deconstruct(part, element),
                Kind::DeclarationExpression => {
                    if let Some(name) = child(part, Field::Name) {
                        self.assign_local(name, element);
                    }
                }
                Kind::Identifier if kind(target) == Kind::TuplePattern => self.assign_local(part, element),
                _ => self.assign_to(part, element),
            }
        }
        self.b.ascend();
    }

    /// Assigns to a variable, a member or an element.
    pub(super) fn assign_to(&mut self, target: Node<'t>, value: ExprId) {
        if matches!(kind(target), Kind::Tuple | Kind::TuplePattern) {
            return self.deconstruct(target, value);
        }
        let place = self.expr(target);
        let place = match self.b.module.expr(place) {
            Expr::Name(name) => Place::Name(name.clone()),
            Expr::Field(object, name) => Place::Field(*object, name.clone()),
            Expr::Index(object, key) => Place::Index(*object, *key),
            _ => return,
        };
        self.b.emit(Stmt::Assign(place, value));
    }
}
