//! Kotlin `if`, `when` and `try`, which are statements and expressions alike.

use super::Lowerer;
use super::grammar::{Field, Kind, child, is_expression, kind};
use crate::ir::{Arm, Expr, ExprId, Name, Stmt};
use tree_sitter::Node;

/// One way to go: a condition and what follows.
struct Way<'t> {
    when: Option<ExprId>,
    body: Option<Node<'t>>,
    /// A name whose type the condition tells.
    narrowed: Option<(Name, Node<'t>)>,
}

impl<'t> Lowerer<'t> {
    /// `if` for its effect.
    pub(super) fn if_statement(&mut self, node: Node<'t>) {
        let ways = self.if_ways(node);
        self.branch(ways, None);
    }

    /// `when` for its effect.
    pub(super) fn when_statement(&mut self, node: Node<'t>) {
        let ways = self.when_ways(node);
        self.branch(ways, None);
    }

    /// `if` or `when` for its value.
    pub(super) fn branch_value(&mut self, node: Node<'t>) -> ExprId {
        let ways = if kind(node) == Kind::IfExpression { self.if_ways(node) } else { self.when_ways(node) };
        self.ways_value(ways, node)
    }

    fn branch(&mut self, ways: Vec<Way<'t>>, result: Option<&Name>) {
        let mut arms = Vec::new();
        for way in ways {
            let frame = self.b.begin_block();
            self.narrow(&way);
            match (way.body, result) {
                (Some(body), Some(result)) => {
                    if let Some(value) = self.body_value(body) {
                        self.b.assign(result.clone(), value);
                    }
                }
                (Some(body), None) => self.statement(body),
                (None, _) => {}
            }
            arms.push(Arm { when: way.when, body: self.b.end_block(frame) });
        }
        self.b.emit(Stmt::Branch(arms));
    }

    /// In a branch that is taken only for a type, the name has that type.
    fn narrow(&mut self, way: &Way<'t>) {
        if let Some((name, ty)) = &way.narrowed {
            let value = self.b.add(Expr::Name(name.clone()), *ty);
            let typed = self.typed(value, *ty);
            if typed != value {
                self.b.assign(name.clone(), typed);
            }
        }
    }

    /// A selection if every branch is a plain value, else a variable set in each branch.
    fn ways_value(&mut self, ways: Vec<Way<'t>>, node: Node<'t>) -> ExprId {
        let result = self.b.temporary();
        let mut selection = Vec::new();
        let mut arms = Vec::new();
        let mut plain = true;
        for way in ways {
            let frame = self.b.begin_block();
            self.narrow(&way);
            let value = way.body.and_then(|body| self.body_value(body));
            plain &= self.b.out.is_empty() && value.is_some();
            if let Some(value) = value {
                selection.push((way.when, value));
                self.b.assign(result.clone(), value);
            }
            arms.push(Arm { when: way.when, body: self.b.end_block(frame) });
        }
        if plain {
            return self.b.add(Expr::Select(selection), node);
        }
        self.b.emit(Stmt::Branch(arms));
        self.b.add(Expr::Name(result), node)
    }

    /// The value of a branch: of a block its last expression. `None` if it has none.
    fn body_value(&mut self, body: Node<'t>) -> Option<ExprId> {
        match kind(body) {
            Kind::Block => {
                let mark = self.b.scope.open(true);
                let value = self.block_value(body);
                self.b.scope.close(mark);
                value
            }
            Kind::ReturnExpression | Kind::ThrowExpression => {
                self.effect(body);
                None
            }
            k if is_expression(k) => Some(self.expr(body)),
            _ => {
                self.statement(body);
                None
            }
        }
    }

    /// The statements of a block or lambda; its value is that of the last one, if that is an expression.
    pub(super) fn block_value(&mut self, block: Node<'t>) -> Option<ExprId> {
        if !self.b.descend(block) {
            return None;
        }
        let statements = self.b.kids(block);
        let mut value = None;
        for (index, statement) in statements.iter().enumerate() {
            if kind(*statement) == Kind::LambdaParameters {
                continue;
            }
            if index + 1 == statements.len() {
                value = self.body_value(*statement);
            } else {
                self.statement(*statement);
            }
        }
        self.b.ascend();
        value
    }

