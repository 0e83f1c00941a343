//! Java types as expressions, and what a declared type adds to a value.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
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
            Kind::ScopedTypeIdentifier | Kind::ScopedIdentifier => {
                let kids = self.b.kids(node);
                match kids.as_slice() {
                    [first, .., last] => {
                        let base = self.ty(*first);
                        let name = self.b.name(*last);
                        self.b.add(Expr::Field(base, name), node)
                    }
                    _ => self.b.unknown(node),
                }
            }
            Kind::GenericType => {
                let kids = self.b.kids(node);
                let Some(base) = kids.first() else { return self.b.unknown(node) };
                let base = self.ty(*base);
                let list = kids.iter().find(|k| kind(**k) == Kind::TypeArguments);
                let args = list.map(|l| self.b.kids(*l)).unwrap_or_default();
                if args.is_empty() {
                    return base;
                }
                let args = args.into_iter().map(|a| self.ty(a)).collect();
                self.b.add(Expr::Generic(base, args), node)
            }
            Kind::ArrayType => {
                let base = self.b.add(Expr::Name(Name::new_static("[]")), node);
                let element = child(node, Field::Element).map(|e| self.ty(e)).into_iter().collect();
                self.b.add(Expr::Generic(base, element), node)
            }
            Kind::AnnotatedType | Kind::Wildcard => {
                let inner = self
                    .b
                    .kids(node)
                    .into_iter()
                    .rev()
                    .find(|k| !matches!(kind(*k), Kind::Annotation | Kind::MarkerAnnotation | Kind::Super));
                match inner {
                    Some(inner) => self.ty(inner),
                    None => self.b.unknown(node),
                }
            }
            _ => {
                let name = self.b.name(node);
                self.b.add(Expr::Name(name), node)
            }
        }
    }

    /// A value with its declared type, where the type tells more than the value.
    pub(super) fn typed(&mut self, value: ExprId, ty: Node<'t>) -> ExprId {
        if is_plain_type(self.b.text(ty)) || kind(ty) == Kind::ArrayType {
            return value;
        }
        let id = self.ty(ty);
        self.b.add(Expr::Typed(value, id), ty)
    }

    /// The class named by a type, without its arguments.
    pub(super) fn simple_type_name(&self, ty: Node<'t>) -> &'t str {
        let text = self.b.text(ty);
        let text = text.split('<').next().unwrap_or(text).trim();
        text.rsplit('.').next().unwrap_or(text).trim()
    }
}
