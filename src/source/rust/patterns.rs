//! What patterns test and what they bind.

use super::expressions::member;
use super::{Lowerer, name};
use crate::ir::{Expr, ExprId};

impl Lowerer<'_> {
    /// The condition under which a pattern matches; `None` if it always does.
    pub(super) fn test(&mut self, pattern: &syn::Pat, subject: ExprId) -> Option<ExprId> {
        if self.depth >= super::MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = self.test_inside(pattern, subject);
        self.depth -= 1;
        value
    }

    fn test_inside(&mut self, pattern: &syn::Pat, subject: ExprId) -> Option<ExprId> {
        let span = self.span_of(subject);
        match pattern {
            syn::Pat::Lit(literal) => {
                let value = self.literal(&literal.lit);
                Some(self.add(Expr::Equal(subject, value, true), span))
            }
            syn::Pat::Path(path) => {
                let value = self.path(&path.path);
                Some(self.add(Expr::Equal(subject, value, true), span))
            }
            // A name written large is a constant or a variant.
            syn::Pat::Ident(ident) if is_constant(&ident.ident) && ident.subpat.is_none() => {
                let value = self.add(Expr::Name(name(&ident.ident)), span);
                Some(self.add(Expr::Equal(subject, value, true), span))
            }
            syn::Pat::Ident(ident) => ident.subpat.as_ref().and_then(|(_, inner)| self.test(inner, subject)),
            syn::Pat::Or(or) => {
                let mut all = Vec::new();
                for case in &or.cases {
                    all.push(self.test(case, subject)?);
                }
                Some(self.add(Expr::Any(all), span))
            }
            syn::Pat::Paren(inner) => self.test(&inner.pat, subject),
            syn::Pat::Reference(inner) => self.test(&inner.pat, subject),
            syn::Pat::Type(inner) => self.test(&inner.pat, subject),
            syn::Pat::Wild(_) | syn::Pat::Rest(_) => None,
            syn::Pat::Tuple(tuple) => {
                let mut all = Vec::new();
                for (at, elem) in tuple.elems.iter().enumerate() {
                    let part = self.position(subject, at);
                    all.extend(self.test(elem, part));
                }
                if all.is_empty() { None } else { Some(self.add(Expr::All(all), span)) }
            }
            syn::Pat::TupleStruct(tuple) if is_wrapper(&tuple.path) => {
                let inner = tuple.elems.first().and_then(|elem| self.test(elem, subject));
                Some(inner.unwrap_or_else(|| self.add(Expr::Opaque(vec![subject]), span)))
            }
            syn::Pat::TupleStruct(tuple) => {
                let value = self.path(&tuple.path);
                Some(self.add(Expr::Opaque(vec![subject, value]), span))
            }
            _ => Some(self.add(Expr::Opaque(vec![subject]), span)),
        }
    }

    /// Binds the names in a pattern to parts of a value.
    pub(super) fn bind(&mut self, pattern: &syn::Pat, value: ExprId) {
        if self.depth >= super::MAX_DEPTH {
            return;
        }
        self.depth += 1;
        self.bind_inside(pattern, value);
        self.depth -= 1;
    }

    fn bind_inside(&mut self, pattern: &syn::Pat, value: ExprId) {
        match pattern {
            syn::Pat::Ident(ident) if is_constant(&ident.ident) && ident.subpat.is_none() => {}
            syn::Pat::Ident(ident) => {
                let own = name(&ident.ident);
                self.scope.declare(own.clone());
                self.assign(own, value);
                if let Some((_, inner)) = &ident.subpat {
                    self.bind(inner, value);
                }
            }
            syn::Pat::Paren(inner) => self.bind(&inner.pat, value),
            syn::Pat::Reference(inner) => self.bind(&inner.pat, value),
            syn::Pat::Guard(inner) => self.bind(&inner.pat, value),
            syn::Pat::Type(inner) => {
                let value = match self.type_of(&inner.ty) {
                    Some(ty) => {
                        let span = self.span_of(value);
                        self.add(Expr::Typed(value, ty), span)
                    }
                    None => value,
                };
                self.bind(&inner.pat, value);
            }
            syn::Pat::Or(or) => {
                if let Some(first) = or.cases.first() {
                    self.bind(first, value);
                }
            }
            syn::Pat::Tuple(tuple) => self.bind_positions(tuple.elems.iter(), value),
            syn::Pat::Slice(slice) => self.bind_positions(slice.elems.iter(), value),
            syn::Pat::TupleStruct(tuple) if is_wrapper(&tuple.path) => {
                if let Some(inner) = tuple.elems.first() {
                    self.bind(inner, value);
                }
            }
            syn::Pat::TupleStruct(tuple) => {
                let span = self.span_of(value);
                for (at, elem) in tuple.elems.iter().enumerate() {
                    let part = self.add(Expr::Field(value, at.to_string().into()), span);
                    self.bind(elem, part);
                }
            }
            syn::Pat::Struct(pattern) => {
                let span = self.span_of(value);
                for field in &pattern.fields {
                    let part = self.add(Expr::Field(value, member(&field.member)), span);
                    self.bind(&field.pat, part);
                }
            }
            _ => {}
        }
    }

    fn bind_positions<'p>(&mut self, patterns: impl Iterator<Item = &'p syn::Pat>, value: ExprId) {
        let value = if matches!(self.module.expr(value), Expr::List(_)) { value } else { self.named_value(value) };
        for (at, pattern) in patterns.enumerate() {
            let part = self.position(value, at);
            self.bind(pattern, part);
        }
    }
}

/// `Some`, `Ok` and `Err` are transparent, as `?` is.
fn is_wrapper(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|s| s.ident == "Some" || s.ident == "Ok" || s.ident == "Err" || s.ident == "Ready")
}

fn is_constant(ident: &syn::Ident) -> bool {
    ident.to_string().starts_with(char::is_uppercase)
}
