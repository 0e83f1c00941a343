//! Go composite literals: structs become `New` with named arguments, maps `Object`, slices `List`.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use super::types::base_name;
use crate::ir::{Arg, Expr, ExprId};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// `T{…}`.
    pub(super) fn composite_literal(&mut self, node: Node<'t>) -> ExprId {
        match (child(node, Field::Type), child(node, Field::Body)) {
            (Some(ty), Some(body)) => self.literal_of(Some(ty), body, node),
            _ => self.b.unknown(node),
        }
    }

    /// The braces of a literal of a type; inner braces without a type take the element's.
    fn literal_of(&mut self, ty: Option<Node<'t>>, body: Node<'t>, node: Node<'t>) -> ExprId {
        let Some(ty) = ty else { return self.b.unknown(node) };
        match kind(ty) {
            Kind::MapType => self.map_literal(child(ty, Field::Key), child(ty, Field::Value), body, node),
            Kind::SliceType | Kind::ArrayType | Kind::ImplicitLengthArrayType => {
                let element = child(ty, Field::Element);
                let keyed = self.b.first(body).is_some_and(|e| kind(e) == Kind::KeyedElement);
                if keyed {
                    return self.map_literal(None, element, body, node);
                }
                let items = self.b.kids(body).into_iter().map(|e| self.element(e, element)).collect();
                self.b.add(Expr::List(items), node)
            }
            Kind::PointerType => {
                let inner = self.b.first(ty);
                self.literal_of(inner, body, node)
            }
            _ => self.struct_literal(ty, body, node),
        }
    }

    fn map_literal(
        &mut self,
        key_type: Option<Node<'t>>,
        value_type: Option<Node<'t>>,
        body: Node<'t>,
        node: Node<'t>,
    ) -> ExprId {
        let mut entries = Vec::new();
        for entry in self.b.kids(body) {
            let (Some(key), Some(value)) = (child(entry, Field::Key), child(entry, Field::Value)) else { continue };
            let key = self.element(key, key_type);
            let value = self.element(value, value_type);
            entries.push((self.b.key(key), value));
        }
        self.b.add(Expr::Object(entries), node)
    }

    fn struct_literal(&mut self, ty: Node<'t>, body: Node<'t>, node: Node<'t>) -> ExprId {
        let class = self.ty(ty);
        let names = match self.b.module.expr(class) {
            Expr::Name(name) => self.struct_fields.get(name).cloned(),
            _ => None,
        }
        .or_else(|| self.struct_fields.get(base_name(self.b.text(ty))).cloned())
        .unwrap_or_default();
        let mut args = Vec::new();
        for (index, entry) in self.b.kids(body).into_iter().enumerate() {
            if kind(entry) == Kind::KeyedElement {
                let (Some(key), Some(value)) = (child(entry, Field::Key), child(entry, Field::Value)) else { continue };
                let value = self.element(value, None);
                args.push(Arg::named(self.b.text(key), value));
            } else {
                let value = self.element(entry, None);
                args.push(Arg { name: names.get(index).cloned(), value, spread: false });
            }
        }
        self.b.add(Expr::New(class, args), node)
    }

    /// A literal element: an expression, or braces that leave out the type.
    fn element(&mut self, node: Node<'t>, ty: Option<Node<'t>>) -> ExprId {
        let inner = if kind(node) == Kind::LiteralElement { self.b.first(node).unwrap_or(node) } else { node };
        if kind(inner) != Kind::LiteralValue {
            return self.expr(inner);
        }
        if !self.b.descend(inner) {
            return self.b.unknown(inner);
        }
        let id = self.literal_of(ty, inner, inner);
        self.b.ascend();
        id
    }
}
