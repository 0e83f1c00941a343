//! Java `switch`, as a statement and as an expression, in both of its forms.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Expr, ExprId, Name, Stmt};
use tree_sitter::Node;

/// A `switch` with its subject evaluated.
struct Case<'t> {
    /// Condition; `None` for `default`.
    when: Option<ExprId>,
    /// What follows the labels.
    body: Vec<Node<'t>>,
}

impl<'t> Lowerer<'t> {
    /// A `switch` for its effect.
    pub(super) fn switch_statement(&mut self, node: Node<'t>) {
        let mut arms = Vec::new();
        let mut default = None;
        for case in self.cases(node) {
            let is_default = case.when.is_none();
            let arm = self.arm(case.when, |s| case.body.iter().for_each(|n| s.statement(*n)));
            if is_default { default = Some(arm) } else { arms.push(arm) }
        }
        arms.extend(default);
        self.b.emit(Stmt::Branch(arms));
    }

    /// A `switch` for its value: a selection if every case is a plain value, else a variable set in each case.
    pub(super) fn switch_value(&mut self, node: Node<'t>) -> ExprId {
        let cases = self.cases(node);
        let is_plain = |n: &Node<'t>| matches!(kind(*n), Kind::ExpressionStatement | Kind::ThrowStatement);
        if cases.iter().all(|c| c.body.len() == 1 && c.body.iter().all(is_plain)) {
            let mut arms = Vec::new();
            let mut default = None;
            for case in cases {
                let value = case.body.first().filter(|n| kind(**n) == Kind::ExpressionStatement);
                let Some(value) = value.and_then(|n| self.b.first(*n)) else { continue };
                let value = self.expr(value);
                if case.when.is_none() { default = Some((None, value)) } else { arms.push((case.when, value)) }
            }
            arms.extend(default);
            return self.b.add(Expr::Select(arms), node);
        }
        let result = self.b.temporary();
        let mut arms = Vec::new();
        let mut default = None;
        for case in cases {
            let is_default = case.when.is_none();
            let arm = self.arm(case.when, |s| case.body.iter().for_each(|n| s.yielding(*n, &result)));
            if is_default { default = Some(arm) } else { arms.push(arm) }
        }
        arms.extend(default);
        self.b.emit(Stmt::Branch(arms));
        self.b.add(Expr::Name(result), node)
    }

    /// A statement of a case whose `yield` gives the value of the whole.
    fn yielding(&mut self, node: Node<'t>, result: &Name) {
        if !self.b.descend(node) {
            return;
        }
        match kind(node) {
            Kind::ExpressionStatement | Kind::YieldStatement => {
                if let Some(value) = self.b.first(node) {
                    let value = self.expr(value);
                    self.b.assign(result.clone(), value);
                }
            }
            Kind::Block => {
                for inner in self.b.kids(node) {
                    match kind(inner) {
                        Kind::YieldStatement => self.yielding(inner, result),
                        _ => self.statement(inner),
                    }
                }
            }
            _ => self.statement(node),
        }
        self.b.ascend();
    }

    fn cases(&mut self, node: Node<'t>) -> Vec<Case<'t>> {
        let (Some(condition), Some(body)) = (child(node, Field::Condition), child(node, Field::Body)) else {
            return Vec::new();
        };
        let subject = self.expr(condition);
        let subject = self.b.named_value(subject, condition);
        let mut cases = Vec::new();
        // Labels without statements fall through to the next group.
        let mut tests = Vec::new();
        let mut default = false;
        for group in self.b.kids(body) {
            let mut case = Case { when: None, body: Vec::new() };
            for part in self.b.kids(group) {
                if kind(part) == Kind::SwitchLabel {
                    let labels = self.b.kids(part);
                    default |= labels.is_empty();
                    for label in labels {
                        tests.push(self.label_test(subject, label));
                    }
                } else {
                    case.body.push(part);
                }
            }
            if case.body.is_empty() {
                continue;
            }
            let tests = std::mem::take(&mut tests);
            if !std::mem::take(&mut default) {
                case.when = Some(match tests.as_slice() {
                    [one] => *one,
                    _ => self.b.add(Expr::Any(tests), group),
                });
            }
            cases.push(case);
        }
        cases
    }

    /// `subject == label`; labels of enums are members of an unnamed enum and are kept as their bare names.
    fn label_test(&mut self, subject: ExprId, label: Node<'t>) -> ExprId {
        let value = match kind(label) {
            Kind::Pattern => {
                let inner = self.b.first(label);
                if let Some(pattern) = inner.filter(|p| kind(*p) == Kind::TypePattern) {
                    let kids = self.b.kids(pattern);
                    if let [ty, name] = kids.as_slice() {
                        let typed = self.typed(subject, *ty);
                        let name = self.b.name(*name);
                        self.b.assign(name.clone(), typed);
                        self.b.scope.declare(name);
                    }
                }
                return self.b.unknown(label);
            }
            Kind::Identifier => {
                let name = self.b.name(label);
                self.b.add(Expr::Name(name), label)
            }
            _ => self.expr(label),
        };
        self.b.add(Expr::Equal(subject, value, true), label)
    }
}
