//! Statements: flow flattened as `ir` wants it, conditions kept.

use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{Arg, Arm, Expr, ExprId, Name, Place, Stmt};
use crate::source::lowering::counters;
use tree_sitter::Node;

/// How many statements of the next `case` are copied into one that falls through.
const MAX_FALL_THROUGH: usize = 64;

impl<'t> Lowering<'t> {
    /// Lowers one statement into the current block.
    pub(super) fn statement(&mut self, item: Item<'t>) {
        self.deeper(item.node, |l| l.plain_statement(item));
    }

    fn plain_statement(&mut self, item: Item<'t>) {
        let node = item.node;
        match item.kind {
            Kind::ExpressionStatement => self.expression_statement(node),
            Kind::Lexical | Kind::Variables | Kind::Using => self.variables(node),
            Kind::Return => {
                let value = self.children(node).first().map(|v| self.expr(v));
                self.push(Stmt::Return(value));
            }
            Kind::If => self.if_statement(node),
            Kind::Block => self.statements(node),
            Kind::For | Kind::While | Kind::Do | Kind::With => self.looping(node),
            Kind::ForIn => self.for_in(node),
            Kind::Try => self.try_statement(node),
            Kind::Switch => self.switch(node),
            // What is thrown is a message, not a request.
            Kind::Throw => self.push(Stmt::Exit),
            // Loops are flattened: what an iteration assigned lives on behind them.
            Kind::Break | Kind::Continue => {}
            Kind::Labeled => {
                if let Some(body) = self.children(node).field(At::Body) {
                    self.statement(body);
                }
            }
            Kind::Import => self.import(node),
            Kind::ImportAlias => self.import_alias(node),
            Kind::Export => self.export(node),
            Kind::Error => self.statements(node),
            _ => self.declaration(item),
        }
    }

    pub(super) fn statements(&mut self, node: Node<'t>) {
        for child in self.children(node).iter() {
            if is_statement(child.kind) {
                self.statement(child);
            } else {
                self.evaluate(child);
            }
        }
    }

    /// An expression for its effect; one that cannot have any is dropped.
    fn evaluate(&mut self, item: Item<'t>) {
        let value = self.expr(item);
        if !matches!(self.module.expr(value), Expr::Unknown | Expr::Name(_) | Expr::This | Expr::Null) {
            self.push(Stmt::Eval(value));
        }
    }

    fn expression_statement(&mut self, node: Node<'t>) {
        let Some(item) = self.children(node).first() else { return };
        match item.kind {
            Kind::String => {}
            Kind::Assignment | Kind::Augmented => {
                self.expr(item);
            }
            Kind::InternalModule => self.declaration(item),
            Kind::Call if self.compiled_enumeration(item.node) || self.compiled_inheritance(item.node) => {}
            Kind::Binary if self.operator(item.node) == "&&" => {
                let children = self.children(item.node);
                let (Some(left), Some(right)) = (children.field(At::Left), children.field(At::Right)) else { return };
                let when = Some(self.condition(left));
                let body = self.in_block(|l| {
                    let value = l.expr(right);
                    l.push(Stmt::Eval(value));
                });
                self.push(Stmt::Branch(vec![Arm { when, body }]));
            }
            _ => self.evaluate(item),
        }
    }

    /// An `if` with all its `else if`, taken apart without recursion.
    fn if_statement(&mut self, node: Node<'t>) {
        let mut arms = Vec::new();
        let mut current = node;
        loop {
            let children = self.children(current);
            let when = children.field(At::Condition).map(|c| self.condition(c));
            let then = children.field(At::Consequence);
            let body = self.in_block(|l| then.into_iter().for_each(|t| l.statement(t)));
            let when = when.or_else(|| Some(self.add(Expr::Unknown, current)));
            arms.push(Arm { when, body });
            let Some(other) = children.field(At::Alternative) else { break };
            let Some(other) = self.children(other.node).first() else { break };
            if other.kind == Kind::If {
                current = other.node;
                continue;
            }
            let body = self.in_block(|l| l.statement(other));
            arms.push(Arm { when: None, body });
            break;
        }
        self.push(Stmt::Branch(arms));
    }

    /// Loops and `with`: everything in them once, in order.
    fn looping(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let before = self.block.len();
        if let Some(start) = children.field(At::Initializer) {
            self.statement_or_value(start);
        }
        self.forget_counters(before, node);
        for part in [At::Condition, At::Object] {
            if let Some(value) = children.field(part) {
                self.effect(value);
            }
        }
        if let Some(body) = children.field(At::Body) {
            self.loop_body(body);
        }
        if let Some(step) = children.field(At::Increment) {
            self.effect(step);
        }
    }

