//! Values.

use super::{Lowerer, join, name};
use crate::ir::{Arg, Arm, Expr, ExprId, Function, Name, Piece, Span, Stmt};

impl Lowerer<'_> {
    /// The value of an expression.
    pub(super) fn expression(&mut self, expr: &syn::Expr) -> ExprId {
        if self.depth >= super::MAX_DEPTH {
            return self.unknown(Span::default());
        }
        self.depth += 1;
        let value = self.expression_inside(expr);
        self.depth -= 1;
        value
    }

    fn expression_inside(&mut self, expr: &syn::Expr) -> ExprId {
        match expr {
            syn::Expr::Path(path) => self.path(&path.path),
            syn::Expr::Lit(literal) => self.literal(&literal.lit),
            syn::Expr::Call(call) => self.call(call),
            syn::Expr::MethodCall(call) => self.method_call(call),
            syn::Expr::Field(field) => self.field(field),
            syn::Expr::Macro(expr) => self.macro_value(&expr.mac),
            syn::Expr::Paren(inner) => self.expression(&inner.expr),
            syn::Expr::Group(inner) => self.expression(&inner.expr),
            syn::Expr::Reference(inner) => self.expression(&inner.expr),
            syn::Expr::RawAddr(inner) => self.expression(&inner.expr),
            syn::Expr::Try(inner) => self.expression(&inner.expr),
            syn::Expr::Await(inner) => self.expression(&inner.base),
            syn::Expr::Cast(inner) => self.expression(&inner.expr),
            syn::Expr::Struct(literal) => self.struct_literal(literal),
            syn::Expr::Closure(closure) => self.closure(closure),
            syn::Expr::Array(array) => {
                let items = array.elems.iter().map(|e| self.expression(e)).collect();
                let span = self.at(array.bracket_token.span.join());
                self.add(Expr::List(items), span)
            }
            syn::Expr::Tuple(tuple) => {
                let items: Vec<ExprId> = tuple.elems.iter().map(|e| self.expression(e)).collect();
                let span = self.at(tuple.paren_token.span.join());
                let expr = if items.is_empty() { Expr::Null } else { Expr::List(items) };
                self.add(expr, span)
            }
            syn::Expr::Repeat(repeat) => {
                let item = self.expression(&repeat.expr);
                let span = self.at(repeat.bracket_token.span.join());
                self.add(Expr::List(vec![item]), span)
            }
            syn::Expr::Index(index) => {
                let object = self.expression(&index.expr);
                let key = self.expression(&index.index);
                let span = join(self.span_of(object), self.at(index.bracket_token.span.close()));
                self.add(Expr::Index(object, key), span)
            }
            syn::Expr::Binary(binary) => self.binary(binary),
            syn::Expr::Unary(unary) => self.unary(unary),
            _ => self.control_value(expr),
        }
    }

    /// Blocks and control flow as values; what is no value is lowered as statements.
    fn control_value(&mut self, expr: &syn::Expr) -> ExprId {
        let block = match expr {
            syn::Expr::Block(block) => Some(&block.block),
            syn::Expr::Async(block) => Some(&block.block),
            syn::Expr::Unsafe(block) => Some(&block.block),
            syn::Expr::Const(block) => Some(&block.block),
            syn::Expr::TryBlock(block) => Some(&block.block),
            _ => None,
        };
        match (block, expr) {
            (Some(block), _) => {
                let span = self.at(block.brace_token.span.open());
                self.block_value(block).unwrap_or_else(|| self.add(Expr::Null, span))
            }
            (None, syn::Expr::If(branch)) => self.if_value(branch),
            (None, syn::Expr::Match(branch)) => {
                let span = self.at(branch.match_token.span);
                let arms = self.match_arms(branch, |it, body| Some(it.expression(body)));
                self.selection(arms, span)
            }
            (None, syn::Expr::Range(range)) => {
                let ends = [&range.start, &range.end].into_iter().flatten().map(|e| self.expression(e)).collect();
                self.add(Expr::Opaque(ends), Span::default())
            }
            (None, syn::Expr::Let(binding)) => {
                let value = self.expression(&binding.expr);
                let span = self.span_of(value);
                self.add(Expr::Opaque(vec![value]), span)
            }
            _ => {
                let statement = matches!(
                    expr,
                    syn::Expr::Loop(_)
                        | syn::Expr::While(_)
                        | syn::Expr::ForLoop(_)
                        | syn::Expr::Return(_)
                        | syn::Expr::Break(_)
                        | syn::Expr::Continue(_)
                        | syn::Expr::Assign(_)
                );
                if statement {
                    self.statement(expr, false);
                }
                self.unknown(Span::default())
            }
        }
    }

    fn if_value(&mut self, first: &syn::ExprIf) -> ExprId {
        let span = self.at(first.if_token.span);
        let mut arms = Vec::new();
        let mut next = Some(first);
        while let Some(branch) = next.take() {
            let (mut when, mut value) = (None, None);
            let body =
                self.captured_condition(&branch.cond, &mut when, |it| value = it.block_value(&branch.then_branch));
            arms.push((Arm { when, body }, value));
            match branch.else_branch.as_ref().map(|(_, e)| &**e) {
                Some(syn::Expr::If(inner)) => next = Some(inner),
                Some(otherwise) => {
                    let mut value = None;
                    let body = self.captured(|it| value = Some(it.expression(otherwise)));
                    arms.push((Arm { when: None, body }, value));
                }
                None => {}
            }
        }
        self.selection(arms, span)
    }

    /// One value of several; what the arms do besides becomes a branch of its own.
    fn selection(&mut self, arms: Vec<(Arm, Option<ExprId>)>, span: Span) -> ExprId {
        let mut values = Vec::new();
        let mut bodies = Vec::new();
        for (arm, value) in arms {
            // An arm that leaves the function has no value.
            let leaves = matches!(arm.body.last(), Some(Stmt::Return(_) | Stmt::Exit));
            if let Some(value) = value.filter(|_| !leaves) {
                values.push((arm.when, value));
            }
            bodies.push(arm);
        }
        if bodies.iter().any(|a| !a.body.is_empty()) {
            self.out.push(Stmt::Branch(bodies));
        }
        self.add(Expr::Select(values), span)
    }

    pub(super) fn literal(&mut self, literal: &syn::Lit) -> ExprId {
        let span = self.at(literal.span());
        match literal {
            syn::Lit::Str(text) => self.text(text.value(), span),
            syn::Lit::Char(c) => self.text(c.value().to_string(), span),
            syn::Lit::ByteStr(bytes) => self.text(String::from_utf8_lossy(&bytes.value()).into_owned(), span),
            syn::Lit::CStr(text) => self.text(text.value().to_string_lossy().into_owned(), span),
            syn::Lit::Int(number) => self.add(Expr::Number(Name::new(number.base10_digits())), span),
            syn::Lit::Float(number) => self.add(Expr::Number(Name::new(number.base10_digits())), span),
            syn::Lit::Bool(value) => self.add(Expr::Bool(value.value), span),
            _ => self.unknown(span),
        }
    }

    pub(super) fn text(&mut self, text: String, span: Span) -> ExprId {
        let pieces = if text.is_empty() { Vec::new() } else { vec![Piece::Text(text.into())] };
        self.add(Expr::Text(pieces), span)
    }

    fn field(&mut self, field: &syn::ExprField) -> ExprId {
        let object = self.expression(&field.base);
        let end = match &field.member {
            syn::Member::Named(ident) => self.at(ident.span()),
            syn::Member::Unnamed(index) => self.at(index.span),
        };
        let span = join(self.span_of(object), end);
        match &field.member {
            syn::Member::Unnamed(index) => {
                let key = self.add(Expr::Number(Name::new(index.index.to_string())), end);
                let expr = match self.module.expr(object) {
                    // A field of a tuple struct has its position for a name.
                    Expr::This => Expr::Field(object, Name::new(index.index.to_string())),
                    _ => Expr::Index(object, key),
                };
                self.add(expr, span)
            }
            syn::Member::Named(ident) => self.add(Expr::Field(object, name(ident)), span),
        }
    }

    fn struct_literal(&mut self, literal: &syn::ExprStruct) -> ExprId {
        let ty = self.path(&literal.path);
        let span = join(self.span_of(ty), self.at(literal.brace_token.span.close()));
        let mut args = Vec::new();
        for field in &literal.fields {
            let value = self.expression(&field.expr);
            args.push(Arg::named(member(&field.member), value));
        }
        if let Some(rest) = &literal.rest {
            args.push(Arg { name: None, value: self.expression(rest), spread: true });
        }
        self.add(Expr::New(ty, args), span)
    }

    /// A closure as a function value.
    pub(super) fn closure(&mut self, closure: &syn::ExprClosure) -> ExprId {
        let span = self.at(closure.inputs_begin.span);
        let mut function = Function::new("", span);
        function.parent = Some(self.function);
        function.test = self.test;
        if let syn::ReturnType::Type(_, ty) = &closure.output {
            function.returns = self.type_of(ty);
        }
        let id = self.function(function, true, |it| {
            for input in &closure.inputs {
                match input {
                    syn::Pat::Type(typed) => {
                        let ty = it.type_of(&typed.ty);
                        it.parameter(&typed.pat, ty);
                    }
                    _ => it.parameter(input, None),
                }
            }
            it.statement(&closure.body, true);
        });
        self.add(Expr::Lambda(id), span)
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> ExprId {
        let value = self.expression(&unary.expr);
        let span = self.span_of(value);
        match unary.op {
            syn::UnOp::Not(_) => self.add(Expr::Not(value), span),
            syn::UnOp::Neg(_) => self.add(Expr::Opaque(vec![value]), span),
            _ => value,
        }
    }

    /// A chain of the same operator is read in one go, however long it is.
    fn binary(&mut self, first: &syn::ExprBinary) -> ExprId {
        let chains = matches!(first.op, syn::BinOp::Add(_) | syn::BinOp::And(_) | syn::BinOp::Or(_));
        let mut operands = vec![&*first.right];
        let mut left = &*first.left;
        while let syn::Expr::Binary(inner) = left
            && chains
            && std::mem::discriminant(&inner.op) == std::mem::discriminant(&first.op)
        {
            operands.push(&inner.right);
            left = &inner.left;
        }
        operands.push(left);
        let values: Vec<ExprId> = operands.into_iter().rev().map(|e| self.expression(e)).collect();
        let span = match (values.first(), values.last()) {
            (Some(a), Some(b)) => join(self.span_of(*a), self.span_of(*b)),
            _ => Span::default(),
        };
        match (first.op, values.as_slice()) {
            (syn::BinOp::Add(_), _) => self.sum(values),
            (syn::BinOp::And(_), _) => self.add(Expr::All(values), span),
            (syn::BinOp::Or(_), _) => self.add(Expr::Any(values), span),
            (syn::BinOp::Eq(_), [a, b]) => self.add(Expr::Equal(*a, *b, true), span),
            (syn::BinOp::Ne(_), [a, b]) => self.add(Expr::Equal(*a, *b, false), span),
            _ => self.add(Expr::Opaque(values), span),
        }
    }

    /// A sum: one text, unless a number takes part and no literal text does.
    pub(super) fn sum(&mut self, parts: Vec<ExprId>) -> ExprId {
        let is_number = |e: &ExprId| matches!(self.module.expr(*e), Expr::Number(_) | Expr::Opaque(_));
        let is_text = |e: &ExprId| matches!(self.module.expr(*e), Expr::Text(_));
        if parts.iter().any(is_number) && !parts.iter().any(is_text) {
            let span = parts.first().map(|p| self.span_of(*p)).unwrap_or_default();
            return self.add(Expr::Opaque(parts), span);
        }
        self.concat(&parts)
    }

    pub(super) fn concat(&mut self, parts: &[ExprId]) -> ExprId {
        let mut pieces = Vec::new();
        for part in parts {
            self.push_piece(&mut pieces, *part);
        }
        let span = match (parts.first(), parts.last()) {
            (Some(a), Some(b)) => join(self.span_of(*a), self.span_of(*b)),
            _ => Span::default(),
        };
        self.add(Expr::Text(crate::source::lowering::strings::join_literals(pieces)), span)
    }

    pub(super) fn push_piece(&self, pieces: &mut Vec<Piece>, value: ExprId) {
        match self.module.expr(value) {
            Expr::Text(inner) => pieces.extend(inner.iter().cloned()),
            _ => pieces.push(Piece::Expr(value)),
        }
    }

    /// The element of a tuple or list at a position.
    pub(super) fn position(&mut self, value: ExprId, at: usize) -> ExprId {
        if let Expr::List(items) = self.module.expr(value)
            && let Some(item) = items.get(at)
        {
            return *item;
        }
        let span = self.span_of(value);
        let key = self.add(Expr::Number(Name::new(at.to_string())), span);
        self.add(Expr::Index(value, key), span)
    }
}

/// The name of a field, which is its position for tuple structs.
pub(super) fn member(member: &syn::Member) -> Name {
    match member {
        syn::Member::Named(ident) => name(ident),
        syn::Member::Unnamed(index) => Name::new(index.index.to_string()),
    }
}
