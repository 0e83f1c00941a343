//! C# statements: flow flattened as `ir` wants it, conditions kept.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arm, Expr, ExprId, Stmt};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// All statements in a node; local functions first, because they are visible before they are written.
    pub(super) fn block(&mut self, node: Node<'t>) {
        let kids = self.b.parts(node);
        for kid in kids.iter().filter(|k| kind(**k) == Kind::LocalFunction) {
            self.local_function(*kid);
        }
        for kid in kids {
            self.statement(kid);
        }
    }

    /// One statement.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        if self.b.descend(node) {
            self.plain_statement(node);
            self.b.ascend();
        }
    }

    fn plain_statement(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::ExpressionStatement => {
                if let Some(inner) = self.b.first(node) {
                    self.effect(inner);
                }
            }
            Kind::LocalDeclaration => {
                for declaration in self.b.kids(node).into_iter().filter(|k| kind(*k) == Kind::VariableDeclaration) {
                    self.variables(declaration);
                }
            }
            Kind::VariableDeclaration => self.variables(node),
            Kind::Return => {
                let value = self.b.first(node).map(|v| self.expr(v));
                self.b.emit(Stmt::Return(value));
            }
            Kind::Yield => self.yielded(node),
            Kind::If => self.if_statement(node),
            Kind::Block => {
                let frame = self.b.begin_block();
                self.block(node);
                let body = self.b.end_block(frame);
                self.b.out.extend(body);
            }
            Kind::For | Kind::While | Kind::Do => self.looping(node),
            Kind::Foreach => self.foreach(node),
            Kind::Using | Kind::Lock | Kind::Fixed | Kind::Unsafe | Kind::CheckedStatement | Kind::Labeled => {
                for part in self.b.parts(node) {
                    self.statement_or_value(part);
                }
            }
            Kind::Try => self.try_statement(node),
            Kind::Switch => self.switch(node),
            Kind::Throw => self.b.emit(Stmt::Exit),
            // Loops are flattened: what an iteration assigned lives on behind them.
            Kind::Break | Kind::Continue | Kind::Goto => {}
            Kind::GlobalStatement => self.block(node),
            _ if node.kind().starts_with("preproc") || node.is_error() => {
                for part in self.b.kids(node) {
                    self.statement_or_value(part);
                }
            }
            _ => {}
        }
    }

    fn statement_or_value(&mut self, node: Node<'t>) {
        let name = node.kind();
        if name.ends_with("_statement")
            || name.starts_with("preproc")
            || matches!(name, "block" | "variable_declaration")
        {
            self.statement(node);
        } else if name.ends_with("_expression") {
            self.effect(node);
        }
    }

    /// An expression for its effect; one that cannot have any is dropped.
    fn effect(&mut self, node: Node<'t>) {
        let value = self.expr(node);
        if kind(node) != Kind::Assignment
            && !matches!(
                self.b.module.expr(value),
                Expr::Unknown | Expr::Name(_) | Expr::This | Expr::Null | Expr::Bool(_)
            )
        {
            self.b.emit(Stmt::Eval(value));
        }
    }

    /// `var a = 1, b;`, `T x = new();`, `var (a, b) = t;`.
    fn variables(&mut self, node: Node<'t>) {
        let ty = child(node, Field::Type).and_then(|t| self.type_of(t));
        for declarator in self.b.kids(node).into_iter().filter(|k| kind(*k) == Kind::VariableDeclarator) {
            let kids = self.b.kids(declarator);
            let name = child(declarator, Field::Name);
            let pattern = kids.iter().copied().find(|k| kind(*k) == Kind::TuplePattern);
            let value = kids.last().copied().filter(|v| Some(*v) != name && Some(*v) != pattern);
            match (name.filter(|_| pattern.is_none()), value) {
                (Some(name), Some(value)) => {
                    let value = self.expecting(ty, value);
                    let value = self.typed(value, ty, declarator);
                    self.assign_local(name, value);
                }
                (Some(name), None) => {
                    let name = self.b.name(name);
                    self.declare(&name);
                }
                (None, Some(value)) => {
                    let value = self.expr(value);
                    if let Some(pattern) = pattern {
                        self.deconstruct(pattern, value);
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn arm(&mut self, when: Option<ExprId>, body: Option<Node<'t>>) -> Arm {
        let frame = self.b.begin_block();
        if let Some(body) = body {
            self.statement(body);
        }
        Arm { when, body: self.b.end_block(frame) }
    }

    fn if_statement(&mut self, node: Node<'t>) {
        let mut arms = Vec::new();
        let mut current = node;
        loop {
            let when = child(current, Field::Condition).map(|c| self.expr(c));
            arms.push(self.arm(when, child(current, Field::Consequence)));
            match child(current, Field::Alternative) {
                Some(next) if kind(next) == Kind::If => current = next,
                Some(last) => {
                    arms.push(self.arm(None, Some(last)));
                    break;
                }
                None => break,
            }
        }
        self.b.emit(Stmt::Branch(arms));
    }

    fn looping(&mut self, node: Node<'t>) {
        let start = self.b.out.len();
        for field in [Field::Initializer, Field::Condition] {
            if let Some(part) = child(node, field) {
                self.statement_or_value(part);
            }
        }
        self.b.forget_counters(start, node);
        self.loop_body(child(node, Field::Body));
        if let Some(step) = child(node, Field::Update) {
            self.statement_or_value(step);
        }
    }

    fn loop_body(&mut self, body: Option<Node<'t>>) {
        let Some(body) = body else { return };
        let arm = self.arm(None, Some(body));
        self.flatten(arm.body, body);
    }

    /// Puts a block that may not run to its end into the current one; what follows it stays reachable.
    fn flatten(&mut self, block: Vec<Stmt>, node: Node<'t>) {
        if block.iter().any(|s| matches!(s, Stmt::Return(_) | Stmt::Exit)) {
            let when = Some(self.b.unknown(node));
            self.b.emit(Stmt::Branch(vec![Arm { when, body: block }]));
        } else {
            self.b.out.extend(block);
        }
    }

    fn foreach(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else { return };
        let collection = self.expr(right);
        let element = self.b.add(Expr::Element(collection), left);
        let ty = child(node, Field::Type).and_then(|t| self.type_of(t));
        let element = self.typed(element, ty, left);
        match kind(left) {
            Kind::Identifier => self.assign_local(left, element),
            _ => self.deconstruct(left, element),
        }
        self.loop_body(child(node, Field::Body));
    }

    fn try_statement(&mut self, node: Node<'t>) {
        if let Some(body) = child(node, Field::Body) {
            let arm = self.arm(None, Some(body));
            self.flatten(arm.body, body);
        }
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Catch => {
                    let when = Some(self.b.unknown(part));
                    let declaration = self.b.kids(part).into_iter().find(|k| k.kind() == "catch_declaration");
                    if let Some(name) = declaration.and_then(|d| child(d, Field::Name)) {
                        let name = self.b.name(name);
                        self.declare(&name);
                    }
                    let arm = self.arm(when, child(part, Field::Body));
                    if !arm.body.is_empty() {
                        self.b.emit(Stmt::Branch(vec![arm]));
                    }
                }
                Kind::Finally => {
                    if let Some(block) = self.b.first(part) {
                        self.statement(block);
                    }
                }
                _ => {}
            }
        }
    }

    fn switch(&mut self, node: Node<'t>) {
        let (Some(subject), Some(body)) = (child(node, Field::Value), child(node, Field::Body)) else { return };
        let subject = self.expr(subject);
        let (mut arms, mut labels, mut default) = (Vec::new(), Vec::new(), false);
        for section in self.b.kids(body) {
            let frame = self.b.begin_block();
            let (mut statements, mut plain) = (0_usize, true);
            for part in self.b.kids(section) {
                if part.kind().ends_with("_pattern") || kind(part) == Kind::Discard {
                    plain = false;
                    labels.extend(self.pattern(subject, part));
                } else if kind(part) == Kind::WhenClause {
                    labels = vec![self.b.unknown(part)];
                } else if part.kind().ends_with("statement") || kind(part) == Kind::Block {
                    statements += 1;
                    self.statement(part);
                } else {
                    plain = false;
                    let label = self.expr(part);
                    labels.push(self.b.add(Expr::Equal(subject, label, true), part));
                }
            }
            let block = self.b.end_block(frame);
            default |= plain;
            if statements == 0 {
                continue;
            }
            let when = match std::mem::take(&mut labels).as_slice() {
                _ if std::mem::take(&mut default) => None,
                [one] => Some(*one),
                many => Some(self.b.add(Expr::Any(many.to_vec()), section)),
            };
            arms.push(Arm { when, body: block });
        }
        // The last resort is tried last wherever it is written.
        arms.sort_by_key(|a| a.when.is_none());
        self.b.emit(Stmt::Branch(arms));
    }

    /// `yield return x` hands out a value and goes on, hence a return that may or may not happen.
    fn yielded(&mut self, node: Node<'t>) {
        let Some(value) = self.b.first(node) else { return };
        let value = self.expr(value);
        let when = Some(self.b.unknown(node));
        self.b.emit(Stmt::Branch(vec![Arm { when, body: vec![Stmt::Return(Some(value))] }]));
    }
}
