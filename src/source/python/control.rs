//! Branches and loops.

use super::Lowering;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arm, Expr, ExprId, Stmt};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    fn arm(&mut self, when: Option<ExprId>, body: Option<Node<'t>>) -> Arm {
        let frame = self.begin_block();
        if let Some(body) = body {
            self.block_of(body);
        }
        Arm { when, body: self.end_block(frame) }
    }

    /// `if`, `elif`, `else`.
    pub(super) fn if_statement(&mut self, node: Node<'t>) {
        let condition = self.field_expr(node, Field::Condition);
        let mut arms = vec![self.arm(Some(condition), child(node, Field::Consequence))];
        for part in self.kids(node) {
            match kind(part) {
                Kind::ElifClause => {
                    let condition = self.field_expr(part, Field::Condition);
                    arms.push(self.arm(Some(condition), child(part, Field::Consequence)));
                }
                Kind::ElseClause => arms.push(self.arm(None, child(part, Field::Body))),
                _ => {}
            }
        }
        self.emit(Stmt::Branch(arms));
    }

    /// `for x in xs`.
    pub(super) fn for_statement(&mut self, node: Node<'t>) {
        if let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) {
            self.loop_variable(left, right);
        }
        self.body(node);
        self.otherwise(node);
    }

    /// `while condition`.
    pub(super) fn while_statement(&mut self, node: Node<'t>) {
        let condition = self.field_expr(node, Field::Condition);
        self.emit(Stmt::Eval(condition));
        self.body(node);
        self.otherwise(node);
    }

    fn otherwise(&mut self, node: Node<'t>) {
        if let Some(other) = child(node, Field::Alternative) {
            self.body(other);
        }
    }

    /// `try`: the body runs, the handlers may, the rest runs.
    pub(super) fn try_statement(&mut self, node: Node<'t>) {
        self.body(node);
        for part in self.kids(node) {
            match kind(part) {
                Kind::ExceptClause => {
                    let when = self.unknown(part);
                    let body = self.kids(part).into_iter().find(|n| kind(*n) == Kind::Block);
                    let arm = self.arm(Some(when), body);
                    self.emit(Stmt::Branch(vec![arm]));
                }
                Kind::ElseClause => self.body(part),
                Kind::FinallyClause => {
                    if let Some(body) = self.kids(part).into_iter().find(|n| kind(*n) == Kind::Block) {
                        self.block_of(body);
                    }
                }
                _ => {}
            }
        }
    }

    /// `match subject`: literal patterns compare with the subject, others may or may not fit.
    pub(super) fn match_statement(&mut self, node: Node<'t>) {
        let subject = self.field_expr(node, Field::Subject);
        let subject = self.named_value(subject, node);
        let Some(body) = child(node, Field::Body) else { return };
        let mut arms = Vec::new();
        for clause in self.kids(body) {
            if kind(clause) != Kind::CaseClause {
                continue;
            }
            let patterns: Vec<Node<'t>> =
                self.kids(clause).into_iter().filter(|n| kind(*n) == Kind::CasePattern).collect();
            let when = match patterns.as_slice() {
                [one] if self.text(*one) == "_" && child(clause, Field::Guard).is_none() => None,
                [one] => Some(self.pattern(subject, *one)),
                _ => Some(self.unknown(clause)),
            };
            arms.push(self.arm(when, child(clause, Field::Consequence)));
        }
        self.emit(Stmt::Branch(arms));
    }

    /// The condition under which a pattern fits.
    fn pattern(&mut self, subject: ExprId, pattern: Node<'t>) -> ExprId {
        let inner = match kind(pattern) {
            Kind::CasePattern => self.first(pattern),
            _ => Some(pattern),
        };
        let Some(inner) = inner else { return self.unknown(pattern) };
        match kind(inner) {
            Kind::UnionPattern => {
                let items = self.kids(inner).into_iter().map(|p| self.pattern(subject, p)).collect();
                self.add(Expr::Any(items), pattern)
            }
            Kind::String | Kind::ConcatenatedString | Kind::Integer | Kind::Attribute => {
                let value = self.expr(inner);
                self.add(Expr::Equal(subject, value, true), pattern)
            }
            // `HttpMethod.GET` is a dotted name in patterns.
            Kind::DottedName if self.text(inner).contains('.') => {
                let value = self.expr(inner);
                self.add(Expr::Equal(subject, value, true), pattern)
            }
            _ => self.unknown(pattern),
        }
    }
}
