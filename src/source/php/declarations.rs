//! PHP declarations: functions, closures, classes, traits, interfaces, enums.

use super::Lowerer;
use super::grammar::{Field as At, Kind, child, kind};
use crate::ir::{
    Arg, Class, ClassId, Expr, ExprId, Field, Function, FunctionId, FunctionKind, Module, Name, Param, ParamKind,
    Place, Span, Stmt,
};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// `function f() { … }`, wherever it is written, is visible everywhere.
    pub(super) fn function_definition(&mut self, node: Node<'t>) {
        let Some(name) = child(node, At::Name) else { return };
        let function = Function::new(self.b.name(name), Span::of(&node));
        self.function(node, function, false);
    }

    /// A closure or arrow function.
    pub(super) fn closure(&mut self, node: Node<'t>, name: Name) -> ExprId {
        let mut function = Function::new(name, Span::of(&node));
        function.parent = Some(self.b.function);
        let id = self.function(node, function, true);
        self.b.add(Expr::Lambda(id), node)
    }

    fn function(&mut self, node: Node<'t>, function: Function, nested: bool) -> FunctionId {
        let frame = self.b.begin_function(function, nested);
        let params = self.parameters(node);
        let returns = child(node, At::ReturnType).and_then(|t| self.type_of(t));
        let decorators = self.attributes(node);
        match child(node, At::Body) {
            Some(body) if kind(body) == Kind::Compound => self.statement(body),
            Some(body) => {
                let value = self.expr(body);
                self.b.emit(Stmt::Return(Some(value)));
            }
            None => {}
        }
        let id = self.b.end_function(frame);
        if let Some(function) = self.b.module.functions.get_mut(id.0 as usize) {
            function.params = params;
            function.returns = returns;
            function.decorators = decorators;
        }
        id
    }

    fn parameters(&mut self, node: Node<'t>) -> Vec<Param> {
        let Some(list) = child(node, At::Parameters) else { return Vec::new() };
        let mut params = Vec::new();
        for parameter in self.b.kids(list) {
            let Some(name) = child(parameter, At::Name) else { continue };
            let name = self.variable_name(name);
            let ty = child(parameter, At::Type).and_then(|t| self.type_of(t));
            let default = child(parameter, At::DefaultValue).map(|d| self.expr(d));
            let rest = kind(parameter) == Kind::VariadicParameter;
            if kind(parameter) == Kind::Promotion {
                let this = self.b.add(Expr::This, parameter);
                let value = self.b.add(Expr::Name(name.clone()), parameter);
                self.b.emit(Stmt::Assign(Place::Field(this, name.clone()), value));
            }
            let kind = if rest { ParamKind::Rest } else { ParamKind::Normal };
            params.push(Param { name, ty, default, kind });
        }
        params
    }

    /// A type; `None` if it says nothing.
    fn type_of(&mut self, node: Node<'t>) -> Option<ExprId> {
        match kind(node) {
            Kind::NamedType | Kind::OptionalType => {
                let inner = self.b.first(node)?;
                self.type_of(inner)
            }
            Kind::Name | Kind::QualifiedName | Kind::RelativeName => {
                let name = match self.b.text(node) {
                    "self" | "static" => self.class.clone()?,
                    _ => self.simple_name(node),
                };
                Some(self.b.add(Expr::Name(name), node))
            }
            Kind::UnionType => {
                let parts: Vec<ExprId> = self.b.kids(node).into_iter().filter_map(|k| self.type_of(k)).collect();
                match parts.as_slice() {
                    [] => None,
                    [one] => Some(*one),
                    _ => Some(self.b.add(Expr::Choice(parts), node)),
                }
            }
            _ => None,
        }
    }

    /// `#[Route('/x')]` as calls.
    fn attributes(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let Some(list) = child(node, At::Attributes) else { return Vec::new() };
        let mut found = Vec::new();
        for group in self.b.kids(list) {
            for attribute in self.b.kids(group) {
                let Some(name) = self.b.first(attribute) else { continue };
                let callee = self.expr(name);
                let args: Vec<Arg> = self.arguments(child(attribute, At::Parameters));
                found.push(self.b.add(Expr::Call(callee, args), attribute));
            }
        }
        found
    }

    /// A class, trait, interface or enum.
    pub(super) fn class_declaration(&mut self, node: Node<'t>) {
        let Some(name) = child(node, At::Name) else { return };
        let name = self.b.name(name);
        self.class(node, name);
    }

    /// `new class { … }`.
    pub(super) fn anonymous_class(&mut self, node: Node<'t>) -> ExprId {
        let name = self.b.temporary();
        self.class(node, name.clone());
        self.b.add(Expr::Name(name), node)
    }

    fn class(&mut self, node: Node<'t>, name: Name) {
        let mut class = Class::new(name.clone(), Span::of(&node));
        class.interface = kind(node) == Kind::Interface;
        for part in self.b.kids(node) {
            if matches!(kind(part), Kind::BaseClause | Kind::ClassInterfaces) {
                for base in self.b.kids(part) {
                    class.bases.push(self.expr(base));
                }
            }
        }
        class.decorators = self.attributes(node);
        let tests =
            class.bases.iter().any(|b| matches!(self.b.module.expr(*b), Expr::Name(n) if n.ends_with("TestCase")));
        let id = self.b.module.add_class(class);
        let outer = self.class.replace(name);
        if let Some(body) = child(node, At::Body) {
            for member in self.b.sound_parts(body) {
                self.member_declaration(id, member);
            }
        }
        self.class = outer;
        if tests {
            self.mark_tests(id);
        }
    }

    fn mark_tests(&mut self, id: ClassId) {
        let methods = self.b.module.class(id).methods.clone();
        for method in methods {
            if let Some(function) = self.b.module.functions.get_mut(method.0 as usize) {
                function.test = true;
            }
        }
    }

    fn class_mut(&mut self, id: ClassId) -> Option<&mut Class> {
        self.b.module.classes.get_mut(id.0 as usize)
    }

    fn add_field(&mut self, class: ClassId, field: Field) {
        if let Some(class) = self.class_mut(class) {
            class.fields.push(field);
        }
    }

    fn member_declaration(&mut self, class: ClassId, member: Node<'t>) {
        let span = Span::of(&member);
        match kind(member) {
            Kind::Method => self.method(class, member),
            Kind::Const => {
                for element in self.b.kids(member).into_iter().filter(|k| kind(*k) == Kind::ConstElement) {
                    let parts = self.b.kids(element);
                    if let [name, value] = parts.as_slice() {
                        let name = self.b.name(*name);
                        let value = Some(self.expr(*value));
                        self.add_field(class, Field { name, ty: None, value, span });
                    }
                }
            }
            Kind::Property => {
                let ty = child(member, At::Type).and_then(|t| self.type_of(t));
                for element in self.b.kids(member).into_iter().filter(|k| kind(*k) == Kind::PropertyElement) {
                    let Some(name) = child(element, At::Name) else { continue };
                    let name = self.variable_name(name);
                    let value = child(element, At::DefaultValue).map(|v| self.expr(v));
                    self.add_field(class, Field { name, ty, value, span });
                }
            }
            Kind::EnumCase => {
                let Some(name) = child(member, At::Name) else { return };
                let name = self.b.name(name);
                let value = child(member, At::Value).map(|v| self.expr(v));
                self.add_field(class, Field { name, ty: None, value, span });
            }
            // A trait's methods become the class's own.
            Kind::UseDeclaration => {
                for used in
                    self.b.kids(member).into_iter().filter(|k| matches!(kind(*k), Kind::Name | Kind::QualifiedName))
                {
                    let base = self.expr(used);
                    if let Some(class) = self.class_mut(class) {
                        class.bases.push(base);
                    }
                }
            }
            _ => {}
        }
    }

    fn method(&mut self, class: ClassId, node: Node<'t>) {
        let Some(name) = child(node, At::Name) else { return };
        let name = self.b.name(name);
        let is_static = self.b.kids(node).into_iter().any(|k| kind(k) == Kind::StaticModifier);
        let mut function = Function::new(name.clone(), Span::of(&node));
        function.owner = Some(class);
        function.kind = match name.as_str() {
            "__construct" => FunctionKind::Constructor,
            _ if is_static => FunctionKind::Static,
            _ => FunctionKind::Plain,
        };
        function.parent = (self.b.function != Module::MAIN).then_some(self.b.function);
        let constructor = function.kind == FunctionKind::Constructor;
        let id = self.function(node, function, false);
        if let Some(class) = self.class_mut(class) {
            class.methods.push(id);
        }
        if constructor {
            self.promoted_fields(class, node);
        }
    }

    /// Fields declared by the constructor's parameters.
    fn promoted_fields(&mut self, class: ClassId, constructor: Node<'t>) {
        let Some(list) = child(constructor, At::Parameters) else { return };
        for parameter in self.b.kids(list).into_iter().filter(|k| kind(*k) == Kind::Promotion) {
            let Some(name) = child(parameter, At::Name) else { continue };
            let name = self.variable_name(name);
            let ty = child(parameter, At::Type).and_then(|t| self.type_of(t));
            self.add_field(class, Field { name, ty, value: None, span: Span::of(&parameter) });
        }
    }
}
