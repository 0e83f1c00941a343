//! Go functions, methods, constants and variables.

use super::grammar::{Field, Kind, child, kind};
use super::types::base_name;
use super::{Lowerer, Name};
use crate::ir::{Expr, ExprId, Function, FunctionId, Span, Stmt};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// `func name(…)`.
    pub(super) fn function_declaration(&mut self, node: Node<'t>) {
        let name = child(node, Field::Name).map(|n| self.b.name(n)).unwrap_or_default();
        let function = Function::new(name, Span::of(&node));
        self.receiver = None;
        self.function(function, node, false);
    }

    /// `func (r *T) name(…)`.
    pub(super) fn method_declaration(&mut self, node: Node<'t>) {
        let name = child(node, Field::Name).map(|n| self.b.name(n)).unwrap_or_default();
        let mut function = Function::new(name, Span::of(&node));
        let owner = self.receiver_type(node).map(|owner| self.class(&owner, node));
        function.owner = owner;
        self.receiver = self.receiver_name(node);
        let id = self.function(function, node, false);
        self.receiver = None;
        if let Some(class) = owner.and_then(|o| self.b.module.classes.get_mut(o.0 as usize)) {
            class.methods.push(id);
        }
    }

    /// Parameters, results and body, shared with function literals.
    pub(super) fn function(&mut self, mut function: Function, node: Node<'t>, nested: bool) -> FunctionId {
        function.params = self.params(child(node, Field::Parameters));
        function.returns = self.result_type(child(node, Field::Result));
        let names: Vec<Name> = function.params.iter().map(|p| p.name.clone()).collect();
        let results = self.result_names(child(node, Field::Result));
        let outer_results = std::mem::replace(&mut self.results, results);
        let frame = self.b.begin_function(function, nested);
        for name in names {
            self.declare(name);
        }
        if let Some(body) = child(node, Field::Body) {
            self.statement(body);
        }
        self.results = outer_results;
        self.b.end_function(frame)
    }

    fn result_names(&mut self, result: Option<Node<'t>>) -> Vec<Name> {
        let Some(list) = result.filter(|r| kind(*r) == Kind::ParameterList) else { return Vec::new() };
        let mut names = Vec::new();
        for declaration in self.b.kids(list) {
            let ty = child(declaration, Field::Type).map(|t| t.id());
            let kids = self.b.kids(declaration);
            let named = kids.into_iter().filter(|k| Some(k.id()) != ty && kind(*k) == Kind::Identifier);
            names.extend(named.map(|n| self.b.name(n)));
        }
        names
    }

    fn receiver(&mut self, method: Node<'t>) -> Option<Node<'t>> {
        let list = child(method, Field::Receiver)?;
        self.b.first(list)
    }

    /// The simple name of the receiver's type.
    pub(super) fn receiver_type(&mut self, method: Node<'t>) -> Option<Name> {
        let ty = child(self.receiver(method)?, Field::Type)?;
        Some(Name::new(base_name(self.b.text(ty))))
    }

    fn receiver_name(&mut self, method: Node<'t>) -> Option<Name> {
        let name = child(self.receiver(method)?, Field::Name)?;
        Some(self.b.name(name))
    }

    /// `const …`: an entry without a value repeats the expression before it.
    pub(super) fn const_declaration(&mut self, node: Node<'t>) {
        let mut values: Vec<Node<'t>> = Vec::new();
        let mut ty = None;
        for (index, spec) in self.b.kids(node).into_iter().enumerate() {
            if let Some(list) = child(spec, Field::Value) {
                values = self.b.kids(list).to_vec();
                ty = child(spec, Field::Type);
            }
            self.iota = u32::try_from(index).ok();
            let is_name = |k: &Node<'t>| kind(*k) == Kind::Identifier && ty.is_none_or(|t| t.id() != k.id());
            let names: Vec<Node<'t>> = self.b.kids(spec).into_iter().filter(is_name).collect();
            for (name, value) in names.into_iter().zip(&values) {
                let mut value = self.expr(*value);
                // Methods of the type can be called on a constant.
                if let Some(ty) = ty
                    && matches!(self.b.module.expr(value), Expr::Number(_) | Expr::Text(_))
                {
                    value = self.typed(value, ty);
                }
                let name = self.b.name(name);
                if name != "_" {
                    self.b.assign(name, value);
                }
            }
        }
        self.iota = None;
    }

    /// `var …`, alone or in a group.
    pub(super) fn var_declaration(&mut self, node: Node<'t>) {
        for spec in self.b.kids(node) {
            match kind(spec) {
                Kind::VarSpecList => self.var_declaration(spec),
                Kind::VarSpec => self.var_spec(spec),
                _ => {}
            }
        }
    }

    fn var_spec(&mut self, spec: Node<'t>) {
        let ty = child(spec, Field::Type);
        let is_name = |k: &Node<'t>| kind(*k) == Kind::Identifier && ty.is_none_or(|t| t.id() != k.id());
        let names: Vec<Node<'t>> = self.b.kids(spec).into_iter().filter(is_name).collect();
        let values = child(spec, Field::Value).map(|list| self.b.kids(list)).unwrap_or_default();
        if values.len() == 1 && names.len() > 1 {
            let value = self.expr(values[0]);
            self.destructure(&names, value);
            return;
        }
        for (index, name) in names.into_iter().enumerate() {
            let value = values.get(index).map(|v| self.expr(*v));
            self.declare_variable(name, ty, value);
        }
    }

    /// `func(…) { … }` as a value.
    pub(super) fn func_literal(&mut self, node: Node<'t>) -> ExprId {
        let mut function = Function::new("", Span::of(&node));
        function.parent = Some(self.b.function);
        let id = self.function(function, node, true);
        self.b.add(Expr::Lambda(id), node)
    }

    /// `return …`: several values are a list; a bare return gives the named results.
    pub(super) fn return_statement(&mut self, node: Node<'t>) {
        let values: Vec<ExprId> = match self.b.first(node) {
            Some(list) => self.b.kids(list).into_iter().map(|v| self.expr(v)).collect(),
            None => {
                let names = self.results.clone();
                names.into_iter().map(|name| self.b.add(Expr::Name(name), node)).collect()
            }
        };
        let value = match values.as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => Some(self.b.add(Expr::List(values), node)),
        };
        self.b.emit(Stmt::Return(value));
    }
}
