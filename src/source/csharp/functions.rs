//! C# functions of all kinds: methods, constructors, local functions, lambdas, and their parameters.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, Function, FunctionId, Name, Param, ParamKind, Place, Span, Stmt};
use tree_sitter::Node;

/// Attributes that mark tests in xUnit, NUnit and MSTest.
const TESTS: &[&str] =
    &["Fact", "Theory", "Test", "TestCase", "TestMethod", "DataTestMethod", "SetUp", "TestInitialize"];

impl<'t> Lowerer<'t> {
    /// Lowers parameters and body into `function`.
    pub(super) fn function(&mut self, node: Node<'t>, mut function: Function, nested: bool) -> FunctionId {
        function.test = self.test;
        let body = child(node, Field::Body)
            .or_else(|| self.b.kids(node).into_iter().find(|k| matches!(kind(*k), Kind::Block | Kind::ArrowClause)));
        let frame = self.b.begin_function(function, nested);
        let params = self.parameters(child(node, Field::Parameters));
        let returns = child(node, Field::Returns).or_else(|| child(node, Field::Type)).and_then(|t| self.type_of(t));
        let decorators = self.attributes(node);
        if let Some(initializer) = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::ConstructorInitializer) {
            self.constructor_initializer(initializer);
        }
        if let Some(body) = body {
            self.body(body);
        }
        let id = self.b.end_function(frame);
        let test = decorators.iter().any(|d| self.is_test_attribute(*d));
        if let Some(function) = self.b.module.functions.get_mut(id.0 as usize) {
            function.params = params;
            function.returns = returns;
            function.decorators = decorators;
            function.test |= test;
        }
        id
    }

    fn is_test_attribute(&self, attribute: ExprId) -> bool {
        let Expr::Call(name, _) = self.b.module.expr(attribute) else { return false };
        matches!(self.b.module.expr(*name), Expr::Name(n) if TESTS.contains(&n.as_str()))
    }

    /// A block, `=> value`, or the value of a lambda.
    pub(super) fn body(&mut self, body: Node<'t>) {
        match kind(body) {
            Kind::Block => self.statement(body),
            Kind::ArrowClause => {
                if let Some(value) = self.b.first(body) {
                    let value = self.expr(value);
                    self.b.emit(Stmt::Return(Some(value)));
                }
            }
            _ => {
                let value = self.expr(body);
                self.b.emit(Stmt::Return(Some(value)));
            }
        }
    }

    /// `: base(…)`, `: this(…)`.
    fn constructor_initializer(&mut self, node: Node<'t>) {
        let is_base = self.b.all_kids(node).into_iter().any(|k| k.kind() == "base");
        let callee = self.b.add(if is_base { Expr::Super } else { Expr::This }, node);
        let args: Vec<Arg> = self.b.first(node).map(|a| self.arguments(a)).unwrap_or_default();
        let call = self.b.add(Expr::Call(callee, args), node);
        self.b.emit(Stmt::Eval(call));
    }

    pub(super) fn parameters(&mut self, list: Option<Node<'t>>) -> Vec<Param> {
        let Some(list) = list else { return Vec::new() };
        let mut params = Vec::new();
        if kind(list) == Kind::ImplicitParameter {
            let name = self.b.name(list);
            self.declare(&name);
            return vec![Param { name, ty: None, default: None, kind: ParamKind::Normal }];
        }
        for parameter in self.b.kids(list) {
            if matches!(kind(parameter), Kind::Parameter | Kind::ImplicitParameter) {
                params.push(self.parameter(parameter));
            }
        }
        // `params T[] rest` stands in the list itself.
        if let Some(name) = child(list, Field::Name) {
            let ty = child(list, Field::Type).and_then(|t| self.type_of(t));
            let name = self.b.name(name);
            self.declare(&name);
            params.push(Param { name, ty, default: None, kind: ParamKind::Rest });
        }
        params
    }

    fn parameter(&mut self, node: Node<'t>) -> Param {
        let name_node = child(node, Field::Name);
        let name = name_node.map_or_else(|| self.b.name(node), |n| self.b.name(n));
        let ty_node = child(node, Field::Type);
        let ty = ty_node.and_then(|t| self.type_of(t));
        let default = self.b.kids(node).into_iter().find(|k| {
            Some(*k) != name_node && Some(*k) != ty_node && !matches!(kind(*k), Kind::Modifier | Kind::AttributeList)
        });
        let default = default.filter(|_| name_node.is_some()).map(|d| self.expr(d));
        self.declare(&name);
        Param { name, ty, default, kind: ParamKind::Normal }
    }

    /// A lambda or anonymous method.
    pub(super) fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let mut function = Function::new("", Span::of(&node));
        function.parent = Some(self.b.function);
        let id = self.function(node, function, true);
        self.b.add(Expr::Lambda(id), node)
    }

    /// A function inside a function, visible in its whole block.
    pub(super) fn local_function(&mut self, node: Node<'t>) {
        let Some(name) = child(node, Field::Name) else { return };
        let name = self.b.name(name);
        self.declare(&name);
        let mut function = Function::new(name.clone(), Span::of(&node));
        function.parent = Some(self.b.function);
        let id = self.function(node, function, true);
        let lambda = self.b.add(Expr::Lambda(id), node);
        self.b.emit(Stmt::Assign(Place::Name(name), lambda));
    }

    /// `[HttpGet("x")]` as calls.
    pub(super) fn attributes(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let mut found = Vec::new();
        for list in self.b.kids(node).into_iter().filter(|k| kind(*k) == Kind::AttributeList) {
            for attribute in self.b.kids(list).into_iter().filter(|k| kind(*k) == Kind::Attribute) {
                let Some(name) = child(attribute, Field::Name) else { continue };
                let text = self.b.text(name);
                let short = text.rsplit('.').next().unwrap_or(text);
                let callee = Expr::Name(Name::new(short.strip_suffix("Attribute").unwrap_or(short)));
                let callee = self.b.add(callee, name);
                let list = self.b.kids(attribute).into_iter().find(|k| kind(*k) == Kind::AttributeArgumentList);
                let args = list.map(|l| self.arguments(l)).unwrap_or_default();
                found.push(self.b.add(Expr::Call(callee, args), attribute));
            }
        }
        found
    }
}
