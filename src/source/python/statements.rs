//! Statements other than those that branch or define.

use super::Lowering;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arm, Expr, ExprId, Stmt};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// Lowers the statements of a block into the open one.
    pub(super) fn block_of(&mut self, node: Node<'t>) {
        for statement in self.parts(node) {
            self.statement(statement);
        }
    }

    /// Lowers one statement.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        if !self.descend(node) {
            return;
        }
        self.statement_inner(node);
        if node.has_error() {
            self.lost(node);
        }
        self.ascend();
    }

    /// The body of a statement that the grammar could not read as one: its statements still stand in it.
    fn lost(&mut self, node: Node<'t>) {
        let compound =
            [Kind::IfStatement, Kind::ForStatement, Kind::WhileStatement, Kind::TryStatement, Kind::WithStatement];
        if compound.contains(&kind(node)) {
            for part in self.parts(node).into_iter().filter(Node::is_error) {
                self.block_of(part);
            }
        }
    }

    fn statement_inner(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::ImportStatement => self.import(node),
            Kind::ImportFromStatement => self.import_from(node),
            Kind::ExpressionStatement => {
                for inner in self.kids(node) {
                    self.expression_statement(inner);
                }
            }
            Kind::ReturnStatement => {
                let value = self.first(node).map(|v| self.expr(v));
                self.emit(Stmt::Return(value));
            }
            Kind::RaiseStatement => {
                for inner in self.kids(node) {
                    let value = self.expr(inner);
                    self.emit(Stmt::Eval(value));
                }
                self.emit(Stmt::Exit);
            }
            Kind::BreakStatement | Kind::ContinueStatement => self.emit(Stmt::Exit),
            Kind::AssertStatement | Kind::DeleteStatement | Kind::PrintStatement => {
                for inner in self.kids(node) {
                    let value = self.expr(inner);
                    self.emit(Stmt::Eval(value));
                }
            }
            Kind::GlobalStatement => {
                let names: Vec<_> = self.kids(node).into_iter().map(|n| self.name(n)).collect();
                if let Some(globals) = self.globals.last_mut() {
                    globals.extend(names);
                }
            }
            Kind::IfStatement => self.if_statement(node),
            Kind::ForStatement => self.for_statement(node),
            Kind::WhileStatement => self.while_statement(node),
            Kind::TryStatement => self.try_statement(node),
            Kind::WithStatement => self.with_statement(node),
            Kind::MatchStatement => self.match_statement(node),
            Kind::FunctionDefinition => {
                self.function(node, &[], None);
            }
            Kind::ClassDefinition => self.class(node, &[], None),
            Kind::DecoratedDefinition => self.decorated(node, None),
            Kind::Block => self.block_of(node),
            // Parts that the grammar could not read may still hold statements, and expressions that belong to none.
            _ if node.is_error() => self.block_of(node),
            Kind::ArgumentList
            | Kind::Assignment
            | Kind::Attribute
            | Kind::Await
            | Kind::Call
            | Kind::KeywordArgument => {
                self.expression_statement(node);
            }
            _ => {}
        }
    }

    fn expression_statement(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::Assignment => self.assignment(node),
            Kind::AugmentedAssignment => self.augmented(node),
            Kind::Yield => {
                self.yields(node);
            }
            _ => {
                let value = self.expr(node);
                self.emit(Stmt::Eval(value));
            }
        }
    }

    fn assignment(&mut self, node: Node<'t>) {
        let Some(left) = child(node, Field::Left) else { return };
        let Some(right) = child(node, Field::Right) else {
            // `x: T` declares a variable of a type.
            if let Some(ty) = child(node, Field::Type) {
                let ty = self.type_expr(ty);
                let nothing = self.unknown(node);
                let value = self.add(Expr::Typed(nothing, ty), node);
                self.assign_to(left, value);
            }
            return;
        };
        // `a = b = value`.
        if kind(right) == Kind::Assignment {
            self.assignment(right);
            if let Some(inner) = child(right, Field::Left) {
                let value = self.expr(inner);
                self.assign_to(left, value);
            }
            return;
        }
        if self.named_tuple(left, right) {
            return;
        }
        let mut value = self.expr(right);
        if let Some(ty) = child(node, Field::Type) {
            let ty = self.type_expr(ty);
            value = self.add(Expr::Typed(value, ty), node);
        }
        self.assign_to(left, value);
    }

    fn augmented(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else { return };
        let operator = child(node, Field::Operator).map(|o| self.text(o)).unwrap_or_default();
        let old = self.expr(left);
        let new = self.expr(right);
        let value = match operator {
            "+=" => self.sum(vec![old, new], node),
            "|=" => self.add(Expr::Choice(vec![old, new]), node),
            "%=" => self
                .add(Expr::Format(crate::ir::FormatStyle::Percent, old, vec![crate::ir::Arg::positional(new)]), node),
            _ => self.add(Expr::Opaque(vec![old, new]), node),
        };
        self.assign_to(left, value);
    }

    /// `yield x` gives a value without ending the function.
    pub(super) fn yields(&mut self, node: Node<'t>) -> ExprId {
        let value = self.first(node).map(|v| self.expr(v));
        let when = Some(self.unknown(node));
        self.emit(Stmt::Branch(vec![Arm { when, body: vec![Stmt::Return(value)] }]));
        self.unknown(node)
    }

    /// `with a as b, c as d:` binds the values and runs the body.
    fn with_statement(&mut self, node: Node<'t>) {
        for clause in self.kids(node) {
            if kind(clause) != Kind::WithClause {
                continue;
            }
            for item in self.kids(clause) {
                let Some(value) = child(item, Field::Value).or_else(|| self.first(item)) else { continue };
                if kind(value) == Kind::AsPattern {
                    let Some(expression) = self.first(value) else { continue };
                    let entered = self.expr(expression);
                    if let Some(target) = child(value, Field::Alias)
                        && let Some(target) = self.first(target)
                    {
                        self.assign_to(target, entered);
                    } else {
                        self.emit(Stmt::Eval(entered));
                    }
                } else {
                    let entered = self.expr(value);
                    self.emit(Stmt::Eval(entered));
                }
            }
        }
        self.body(node);
    }

    /// Flattens the body of a loop, `with` or `try` into the open block.
    pub(super) fn body(&mut self, node: Node<'t>) {
        if let Some(body) = child(node, Field::Body) {
            let frame = self.begin_block();
            self.block_of(body);
            self.end_flattened(frame, node);
        }
    }
}
