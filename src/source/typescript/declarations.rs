//! Declarations other than variables: functions, classes, interfaces, enums, type aliases, namespaces.

use super::functions::Shape;
use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{Class, Expr, Field, Key, Name, Place, Span, Stmt};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// Lowers a declaration; anything else is ignored.
    pub(super) fn declaration(&mut self, item: Item<'t>) {
        let node = item.node;
        match item.kind {
            Kind::Function | Kind::Generator => {
                self.function_declaration(node);
            }
            Kind::ClassDeclaration | Kind::AbstractClass | Kind::Class => {
                self.class_declaration(node, Vec::new());
            }
            Kind::Interface => self.interface(node),
            Kind::Enum => self.enumeration(node),
            Kind::TypeAlias => self.type_alias(node),
            Kind::InternalModule | Kind::Module => self.namespace(node),
            Kind::Ambient => self.ambient(node),
            _ => {}
        }
    }

    fn interface(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(name), Some(body)) = (children.field(At::Name), children.field(At::Body)) else { return };
        let mut class = Class::new(self.name(name.node), Span::of(&node));
        class.interface = true;
        if let Some(bases) = children.kind(Kind::ExtendsType) {
            for base in self.children(bases.node).iter() {
                class.bases.extend(self.type_of(base));
            }
        }
        self.interface_members(class, body.node);
    }

    fn interface_members(&mut self, class: Class, body: Node<'t>) {
        let id = self.module.add_class(class);
        for child in self.children(body).iter() {
            match child.kind {
                Kind::MethodSignature => self.method(id, child, Vec::new()),
                Kind::PropertySignature => {
                    let children = self.children(child.node);
                    let Some(key) = children.field(At::Name) else { continue };
                    let Key::Name(name) = self.key(key) else { continue };
                    let ty = children.field(At::Type).and_then(|t| self.type_of(t));
                    let field = Field { name, ty, value: None, span: Span::of(&child.node) };
                    if let Some(class) = self.class_mut(id) {
                        class.fields.push(field);
                    }
                }
                _ => {}
            }
        }
    }

    /// `type Deps = { api: MonitorsApi }` is an interface; `type Api = v1.MonitorsApi` another name.
    fn type_alias(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(name), Some(value)) = (children.field(At::Name), children.field(At::Value)) else { return };
        let name = self.name(name.node);
        match value.kind {
            Kind::ObjectType => {
                let mut class = Class::new(name, Span::of(&node));
                class.interface = true;
                self.interface_members(class, value.node);
            }
            Kind::TypeIdentifier | Kind::NestedType | Kind::GenericType => {
                if let Some(ty) = self.type_of(value) {
                    self.push(Stmt::Assign(Place::Name(name), ty));
                }
            }
            _ => {}
        }
    }

    fn enumeration(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(name), Some(body)) = (children.field(At::Name), children.field(At::Body)) else { return };
        let mut class = Class::new(self.name(name.node), Span::of(&node));
        // A member without a value is the number after the one before it.
        let mut next = Some(0_i64);
        for child in self.children(body.node).iter() {
            let parts = self.children(child.node);
            let (key, value) = match child.kind {
                Kind::EnumAssignment => (parts.field(At::Name), parts.field(At::Value)),
                _ => (Some(child), None),
            };
            let Some(Key::Name(name)) = key.map(|k| self.key(k)) else { continue };
            let value = match value {
                Some(value) => Some(self.expr(value)),
                None => next.map(|n| self.add(Expr::Number(n.to_string().into()), child.node)),
            };
            next = value.and_then(|value| match self.module.expr(value) {
                Expr::Number(n) => n.parse().ok().and_then(|n: i64| n.checked_add(1)),
                _ => None,
            });
            class.fields.push(Field { name, ty: None, value, span: Span::of(&child.node) });
        }
        self.module.add_class(class);
    }

    /// A namespace: its members live in the scope around it, and in an object of its name.
    fn namespace(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(name), Some(body)) = (children.field(At::Name), children.field(At::Body)) else { return };
        if name.kind != Kind::Identifier {
            return;
        }
        let name = self.name(name.node);
        let mut entries = Vec::new();
        for child in self.children(body.node).iter() {
            self.statement(child);
            if child.kind == Kind::Export
                && let Some(declaration) = self.children(child.node).field(At::Declaration)
            {
                for member in self.declared_names(declaration) {
                    let value = self.add(Expr::Name(member.clone()), child.node);
                    entries.push((Key::Name(member), value));
                }
            }
        }
        let object = self.add(Expr::Object(entries), node);
        self.push(Stmt::Assign(Place::Name(name), object));
    }

    /// The names that a declaration declares.
    fn declared_names(&mut self, item: Item<'t>) -> Vec<Name> {
        let children = self.children(item.node);
        match item.kind {
            Kind::Lexical | Kind::Variables => {
                let mut names = Vec::new();
                for declarator in children.iter().filter(|c| c.kind == Kind::Declarator) {
                    let target = self.children(declarator.node).field(At::Name);
                    names.extend(target.filter(|t| t.kind == Kind::Identifier).map(|t| self.name(t.node)));
                }
                names
            }
            _ => children.field(At::Name).map(|n| self.name(n.node)).into_iter().collect(),
        }
    }

    /// `declare class X { … }` says what others provide; only shapes are kept.
    fn ambient(&mut self, node: Node<'t>) {
        for child in self.children(node).iter() {
            match child.kind {
                Kind::ClassDeclaration | Kind::AbstractClass | Kind::Interface | Kind::Enum | Kind::TypeAlias => {
                    self.declaration(child);
                }
                _ => {}
            }
        }
    }

    /// A function declared by `export default function () { … }`, under the name `default`.
    pub(super) fn default_function(&mut self, node: Node<'t>) {
        self.function(node, Shape { name: Name::new_static("default"), ..Shape::default() });
    }
}
