//! Kotlin statements. Loops are flattened, so `break` and `continue` leave nothing behind.

use super::Lowerer;
use super::grammar::{Field, Kind, child, is_expression, kind};
use crate::ir::{Expr, Module, Place, Stmt};
use crate::source::jvm::tables::Table;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// Any statement; several may come out of it.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        if self.b.descend(node) {
            self.statement_inner(node);
            self.b.ascend();
        }
    }

    /// The statements among the children of a node.
    pub(super) fn statements(&mut self, node: Node<'t>) {
        for kid in self.b.parts(node) {
            self.statement(kid);
        }
    }

    fn statement_inner(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::Block => {
                let mark = self.b.scope.open(true);
                self.statements(node);
                self.b.scope.close(mark);
            }
            Kind::PropertyDeclaration if self.is_extension(node) => self.extension_property(node),
            Kind::PropertyDeclaration => self.local_property(node),
            Kind::FunctionDeclaration => self.local_function(node),
            Kind::ClassDeclaration | Kind::ObjectDeclaration => self.class_declaration(node),
            Kind::Assignment => self.assignment(node),
            Kind::ForStatement => self.for_statement(node),
            Kind::WhileStatement | Kind::DoWhileStatement => {
                if let Some(condition) = child(node, Field::Condition) {
                    self.effect(condition);
                }
                let condition = child(node, Field::Condition).map(|c| c.id());
                let body = self.b.kids(node).into_iter().find(|k| Some(k.id()) != condition && kind(*k) != Kind::Label);
                self.flattened(body);
            }
            Kind::IfExpression => self.if_statement(node),
            Kind::WhenExpression => self.when_statement(node),
            Kind::TryExpression => self.try_statement(node),
            Kind::TypeAlias => self.type_alias(node),
            Kind::ParenthesizedExpression | Kind::LabeledExpression | Kind::AnnotatedExpression => {
                if let Some(inner) = self.b.kids(node).last() {
                    self.statement(*inner);
                }
            }
            k if is_expression(k) => self.effect(node),
            _ if node.is_error() => self.statements(node),
            _ => {}
        }
    }

    /// An expression for its effect.
    pub(super) fn effect(&mut self, node: Node<'t>) {
        let value = self.expr(node);
        let is_idle = matches!(
            self.b.module.expr(value),
            Expr::Unknown | Expr::Name(_) | Expr::Text(_) | Expr::Number(_) | Expr::Null | Expr::Bool(_) | Expr::This
        );
        if !is_idle {
            self.b.emit(Stmt::Eval(value));
        }
    }

    /// A function at the top of the file, or one inside another, which is a variable there.
    fn local_function(&mut self, node: Node<'t>) {
        let nested = self.b.function != Module::MAIN;
        let name = child(node, Field::Name).map(|n| self.ident(n)).unwrap_or_default();
        if nested {
            self.b.scope.declare(name.clone());
            self.callables.insert(name.clone());
        }
        let id = self.function_declaration(node, None, nested);
        if nested {
            let value = self.b.add(Expr::Lambda(id), node);
            self.b.assign(name, value);
        }
    }

    fn type_alias(&mut self, node: Node<'t>) {
        let Some(name) = child(node, Field::Type) else { return };
        let name = self.ident(name);
        if let Some(ty) = self.b.kids(node).last() {
            let ty = self.ty(*ty);
            self.b.assign(name, ty);
        }
    }

    /// `place = value`, `place += value`.
    pub(super) fn assignment(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else { return };
        let operator = child(node, Field::Operator).map_or("=", |o| self.b.text(o));
        let target = self.expr(left);
        let mut value = self.expr(right);
        if operator == "+=" {
            value = if self.tables.of(&self.b, target) == Some(Table::List) {
                let added = self.b.add(Expr::List(vec![value]), right);
                self.b.add(Expr::Choice(vec![target, added]), node)
            } else {
                self.b.sum(vec![target, value], node)
            };
        } else if operator != "=" {
            value = self.b.add(Expr::Opaque(vec![target, value]), node);
        }
        let place = match self.b.module.expr(target) {
            Expr::Name(name) => Place::Name(name.clone()),
            Expr::Field(object, name) => Place::Field(*object, name.clone()),
            Expr::Index(object, key) => Place::Index(*object, *key),
            _ => {
                self.b.emit(Stmt::Eval(value));
                return;
            }
        };
        self.b.emit(Stmt::Assign(place, value));
    }

    /// `for (name in collection)`.
    fn for_statement(&mut self, node: Node<'t>) {
        let mark = self.b.scope.open(true);
        let mut variable = None;
        let mut collection = None;
        let mut body = None;
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::VariableDeclaration | Kind::MultiVariableDeclaration => variable = Some(part),
                Kind::Label | Kind::Annotation => {}
                _ if collection.is_none() => collection = Some(part),
                _ => body = Some(part),
            }
        }
        if let (Some(variable), Some(collection)) = (variable, collection) {
            let value = self.expr(collection);
            if kind(variable) == Kind::MultiVariableDeclaration {
                self.destructured_loop(variable, value, collection);
            } else if let Some(name) = self.variable_name(variable).map(|n| self.ident(n)) {
                let element = self.b.add(Expr::Element(value), collection);
                self.b.assign(name.clone(), element);
                self.b.scope.declare(name);
            }
        }
        self.flattened(body);
        self.b.scope.close(mark);
    }

    /// `for ((key, value) in map)`, or pairs in a list.
    pub(super) fn destructured_loop(&mut self, variables: Node<'t>, value: crate::ir::ExprId, collection: Node<'t>) {
        let element = self.b.add(Expr::Element(value), collection);
        let element = self.b.named_value(element, collection);
        self.destructure(variables, element);
    }

    /// The body of a loop or `try`.
    pub(super) fn flattened(&mut self, body: Option<Node<'t>>) {
        let Some(body) = body else { return };
        let frame = self.b.begin_block();
        self.statement(body);
        self.b.end_flattened(frame, body);
    }
}
