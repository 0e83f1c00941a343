//! Classes and their members, functions used as classes included.

use super::functions::Shape;
use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{Class, ClassId, Expr, ExprId, Field, FunctionId, FunctionKind, Key, Module, Name, Place, Span, Stmt};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A class used as a value: its name. `outer` is the name it is bound to.
    pub(super) fn class_expression(&mut self, node: Node<'t>, outer: Option<Name>) -> ExprId {
        let own = self.children(node).field(At::Name).map(|n| self.name(n.node));
        let name = outer.filter(|n| !n.is_empty()).or(own).unwrap_or_else(|| self.temporary());
        self.class(node, name.clone(), Vec::new());
        self.add(Expr::Name(name), node)
    }

    /// Lowers a class with its members.
    pub(super) fn class(&mut self, node: Node<'t>, name: Name, mut decorators: Vec<ExprId>) -> ClassId {
        let children = self.children(node);
        let id = self.module.add_class(Class::new(name, Span::of(&node)));
        let mut bases = Vec::new();
        for child in children.iter() {
            match child.kind {
                Kind::ClassHeritage => self.bases(child.node, &mut bases),
                Kind::Decorator => decorators.push(self.first(child.node)),
                _ => {}
            }
        }
        if let Some(class) = self.class_mut(id) {
            class.bases = bases;
            class.decorators = decorators;
        }
        // `this` of an enclosing object literal ends here.
        let this = self.this.take();
        if let Some(body) = children.field(At::Body) {
            self.deeper(node, |l| l.members(id, body.node));
        }
        self.this = this;
        id
    }

    pub(super) fn class_mut(&mut self, id: ClassId) -> Option<&mut Class> {
        self.module.classes.get_mut(id.0 as usize)
    }

    fn bases(&mut self, heritage: Node<'t>, bases: &mut Vec<ExprId>) {
        for child in self.children(heritage).iter() {
            match child.kind {
                Kind::ExtendsClause => bases.extend(self.children(child.node).field(At::Value).map(|v| self.expr(v))),
                Kind::Implements => {
                    for ty in self.children(child.node).iter() {
                        bases.extend(self.type_of(ty));
                    }
                }
                // JavaScript has the expression right here.
                _ => bases.push(self.expr(child)),
            }
        }
    }

    fn members(&mut self, class: ClassId, body: Node<'t>) {
        let mut decorators = Vec::new();
        for child in self.children(body).iter() {
            match child.kind {
                Kind::Decorator => decorators.push(self.first(child.node)),
                Kind::Method | Kind::MethodSignature | Kind::AbstractMethod => {
                    let decorators = std::mem::take(&mut decorators);
                    self.method(class, child, decorators);
                }
                Kind::FieldDeclaration | Kind::FieldDefinition => {
                    let decorators = std::mem::take(&mut decorators);
                    self.field(class, child.node, decorators);
                }
                Kind::StaticBlock => {
                    if let Some(block) = self.children(child.node).field(At::Body) {
                        self.statement(block);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn method(&mut self, class: ClassId, item: Item<'t>, decorators: Vec<ExprId>) {
        let Some(key) = self.children(item.node).field(At::Name) else { return };
        let mut name = self.member_name(key);
        let kind = if name == "constructor" {
            FunctionKind::Constructor
        } else if self.has_token(item.node, "static") {
            FunctionKind::Static
        } else if self.has_token(item.node, "get") {
            FunctionKind::Property
        } else {
            FunctionKind::Plain
        };
        if self.has_token(item.node, "set") {
            // A setter shares its name with the getter, which is what reading it means.
            name = Name::from(format!("set {name}"));
        }
        let parent = self.enclosing();
        let shape = Shape { name, owner: Some(class), kind: Some(kind), parent, decorators, ..Shape::default() };
        let id = self.function(item.node, shape);
        if kind == FunctionKind::Constructor {
            self.parameter_properties(class, item.node);
        }
        if let Some(class) = self.class_mut(class) {
            class.methods.push(id);
        }
    }

    /// The function around a class, `None` at the top of the file.
    fn enclosing(&self) -> Option<FunctionId> {
        (self.function != Module::MAIN).then_some(self.function)
    }

    fn member_name(&mut self, key: Item<'t>) -> Name {
        match self.key(key) {
            Key::Name(name) => name,
            _ => self.name(key.node),
        }
    }

    /// Fields declared by the constructor's parameters.
    fn parameter_properties(&mut self, class: ClassId, constructor: Node<'t>) {
        let Some(list) = self.children(constructor).field(At::Parameters) else { return };
        for child in self.children(list.node).iter() {
            if !matches!(child.kind, Kind::RequiredParameter | Kind::OptionalParameter) || !self.is_property(child.node)
            {
                continue;
            }
            let children = self.children(child.node);
            let Some(name) = children.field(At::Pattern).filter(|p| p.kind == Kind::Identifier) else { continue };
            let ty = children.field(At::Type).and_then(|t| self.type_of(t));
            let field = Field { name: self.name(name.node), ty, value: None, span: Span::of(&child.node) };
            if let Some(class) = self.class_mut(class) {
                class.fields.push(field);
            }
        }
    }

    fn field(&mut self, class: ClassId, node: Node<'t>, mut decorators: Vec<ExprId>) {
        let children = self.children(node);
        let Some(key) = children.field(At::Name).or_else(|| children.field(At::Property)) else { return };
        for child in children.iter().filter(|c| c.kind == Kind::Decorator) {
            decorators.push(self.first(child.node));
        }
        let name = self.member_name(key);
        let value = children.field(At::Value);
        // `get = async (path) => …` is a method for all that matters.
        if let Some(function) = value.filter(|v| matches!(v.kind, Kind::Arrow | Kind::FunctionExpression)) {
            let kind = self.has_token(node, "static").then_some(FunctionKind::Static);
            let parent = self.enclosing();
            let shape = Shape { name, owner: Some(class), kind, parent, decorators, ..Shape::default() };
            let id = self.function(function.node, shape);
            if let Some(class) = self.class_mut(class) {
                class.methods.push(id);
            }
            return;
        }
        let ty = children.field(At::Type).and_then(|t| self.type_of(t));
        let value = value.map(|v| match v.kind {
            Kind::Object => self.expr(v),
            _ => self.named_expr(v, &name),
        });
        let field = Field { name, ty, value, span: Span::of(&node) };
        if let Some(class) = self.class_mut(class) {
            class.fields.push(field);
        }
    }

    /// `function F() { this.x = … }` with methods on `F.prototype`: a class with that constructor.
    pub(super) fn constructor_function(&mut self, node: Node<'t>, name: Name) {
        let class = self.prototype_class(&name, node);
        let parent = self.enclosing();
        let kind = Some(FunctionKind::Constructor);
        let id = self.function(node, Shape { name, owner: Some(class), kind, parent, ..Shape::default() });
        if let Some(class) = self.class_mut(class) {
            class.methods.push(id);
        }
    }

    /// The class that a name before `.prototype` stands for.
    fn prototype_class(&mut self, name: &Name, node: Node<'t>) -> ClassId {
        if let Some((_, id)) = self.constructors.iter().find(|(n, _)| n == name) {
            return *id;
        }
        let id = self.module.add_class(Class::new(name.clone(), Span::of(&node)));
        self.constructors.push((name.clone(), id));
        id
    }

    /// Notes what a class made of a function derives from; says whether there is such a class.
    pub(super) fn prototype_base(&mut self, name: &Name, base: ExprId) -> bool {
        let Some((_, id)) = self.constructors.iter().find(|(n, _)| n == name) else {
            if !self.prototypes.contains(name.as_str()) {
                return false;
            }
            let id = self.module.add_class(Class::new(name.clone(), self.module.span(base)));
            self.constructors.push((name.clone(), id));
            return self.prototype_base(name, base);
        };
        if let Some(class) = self.class_mut(*id) {
            class.bases.push(base);
        }
        true
    }

    /// `F.prototype.m = function …`; whether `left` is such a place.
    pub(super) fn prototype_method(&mut self, left: Item<'t>, right: Item<'t>) -> bool {
        let Some((class, member)) = self.text(left.node).split_once(".prototype") else { return false };
        if left.kind != Kind::Member || !self.prototypes.contains(class) {
            return false;
        }
        let class = self.prototype_class(&Name::new(class), left.node);
        match member.strip_prefix('.') {
            Some(name) => {
                let name = Name::new(name);
                self.prototype_member(class, name, right);
            }
            // `F.prototype = { … }` or `Object.create(Base.prototype)`.
            None => self.prototype_object(class, right),
        }
        true
    }

    fn prototype_member(&mut self, class: ClassId, name: Name, value: Item<'t>) {
        if matches!(value.kind, Kind::Arrow | Kind::FunctionExpression | Kind::Method) {
            let parent = self.enclosing();
            let id = self.function(value.node, Shape { name, owner: Some(class), parent, ..Shape::default() });
            if let Some(class) = self.class_mut(class) {
                class.methods.push(id);
            }
        } else if name != "constructor" {
            let value = Some(self.expr(value));
            let span = value.map(|v| self.module.span(v)).unwrap_or_default();
            if let Some(class) = self.class_mut(class) {
                class.fields.push(Field { name, ty: None, value, span });
            }
        }
    }

    fn prototype_object(&mut self, class: ClassId, value: Item<'t>) {
        match value.kind {
            Kind::Object => {
                for child in self.children(value.node).iter() {
                    let children = self.children(child.node);
                    let entry = match child.kind {
                        Kind::Method => children.field(At::Name).map(|name| (name, child)),
                        _ => children.field(At::Key).zip(children.field(At::Value)),
                    };
                    if let Some((key, value)) = entry {
                        let name = self.member_name(key);
                        self.prototype_member(class, name, value);
                    }
                }
            }
            Kind::Call => {
                let text = self.text(value.node);
                let base = text.strip_prefix("Object.create(").and_then(|t| t.split_once(".prototype")).map(|(b, _)| b);
                if let Some(base) = base {
                    let base = self.add(Expr::Name(Name::new(base)), value.node);
                    if let Some(class) = self.class_mut(class) {
                        class.bases.push(base);
                    }
                }
            }
            _ => {}
        }
    }

    /// A class declaration: the class, and its name in scope.
    pub(super) fn class_declaration(&mut self, node: Node<'t>, decorators: Vec<ExprId>) -> Option<Name> {
        let name = self.children(node).field(At::Name).map(|n| self.name(n.node));
        let class = name.clone().unwrap_or_else(|| Name::new_static("default"));
        self.class(node, class, decorators);
        name
    }

    /// `export default` of something named.
    pub(super) fn export_default(&mut self, name: Name, node: Node<'t>) {
        let value = self.add(Expr::Name(name), node);
        self.push(Stmt::Assign(Place::Name(Name::new_static("default")), value));
    }
}
