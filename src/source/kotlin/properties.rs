//! Kotlin properties: of files, functions, classes, objects and companions; accessors and delegates.

use super::Lowerer;
use super::grammar::{Kind, is_expression, is_type, kind};
use crate::ir::{self, ClassId, Expr, ExprId, Function, FunctionKind, Name, Place, Span, Stmt};
use crate::source::jvm::injected::injected;
use tree_sitter::Node;

/// The parts of a property declaration.
pub(super) struct Property<'t> {
    /// One variable, or several for a destructuring declaration.
    variable: Option<Node<'t>>,
    ty: Option<Node<'t>>,
    value: Option<Node<'t>>,
    delegate: Option<Node<'t>>,
    getter: Option<Node<'t>>,
}

impl<'t> Lowerer<'t> {
    fn property(&mut self, node: Node<'t>) -> Property<'t> {
        let mut property = Property { variable: None, ty: None, value: None, delegate: None, getter: None };
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::VariableDeclaration => {
                    property.variable = Some(part);
                    property.ty = self.b.kids(part).into_iter().find(|k| is_type(kind(*k)));
                }
                Kind::MultiVariableDeclaration => property.variable = Some(part),
                Kind::PropertyDelegate => property.delegate = self.b.first(part),
                Kind::Getter => property.getter = Some(part),
                k if is_expression(k) => property.value = Some(part),
                _ => {}
            }
        }
        property
    }

    /// The name of a property that is one variable.
    pub(super) fn property_name(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let variable = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::VariableDeclaration)?;
        self.variable_name(variable)
    }

    /// The declared type of a property.
    pub(super) fn property_type(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        self.property(node).ty
    }

    pub(super) fn variable_name(&mut self, variable: Node<'t>) -> Option<Node<'t>> {
        self.b.kids(variable).into_iter().find(|k| kind(*k) == Kind::Identifier)
    }

    /// `val name: Type = value` in a function or at the top of a file.
    pub(super) fn local_property(&mut self, node: Node<'t>) {
        let property = self.property(node);
        let Some(variable) = property.variable else { return };
        if kind(variable) == Kind::MultiVariableDeclaration {
            let value = property.value.map(|v| self.expr(v));
            if let Some(value) = value {
                let value = self.b.named_value(value, node);
                self.destructure(variable, value);
            }
            return;
        }
        let Some(name) = self.variable_name(variable).map(|n| self.ident(n)) else { return };
        if let Some(ty) = property.ty {
            self.tables.declare(&name, self.b.text(ty));
        }
        let value = self.property_value(&property, node);
        if let Some(value) = value {
            self.note_table(&name, value);
            if matches!(self.b.module.expr(value), Expr::Lambda(_) | Expr::Field(..)) {
                self.callables.insert(name.clone());
            }
            self.b.assign(name.clone(), value);
        }
        if self.b.function != ir::Module::MAIN {
            self.b.scope.declare(name);
        }
    }

    /// Whether a property is declared for a receiver (`val Type.name get() = …`).
    pub(super) fn is_extension(&mut self, node: Node<'t>) -> bool {
        self.b.kids(node).into_iter().any(|k| is_type(kind(k)))
    }

    /// An extension property: a function without an owner, read like a field of its receiver.
    pub(super) fn extension_property(&mut self, node: Node<'t>) {
        let property = self.property(node);
        let Some(name) = property.variable.and_then(|v| self.variable_name(v)).map(|n| self.ident(n)) else { return };
        let Some(getter) = property.getter else { return };
        let mut function = Function::new(name, Span::of(&node));
        function.kind = FunctionKind::Property;
        function.returns = property.ty.map(|ty| self.ty(ty));
        self.accessor_function(getter, function, false);
    }

    /// The value of a property with the declared type where that tells more; of a delegate or getter what it gives.
    fn property_value(&mut self, property: &Property<'t>, node: Node<'t>) -> Option<ExprId> {
        let value = match (property.value, property.delegate, property.getter) {
            (Some(value), _, _) => Some(self.expr(value)),
            (None, Some(delegate), _) => self.delegate_value(delegate),
            (None, None, Some(getter)) => {
                let id = self.accessor_function(getter, Function::new("", Span::of(&getter)), true);
                let callee = self.b.add(Expr::Lambda(id), node);
                Some(self.b.add(Expr::Call(callee, Vec::new()), node))
            }
            _ => None,
        };
        match (value, property.ty) {
            (Some(value), Some(ty)) if matches!(self.b.module.expr(value), Expr::Call(..) | Expr::Unknown) => {
                Some(self.typed(value, ty))
            }
            (None, Some(ty)) => {
                let nothing = self.b.unknown(ty);
                Some(self.typed(nothing, ty)).filter(|id| *id != nothing)
            }
            (value, _) => value,
        }
    }

    /// `by lazy { value }` is the value; of other delegates only a type argument is known (`by inject<Api>()`).
    fn delegate_value(&mut self, delegate: Node<'t>) -> Option<ExprId> {
        if kind(delegate) != Kind::CallExpression {
            return None;
        }
        let parts = self.b.kids(delegate);
        let lambda = parts.iter().find(|p| kind(**p) == Kind::AnnotatedLambda);
        if let Some(lambda) = lambda {
            let lambda = self.b.kids(*lambda).into_iter().find(|k| kind(*k) == Kind::LambdaLiteral)?;
            let function = self.lambda_function(lambda);
            let callee = self.b.add(Expr::Lambda(function), lambda);
            return Some(self.b.add(Expr::Call(callee, Vec::new()), lambda));
        }
        let arguments = parts.iter().find(|p| kind(**p) == Kind::TypeArguments)?;
        let ty = self.b.first(*arguments)?;
        let ty_id = self.ty(ty);
        let nothing = self.b.unknown(ty);
        Some(self.b.add(Expr::Typed(nothing, ty_id), ty))
    }

    /// Gives each name of `(a, b)` its part.
    pub(super) fn destructure(&mut self, variables: Node<'t>, value: ExprId) {
        for (index, variable) in self.b.kids(variables).into_iter().enumerate() {
            let Some(name) = self.variable_name(variable).map(|n| self.ident(n)) else { continue };
            if name != "_" {
                let index = self.b.add(Expr::Number(Name::new(index.to_string())), variable);
                let part = self.b.add(Expr::Index(value, index), variable);
                self.b.assign(name.clone(), part);
                self.b.scope.declare(name);
            }
        }
    }

    /// Notes a variable whose value is a collection made in place.
    fn note_table(&mut self, name: &Name, value: ExprId) {
        if let Some(table) =
            self.tables.of(&self.b, value).filter(|_| !matches!(self.b.module.expr(value), Expr::Name(_)))
        {
            self.tables.note(name, table);
        }
    }

    /// A property of a class: a field, and a function that is read like a field if it has a getter or delegate.
    pub(super) fn member_property(&mut self, class: ClassId, node: Node<'t>, is_static: bool, constructed: bool) {
        let property = self.property(node);
        let Some(name) = property.variable.and_then(|v| self.variable_name(v)).map(|n| self.ident(n)) else { return };
        if let Some(getter) = property.getter.filter(|_| property.value.is_none()) {
            let mut function = Function::new(name.clone(), Span::of(&node));
            function.owner = Some(class);
            function.kind = FunctionKind::Property;
            function.returns = property.ty.map(|ty| self.ty(ty));
            let id = self.accessor_function(getter, function, false);
            self.add_method(class, id);
            return;
        }
        if constructed && !is_static && (property.value.is_some() || property.delegate.is_some()) {
            return;
        }
        let value = match (property.value, property.delegate) {
            (Some(value), _) => Some(self.expr(value)),
            (None, Some(delegate)) => self.delegate_value(delegate),
            _ => self.injected(node),
        };
        if let Some(value) = value {
            self.note_table(&name, value);
        }
        let ty = property.ty.map(|ty| self.ty(ty));
        self.add_field(class, ir::Field { name, ty, value, span: Span::of(&node) });
    }

    /// What a framework puts into a property by its annotations.
    fn injected(&mut self, node: Node<'t>) -> Option<ExprId> {
        let modifiers = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::Modifiers)?;
        let annotations = self.annotations(modifiers);
        injected(&mut self.b, &annotations, modifiers)
    }

    /// A property of a class whose constructor sets it: literals stay with the field, everything else is assigned.
    pub(super) fn initialise_property(&mut self, class: ClassId, node: Node<'t>) {
        let property = self.property(node);
        if property.value.is_none() && property.delegate.is_none() {
            return;
        }
        let Some(name) = property.variable.and_then(|v| self.variable_name(v)).map(|n| self.ident(n)) else { return };
        let Some(value) = self.property_value(&property, node) else { return };
        self.note_table(&name, value);
        let ty = property.ty.map(|ty| self.ty(ty));
        let is_literal = self.b.literal_text(value).is_some()
            || matches!(self.b.module.expr(value), Expr::Number(_) | Expr::Bool(_) | Expr::Null);
        if !is_literal {
            let this = self.b.add(Expr::This, node);
            self.b.emit(Stmt::Assign(Place::Field(this, name.clone()), value));
        }
        let value = is_literal.then_some(value);
        self.add_field(class, ir::Field { name, ty, value, span: Span::of(&node) });
    }

    /// The body of `get() = …` or `get() { … }`.
    fn accessor_function(&mut self, getter: Node<'t>, mut function: Function, nested: bool) -> ir::FunctionId {
        if nested {
            function.parent = Some(self.b.function);
        }
        let body = self.b.kids(getter).into_iter().find(|k| kind(*k) == Kind::FunctionBody);
        let frame = self.b.begin_function(function, nested);
        if let Some(body) = body {
            self.function_body(body);
        }
        self.b.end_function(frame)
    }

    pub(super) fn add_field(&mut self, class: ClassId, field: ir::Field) {
        if let Some(class) = self.b.module.classes.get_mut(class.0 as usize) {
            class.fields.push(field);
        }
    }

    pub(super) fn add_method(&mut self, class: ClassId, method: ir::FunctionId) {
        if let Some(class) = self.b.module.classes.get_mut(class.0 as usize) {
            class.methods.push(method);
        }
    }
}