    /// What a counter starts with (`i = 0`) is not what it is in the loop.
    fn forget_counters(&mut self, before: usize, node: Node<'t>) {
        let counters = counters(&self.module, self.block.get(before..).unwrap_or_default());
        for name in counters {
            let unknown = self.add(Expr::Unknown, node);
            self.push(Stmt::Assign(Place::Name(name), unknown));
        }
    }

    fn statement_or_value(&mut self, item: Item<'t>) {
        if is_statement(item.kind) { self.statement(item) } else { self.effect(item) }
    }

    fn effect(&mut self, item: Item<'t>) {
        let value = self.expr(item);
        if matches!(self.module.expr(value), Expr::Call(..) | Expr::New(..) | Expr::Opaque(_) | Expr::Equal(..)) {
            self.push(Stmt::Eval(value));
        }
    }

    fn loop_body(&mut self, body: Item<'t>) {
        let block = self.in_block(|l| l.statement(body));
        self.flatten(block, body.node);
    }

    /// Puts the statements of a block that may not run to its end into the current one. If it ends early on its own, what
    /// follows must stay reachable, so it becomes an arm that may or may not run.
    fn flatten(&mut self, mut block: Vec<Stmt>, node: Node<'t>) {
        if block.iter().any(|s| matches!(s, Stmt::Return(_) | Stmt::Exit)) {
            let when = Some(self.add(Expr::Unknown, node));
            self.push(Stmt::Branch(vec![Arm { when, body: block }]));
        } else {
            self.block.append(&mut block);
        }
    }

    /// `for (const x of xs)`, `for (const key in table)`.
    fn for_in(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(left), Some(right)) = (children.field(At::Left), children.field(At::Right)) else { return };
        let mut collection = self.expr(right);
        if self.has_token(node, "in") {
            let object = self.add(Expr::Name(Name::new_static("Object")), right.node);
            let keys = self.add(Expr::Field(object, Name::new_static("keys")), right.node);
            collection = self.add(Expr::Call(keys, vec![Arg::positional(collection)]), right.node);
        }
        let element = self.add(Expr::Element(collection), right.node);
        self.bind(left, element);
        if let Some(body) = children.field(At::Body) {
            self.loop_body(body);
        }
    }

    fn try_statement(&mut self, node: Node<'t>) {
        let children = self.children(node);
        if let Some(body) = children.field(At::Body) {
            let block = self.in_block(|l| l.statement(body));
            self.flatten(block, body.node);
        }
        if let Some(handler) = children.field(At::Handler) {
            let when = Some(self.add(Expr::Unknown, handler.node));
            let body = self.children(handler.node).field(At::Body);
            let body = self.in_block(|l| body.into_iter().for_each(|b| l.statement(b)));
            if !body.is_empty() {
                self.push(Stmt::Branch(vec![Arm { when, body }]));
            }
        }
        if let Some(last) = children.field(At::Finalizer)
            && let Some(body) = self.children(last.node).field(At::Body)
        {
            self.statement(body);
        }
    }

    fn switch(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(value), Some(body)) = (children.field(At::Value), children.field(At::Body)) else { return };
        let subject = self.expr(value);
        // `switch (true)` tries its labels as conditions.
        let labels_decide = matches!(self.module.expr(subject), Expr::Bool(true));
        let mut arms: Vec<(Arm, bool)> = Vec::new();
        let mut pending: Vec<Option<ExprId>> = Vec::new();
        for case in self.children(body.node).iter() {
            let parts = self.children(case.node);
            pending.push(match parts.field(At::Value) {
                Some(label) if labels_decide => Some(self.condition(label)),
                Some(label) => {
                    let label = self.expr(label);
                    Some(self.add(Expr::Equal(subject, label, true), case.node))
                }
                None => None,
            });
            let statements: Vec<Item<'t>> = parts.iter().filter(|c| c.field == At::Body).collect();
            if statements.is_empty() {
                continue;
            }
            let body = self.in_block(|l| statements.into_iter().for_each(|s| l.statement(s)));
            let when = self.any_of(&mut pending, case.node);
            arms.push((Arm { when, body }, !leaves(case.node)));
        }
        self.push(Stmt::Branch(fall_through(arms)));
    }

    /// The labels that lead to one body.
    fn any_of(&mut self, labels: &mut Vec<Option<ExprId>>, node: Node<'t>) -> Option<ExprId> {
        let labels: Option<Vec<ExprId>> = std::mem::take(labels).into_iter().collect();
        match labels?.as_slice() {
            [one] => Some(*one),
            many => Some(self.add(Expr::Any(many.to_vec()), node)),
        }
    }

    /// `const a = …, { b } = …`.
    fn variables(&mut self, node: Node<'t>) {
        for child in self.children(node).iter().filter(|c| c.kind == Kind::Declarator) {
            self.declarator(child.node);
        }
    }

    fn declarator(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(target) = children.field(At::Name) else { return };
        let ty = children.field(At::Type);
        let Some(value) = children.field(At::Value) else {
            return self.uninitialised(target, ty);
        };
        if self.function == crate::ir::Module::MAIN && self.import_required(target, value) {
            return;
        }
        if target.kind == Kind::Identifier {
            let name = self.name(target.node);
            if is_helper(&name) {
                return;
            }
            if value.kind == Kind::FunctionExpression && self.prototypes.contains(name.as_str()) {
                return self.constructor_function(value.node, name);
            }
            let mut value = self.named_expr(value, &name);
            // A type says more than the value only where the value comes from elsewhere.
            if matches!(self.module.expr(value), Expr::Call(..) | Expr::Name(_) | Expr::Field(..) | Expr::Index(..))
                && let Some(ty) = ty.and_then(|t| self.type_of(t))
            {
                value = self.typed(value, ty, node);
            }
            self.push(Stmt::Assign(Place::Name(name), value));
        } else {
            let value = self.expr(value);
            self.bind(target, value);
        }
    }

    /// `let api: MonitorsApi;`: what is known is the type; without one, only that the name is declared at the top.
    fn uninitialised(&mut self, target: Item<'t>, ty: Option<Item<'t>>) {
        if target.kind != Kind::Identifier {
            return;
        }
        let name = self.name(target.node);
        let nothing = self.add(Expr::Null, target.node);
        let value = match ty.and_then(|t| self.type_of(t)) {
            Some(ty) => self.typed(nothing, ty, target.node),
            None => nothing,
        };
        if value != nothing || self.function == crate::ir::Module::MAIN {
            self.push(Stmt::Assign(Place::Name(name), value));
        }
    }
}

