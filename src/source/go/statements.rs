//! Go statements. Loops are flattened, so `break` and `continue` leave nothing behind: an [`Stmt::Exit`] in their place would
//! hide what was assigned before them.

use super::grammar::{Field, Kind, child, kind};
use super::{Lowerer, Name};
use crate::ir::{Arm, Expr, ExprId, Place, Stmt};
use crate::source::lowering::Builder;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// Any statement; several may come out of it.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        if self.b.descend(node) {
            self.statement_inner(node);
            self.b.ascend();
        }
    }

    fn statements(&mut self, node: Node<'t>) {
        for kid in self.b.parts(node) {
            self.statement(kid);
        }
    }

    /// Statements of the same block whose declarations end with them.
    fn scoped(&mut self, lower: impl FnOnce(&mut Self)) {
        let mark = self.b.scope.open(true);
        lower(self);
        self.b.scope.close(mark);
    }

    fn statement_inner(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::ExpressionStatement | Kind::GoStatement | Kind::DeferStatement => {
                if let Some(expr) = self.b.first(node) {
                    self.effect(expr);
                }
            }
            Kind::Block => self.scoped(|s| s.statements(node)),
            Kind::StatementList => self.statements(node),
            Kind::ShortVarDeclaration | Kind::AssignmentStatement => self.assignment(node),
            Kind::ReturnStatement => self.return_statement(node),
            Kind::IfStatement => self.scoped(|s| s.if_statement(node)),
            Kind::ForStatement => self.scoped(|s| s.for_statement(node)),
            Kind::SwitchStatement => self.switch_statement(node),
            Kind::TypeSwitchStatement => self.type_switch_statement(node),
            Kind::SelectStatement => self.select_statement(node),
            Kind::VarDeclaration => self.var_declaration(node),
            Kind::ConstDeclaration => self.const_declaration(node),
            Kind::TypeDeclaration => self.type_declaration(node),
            Kind::SendStatement => self.send(node),
            Kind::ReceiveStatement => self.receive(node),
            Kind::LabeledStatement => {
                if let Some(inner) = self.b.kids(node).last() {
                    self.statement(*inner);
                }
            }
            Kind::FunctionDeclaration => self.function_declaration(node),
            Kind::MethodDeclaration => self.method_declaration(node),
            _ if node.is_error() => self.statements(node),
            _ if is_expression(kind(node)) => self.effect(node),
            _ => {}
        }
    }

    /// An expression for its effect; calls that never return end the block.
    fn effect(&mut self, node: Node<'t>) {
        let value = self.expr(node);
        self.b.emit(Stmt::Eval(value));
        let Expr::Call(callee, _) = self.b.module.expr(value) else { return };
        let never_returns = match self.b.module.expr(*callee) {
            Expr::Name(name) => name == "panic",
            Expr::Field(_, name) if name == "Exit" => self.package_member(*callee).is_some_and(|(p, _)| p == "os"),
            Expr::Field(_, name) => matches!(name.as_str(), "Fatal" | "Fatalf" | "Fatalln"),
            _ => false,
        };
        if never_returns {
            self.b.emit(Stmt::Exit);
        }
    }

    /// `a, b := …` and `a = …`, `a += …`.
    fn assignment(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else { return };
        let (left, right) = (self.b.kids(left), self.b.kids(right));
        if let Some(operator) = child(node, Field::Operator).filter(|o| self.b.text(*o) != "=") {
            if let ([place], [value]) = (left.as_slice(), right.as_slice()) {
                self.compound(*place, operator, *value, node);
            }
        } else if left.len() > 1 && right.len() == 1 {
            let value = self.expr(right[0]);
            self.destructure(&left, value);
        } else {
            let values: Vec<ExprId> = right.iter().map(|v| self.expr(*v)).collect();
            for (place, value) in left.into_iter().zip(values) {
                self.assign_to(place, value);
            }
        }
    }

    fn compound(&mut self, place: Node<'t>, operator: Node<'t>, value: Node<'t>, node: Node<'t>) {
        let (before, value) = (self.expr(place), self.expr(value));
        let combined = if self.b.text(operator) == "+=" {
            self.b.sum(vec![before, value], node)
        } else {
            self.b.add(Expr::Opaque(vec![before, value]), node)
        };
        self.assign_to(place, combined);
    }

    /// Gives each place its part of a call's results. `v, ok := m[k]`, `x.(T)` and `<-c` have one value and a flag.
    pub(super) fn destructure(&mut self, places: &[Node<'t>], value: ExprId) {
        // Of several results an error is never a client or a path, and one call must not look like several.
        let skips = |b: &Builder<'t>, place: &Node<'t>, first: bool| {
            let name = b.text(*place);
            name == "_" || (name == "err" && !first)
        };
        let is_call = matches!(self.b.module.expr(value), Expr::Call(..));
        let parts = places.iter().enumerate().filter(|(i, p)| !skips(&self.b, p, *i == 0)).count();
        let value = if is_call && parts > 1 { self.b.named_value(value, places[0]) } else { value };
        let mut used = false;
        for (index, place) in places.iter().enumerate() {
            if self.b.text(*place) == "_" {
                if index == 0 && !is_call {
                    self.b.emit(Stmt::Eval(value));
                }
                continue;
            }
            let part = if is_call && !skips(&self.b, place, !used) {
                let index = self.b.add(Expr::Number(Name::new(index.to_string())), *place);
                self.b.add(Expr::Index(value, index), *place)
            } else if index == 0 {
                value
            } else {
                self.b.unknown(*place)
            };
            used = true;
            self.assign_to(*place, part);
        }
        if !used {
            self.b.emit(Stmt::Eval(value));
        }
    }

    fn assign_to(&mut self, place: Node<'t>, value: ExprId) {
        let stmt = match kind(place) {
            Kind::Identifier => {
                let name = self.b.name(place);
                if name == "_" {
                    Stmt::Eval(value)
                } else {
                    self.declare(name.clone());
                    Stmt::Assign(Place::Name(name), value)
                }
            }
            Kind::SelectorExpression => {
                let (Some(operand), Some(field)) = (child(place, Field::Operand), child(place, Field::Selected)) else {
                    return;
                };
                let object = self.expr(operand);
                Stmt::Assign(Place::Field(object, self.b.name(field)), value)
            }
            Kind::IndexExpression => {
                let (Some(operand), Some(index)) = (child(place, Field::Operand), child(place, Field::Index)) else {
                    return;
                };
                let (object, key) = (self.expr(operand), self.expr(index));
                Stmt::Assign(Place::Index(object, key), value)
            }
            Kind::UnaryExpression | Kind::ParenthesizedExpression if self.b.descend(place) => {
                match self.b.first(place) {
                    Some(inner) => self.assign_to(inner, value),
                    None => self.b.emit(Stmt::Eval(value)),
                }
                self.b.ascend();
                return;
            }
            _ => Stmt::Eval(value),
        };
        self.b.emit(stmt);
    }

    /// `if … else if … else …` as one branch; an initialiser in the middle opens a nested one.
    fn if_statement(&mut self, node: Node<'t>) {
        let mut arms = Vec::new();
        let mut current = Some(node);
        let mut first = true;
        while let Some(node) = current.take() {
            if let Some(init) = child(node, Field::Initializer) {
                if !first {
                    arms.push(self.arm(None, |s| s.if_statement(node)));
                    break;
                }
                self.statement(init);
            }
            first = false;
            let when = child(node, Field::Condition).map(|c| self.expr(c));
            let body = child(node, Field::Consequence);
            arms.push(self.arm(when, |s| body.into_iter().for_each(|b| s.statement(b))));
            match child(node, Field::Alternative) {
                Some(next) if kind(next) == Kind::IfStatement => current = Some(next),
                Some(block) => arms.push(self.arm(None, |s| s.statement(block))),
                None => {}
            }
        }
        self.b.emit(Stmt::Branch(arms));
    }

    fn arm(&mut self, when: Option<ExprId>, body: impl FnOnce(&mut Self)) -> Arm {
        let frame = self.b.begin_block();
        body(self);
        Arm { when, body: self.b.end_block(frame) }
    }

    fn for_statement(&mut self, node: Node<'t>) {
        let body = child(node, Field::Body);
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Block => {}
                Kind::ForClause => {
                    let start = self.b.out.len();
                    for field in [Field::Initializer, Field::Condition] {
                        if let Some(part) = child(part, field) {
                            self.statement(part);
                        }
                    }
                    self.b.forget_counters(start, node);
                }
                Kind::RangeClause => self.range_clause(part),
                _ => self.effect(part),
            }
        }
        if let Some(body) = body {
            let frame = self.b.begin_block();
            self.statement(body);
            self.b.end_flattened(frame, body);
        }
    }

    /// `for key, value := range collection`.
    fn range_clause(&mut self, node: Node<'t>) {
        let Some(collection) = child(node, Field::Right) else { return };
        let value = self.expr(collection);
        let places = child(node, Field::Left).map(|left| self.b.kids(left)).unwrap_or_default();
        if places.is_empty() {
            self.b.emit(Stmt::Eval(value));
            return;
        }
        let text = self.b.text(collection);
        let value = self.b.named_value(value, collection);
        if places.len() == 2 && places.iter().all(|place| self.b.text(*place) != "_") {
            let entry = self.b.add(Expr::Entry(value), collection);
            let entry = self.b.named_value(entry, collection);
            for (index, place) in places.into_iter().enumerate() {
                let index = self.b.add(Expr::Number(Name::from(index.to_string())), place);
                let part = self.b.add(Expr::Index(entry, index), place);
                self.assign_to(place, part);
            }
            return;
        }
        for (index, place) in places.into_iter().enumerate() {
            if self.b.text(place) == "_" {
                continue;
            }
            // Iterators of the standard library give their values first.
            let iterates = ["maps.Keys(", "maps.Values(", "slices.Values("].iter().any(|f| text.starts_with(f));
            let source =
                if index == 0 && !iterates { self.b.call_method(value, "keys", Vec::new(), collection) } else { value };
            let element = self.b.add(Expr::Element(source), place);
            self.assign_to(place, element);
        }
    }

    fn switch_statement(&mut self, node: Node<'t>) {
        if let Some(init) = child(node, Field::Initializer) {
            self.statement(init);
        }
        let subject = child(node, Field::Value).map(|v| {
            let value = self.expr(v);
            self.b.named_value(value, v)
        });
        self.cases(node, |s, case| {
            let labels = child(case, Field::Value).map(|l| s.b.kids(l)).unwrap_or_default();
            let tests: Vec<ExprId> = labels
                .into_iter()
                .map(|label| {
                    let value = s.expr(label);
                    match subject {
                        Some(subject) => s.b.add(Expr::Equal(subject, value, true), label),
                        None => value,
                    }
                })
                .collect();
            match tests.as_slice() {
                [one] => *one,
                _ => s.b.add(Expr::Any(tests), case),
            }
        });
    }

    /// The cases of a switch or select: conditions from `condition`, the default last.
    fn cases(&mut self, node: Node<'t>, mut condition: impl FnMut(&mut Self, Node<'t>) -> ExprId) {
        let mut arms = Vec::new();
        let mut default = None;
        for case in self.b.kids(node) {
            match kind(case) {
                Kind::DefaultCase => default = Some(self.arm(None, |s| s.case_body(case))),
                Kind::ExpressionCase | Kind::CommunicationCase => {
                    let when = condition(self, case);
                    arms.push(self.arm(Some(when), |s| s.case_body(case)));
                }
                _ => {}
            }
        }
        arms.extend(default);
        self.b.emit(Stmt::Branch(arms));
    }

    fn case_body(&mut self, case: Node<'t>) {
        if let Some(communication) = child(case, Field::Communication) {
            self.statement(communication);
        }
        for part in self.b.kids(case) {
            if kind(part) == Kind::StatementList {
                self.statements(part);
            }
        }
    }

    /// `switch v := x.(type)`: in each case `v` is `x` with the case's type.
    fn type_switch_statement(&mut self, node: Node<'t>) {
        if let Some(init) = child(node, Field::Initializer) {
            self.statement(init);
        }
        let Some(subject) = child(node, Field::Value) else { return };
        let value = self.expr(subject);
        let alias = child(node, Field::Alias).and_then(|a| self.b.first(a)).map(|a| self.b.name(a));
        let mut arms = Vec::new();
        let mut default = None;
        for case in self.b.kids(node) {
            if !matches!(kind(case), Kind::TypeCase | Kind::DefaultCase) {
                continue;
            }
            let when = (kind(case) == Kind::TypeCase).then(|| self.b.unknown(case));
            let is_default = when.is_none();
            let arm = self.arm(when, |s| {
                if let Some(alias) = &alias {
                    let typed = child(case, Field::Type).map_or(value, |ty| s.typed(value, ty));
                    s.declare(alias.clone());
                    s.b.assign(alias.clone(), typed);
                }
                s.case_body(case);
            });
            if is_default { default = Some(arm) } else { arms.push(arm) }
        }
        arms.extend(default);
        self.b.emit(Stmt::Branch(arms));
    }

    fn select_statement(&mut self, node: Node<'t>) {
        self.cases(node, |s, case| s.b.unknown(case));
    }

    /// `channel <- value`: a channel is a table whose keys nobody knows.
    fn send(&mut self, node: Node<'t>) {
        let (Some(channel), Some(value)) = (child(node, Field::Channel), child(node, Field::Value)) else { return };
        let (channel_id, value) = (self.expr(channel), self.expr(value));
        let key = self.b.unknown(channel);
        self.b.emit(Stmt::Assign(Place::Index(channel_id, key), value));
    }

    fn receive(&mut self, node: Node<'t>) {
        let Some(right) = child(node, Field::Right) else { return };
        let value = self.expr(right);
        match child(node, Field::Left) {
            Some(left) => {
                let places = self.b.kids(left);
                self.destructure(&places, value);
            }
            None => self.b.emit(Stmt::Eval(value)),
        }
    }
}

/// Kinds of expressions that may stand where a statement is expected, such as the condition of a `for`.
fn is_expression(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::BinaryExpression
            | Kind::CallExpression
            | Kind::IndexExpression
            | Kind::ParenthesizedExpression
            | Kind::SelectorExpression
            | Kind::UnaryExpression
    )
}
