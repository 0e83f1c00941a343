//! Functions, methods and lambdas: parameters, bodies, what they see.

use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{
    ClassId, Expr, ExprId, Function, FunctionId, FunctionKind, Module, Name, Param, ParamKind, Place, Span, Stmt,
};
use tree_sitter::Node;

/// What is known of a function before it is lowered.
#[derive(Default)]
pub(super) struct Shape {
    pub name: Name,
    pub owner: Option<ClassId>,
    pub kind: Option<FunctionKind>,
    pub parent: Option<FunctionId>,
    pub decorators: Vec<ExprId>,
    /// The object whose method it is, where that has a name.
    pub this: Option<Name>,
    /// Whether `yield` in it means `await`.
    pub awaits: bool,
}

impl<'t> Lowering<'t> {
    /// A function used as a value.
    pub(super) fn lambda(&mut self, node: Node<'t>, name: Name) -> ExprId {
        let parent = Some(self.function);
        let id = self.function(node, Shape { name, parent, ..Shape::default() });
        self.add(Expr::Lambda(id), node)
    }

    /// A method of an object literal; its name is the key, not a name of the scope.
    pub(super) fn method_value(&mut self, node: Node<'t>, this: Option<&Name>) -> ExprId {
        let parent = Some(self.function);
        let id = self.function(node, Shape { parent, this: this.cloned(), ..Shape::default() });
        self.add(Expr::Lambda(id), node)
    }

    /// `function f() { … }`: found by name at the top, assigned where it is nested.
    pub(super) fn function_declaration(&mut self, node: Node<'t>) -> Option<Name> {
        let name = self.children(node).field(At::Name).map(|n| self.name(n.node))?;
        if self.prototypes.contains(name.as_str()) {
            self.constructor_function(node, name.clone());
            return Some(name);
        }
        if self.function == Module::MAIN {
            self.function(node, Shape { name: name.clone(), ..Shape::default() });
        } else {
            let lambda = self.lambda(node, name.clone());
            self.hoisted.push(Stmt::Assign(Place::Name(name.clone()), lambda));
        }
        Some(name)
    }

    /// Lowers any kind of function.
    pub(super) fn function(&mut self, node: Node<'t>, shape: Shape) -> FunctionId {
        let mut function = Function::new(shape.name, Span::of(&node));
        function.owner = shape.owner;
        function.parent = shape.parent;
        function.kind = shape.kind.unwrap_or(FunctionKind::Plain);
        function.decorators = shape.decorators;
        function.test = self.test;
        let arrow = shape.owner.is_none() && self.family.kind(node) == Kind::Arrow;
        let id = self.module.add_function(function);

        let this = if arrow { self.this.clone() } else { shape.this };
        let outer_this = std::mem::replace(&mut self.this, this);
        let outer_awaits = std::mem::replace(&mut self.awaits, shape.awaits);
        let outer_function = std::mem::replace(&mut self.function, id);
        let outer_hoisted = std::mem::take(&mut self.hoisted);
        let outer_block = std::mem::take(&mut self.block);

        let children = self.children(node);
        let params = self.parameters(children.field(At::Parameters), children.field(At::Parameter));
        let returns = children.field(At::ReturnType).and_then(|t| self.type_of(t));
        if let Some(body) = children.field(At::Body) {
            self.function_body(body);
        }

        let mut body = std::mem::replace(&mut self.hoisted, outer_hoisted);
        body.append(&mut std::mem::replace(&mut self.block, outer_block));
        self.function = outer_function;
        self.this = outer_this;
        self.awaits = outer_awaits;
        if let Some(function) = self.function_mut(id) {
            function.params = params;
            function.returns = returns;
            function.body = body;
        }
        id
    }

    fn function_body(&mut self, body: Item<'t>) {
        if body.kind == Kind::Block {
            self.statement(body);
        } else {
            let value = self.expr(body);
            self.push(Stmt::Return(Some(value)));
        }
    }

    fn parameters(&mut self, list: Option<Item<'t>>, single: Option<Item<'t>>) -> Vec<Param> {
        let mut params = Vec::new();
        if let Some(single) = single {
            params.push(self.parameter(single, 0));
        }
        if let Some(list) = list {
            for child in self.children(list.node).iter().filter(|c| c.kind != Kind::Decorator) {
                if child.kind == Kind::RequiredParameter && self.text(child.node).starts_with("this:") {
                    continue;
                }
                let param = self.parameter(child, params.len());
                params.push(param);
            }
        }
        params
    }

    fn parameter(&mut self, item: Item<'t>, position: usize) -> Param {
        let (mut pattern, mut ty, mut default) = (Some(item), None, None);
        let mut property = false;
        if matches!(item.kind, Kind::RequiredParameter | Kind::OptionalParameter) {
            let children = self.children(item.node);
            pattern = children.field(At::Pattern).or_else(|| children.field(At::Name));
            ty = children.field(At::Type).and_then(|t| self.type_of(t));
            default = children.field(At::Value);
            property =
                pattern.is_some_and(|p| p.node.start_byte() > item.node.start_byte()) && self.is_property(item.node);
        } else if item.kind == Kind::AssignmentPattern {
            let children = self.children(item.node);
            pattern = children.field(At::Left);
            default = children.field(At::Right);
        }
        let mut kind = ParamKind::Normal;
        if let Some(rest) = pattern.filter(|p| p.kind == Kind::RestPattern) {
            kind = ParamKind::Rest;
            pattern = self.children(rest.node).first();
        }
        let name = match pattern {
            Some(p) if p.kind == Kind::Identifier => self.name(p.node),
            _ => Name::from(format!("_{position}")),
        };
        let default = default.map(|d| self.named_expr(d, &name));
        if let Some(p) = pattern.filter(|p| p.kind != Kind::Identifier) {
            let value = self.add(Expr::Name(name.clone()), p.node);
            self.bind(p, value);
        }
        if property {
            let (this, value) = (self.add(Expr::This, item.node), self.add(Expr::Name(name.clone()), item.node));
            self.push(Stmt::Assign(Place::Field(this, name.clone()), value));
        }
        Param { name, ty, default, kind }
    }

    /// `constructor(private readonly api: Api)`: a parameter that is a field as well.
    pub(super) fn is_property(&mut self, node: Node<'t>) -> bool {
        let text = self.text(node);
        let first = text.split_whitespace().next().unwrap_or_default();
        matches!(first, "private" | "public" | "protected" | "readonly" | "override")
            || (first.starts_with('@') && self.has_modifier(node))
    }

    fn has_modifier(&mut self, node: Node<'t>) -> bool {
        let modified = node.named_children(&mut node.walk()).any(|c| c.kind() == "accessibility_modifier");
        modified || self.has_token(node, "readonly")
    }
}