/// Functions that compilers put on top of a file; what they do is known where they are used.
fn is_helper(name: &str) -> bool {
    matches!(
        name,
        "__awaiter"
            | "__generator"
            | "__importStar"
            | "__importDefault"
            | "__createBinding"
            | "__setModuleDefault"
            | "__exportStar"
            | "__rest"
            | "__decorate"
            | "__extends"
            | "__assign"
            | "__spreadArray"
            | "__asyncValues"
    )
}

/// Whether a `case` ends by leaving, so that it does not run on into the next one.
fn leaves(case: Node<'_>) -> bool {
    let last = |node: Node<'_>| node.named_child_count().checked_sub(1).and_then(|n| u32::try_from(n).ok());
    let Some(mut node) = last(case).and_then(|n| case.named_child(n)) else { return false };
    if node.kind() == "statement_block"
        && let Some(inner) = last(node).and_then(|n| node.named_child(n))
    {
        node = inner;
    }
    matches!(node.kind(), "break_statement" | "return_statement" | "throw_statement" | "continue_statement")
}

/// Lets a body that does not end run on into the next one.
fn fall_through(arms: Vec<(Arm, bool)>) -> Vec<Arm> {
    let tails: Vec<Vec<Stmt>> = arms
        .windows(2)
        .map(|pair| match pair {
            [(_, true), (next, _)] if next.body.len() <= MAX_FALL_THROUGH => next.body.clone(),
            _ => Vec::new(),
        })
        .collect();
    let mut tails = tails.into_iter();
    arms.into_iter()
        .map(|(mut arm, _)| {
            arm.body.append(&mut tails.next().unwrap_or_default());
            arm
        })
        .collect()
}

fn is_statement(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ExpressionStatement
            | Kind::Lexical
            | Kind::Variables
            | Kind::Using
            | Kind::Return
            | Kind::If
            | Kind::Block
            | Kind::For
            | Kind::While
            | Kind::Do
            | Kind::With
            | Kind::ForIn
            | Kind::Try
            | Kind::Switch
            | Kind::Throw
            | Kind::Break
            | Kind::Continue
            | Kind::Labeled
            | Kind::Import
            | Kind::ImportAlias
            | Kind::Export
            | Kind::Error
            | Kind::Function
            | Kind::Generator
            | Kind::ClassDeclaration
            | Kind::AbstractClass
            | Kind::Enum
            | Kind::Interface
            | Kind::TypeAlias
            | Kind::InternalModule
            | Kind::Module
            | Kind::Ambient
            | Kind::FunctionSignature
    )
}
