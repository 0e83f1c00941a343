//! Functions, methods and lambdas.

use super::Lowering;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{
    ClassId, Expr, ExprId, Function, FunctionId, FunctionKind, Module, Name, Param, ParamKind, Span, Stmt,
};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A decorated function or class.
    pub(super) fn decorated(&mut self, node: Node<'t>, owner: Option<ClassId>) {
        let mut decorators = Vec::new();
        for part in self.kids(node) {
            if kind(part) == Kind::Decorator
                && let Some(inner) = self.first(part)
            {
                decorators.push((self.text(inner), self.expr(inner)));
            }
        }
        let Some(definition) = child(node, Field::Definition) else { return };
        match kind(definition) {
            Kind::ClassDefinition => self.class(definition, &decorators, owner),
            _ => {
                self.function(definition, &decorators, owner);
            }
        }
    }

    /// A function definition; methods get their class.
    pub(super) fn function(
        &mut self,
        node: Node<'t>,
        decorators: &[(&'t str, ExprId)],
        owner: Option<ClassId>,
    ) -> FunctionId {
        let name = child(node, Field::Name).map(|n| self.name(n)).unwrap_or_default();
        let is = |d: &str| decorators.iter().any(|(text, _)| *text == d || text.ends_with(&format!(".{d}")));
        let static_method = is("staticmethod");
        let mut function = Function::new(name.clone(), Span::of(&node));
        function.owner = owner;
        function.parent = (self.builder.function != Module::MAIN).then_some(self.builder.function);
        function.decorators = decorators.iter().map(|(_, id)| *id).collect();
        function.kind = match () {
            () if owner.is_none() => FunctionKind::Plain,
            () if name == "__init__" => FunctionKind::Constructor,
            () if is("property") || is("cached_property") || is("hybrid_property") => FunctionKind::Property,
            () if static_method || is("classmethod") => FunctionKind::Static,
            () => FunctionKind::Plain,
        };
        if decorators.iter().any(|(text, _)| text.ends_with(".setter")) {
            function.name = format!("{name}=").into();
        }
        function.test = self.tests && (name.starts_with("test_") || is("fixture"));
        function.returns = child(node, Field::ReturnType).map(|t| self.type_expr(t));
        let (params, receiver) = self.parameters(child(node, Field::Parameters), owner.is_some() && !static_method);
        function.params = params;
        let nested = owner.is_none() && self.builder.function != Module::MAIN;
        let frame = self.begin_function(function, true);
        self.receivers.push(receiver);
        self.globals.push(Vec::new());
        for lost in self.parts(node).into_iter().filter(Node::is_error) {
            self.block_of(lost);
        }
        if let Some(body) = child(node, Field::Body) {
            self.block_of(body);
        }
        self.globals.pop();
        self.receivers.pop();
        let id = self.end_function(frame);
        if nested {
            let value = self.add(Expr::Lambda(id), node);
            self.assign(name, value);
        }
        id
    }

    /// Parameters, and the name of the receiver if the first one is it.
    fn parameters(&mut self, node: Option<Node<'t>>, method: bool) -> (Vec<Param>, Option<Name>) {
        let mut params = Vec::new();
        let Some(node) = node else { return (params, None) };
        let mut receiver = None;
        for (i, part) in self.kids(node).into_iter().enumerate() {
            let Some(param) = self.parameter(part) else { continue };
            if i == 0 && method && param.kind == ParamKind::Normal {
                receiver = Some(param.name);
            } else {
                params.push(param);
            }
        }
        (params, receiver)
    }

    fn parameter(&mut self, node: Node<'t>) -> Option<Param> {
        let simple = |name: Name, kind: ParamKind| Param { name, ty: None, default: None, kind };
        match kind(node) {
            Kind::Identifier => Some(simple(self.name(node), ParamKind::Normal)),
            Kind::ListSplatPattern => self.first(node).map(|n| simple(self.name(n), ParamKind::Rest)),
            Kind::DictionarySplatPattern => self.first(node).map(|n| simple(self.name(n), ParamKind::Named)),
            Kind::DefaultParameter | Kind::TypedDefaultParameter => {
                let name = child(node, Field::Name).map(|n| self.name(n))?;
                let ty = child(node, Field::Type).map(|t| self.type_expr(t));
                let default = child(node, Field::Value).map(|v| self.expr(v));
                Some(Param { name, ty, default, kind: ParamKind::Normal })
            }
            Kind::TypedParameter => {
                let inner = self.first(node)?;
                let mut param = self.parameter(inner)?;
                param.ty = child(node, Field::Type).map(|t| self.type_expr(t));
                Some(param)
            }
            _ => None,
        }
    }

    /// `lambda x: …`.
    pub(super) fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let mut function = Function::new("", Span::of(&node));
        function.parent = Some(self.builder.function);
        function.params = self.parameters(child(node, Field::Parameters), false).0;
        let frame = self.begin_function(function, true);
        self.receivers.push(None);
        self.globals.push(Vec::new());
        if let Some(body) = child(node, Field::Body) {
            let value = self.expr(body);
            self.emit(Stmt::Return(Some(value)));
        }
        self.globals.pop();
        self.receivers.pop();
        let id = self.end_function(frame);
        self.add(Expr::Lambda(id), node)
    }
}
