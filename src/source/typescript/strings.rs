//! String literals, templates and `+`: everything that becomes one `Text`.

use super::grammar::{Kind, Place};
use super::{Item, Lowering};
use crate::ir::{Expr, ExprId, Name, Piece};
use crate::source::escapes::unescape;
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// The value of a string literal.
    pub(super) fn string_value(&mut self, node: Node<'t>) -> Name {
        let text = self.text(node);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        if !inner.contains(['\\', '&']) {
            return Name::new(inner);
        }
        let mut value = String::new();
        for child in self.children(node).iter() {
            match child.kind {
                Kind::Escape => value.push_str(&unescape(self.text(child.node))),
                _ => value.push_str(self.text(child.node)),
            }
        }
        Name::from(value)
    }

    pub(super) fn string(&mut self, node: Node<'t>) -> ExprId {
        let value = self.string_value(node);
        let pieces = if value.is_empty() { Vec::new() } else { vec![Piece::Text(value)] };
        self.add(Expr::Text(pieces), node)
    }

    /// A template literal.
    pub(super) fn template(&mut self, node: Node<'t>) -> ExprId {
        let mut pieces = Vec::new();
        for child in self.children(node).iter() {
            match child.kind {
                Kind::Fragment => push_text(&mut pieces, self.text(child.node)),
                Kind::Escape => push_text(&mut pieces, &unescape(self.text(child.node))),
                Kind::Substitution => {
                    if let Some(inner) = self.children(child.node).first() {
                        let value = self.expr(inner);
                        self.push_piece(&mut pieces, value);
                    }
                }
                _ => {}
            }
        }
        self.add(Expr::Text(pieces), node)
    }

    /// Appends a value to a string: text as text, anything else as a hole.
    pub(super) fn push_piece(&mut self, pieces: &mut Vec<Piece>, value: ExprId) {
        match self.module.expr(value) {
            Expr::Text(inner) => {
                for piece in inner.clone() {
                    match piece {
                        Piece::Text(text) => push_text(pieces, &text),
                        Piece::Expr(_) => pieces.push(piece),
                    }
                }
            }
            Expr::Number(number) => push_text(pieces, &number.clone()),
            _ => pieces.push(Piece::Expr(value)),
        }
    }

    /// `a + b + c`, taken apart without recursion because generated code makes very long chains.
    pub(super) fn concatenation(&mut self, node: Node<'t>) -> ExprId {
        let mut operands: Vec<Item<'t>> = Vec::new();
        let mut current = node;
        loop {
            let children = self.children(current);
            operands.extend(children.field(Place::Right));
            let Some(left) = children.field(Place::Left) else { break };
            if left.kind == Kind::Binary && self.operator(left.node) == "+" {
                current = left.node;
            } else {
                operands.push(left);
                break;
            }
        }
        let values: Vec<ExprId> = operands.into_iter().rev().map(|item| self.expr(item)).collect();
        self.joined(values, node)
    }

    /// Values put one after the other: a string if any of them may be one.
    pub(super) fn joined(&mut self, values: Vec<ExprId>, node: Node<'t>) -> ExprId {
        let is = |wanted: fn(&Expr) -> bool| values.iter().any(|v| wanted(self.module.expr(*v)));
        let text = is(|e| matches!(e, Expr::Text(_)));
        if !text && is(|e| matches!(e, Expr::Number(_) | Expr::Opaque(_) | Expr::Unknown | Expr::Null)) {
            return self.add(Expr::Opaque(values), node);
        }
        let mut pieces = Vec::with_capacity(values.len());
        for value in values {
            self.push_piece(&mut pieces, value);
        }
        self.add(Expr::Text(pieces), node)
    }
}

/// Appends literal text, joining it to a literal before it.
fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        *last = Name::from(format!("{last}{text}"));
    } else {
        pieces.push(Piece::Text(Name::new(text)));
    }
}