    /// `if (a) x else if (b) y else z` as a row of ways.
    fn if_ways(&mut self, node: Node<'t>) -> Vec<Way<'t>> {
        let mut ways = Vec::new();
        let mut current = Some(node);
        while let Some(node) = current.take() {
            let condition = child(node, Field::Condition);
            let narrowed = condition.and_then(|c| self.narrowing(c));
            let when = condition.map(|c| self.expr(c));
            let (mut then, mut otherwise, mut in_else) = (None, None, false);
            for part in self.b.all_kids(node) {
                if kind(part) == Kind::Else {
                    in_else = true;
                } else if part.is_named() && condition.is_none_or(|c| c.id() != part.id()) {
                    if in_else { otherwise = Some(part) } else { then = Some(part) }
                }
            }
            ways.push(Way { when, body: then, narrowed });
            match otherwise {
                Some(next) if kind(next) == Kind::IfExpression => current = Some(next),
                Some(_) => ways.push(Way { when: None, body: otherwise, narrowed: None }),
                None => {}
            }
        }
        ways
    }

    /// `name is Type`.
    fn narrowing(&mut self, condition: Node<'t>) -> Option<(Name, Node<'t>)> {
        let (left, right) = (child(condition, Field::Left)?, child(condition, Field::Right)?);
        let tells = kind(condition) == Kind::IsExpression && kind(left) == Kind::Identifier;
        let positive = self.b.all_kids(condition).into_iter().any(|k| k.kind() == "is");
        (tells && positive).then(|| (self.ident(left), right))
    }

    fn when_ways(&mut self, node: Node<'t>) -> Vec<Way<'t>> {
        let parts = self.b.kids(node);
        let mut subject = None;
        let mut subject_name = None;
        let mut ways = Vec::new();
        let mut default = None;
        for part in parts {
            match kind(part) {
                Kind::WhenSubject => {
                    let inner = self.b.kids(part);
                    let Some(value) = inner.last() else { continue };
                    subject_name = (kind(*value) == Kind::Identifier).then(|| self.ident(*value));
                    let mut id = self.expr(*value);
                    if let Some(variable) = inner.iter().find(|k| kind(**k) == Kind::VariableDeclaration)
                        && let Some(name) = self.variable_name(*variable).map(|n| self.ident(n))
                    {
                        self.b.assign(name.clone(), id);
                        self.b.scope.declare(name.clone());
                        id = self.b.add(Expr::Name(name.clone()), part);
                        subject_name = Some(name);
                    }
                    subject = Some(self.b.named_value(id, part));
                }
                Kind::WhenEntry => {
                    let way = self.when_entry(part, subject, subject_name.as_ref());
                    if way.when.is_none() { default = Some(way) } else { ways.push(way) }
                }
                _ => {}
            }
        }
        ways.extend(default);
        ways
    }

    fn when_entry(&mut self, node: Node<'t>, subject: Option<ExprId>, name: Option<&Name>) -> Way<'t> {
        let mut tests = Vec::new();
        let mut narrowed = None;
        let mut is_else = false;
        let mut after_arrow = false;
        let mut body = None;
        for part in self.b.all_kids(node) {
            if part.kind() == "->" {
                after_arrow = true;
            } else if after_arrow && part.is_named() {
                body = body.or(Some(part));
            } else if kind(part) == Kind::Else {
                is_else = true;
            } else if part.is_named() && !after_arrow {
                if kind(part) == Kind::TypeTest {
                    narrowed = name.cloned().zip(self.b.kids(part).last().copied());
                }
                tests.push(self.when_test(part, subject));
            }
        }
        let when = match tests.as_slice() {
            _ if is_else => None,
            [one] => Some(*one),
            _ => Some(self.b.add(Expr::Any(tests), node)),
        };
        Way { when, body, narrowed }
    }

    fn when_test(&mut self, node: Node<'t>, subject: Option<ExprId>) -> ExprId {
        match (kind(node), subject) {
            (Kind::TypeTest, _) => self.b.unknown(node),
            (Kind::RangeTest, Some(subject)) => {
                let inside = !self.b.text(node).starts_with('!');
                match self.b.first(node) {
                    Some(range) => {
                        let range = self.expr(range);
                        self.b.add(Expr::Contains(subject, range, inside), node)
                    }
                    None => self.b.unknown(node),
                }
            }
            (_, Some(subject)) => {
                let label = self.expr(node);
                self.b.add(Expr::Equal(subject, label, true), node)
            }
            (_, None) => self.expr(node),
        }
    }

    /// `try` for its effect: the body in sequence, each `catch` an arm that may run.
    pub(super) fn try_statement(&mut self, node: Node<'t>) {
        let mut arms = Vec::new();
        let mut last = None;
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Block => self.flattened(Some(part)),
                Kind::CatchBlock => {
                    let when = Some(self.b.unknown(part));
                    let frame = self.b.begin_block();
                    if let Some(name) = self.b.first(part).filter(|k| kind(*k) == Kind::Identifier) {
                        let name = self.ident(name);
                        self.b.scope.declare(name);
                    }
                    let block = self.b.kids(part).into_iter().find(|k| kind(*k) == Kind::Block);
                    block.into_iter().for_each(|b| self.statement(b));
                    arms.push(Arm { when, body: self.b.end_block(frame) });
                }
                Kind::FinallyBlock => last = self.b.first(part),
                _ => {}
            }
        }
        if !arms.is_empty() {
            self.b.emit(Stmt::Branch(arms));
        }
        last.into_iter().for_each(|b| self.statement(b));
    }

    /// `try` for its value: that of the body or of a `catch`.
    pub(super) fn try_value(&mut self, node: Node<'t>) -> ExprId {
        let mut ways = Vec::new();
        let mut last = None;
        for part in self.b.kids(node) {
            let body = match kind(part) {
                Kind::Block => Some(part),
                Kind::CatchBlock => self.b.kids(part).into_iter().find(|k| kind(*k) == Kind::Block),
                Kind::FinallyBlock => {
                    last = self.b.first(part);
                    None
                }
                _ => None,
            };
            if body.is_some() {
                ways.push(Way { when: Some(self.b.unknown(part)), body, narrowed: None });
            }
        }
        let value = self.ways_value(ways, node);
        last.into_iter().for_each(|b| self.statement(b));
        value
    }
}
