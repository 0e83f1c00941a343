//! Kotlin types as expressions. Nullability is transparent.

use super::Lowerer;
use super::grammar::{Kind, is_type, kind};
use crate::ir::{Expr, ExprId, Name};
use crate::source::jvm::is_plain_type;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// A type as an expression.
    pub(super) fn ty(&mut self, node: Node<'t>) -> ExprId {
        if !self.b.descend(node) {
            return self.b.unknown(node);
        }
        let id = self.ty_inner(node);
        self.b.ascend();
        id
    }

    fn ty_inner(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::UserType => self.user_type(node),
            Kind::FunctionType => {
                let base = self.b.add(Expr::Name(Name::new_static("func")), node);
                let mut args = Vec::new();
                for part in self.b.kids(node) {
                    if kind(part) == Kind::FunctionTypeParameters {
                        let types = self.b.kids(part);
                        args.extend(
                            types.into_iter().filter(|t| is_type(kind(*t))).map(|t| self.ty(t)).collect::<Vec<_>>(),
                        );
                    } else if is_type(kind(part)) {
                        args.push(self.ty(part));
                    }
                }
                self.b.add(Expr::Generic(base, args), node)
            }
            Kind::Identifier => {
                let name = self.ident(node);
                self.b.add(Expr::Name(name), node)
            }
            _ => {
                let inner = self.b.kids(node).into_iter().find(|k| is_type(kind(*k)));
                match inner {
                    Some(inner) => self.ty(inner),
                    None => self.b.unknown(node),
                }
            }
        }
    }

    /// `a.b.C<X>`.
    fn user_type(&mut self, node: Node<'t>) -> ExprId {
        let mut id = None;
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Identifier => {
                    let name = self.ident(part);
                    let expr = match id {
                        Some(base) => Expr::Field(base, name),
                        None => Expr::Name(name),
                    };
                    id = Some(self.b.add(expr, part));
                }
                Kind::TypeArguments => {
                    let projections = self.b.kids(part);
                    let args: Vec<ExprId> = projections.into_iter().map(|p| self.ty(p)).collect();
                    id = id.map(|base| self.b.add(Expr::Generic(base, args), node));
                }
                _ => {}
            }
        }
        id.unwrap_or_else(|| self.b.unknown(node))
    }

    /// A value with its declared type, where the type tells more than the value.
    pub(super) fn typed(&mut self, value: ExprId, ty: Node<'t>) -> ExprId {
        if is_plain_type(self.b.text(ty).trim_end_matches('?')) || kind(ty) == Kind::FunctionType {
            return value;
        }
        let id = self.ty(ty);
        self.b.add(Expr::Typed(value, id), ty)
    }
}
