//! Kotlin expressions, except calls and branches.

use super::Lowerer;
use super::classes::Header;
use super::grammar::{Field, Kind, child, is_type, kind};
use crate::ir::{Expr, ExprId, Name, Stmt};
use crate::source::jvm::{Sort, is_package_root};
use crate::source::lowering::strings::unescape;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// Any expression.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        if !self.b.descend(node) {
            return self.b.unknown(node);
        }
        let id = self.expr_inner(node);
        self.b.ascend();
        id
    }

    fn expr_at(&mut self, node: Node<'t>, field: Field) -> ExprId {
        match child(node, field) {
            Some(inner) => self.expr(inner),
            None => self.b.unknown(node),
        }
    }

    fn expr_inner(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::Identifier => self.identifier(node),
            Kind::CallExpression => self.call(node),
            Kind::NavigationExpression => self.navigation(node),
            Kind::BinaryExpression => self.binary(node),
            Kind::UnaryExpression => self.unary(node),
            Kind::LambdaLiteral => {
                let id = self.lambda_function(node);
                self.b.add(Expr::Lambda(id), node)
            }
            Kind::AnonymousFunction => self.anonymous_function(node),
            Kind::IfExpression | Kind::WhenExpression => self.branch_value(node),
            Kind::TryExpression => self.try_value(node),
            Kind::ThisExpression => self.this(node),
            Kind::SuperExpression => self.b.add(Expr::Super, node),
            Kind::ObjectLiteral => self.object_literal(node),
            Kind::IndexExpression => self.index(node),
            Kind::InfixExpression => self.infix(node),
            Kind::AsExpression => {
                let value = self.expr_at(node, Field::Left);
                child(node, Field::Right).map_or(value, |ty| self.typed(value, ty))
            }
            Kind::IsExpression => {
                let value = self.expr_at(node, Field::Left);
                self.b.add(Expr::Opaque(vec![value]), node)
            }
            Kind::InExpression => {
                let (left, right) = (self.expr_at(node, Field::Left), self.expr_at(node, Field::Right));
                let inside = !self.b.all_kids(node).into_iter().any(|k| k.kind() == "!in");
                self.b.add(Expr::Contains(left, right, inside), node)
            }
            Kind::CollectionLiteral => {
                let items = self.b.kids(node).into_iter().map(|i| self.expr(i)).collect();
                self.b.add(Expr::List(items), node)
            }
            Kind::CallableReference => self.callable_reference(node),
            Kind::ReturnExpression => self.return_expression(node),
            Kind::ThrowExpression => self.throw_expression(node),
            Kind::ParenthesizedExpression | Kind::AnnotatedExpression | Kind::SpreadExpression => {
                match self.b.kids(node).last() {
                    Some(inner) => self.expr(*inner),
                    None => self.b.unknown(node),
                }
            }
            Kind::LabeledExpression => self.labeled(node),
            Kind::RangeExpression => {
                let parts = self.b.kids(node).into_iter().map(|p| self.expr(p)).collect();
                self.b.add(Expr::Opaque(parts), node)
            }
            _ => self.literal(node),
        }
    }

    /// Texts and other constants; anything else is `Unknown`.
    fn literal(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::StringLiteral | Kind::MultilineString => self.string(node),
            Kind::NumberLiteral | Kind::FloatLiteral => {
                let text = self.b.name(node);
                self.b.add(Expr::Number(text), node)
            }
            Kind::CharacterLiteral => {
                let text = self.b.text(node).trim_matches('\'');
                self.b.literal(unescape(text), node)
            }
            _ => self.b.unknown(node),
        }
    }

    /// `label@ expression`; `break@label` and `continue@label` look the same to the grammar.
    fn labeled(&mut self, node: Node<'t>) -> ExprId {
        let parts = self.b.kids(node);
        match parts.as_slice() {
            [label, inner] if !matches!(self.b.text(*label), "break@" | "continue@") => self.expr(*inner),
            _ => self.b.unknown(node),
        }
    }

    fn identifier(&mut self, node: Node<'t>) -> ExprId {
        let name = self.b.text(node).trim_matches('`');
        match name {
            "true" | "false" => self.b.add(Expr::Bool(name == "true"), node),
            "null" => self.b.add(Expr::Null, node),
            "break" | "continue" => self.b.unknown(node),
            _ => self.bare_text(name, node),
        }
    }

    /// A bare name: a local, a member of an enclosing class, something of the file, or a member of an implicit receiver.
    pub(super) fn bare_text(&mut self, name: &str, node: Node<'t>) -> ExprId {
        if !self.b.scope.contains(name) {
            if let Some(owner) = self.classes.owner_of(&mut self.b, Sort::Field, name, node) {
                return self.b.add(Expr::Field(owner, Name::new(name)), node);
            }
            if let Some(receiver) = self.implicit_receiver(name, node) {
                return self.b.add(Expr::Field(receiver, Name::new(name)), node);
            }
        }
        self.b.add(Expr::Name(Name::new(name)), node)
    }

    /// The receiver of the innermost scope function, for a name that nothing else explains.
    pub(super) fn implicit_receiver(&mut self, name: &str, node: Node<'t>) -> Option<ExprId> {
        let receiver = self.receivers.last()?.clone();
        let is_class = name.starts_with(|c: char| c.is_uppercase());
        if is_class || is_package_root(name) || self.is_known_outside(name) {
            return None;
        }
        Some(self.b.add(Expr::Name(receiver), node))
    }

    fn this(&mut self, node: Node<'t>) -> ExprId {
        let label = self.b.first(node).map(|n| self.b.text(n));
        match label {
            Some(label) => match self.classes.instance_named(&mut self.b, label, node) {
                Some(instance) => instance,
                None => self.b.add(Expr::This, node),
            },
            None => self.receiver(node),
        }
    }

    /// The innermost receiver: that of a scope function or of the method.
    pub(super) fn receiver(&mut self, node: Node<'t>) -> ExprId {
        let expr = self.receivers.last().cloned().map_or(Expr::This, Expr::Name);
        self.b.add(expr, node)
    }

    /// `object.name`, `object?.name`, `object::name`, `Type::class`, `Type::class.java`.
    fn navigation(&mut self, node: Node<'t>) -> ExprId {
        let parts = self.b.all_kids(node);
        let [object, operator, name] = parts.as_slice() else { return self.b.unknown(node) };
        let (object, operator, name) = (*object, *operator, *name);
        if kind(operator) == Kind::DoubleColon && self.b.text(name) == "class" {
            return self.expr(object);
        }
        if matches!(self.b.text(name), "java" | "kotlin" | "javaObjectType") && self.b.text(object).ends_with("::class")
        {
            return self.expr(object);
        }
        let object = self.expr(object);
        let name = self.ident(name);
        self.b.add(Expr::Field(object, name), node)
    }

    /// `::function`, `Type::member` where the type has arguments.
    fn callable_reference(&mut self, node: Node<'t>) -> ExprId {
        let parts = self.b.kids(node);
        let ty = parts.iter().find(|p| is_type(kind(**p))).copied();
        let name = parts.iter().rev().find(|p| kind(**p) == Kind::Identifier).copied();
        match (ty, name) {
            (Some(ty), None) => self.ty(ty),
            (Some(ty), Some(name)) => {
                let object = self.ty(ty);
                let name = self.ident(name);
                self.b.add(Expr::Field(object, name), node)
            }
            (None, Some(name)) => {
                let text = self.b.text(name);
                self.bare_function(text, name)
            }
            (None, None) => self.b.unknown(node),
        }
    }

    fn object_literal(&mut self, node: Node<'t>) -> ExprId {
        let header = self.header(node);
        let hint = match header.bases.first().map(|b| self.b.module.expr(*b)) {
            Some(Expr::Name(name) | Expr::Field(_, name)) => name.clone(),
            _ => Name::new_static("object"),
        };
        let header = Header { decorators: Vec::new(), ..header };
        let name = self.anonymous_class(&header, &hint, node);
        let ty = self.b.add(Expr::Name(name), node);
        self.b.add(Expr::New(ty, Vec::new()), node)
    }

    fn index(&mut self, node: Node<'t>) -> ExprId {
        let parts: Vec<ExprId> = self.b.kids(node).into_iter().map(|p| self.expr(p)).collect();
        match parts.as_slice() {
            [object, key, ..] => self.b.add(Expr::Index(*object, *key), node),
            _ => self.b.unknown(node),
        }
    }

    /// `a to b` is a pair; any other infix function is a method.
    fn infix(&mut self, node: Node<'t>) -> ExprId {
        let parts = self.b.kids(node);
        let [left, name, right] = parts.as_slice() else { return self.b.unknown(node) };
        let (left, right) = (self.expr(*left), self.expr(*right));
        let name = self.b.text(*name);
        if name == "to" {
            return self.b.add(Expr::List(vec![left, right]), node);
        }
        self.b.call_method(left, name, vec![crate::ir::Arg::positional(right)], node)
    }

    fn unary(&mut self, node: Node<'t>) -> ExprId {
        let operator = child(node, Field::Operator).map_or("", |o| self.b.text(o));
        let operand = self.expr_at(node, Field::Argument);
        match operator {
            "!" => self.b.add(Expr::Not(operand), node),
            "!!" => operand,
            _ => self.b.add(Expr::Opaque(vec![operand]), node),
        }
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let operator = child(node, Field::Operator).map_or("", |o| self.b.text(o));
        match operator {
            "+" | "&&" | "||" => {
                let parts: Vec<ExprId> = self.chain(node, operator).into_iter().map(|p| self.expr(p)).collect();
                match operator {
                    "+" => self.b.sum(parts, node),
                    "&&" => self.b.add(Expr::All(parts), node),
                    _ => self.b.add(Expr::Any(parts), node),
                }
            }
            "?:" => self.elvis(node),
            ">" => match self.generic_call(node) {
                Some(call) => call,
                None => self.comparison(node),
            },
            "==" | "===" | "!=" | "!==" => {
                let (left, right) = (self.expr_at(node, Field::Left), self.expr_at(node, Field::Right));
                self.b.add(Expr::Equal(left, right, operator.starts_with('=')), node)
            }
            _ => self.comparison(node),
        }
    }

    fn comparison(&mut self, node: Node<'t>) -> ExprId {
        let (left, right) = (self.expr_at(node, Field::Left), self.expr_at(node, Field::Right));
        self.b.add(Expr::Opaque(vec![left, right]), node)
    }

    /// `a ?: b`; where `b` leaves the function, that happens only if `a` is null.
    fn elvis(&mut self, node: Node<'t>) -> ExprId {
        let left = self.expr_at(node, Field::Left);
        let Some(right) = child(node, Field::Right) else { return left };
        if matches!(kind(right), Kind::ReturnExpression | Kind::ThrowExpression) {
            let left = self.b.named_value(left, node);
            let null = self.b.add(Expr::Null, right);
            let when = Some(self.b.add(Expr::Equal(left, null, true), right));
            let frame = self.b.begin_block();
            self.effect(right);
            let body = self.b.end_block(frame);
            self.b.emit(Stmt::Branch(vec![crate::ir::Arm { when, body }]));
            return left;
        }
        let right = self.expr(right);
        self.b.add(Expr::Choice(vec![left, right]), node)
    }

    /// The operands of `a op b op c …`, without recursion, since generated sums can be very long.
    fn chain(&mut self, node: Node<'t>, operator: &str) -> Vec<Node<'t>> {
        let mut parts = Vec::new();
        let mut current = node;
        loop {
            parts.extend(child(current, Field::Right));
            let Some(left) = child(current, Field::Left) else { break };
            let same = kind(left) == Kind::BinaryExpression
                && child(left, Field::Operator).is_some_and(|o| self.b.text(o) == operator);
            if !same {
                parts.push(left);
                break;
            }
            current = left;
        }
        parts.reverse();
        parts
    }

    /// `throw error`: whatever stands around it gets no value.
    fn throw_expression(&mut self, node: Node<'t>) -> ExprId {
        if let Some(inner) = self.b.first(node) {
            self.effect(inner);
        }
        self.b.emit(Stmt::Exit);
        self.b.unknown(node)
    }

    /// `return value`; `return@label value` leaves a lambda only.
    fn return_expression(&mut self, node: Node<'t>) -> ExprId {
        let label = child(node, Field::Label).map(|l| l.id());
        let value = self.b.kids(node).into_iter().find(|k| Some(k.id()) != label);
        let value = value.map(|v| self.expr(v));
        match value {
            // The label's function may be one whose lambda is part of this function.
            Some(value) if label.is_some() && self.inlines() => self.b.emit(Stmt::Eval(value)),
            None if label.is_some() && self.inlines() => {}
            _ => self.b.emit(Stmt::Return(value)),
        }
        self.b.unknown(node)
    }
}
