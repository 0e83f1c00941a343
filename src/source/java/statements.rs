//! Java statements. Loops and `try` are flattened, so `break` and `continue` leave nothing behind.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arm, Expr, ExprId, Place, Stmt};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// Any statement; several may come out of it.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        if self.b.descend(node) {
            self.statement_inner(node);
            self.b.ascend();
        }
    }

    pub(super) fn statements(&mut self, node: Node<'t>) {
        for kid in self.b.parts(node) {
            self.statement(kid);
        }
    }

    fn scoped(&mut self, lower: impl FnOnce(&mut Self)) {
        let mark = self.b.scope.open(true);
        lower(self);
        self.b.scope.close(mark);
    }

    /// The body of a loop or `try`.
    fn flattened(&mut self, body: Option<Node<'t>>) {
        let Some(body) = body else { return };
        let frame = self.b.begin_block();
        self.statement(body);
        self.b.end_flattened(frame, body);
    }

    fn statement_inner(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::ExpressionStatement => {
                if let Some(inner) = self.b.first(node) {
                    self.effect(inner);
                }
            }
            Kind::Block | Kind::ConstructorBody | Kind::StaticInitializer => self.scoped(|s| s.statements(node)),
            Kind::LocalVariableDeclaration => self.local_variables(node),
            Kind::ReturnStatement => {
                let value = self.b.first(node).map(|v| self.expr(v));
                self.b.emit(Stmt::Return(value));
            }
            Kind::YieldStatement => {
                let value = self.b.first(node).map(|v| self.expr(v));
                self.b.emit(Stmt::Return(value));
            }
            Kind::ThrowStatement => {
                if let Some(inner) = self.b.first(node) {
                    self.effect(inner);
                }
                self.b.emit(Stmt::Exit);
            }
            Kind::IfStatement => self.if_statement(node),
            Kind::SwitchExpression => self.switch_statement(node),
            Kind::ForStatement => self.scoped(|s| s.for_statement(node)),
            Kind::EnhancedForStatement => self.scoped(|s| s.for_each(node)),
            Kind::WhileStatement | Kind::DoStatement => {
                if let Some(condition) = child(node, Field::Condition) {
                    self.effect(condition);
                }
                self.flattened(child(node, Field::Body));
            }
            Kind::TryStatement | Kind::TryWithResources => self.scoped(|s| s.try_statement(node)),
            Kind::SynchronizedStatement => {
                if let Some(body) = child(node, Field::Body) {
                    self.statement(body);
                }
            }
            Kind::LabeledStatement => {
                if let Some(inner) = self.b.kids(node).last() {
                    self.statement(*inner);
                }
            }
            Kind::ExplicitConstructorInvocation => self.constructor_invocation(node),
            Kind::ClassDeclaration
            | Kind::RecordDeclaration
            | Kind::InterfaceDeclaration
            | Kind::EnumDeclaration
            | Kind::AnnotationTypeDeclaration => self.class_declaration(node),
            Kind::AssertStatement => self.statements(node),
            Kind::MethodInvocation | Kind::BinaryExpression | Kind::ParenthesizedExpression => self.effect(node),
            _ if node.is_error() => self.statements(node),
            _ => {}
        }
    }

    /// An expression for its effect.
    pub(super) fn effect(&mut self, node: Node<'t>) {
        if kind(node) == Kind::AssignmentExpression {
            self.assignment(node);
            return;
        }
        let value = self.expr(node);
        if !matches!(self.b.module.expr(value), Expr::Unknown | Expr::Name(_) | Expr::Text(_) | Expr::Number(_)) {
            self.b.emit(Stmt::Eval(value));
        }
    }

    /// `Type a = x, b;`
    fn local_variables(&mut self, node: Node<'t>) {
        let Some(ty) = child(node, Field::Type) else { return };
        for declarator in self.b.kids(node) {
            if kind(declarator) == Kind::VariableDeclarator
                && let Some(name) = child(declarator, Field::Name)
            {
                self.declare_variable(name, Some(ty), child(declarator, Field::Value));
            }
        }
    }

    /// Declares a local variable; the declared type counts where the value tells nothing.
    fn declare_variable(&mut self, name: Node<'t>, ty: Option<Node<'t>>, value: Option<Node<'t>>) {
        let name = self.b.name(name);
        if let Some(ty) = ty {
            self.tables.declare(&name, self.b.text(ty));
        }
        let value = match value {
            Some(value) => {
                let id = self.expr(value);
                match ty {
                    Some(ty) if matches!(self.b.module.expr(id), Expr::Call(..)) => Some(self.typed(id, ty)),
                    _ => Some(id),
                }
            }
            None => ty.and_then(|ty| {
                let nothing = self.b.unknown(ty);
                Some(self.typed(nothing, ty)).filter(|id| *id != nothing)
            }),
        };
        if let Some(value) = value {
            self.b.assign(name.clone(), value);
        }
        self.b.scope.declare(name);
    }

    /// `place = value` and `place += value`; returns what was assigned.
    pub(super) fn assignment(&mut self, node: Node<'t>) -> ExprId {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else {
            return self.b.unknown(node);
        };
        let operator = child(node, Field::Operator).map_or("=", |o| self.b.text(o));
        let mut value = self.expr(right);
        if operator != "=" {
            let before = self.expr(left);
            value = if operator == "+=" {
                self.b.sum(vec![before, value], node)
            } else {
                self.b.add(Expr::Opaque(vec![before, value]), node)
            };
        }
        let target = self.expr(left);
        let place = match self.b.module.expr(target) {
            Expr::Name(name) => Place::Name(name.clone()),
            Expr::Field(object, name) => Place::Field(*object, name.clone()),
            Expr::Index(object, key) => Place::Index(*object, *key),
            _ => return value,
        };
        self.b.emit(Stmt::Assign(place, value));
        target
    }

    fn constructor_invocation(&mut self, node: Node<'t>) {
        let Some(target) = child(node, Field::Constructor) else { return };
        let callee = if kind(target) == Kind::Super { Expr::Super } else { Expr::This };
        let callee = self.b.add(callee, target);
        let args = child(node, Field::Arguments).map(|list| self.args(list)).unwrap_or_default();
        let call = self.b.add(Expr::Call(callee, args), node);
        self.b.emit(Stmt::Eval(call));
    }

    pub(super) fn arm(&mut self, when: Option<ExprId>, body: impl FnOnce(&mut Self)) -> Arm {
        let frame = self.b.begin_block();
        body(self);
        Arm { when, body: self.b.end_block(frame) }
    }

    /// `if … else if … else …` as one branch.
    fn if_statement(&mut self, node: Node<'t>) {
        let mut arms = Vec::new();
        let mut current = Some(node);
        while let Some(node) = current.take() {
            let when = child(node, Field::Condition).map(|c| self.expr(c));
            let body = child(node, Field::Consequence);
            arms.push(self.arm(when, |s| body.into_iter().for_each(|b| s.statement(b))));
            match child(node, Field::Alternative) {
                Some(next) if kind(next) == Kind::IfStatement => current = Some(next),
                Some(other) => arms.push(self.arm(None, |s| s.statement(other))),
                None => {}
            }
        }
        self.b.emit(Stmt::Branch(arms));
    }

    fn for_statement(&mut self, node: Node<'t>) {
        let start = self.b.out.len();
        for field in [Field::Init, Field::Condition] {
            match child(node, field) {
                Some(part) if kind(part) == Kind::LocalVariableDeclaration => self.statement(part),
                Some(part) => self.effect(part),
                None => {}
            }
        }
        self.b.forget_counters(start, node);
        self.flattened(child(node, Field::Body));
    }

    /// `for (Type name : collection)`.
    fn for_each(&mut self, node: Node<'t>) {
        let (Some(name), Some(value)) = (child(node, Field::Name), child(node, Field::Value)) else { return };
        let collection = self.expr(value);
        let element = self.b.add(Expr::Element(collection), value);
        let name = self.b.name(name);
        let element = match child(node, Field::Type) {
            Some(ty) if matches!(self.b.module.expr(collection), Expr::Call(..)) => self.typed(element, ty),
            _ => element,
        };
        self.b.assign(name.clone(), element);
        self.b.scope.declare(name);
        self.flattened(child(node, Field::Body));
    }

    /// Resources and body in sequence; each `catch` is an arm that may run.
    fn try_statement(&mut self, node: Node<'t>) {
        let resources = child(node, Field::Resources).map(|r| self.b.kids(r)).unwrap_or_default();
        for resource in resources {
            match child(resource, Field::Name) {
                Some(name) => {
                    self.declare_variable(name, child(resource, Field::Type), child(resource, Field::Value));
                }
                None => self.statements(resource),
            }
        }
        let mut arms = Vec::new();
        let mut last = None;
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Block => self.flattened(Some(part)),
                Kind::CatchClause => {
                    let when = self.b.unknown(part);
                    arms.push(self.arm(Some(when), |s| s.catch_clause(part)));
                }
                Kind::FinallyClause => last = self.b.first(part),
                _ => {}
            }
        }
        if !arms.is_empty() {
            self.b.emit(Stmt::Branch(arms));
        }
        if let Some(last) = last {
            self.statement(last);
        }
    }

    fn catch_clause(&mut self, node: Node<'t>) {
        let parameter = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::CatchParameter);
        if let Some(name) = parameter.and_then(|p| child(p, Field::Name)) {
            let name = self.b.name(name);
            self.b.scope.declare(name);
        }
        if let Some(body) = child(node, Field::Body) {
            self.statement(body);
        }
    }
}
