//! Control flow and assignments.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arm, Expr, ExprId, Name, Place, Stmt};
use tree_sitter::Node;

/// The arms of an `if` or `case`: condition and body.
type Arms<'t> = Vec<(Option<ExprId>, Option<Node<'t>>)>;

impl<'t> Lowerer<'t> {
    /// Lowers a statement; with `tail`, its value is returned.
    pub(super) fn statement(&mut self, node: Node<'t>, tail: bool) {
        if !self.b.descend(node) {
            return;
        }
        self.statement_inside(node, tail);
        self.b.ascend();
    }

    fn statement_inside(&mut self, node: Node<'t>, tail: bool) {
        match kind(node) {
            Kind::If | Kind::Unless | Kind::IfModifier | Kind::UnlessModifier | Kind::Case | Kind::CaseMatch => {
                let arms = self.arms(node);
                self.branch(arms, tail);
            }
            Kind::While | Kind::Until | Kind::WhileModifier | Kind::UntilModifier => {
                if let Some(condition) = child(node, Field::Condition) {
                    let value = self.expression(condition);
                    self.b.emit(Stmt::Eval(value));
                }
                if let Some(body) = child(node, Field::Body) {
                    self.statement(body, false);
                }
            }
            Kind::For => self.for_loop(node),
            Kind::RescueModifier => self.rescue_modifier(node, tail),
            Kind::Begin
            | Kind::ParenthesizedStatements
            | Kind::Then
            | Kind::Else
            | Kind::Do
            | Kind::BodyStatement
            | Kind::BlockBody
            | Kind::Ensure
            | Kind::BeginBlock
            | Kind::EndBlock => self.body(node, tail),
            Kind::Method | Kind::SingletonMethod | Kind::Class | Kind::Module | Kind::SingletonClass => {
                self.definition(node)
            }
            Kind::Return => {
                let value = self.returned(node);
                self.b.emit(Stmt::Return(value));
            }
            Kind::Next | Kind::Break => self.leave(node),
            Kind::Redo | Kind::Retry => {}
            Kind::Binary if self.is_logical(node) => self.logical(node, tail),
            Kind::Alias => self.alias(node),
            Kind::Call if self.control_call(node) || self.class_call(node) => {}
            Kind::Assignment if !tail => {
                self.assignment(node, false);
            }
            Kind::OperatorAssignment if !tail => {
                self.operator_assignment(node, false);
            }
            _ if node.is_error() => self.body(node, false),
            _ => {
                let value = self.expression(node);
                if tail {
                    self.b.emit(Stmt::Return(Some(value)));
                } else if !matches!(self.b.module.expr(value), Expr::Unknown | Expr::Name(_)) {
                    self.b.emit(Stmt::Eval(value));
                }
            }
        }
    }

    /// `raise`, `exit` and the like, which leave the block.
    fn control_call(&mut self, node: Node<'t>) -> bool {
        let leaves = child(node, Field::Receiver).is_none()
            && child(node, Field::Method)
                .is_some_and(|m| matches!(self.b.text(m), "raise" | "fail" | "abort" | "exit" | "exit!"));
        if leaves {
            if let Some(arguments) = child(node, Field::Arguments) {
                let args = self.arguments(arguments);
                let values = args.into_iter().map(|a| a.value).collect();
                let value = self.b.add(Expr::Opaque(values), node);
                self.b.emit(Stmt::Eval(value));
            }
            self.b.emit(Stmt::Exit);
        }
        leaves
    }

    fn leave(&mut self, node: Node<'t>) {
        let value = self.returned(node);
        match value {
            // In a block of its own, `next x` is its result.
            Some(_) if self.inlined == 0 && kind(node) == Kind::Next => self.b.emit(Stmt::Return(value)),
            // Loops are flattened: what comes after them goes on.
            Some(value) => self.b.emit(Stmt::Eval(value)),
            None => {}
        }
    }

    /// What stands after `return`, `next`, `break`.
    fn returned(&mut self, node: Node<'t>) -> Option<ExprId> {
        let arguments = self.b.first(node)?;
        let mut values: Vec<ExprId> = self.arguments(arguments).into_iter().map(|a| a.value).collect();
        if values.len() == 1 { values.pop() } else { Some(self.b.add(Expr::List(values), node)) }
    }

    fn is_logical(&self, node: Node<'t>) -> bool {
        child(node, Field::Operator).is_some_and(|o| matches!(self.b.text(o), "and" | "or" | "&&" | "||"))
    }

