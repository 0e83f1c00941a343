//! C# types, written as expressions the way `ir` wants them.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Expr, ExprId, Name};
use tree_sitter::Node;

/// Types around another type that change nothing of what it can do.
const TRANSPARENT: &[&str] = &["Task", "ValueTask", "Nullable", "Lazy"];

impl<'t> Lowerer<'t> {
    /// The type written at a node; `None` if it says nothing (`var`).
    pub(super) fn type_of(&mut self, node: Node<'t>) -> Option<ExprId> {
        if !self.b.descend(node) {
            return None;
        }
        let ty = self.type_at(node);
        self.b.ascend();
        ty
    }

    fn type_at(&mut self, node: Node<'t>) -> Option<ExprId> {
        match kind(node) {
            Kind::Identifier | Kind::PredefinedType => {
                let name = self.b.name(node);
                Some(self.b.add(Expr::Name(name), node))
            }
            Kind::QualifiedName | Kind::AliasQualifiedName => {
                let text = self.b.text(node).split('<').next().unwrap_or_default().replace("::", ".");
                Some(self.b.dotted(&text, node))
            }
            Kind::NullableType => child(node, Field::Type).and_then(|t| self.type_of(t)),
            Kind::ArrayType => {
                let inner = child(node, Field::Type).and_then(|t| self.type_of(t))?;
                let array = self.b.add(Expr::Name(Name::new_static("Array")), node);
                Some(self.b.add(Expr::Generic(array, vec![inner]), node))
            }
            Kind::GenericName => self.generic(node),
            _ => None,
        }
    }

    fn generic(&mut self, node: Node<'t>) -> Option<ExprId> {
        let kids = self.b.kids(node);
        let name = self.b.name(*kids.first()?);
        let arguments = kids.get(1).copied()?;
        let mut types: Vec<ExprId> = self.b.kids(arguments).into_iter().filter_map(|t| self.type_of(t)).collect();
        if TRANSPARENT.contains(&name.as_str()) {
            return types.pop();
        }
        let base = self.b.add(Expr::Name(name), node);
        Some(self.b.add(Expr::Generic(base, types), node))
    }

    /// The name of a generic or plain name, without its arguments.
    pub(super) fn plain_name(&mut self, node: Node<'t>) -> Name {
        if kind(node) == Kind::GenericName {
            return self.b.first(node).map(|n| self.b.name(n)).unwrap_or_default();
        }
        self.b.name(node)
    }

    /// Keeps a declared type where the value comes from elsewhere.
    pub(super) fn typed(&mut self, value: ExprId, ty: Option<ExprId>, node: Node<'t>) -> ExprId {
        let elsewhere = matches!(
            self.b.module.expr(value),
            Expr::Call(..) | Expr::Name(_) | Expr::Field(..) | Expr::Index(..) | Expr::Null | Expr::Opaque(_)
        );
        let telling = ty.is_some_and(|t| match self.b.module.expr(t) {
            Expr::Name(name) => name.starts_with(|c: char| c.is_uppercase()),
            _ => true,
        });
        match ty.filter(|_| elsewhere && telling) {
            Some(ty) => self.b.add(Expr::Typed(value, ty), node),
            None => value,
        }
    }
}
