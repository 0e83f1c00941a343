//! Blocks, bindings and control flow.

use super::{Lowerer, name};
use crate::ir::{Arm, Expr, ExprId, Place, Span, Stmt};

impl Lowerer<'_> {
    /// The statements of a block; with `tail`, its value is returned.
    pub(super) fn block(&mut self, block: &syn::Block, tail: bool) {
        let mark = self.scope.open(true);
        for (at, stmt) in block.stmts.iter().enumerate() {
            let last = tail && at + 1 == block.stmts.len();
            self.stmt(stmt, last);
        }
        self.scope.close(mark);
    }

    /// The statements of a block before its value, and the value.
    pub(super) fn block_value(&mut self, block: &syn::Block) -> Option<ExprId> {
        let mark = self.scope.open(true);
        let mut value = None;
        for (at, stmt) in block.stmts.iter().enumerate() {
            match stmt {
                syn::Stmt::Expr(expr, None) if at + 1 == block.stmts.len() => value = Some(self.expression(expr)),
                syn::Stmt::Macro(stmt) if at + 1 == block.stmts.len() && stmt.semi_token.is_none() => {
                    value = Some(self.macro_value(&stmt.mac));
                }
                _ => self.stmt(stmt, false),
            }
        }
        self.scope.close(mark);
        value
    }

    fn stmt(&mut self, stmt: &syn::Stmt, tail: bool) {
        match stmt {
            syn::Stmt::Local(local) => self.local(local),
            syn::Stmt::Item(item) => self.item(item, true),
            syn::Stmt::Expr(expr, None) => self.statement(expr, tail),
            syn::Stmt::Expr(expr, Some(_)) => self.statement(expr, false),
            syn::Stmt::Macro(stmt) => self.macro_statement(&stmt.mac, tail && stmt.semi_token.is_none()),
        }
    }

    fn local(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else {
            if let syn::Pat::Type(typed) = &local.pat
                && let Some(ty) = self.type_of(&typed.ty)
            {
                let span = self.span_of(ty);
                let value = self.unknown(span);
                let value = self.add(Expr::Typed(value, ty), span);
                self.bind(&typed.pat, value);
            }
            return;
        };
        let value = self.expression(&init.expr);
        if let Some((_, diverge)) = &init.diverge {
            let body = self.captured(|it| it.statement(diverge, false));
            let span = self.span_of(value);
            let when = Some(self.unknown(span));
            self.out.push(Stmt::Branch(vec![Arm { when, body }]));
        }
        self.bind(&local.pat, value);
    }

    /// An expression as a statement; with `tail`, its value is returned.
    pub(super) fn statement(&mut self, expr: &syn::Expr, tail: bool) {
        if self.depth >= super::MAX_DEPTH {
            return;
        }
        self.depth += 1;
        self.statement_inside(expr, tail);
        self.depth -= 1;
    }

    fn statement_inside(&mut self, expr: &syn::Expr, tail: bool) {
        match expr {
            syn::Expr::Block(block) => self.block(&block.block, tail),
            syn::Expr::Unsafe(block) => self.block(&block.block, tail),
            syn::Expr::Async(block) => self.block(&block.block, tail),
            syn::Expr::Paren(inner) => self.statement(&inner.expr, tail),
            syn::Expr::Group(inner) => self.statement(&inner.expr, tail),
            syn::Expr::If(branch) => self.branch(branch, tail),
            syn::Expr::Match(branch) => {
                let arms = self.match_arms(branch, |it, body| {
                    it.statement(body, tail);
                    None
                });
                self.out.push(Stmt::Branch(arms.into_iter().map(|(arm, _)| arm).collect()));
            }
            syn::Expr::Loop(body) => self.block(&body.body, false),
            syn::Expr::While(body) => self.while_loop(body),
            syn::Expr::ForLoop(body) => self.for_loop(body),
            syn::Expr::Return(value) => {
                let value = value.expr.as_ref().map(|e| self.expression(e));
                self.out.push(Stmt::Return(value));
            }
            syn::Expr::Break(value) => {
                if let Some(value) = &value.expr {
                    self.statement(value, false);
                }
            }
            // Loops are flattened: what comes after them goes on.
            syn::Expr::Continue(_) => {}
            syn::Expr::Assign(assign) => {
                let value = self.expression(&assign.right);
                self.assign_to(&assign.left, value);
            }
            syn::Expr::Binary(binary) if self.compound(binary) => {}
            syn::Expr::MethodCall(call) if self.grow(call) => {}
            syn::Expr::Macro(expr) => self.macro_statement(&expr.mac, tail),
            syn::Expr::Try(inner) if !tail && matches!(&*inner.expr, syn::Expr::Macro(_)) => {
                self.statement(&inner.expr, false)
            }
            syn::Expr::MethodCall(call)
                if !tail && call.method == "unwrap" && matches!(&*call.receiver, syn::Expr::Macro(_)) =>
            {
                self.statement(&call.receiver, false);
            }
            _ => {
                let value = self.expression(expr);
                self.result(value, tail);
            }
        }
    }

    pub(super) fn result(&mut self, value: ExprId, tail: bool) {
        if tail {
            self.out.push(Stmt::Return(Some(value)));
        } else if !matches!(self.module.expr(value), Expr::Unknown | Expr::Name(_)) {
            self.out.push(Stmt::Eval(value));
        }
    }

    fn branch(&mut self, first: &syn::ExprIf, tail: bool) {
        let mut arms = Vec::new();
        let mut next = Some(first);
        while let Some(branch) = next.take() {
            let mut when = None;
            let body = self.captured_condition(&branch.cond, &mut when, |it| it.block(&branch.then_branch, tail));
            arms.push(Arm { when, body });
            match branch.else_branch.as_ref().map(|(_, e)| &**e) {
                Some(syn::Expr::If(inner)) => next = Some(inner),
                Some(otherwise) => {
                    let body = self.captured(|it| it.statement(otherwise, tail));
                    arms.push(Arm { when: None, body });
                }
                None => {}
            }
        }
        self.out.push(Stmt::Branch(arms));
    }

    /// Lowers a condition in the open block, what its patterns bind and the body as the arm's.
    pub(super) fn captured_condition(
        &mut self,
        condition: &syn::Expr,
        when: &mut Option<ExprId>,
        body: impl FnOnce(&mut Self),
    ) -> Vec<Stmt> {
        let mut bindings = Vec::new();
        *when = Some(self.condition(condition, &mut bindings));
        self.captured(|it| {
            for (pattern, value) in bindings {
                it.bind(pattern, value);
            }
            body(it);
        })
    }

    /// A condition, and what `let` in it binds.
    fn condition<'e>(&mut self, expr: &'e syn::Expr, bindings: &mut Vec<(&'e syn::Pat, ExprId)>) -> ExprId {
        if self.depth >= super::MAX_DEPTH {
            return self.unknown(Span::default());
        }
        self.depth += 1;
        let value = match expr {
            syn::Expr::Let(binding) => {
                let value = self.expression(&binding.expr);
                let value = self.named_value(value);
                bindings.push((&binding.pat, value));
                let span = self.span_of(value);
                match self.test(&binding.pat, value) {
                    Some(test) => test,
                    None => self.add(Expr::Opaque(vec![value]), span),
                }
            }
            syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
                let left = self.condition(&binary.left, bindings);
                let right = self.condition(&binary.right, bindings);
                let span = self.span_of(left);
                self.add(Expr::All(vec![left, right]), span)
            }
            _ => self.expression(expr),
        };
        self.depth -= 1;
        value
    }

    /// The arms of a `match`; `body` lowers what an arm does and may return its value.
    pub(super) fn match_arms(
        &mut self,
        expr: &syn::ExprMatch,
        mut body: impl FnMut(&mut Self, &syn::Expr) -> Option<ExprId>,
    ) -> Vec<(Arm, Option<ExprId>)> {
        let subject = self.expression(&expr.expr);
        let subject = match self.module.expr(subject) {
            Expr::List(_) | Expr::Field(..) => subject,
            _ => self.named_value(subject),
        };
        let mut arms = Vec::new();
        for arm in &expr.arms {
            let (pattern, guard) = match &arm.pat {
                syn::Pat::Guard(guarded) => (&*guarded.pat, Some(&*guarded.guard)),
                pattern => (pattern, None),
            };
            let mut when = self.test(pattern, subject);
            let mut value = None;
            let statements = self.captured(|it| {
                it.bind(pattern, subject);
                if let Some(guard) = guard {
                    let guard = it.expression(guard);
                    let span = it.span_of(guard);
                    let all = when.into_iter().chain(std::iter::once(guard)).collect();
                    when = Some(it.add(Expr::All(all), span));
                }
                value = body(it, &arm.body);
            });
            arms.push((Arm { when, body: statements }, value));
        }
        arms
    }

    fn while_loop(&mut self, expr: &syn::ExprWhile) {
        let mut bindings = Vec::new();
        let when = self.condition(&expr.cond, &mut bindings);
        self.result(when, false);
        let mark = self.scope.open(true);
        for (pattern, value) in bindings {
            self.bind(pattern, value);
        }
        self.block(&expr.body, false);
        self.scope.close(mark);
    }

    fn for_loop(&mut self, expr: &syn::ExprForLoop) {
        let list = self.expression(&expr.expr);
        let span = self.span_of(list);
        let element = self.add(Expr::Element(list), span);
        let mark = self.scope.open(true);
        self.bind(&expr.pat, element);
        self.block(&expr.body, false);
        self.scope.close(mark);
    }

    /// `x += y`; other operators leave numbers behind.
    fn compound(&mut self, expr: &syn::ExprBinary) -> bool {
        let add = matches!(expr.op, syn::BinOp::AddAssign(_));
        let other = matches!(expr.op, syn::BinOp::SubAssign(_) | syn::BinOp::MulAssign(_) | syn::BinOp::DivAssign(_));
        if !add && !other {
            return false;
        }
        let before = self.expression(&expr.left);
        let value = self.expression(&expr.right);
        if add {
            let value = self.sum(vec![before, value]);
            self.assign_to(&expr.left, value);
        } else {
            self.result(value, false);
        }
        true
    }

    /// `text.push_str(x)` is `text = text + x`.
    fn grow(&mut self, call: &syn::ExprMethodCall) -> bool {
        if !(call.method == "push_str" || call.method == "push") || call.args.len() != 1 {
            return false;
        }
        let place = matches!(&*call.receiver, syn::Expr::Path(_) | syn::Expr::Field(_));
        let character = matches!(call.args.first(), Some(syn::Expr::Lit(l)) if matches!(l.lit, syn::Lit::Char(_)));
        if !place || (call.method == "push" && !character) {
            return false;
        }
        let before = self.expression(&call.receiver);
        let Some(value) = call.args.first().map(|a| self.expression(a)) else { return false };
        let value = self.concat(&[before, value]);
        self.assign_to(&call.receiver, value);
        true
    }

    fn assign_to(&mut self, left: &syn::Expr, value: ExprId) {
        match left {
            syn::Expr::Path(path) => {
                if let Some(ident) = path.path.get_ident() {
                    self.assign(name(ident), value);
                }
            }
            syn::Expr::Field(field) => {
                let object = self.expression(&field.base);
                self.out.push(Stmt::Assign(Place::Field(object, super::expressions::member(&field.member)), value));
            }
            syn::Expr::Index(index) => {
                let object = self.expression(&index.expr);
                let key = self.expression(&index.index);
                self.out.push(Stmt::Assign(Place::Index(object, key), value));
            }
            syn::Expr::Unary(inner) if matches!(inner.op, syn::UnOp::Deref(_)) => self.assign_to(&inner.expr, value),
            syn::Expr::Paren(inner) => self.assign_to(&inner.expr, value),
            syn::Expr::Tuple(tuple) => {
                for (at, target) in tuple.elems.iter().enumerate() {
                    let part = self.position(value, at);
                    self.assign_to(target, part);
                }
            }
            _ => self.result(value, false),
        }
    }
}
