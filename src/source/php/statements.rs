//! PHP statements: flow flattened as `ir` wants it, conditions kept.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arm, Expr, ExprId, Name, Stmt};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// All statements in a node.
    pub(super) fn block(&mut self, node: Node<'t>) {
        for kid in self.b.parts(node) {
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
            Kind::Echo => {
                for value in self.b.kids(node) {
                    self.effect(value);
                }
            }
            Kind::Return => {
                let value = self.b.first(node).map(|v| self.expr(v));
                self.b.emit(Stmt::Return(value));
            }
            Kind::If => self.if_statement(node),
            Kind::Compound | Kind::ColonBlock => self.block(node),
            Kind::For | Kind::While | Kind::Do => self.looping(node),
            Kind::Foreach => self.foreach(node),
            Kind::Try => self.try_statement(node),
            Kind::Switch => self.switch(node),
            Kind::Exit => self.b.emit(Stmt::Exit),
            // Loops are flattened: what an iteration assigned lives on behind them.
            Kind::Break | Kind::Continue => {}
            Kind::FunctionStatic => self.statics(node),
            Kind::Const => self.constants(node),
            Kind::Namespace => self.namespace(node),
            Kind::NamespaceUse => self.namespace_use(node),
            Kind::Function => self.function_definition(node),
            Kind::Class | Kind::Trait | Kind::Interface | Kind::Enum => self.class_declaration(node),
            _ if node.is_error() => self.block(node),
            _ => {}
        }
    }

    /// An expression for its effect; one that cannot have any is dropped.
    pub(super) fn effect(&mut self, node: Node<'t>) {
        let value = self.expr(node);
        let assigns = matches!(kind(node), Kind::Assignment | Kind::Augmented | Kind::ReferenceAssignment);
        if !assigns && !matches!(self.b.module.expr(value), Expr::Unknown | Expr::Name(_) | Expr::This | Expr::Null) {
            self.b.emit(Stmt::Eval(value));
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
            arms.push(self.arm(when, child(current, Field::Body)));
            let mut nested = None;
            for alternative in self.b.kids(current) {
                match kind(alternative) {
                    Kind::ElseIf => {
                        let when = child(alternative, Field::Condition).map(|c| self.expr(c));
                        arms.push(self.arm(when, child(alternative, Field::Body)));
                    }
                    Kind::Else => match child(alternative, Field::Body) {
                        Some(body) if kind(body) == Kind::If => nested = Some(body),
                        body => arms.push(self.arm(None, body)),
                    },
                    _ => {}
                }
            }
            // `else if` in two words nests one level a link.
            let Some(next) = nested else { break };
            current = next;
        }
        self.b.emit(Stmt::Branch(arms));
    }

    fn looping(&mut self, node: Node<'t>) {
        let start = self.b.out.len();
        for field in [Field::Initialize, Field::Condition] {
            if let Some(part) = child(node, field) {
                self.effect(part);
            }
        }
        self.b.forget_counters(start, node);
        self.loop_body(child(node, Field::Body));
        if let Some(step) = child(node, Field::Update) {
            self.effect(step);
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

    /// `foreach ($list as $key => $value)`.
    fn foreach(&mut self, node: Node<'t>) {
        let kids = self.b.kids(node);
        let (Some(collection), Some(target)) = (kids.first().copied(), kids.get(1).copied()) else { return };
        let collection = self.expr(collection);
        if kind(target) == Kind::Pair {
            let entry = self.b.add(Expr::Entry(collection), target);
            let entry = self.b.named_value(entry, target);
            for (at, place) in self.b.kids(target).into_iter().enumerate() {
                let at = self.b.add(Expr::Number(Name::from(at.to_string())), place);
                let part = self.b.add(Expr::Index(entry, at), place);
                self.bind(place, part);
            }
        } else {
            let element = self.b.add(Expr::Element(collection), target);
            self.bind(target, element);
        }
        self.loop_body(child(node, Field::Body));
    }

    fn try_statement(&mut self, node: Node<'t>) {
        if let Some(body) = child(node, Field::Body) {
            let arm = self.arm(None, Some(body));
            self.flatten(arm.body, body);
        }
        for part in self.b.kids(node) {
            let body = child(part, Field::Body);
            match kind(part) {
                Kind::Catch => {
                    let when = Some(self.b.unknown(part));
                    let arm = self.arm(when, body);
                    if !arm.body.is_empty() {
                        self.b.emit(Stmt::Branch(vec![arm]));
                    }
                }
                Kind::Finally => body.into_iter().for_each(|b| self.statement(b)),
                _ => {}
            }
        }
    }

    fn switch(&mut self, node: Node<'t>) {
        let (Some(subject), Some(body)) = (child(node, Field::Condition), child(node, Field::Body)) else { return };
        let subject = self.expr(subject);
        let truth = matches!(self.b.module.expr(subject), Expr::Bool(true));
        let (mut arms, mut labels, mut default) = (Vec::new(), Vec::new(), false);
        for case in self.b.kids(body) {
            let label = child(case, Field::Value);
            match label {
                Some(label) => {
                    let value = self.expr(label);
                    labels.push(if truth { value } else { self.b.add(Expr::Equal(subject, value, true), label) });
                }
                None => default = true,
            }
            let statements: Vec<Node<'t>> = self.b.kids(case).into_iter().filter(|k| Some(*k) != label).collect();
            if statements.is_empty() {
                continue;
            }
            let frame = self.b.begin_block();
            for statement in statements {
                self.statement(statement);
            }
            let block = self.b.end_block(frame);
            let when = match std::mem::take(&mut labels).as_slice() {
                _ if std::mem::take(&mut default) => None,
                [one] => Some(*one),
                many => Some(self.b.add(Expr::Any(many.to_vec()), case)),
            };
            arms.push(Arm { when, body: block });
        }
        self.b.emit(Stmt::Branch(arms));
    }

    /// `static $client = null;` keeps its value between calls, which is all the same here.
    fn statics(&mut self, node: Node<'t>) {
        for declaration in self.b.kids(node) {
            let (Some(name), Some(value)) = (child(declaration, Field::Name), child(declaration, Field::Value)) else {
                continue;
            };
            let value = self.expr(value);
            if !matches!(self.b.module.expr(value), Expr::Null) {
                self.bind(name, value);
            }
        }
    }

    /// `const A = 1;` at the top of a file.
    fn constants(&mut self, node: Node<'t>) {
        for element in self.b.kids(node) {
            let parts = self.b.kids(element);
            if let [name, value] = parts.as_slice() {
                let name = self.b.name(*name);
                let value = self.expr(*value);
                self.b.assign(name, value);
            }
        }
    }
}
