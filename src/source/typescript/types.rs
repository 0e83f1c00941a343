//! Type annotations, written as expressions the way `ir` wants them.

use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{Expr, ExprId, Key, Name};
use tree_sitter::Node;

/// Types around another type that change nothing of what it can do; `await` being transparent, `Promise` is one.
const TRANSPARENT: &[&str] = &[
    "Promise",
    "PromiseLike",
    "Awaited",
    "Readonly",
    "Partial",
    "Required",
    "NonNullable",
    "InstanceType",
    "DeepPartial",
];

/// Whether a type's name tells nothing of a client or a wrapper.
pub(super) fn is_plain(name: &str) -> bool {
    matches!(
        name,
        "string"
            | "number"
            | "boolean"
            | "any"
            | "unknown"
            | "void"
            | "never"
            | "object"
            | "symbol"
            | "bigint"
            | "const"
    )
}

impl<'t> Lowering<'t> {
    /// The type written at a node; `None` if it says nothing.
    pub(super) fn type_of(&mut self, item: Item<'t>) -> Option<ExprId> {
        let node = item.node;
        match item.kind {
            Kind::TypeIdentifier | Kind::Identifier | Kind::PredefinedType => {
                let name = self.name(node);
                Some(self.add(Expr::Name(name), node))
            }
            Kind::TypeAnnotation | Kind::ParenthesizedType | Kind::ReadonlyType | Kind::FlowMaybe => {
                let inner = self.children(node).first()?;
                self.deeper(node, |l| l.type_of(inner)).flatten()
            }
            Kind::NestedType | Kind::NestedIdentifier | Kind::Member => self.nested_type(node),
            Kind::GenericType => self.deeper(node, |l| l.generic(node)).flatten(),
            Kind::ArrayType => {
                let inner = self.children(node).first()?;
                let inner = self.deeper(node, |l| l.type_of(inner)).flatten()?;
                let array = self.add(Expr::Name(Name::new_static("Array")), node);
                Some(self.add(Expr::Generic(array, vec![inner]), node))
            }
            Kind::Union | Kind::Intersection => self.deeper(node, |l| l.union(node)).flatten(),
            Kind::TypeQuery => {
                let inner = self.children(node).first()?;
                let value = matches!(inner.kind, Kind::Identifier | Kind::Member).then(|| self.expr(inner))?;
                let query = self.add(Expr::Name(Name::new_static("typeof")), node);
                Some(self.add(Expr::Generic(query, vec![value]), node))
            }
            Kind::ObjectType => self.deeper(node, |l| l.object_type(node)),
            _ => None,
        }
    }

    fn nested_type(&mut self, node: Node<'t>) -> Option<ExprId> {
        let mut parts = self.text(node).split('.').map(str::trim);
        let first = Name::new(parts.next()?);
        let mut ty = self.add(Expr::Name(first), node);
        for part in parts {
            ty = self.add(Expr::Field(ty, Name::new(part)), node);
        }
        Some(ty)
    }

    fn generic(&mut self, node: Node<'t>) -> Option<ExprId> {
        let children = self.children(node);
        let (base, arguments) = (children.field(At::Name)?, children.field(At::TypeArguments)?);
        let mut arguments: Vec<ExprId> = self.children(arguments.node).iter().filter_map(|a| self.type_of(a)).collect();
        if TRANSPARENT.contains(&self.text(base.node)) {
            return arguments.pop();
        }
        let base = self.type_of(base)?;
        Some(self.add(Expr::Generic(base, arguments), node))
    }

    /// `A | undefined` is `A`; of several, any.
    fn union(&mut self, node: Node<'t>) -> Option<ExprId> {
        let mut parts = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            for child in self.children(node).iter() {
                if matches!(child.kind, Kind::Union | Kind::Intersection) {
                    open.push(child.node);
                } else {
                    parts.extend(self.type_of(child));
                }
            }
        }
        parts.sort();
        match parts.as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => Some(self.add(Expr::Choice(parts), node)),
        }
    }

    /// `{ api: MonitorsApi; base: string }`: an object of types.
    fn object_type(&mut self, node: Node<'t>) -> ExprId {
        let mut entries = Vec::new();
        for child in self.children(node).iter().filter(|c| c.kind == Kind::PropertySignature) {
            let children = self.children(child.node);
            let Some(name) = children.field(At::Name) else { continue };
            let Some(ty) = children.field(At::Type).and_then(|t| self.type_of(t)) else { continue };
            if let Key::Name(name) = self.key(name) {
                entries.push((Key::Name(name), ty));
            }
        }
        self.add(Expr::Object(entries), node)
    }

    /// The only type in `<T>`, if it may be a class.
    pub(super) fn only_type(&mut self, arguments: Node<'t>) -> Option<ExprId> {
        let children = self.children(arguments);
        let first = children.first().filter(|_| children.iter().count() == 1)?;
        match first.kind {
            Kind::TypeIdentifier | Kind::NestedType => self.type_of(first),
            _ => None,
        }
    }
}