    /// `a and b`: the right side runs if the left one is true; with `or` if it is not.
    fn logical(&mut self, node: Node<'t>, tail: bool) {
        if tail {
            let value = self.expression(node);
            self.b.emit(Stmt::Return(Some(value)));
            return;
        }
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else { return };
        let and = child(node, Field::Operator).is_some_and(|o| matches!(self.b.text(o), "and" | "&&"));
        let value = self.expression(left);
        let when = if and { value } else { self.b.add(Expr::Not(value), left) };
        let body = self.captured(|it| it.statement(right, false));
        self.b.emit(Stmt::Branch(vec![Arm { when: Some(when), body }]));
    }

    fn rescue_modifier(&mut self, node: Node<'t>, tail: bool) {
        let handler = child(node, Field::Handler).map(|h| self.captured(|it| it.statement(h, tail)));
        if let Some(body) = handler {
            let when = Some(self.b.unknown(node));
            self.b.emit(Stmt::Branch(vec![Arm { when, body }]));
        }
        if let Some(body) = child(node, Field::Body) {
            self.statement(body, tail);
        }
    }

    /// A `rescue` clause as an arm.
    pub(super) fn rescue(&mut self, node: Node<'t>, tail: bool) -> Arm {
        let kids = self.b.kids(node);
        let variable = kids.iter().find(|n| kind(**n) == Kind::ExceptionVariable).copied();
        if let Some(name) = variable.and_then(|v| self.b.first(v)).filter(|n| kind(*n) == Kind::Identifier) {
            let name = self.b.name(name);
            self.b.scope.declare(name);
        }
        let when = Some(self.b.unknown(node));
        let body = child(node, Field::Body).map(|body| self.captured(|it| it.body(body, tail))).unwrap_or_default();
        Arm { when, body }
    }

    fn for_loop(&mut self, node: Node<'t>) {
        let value = child(node, Field::Value).and_then(|v| self.b.first(v)).map(|v| self.expression(v));
        if let (Some(pattern), Some(value)) = (child(node, Field::Pattern), value) {
            let element = self.b.add(Expr::Element(value), pattern);
            self.assign_to(pattern, element);
        }
        if let Some(body) = child(node, Field::Body) {
            self.body(body, false);
        }
    }

    /// The arms of any conditional. Conditions are evaluated where they stand.
    pub(super) fn arms(&mut self, node: Node<'t>) -> Arms<'t> {
        match kind(node) {
            Kind::Case | Kind::CaseMatch => self.case_arms(node),
            Kind::IfModifier | Kind::UnlessModifier => {
                let when = self.condition(node);
                vec![(when, child(node, Field::Body))]
            }
            _ => {
                let mut arms = Vec::new();
                let mut next = Some(node);
                while let Some(one) = next {
                    if kind(one) == Kind::Else {
                        arms.push((None, Some(one)));
                        break;
                    }
                    let when = self.condition(one);
                    arms.push((when, child(one, Field::Consequence)));
                    next = child(one, Field::Alternative);
                }
                arms
            }
        }
    }

    fn condition(&mut self, node: Node<'t>) -> Option<ExprId> {
        let condition = child(node, Field::Condition)?;
        let value = self.truth(condition);
        Some(match kind(node) {
            Kind::Unless | Kind::UnlessModifier => self.b.add(Expr::Not(value), condition),
            _ => value,
        })
    }

    /// A condition; unlike as a value, `a && b` is true if both are.
    pub(super) fn truth(&mut self, node: Node<'t>) -> ExprId {
        let logical = kind(node) == Kind::Binary && self.is_logical(node);
        let (true, Some(left), Some(right)) = (logical, child(node, Field::Left), child(node, Field::Right)) else {
            return self.expression(node);
        };
        if !self.b.descend(node) {
            return self.b.unknown(node);
        }
        let both = vec![self.truth(left), self.truth(right)];
        self.b.ascend();
        let and = child(node, Field::Operator).is_some_and(|o| matches!(self.b.text(o), "and" | "&&"));
        self.b.add(if and { Expr::All(both) } else { Expr::Any(both) }, node)
    }

    fn case_arms(&mut self, node: Node<'t>) -> Arms<'t> {
        let subject = child(node, Field::Value).map(|v| self.expression(v));
        let mut arms = Vec::new();
        for clause in self.b.kids(node) {
            match kind(clause) {
                Kind::When => {
                    let mut labels = Vec::new();
                    for pattern in self.b.kids(clause).into_iter().filter(|n| kind(*n) == Kind::Pattern) {
                        let Some(label) = self.b.first(pattern) else { continue };
                        labels.push(self.label(subject, label));
                    }
                    let when = match labels.as_slice() {
                        [one] => *one,
                        _ => self.b.add(Expr::Any(labels), clause),
                    };
                    arms.push((Some(when), child(clause, Field::Body)));
                }
                Kind::InClause => {
                    let when = match child(clause, Field::Pattern) {
                        Some(pattern) => self.pattern(subject, pattern),
                        None => self.b.unknown(clause),
                    };
                    arms.push((Some(when), child(clause, Field::Body)));
                }
                Kind::Else => arms.push((None, Some(clause))),
                _ => {}
            }
        }
        arms
    }

    fn label(&mut self, subject: Option<ExprId>, label: Node<'t>) -> ExprId {
        if kind(label) == Kind::SplatArgument {
            let list = self.b.first(label).map(|n| self.expression(n));
            return match (subject, list) {
                (Some(subject), Some(list)) => self.b.add(Expr::Contains(subject, list, true), label),
                _ => self.b.unknown(label),
            };
        }
        let value = self.expression(label);
        match subject {
            Some(subject) if kind(label) == Kind::Regex => self.b.add(Expr::Opaque(vec![subject, value]), label),
            Some(subject) => self.b.add(Expr::Equal(subject, value, true), label),
            None => value,
        }
    }

    /// `in` patterns: literals are compared, names are bound.
    fn pattern(&mut self, subject: Option<ExprId>, pattern: Node<'t>) -> ExprId {
        match kind(pattern) {
            Kind::String | Kind::SimpleSymbol | Kind::Integer | Kind::Nil | Kind::True | Kind::False => {
                self.label(subject, pattern)
            }
            Kind::Identifier => {
                if let Some(subject) = subject {
                    let name = self.b.name(pattern);
                    self.b.scope.declare(name.clone());
                    self.b.assign(name, subject);
                }
                self.b.unknown(pattern)
            }
            Kind::HashPattern => {
                for entry in self.b.kids(pattern).into_iter().filter(|n| kind(*n) == Kind::KeywordPattern) {
                    let (Some(key), Some(subject)) = (child(entry, Field::Key), subject) else { continue };
                    let key = Name::new(self.b.text(key).trim_matches(['"', ':']));
                    let value = self.b.add(Expr::Field(subject, key.clone()), entry);
                    match child(entry, Field::Value) {
                        Some(inner) if self.b.descend(inner) => {
                            self.pattern(Some(value), inner);
                            self.b.ascend();
                        }
                        Some(_) => {}
                        None => {
                            self.b.scope.declare(key.clone());
                            self.b.assign(key, value);
                        }
                    }
                }
                self.b.unknown(pattern)
            }
            _ => self.b.unknown(pattern),
        }
    }

    /// A conditional as a statement.
    fn branch(&mut self, arms: Arms<'t>, tail: bool) {
        let arms = arms
            .into_iter()
            .map(|(when, body)| Arm {
                when,
                body: body.map(|b| self.captured(|it| it.statement(b, tail))).unwrap_or_default(),
            })
            .collect();
        self.b.emit(Stmt::Branch(arms));
    }

    /// A conditional as a value. Statements before the last of an arm become a branch of their own.
    pub(super) fn selection(&mut self, arms: Arms<'t>, node: Node<'t>) -> ExprId {
        let mut values = Vec::new();
        let mut bodies = Vec::new();
        for (when, body) in arms {
            let mut value = None;
            let statements = self.captured(|it| {
                value = body.map(|b| match kind(b) {
                    Kind::Then | Kind::Else | Kind::BodyStatement | Kind::BlockBody => it.value_of_body(b),
                    _ => it.expression(b),
                });
            });
            let value = value.unwrap_or_else(|| self.b.add(Expr::Null, node));
            values.push((when, value));
            bodies.push(Arm { when, body: statements });
        }
        if bodies.iter().any(|a| !a.body.is_empty()) {
            self.b.emit(Stmt::Branch(bodies));
        }
        self.b.add(Expr::Select(values), node)
    }

    /// `left = right` of any shape; the value that was assigned, if wanted.
    pub(super) fn assignment(&mut self, node: Node<'t>, wanted: bool) -> ExprId {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else {
            return self.b.unknown(node);
        };
        if kind(left) == Kind::Constant && self.struct_class(left, right) {
            return self.b.unknown(node);
        }
        let value = match kind(right) {
            Kind::RightAssignmentList => {
                let values = self.b.kids(right).into_iter().map(|n| self.expression(n)).collect();
                self.b.add(Expr::List(values), right)
            }
            _ => self.expression(right),
        };
        self.assign_to(left, value);
        if wanted { self.assigned(left, value) } else { value }
    }

    /// What an assignment yields, without evaluating the value again where it now has a name.
    fn assigned(&mut self, left: Node<'t>, value: ExprId) -> ExprId {
        match kind(left) {
            Kind::Identifier | Kind::InstanceVariable | Kind::ClassVariable if !self.at_class_level() => {
                self.expression(left)
            }
            _ => value,
        }
    }

    /// Assigns a value to whatever stands on the left.
    pub(super) fn assign_to(&mut self, left: Node<'t>, value: ExprId) {
        match kind(left) {
            Kind::LeftAssignmentList | Kind::DestructuredLeftAssignment if self.b.descend(left) => {
                let value = self.b.named_value(value, left);
                for (at, target) in self.b.kids(left).into_iter().enumerate() {
                    if kind(target) == Kind::RestAssignment {
                        if let Some(inner) = self.b.first(target) {
                            self.assign_to(inner, value);
                        }
                        continue;
                    }
                    let key = self.b.add(Expr::Number(Name::new(at.to_string())), target);
                    let element = self.b.add(Expr::Index(value, key), target);
                    self.assign_to(target, element);
                }
                self.b.ascend();
            }
            Kind::Identifier => {
                let name = self.b.name(left);
                self.b.scope.declare(name.clone());
                self.b.assign(name, value);
            }
            Kind::Constant if self.at_class_level() => self.class_field(left, value),
            Kind::InstanceVariable | Kind::ClassVariable if self.at_class_level() => self.class_field(left, value),
            Kind::Constant => {
                let name = self.b.name(left);
                self.b.assign(name, value);
            }
            _ => {
                if let Some(place) = self.place(left) {
                    self.b.emit(Stmt::Assign(place, value));
                }
            }
        }
    }

    fn place(&mut self, left: Node<'t>) -> Option<Place> {
        match kind(left) {
            Kind::InstanceVariable | Kind::ClassVariable | Kind::GlobalVariable => {
                let value = self.variable(left);
                match self.b.module.expr(value) {
                    Expr::Field(object, name) => Some(Place::Field(*object, name.clone())),
                    Expr::Name(name) => Some(Place::Name(name.clone())),
                    _ => None,
                }
            }
            Kind::Call => {
                let object = child(left, Field::Receiver)?;
                let name = self.b.name(child(left, Field::Method)?);
                Some(Place::Field(self.expression(object), name))
            }
            Kind::ElementReference => {
                let object = child(left, Field::Object)?;
                let key = self.b.kids(left).into_iter().nth(1)?;
                let object = self.expression(object);
                Some(Place::Index(object, self.expression(key)))
            }
            Kind::ScopeResolution => {
                let object = child(left, Field::Scope)?;
                let name = self.b.name(child(left, Field::Name)?);
                Some(Place::Field(self.expression(object), name))
            }
            _ => None,
        }
    }

    /// `x += y`, `x ||= y` and the others; the value that was assigned, if wanted.
    pub(super) fn operator_assignment(&mut self, node: Node<'t>, wanted: bool) -> ExprId {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else {
            return self.b.unknown(node);
        };
        let operator = child(node, Field::Operator).map_or("", |o| self.b.text(o));
        if kind(left) == Kind::Identifier {
            let name = self.b.name(left);
            if operator == "||=" && !self.b.scope.contains(&name) {
                self.b.scope.declare(name);
            }
        }
        let value = self.expression(right);
        let value = match operator {
            "||=" => {
                let before = self.expression(left);
                self.b.add(Expr::Choice(vec![before, value]), node)
            }
            "&&=" => value,
            "+=" => {
                let before = self.expression(left);
                self.plus(vec![before, value], node)
            }
            "<<=" => {
                let before = self.expression(left);
                self.b.concat(&[before, value], node)
            }
            _ => {
                let before = self.expression(left);
                self.b.add(Expr::Opaque(vec![before, value]), node)
            }
        };
        self.assign_to(left, value);
        if wanted { self.assigned(left, value) } else { value }
    }
}
