//! String literals: plain, raw, formatted, concatenated, and `%` formatting.

use super::Lowering;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, FormatStyle, Piece};
use crate::source::lowering::strings::unescape;
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A string literal.
    pub(super) fn string(&mut self, node: Node<'t>) -> ExprId {
        let mut pieces = Vec::new();
        self.string_pieces(node, &mut pieces);
        self.pieces(pieces, node)
    }

    /// Neighbouring literals.
    pub(super) fn concatenated(&mut self, node: Node<'t>) -> ExprId {
        let mut pieces = Vec::new();
        for part in self.kids(node) {
            self.string_pieces(part, &mut pieces);
        }
        self.pieces(pieces, node)
    }

    fn string_pieces(&mut self, node: Node<'t>, pieces: &mut Vec<Piece>) {
        let mut raw = false;
        let mut formatted = false;
        for part in self.kids(node) {
            match kind(part) {
                Kind::StringStart => {
                    let prefix = self.text(part);
                    raw = prefix.contains(['r', 'R']);
                    formatted = prefix.contains(['f', 'F']);
                }
                Kind::StringContent => {
                    let text = self.text(part);
                    let text = if formatted && (text.contains("{{") || text.contains("}}")) {
                        text.replace("{{", "{").replace("}}", "}")
                    } else {
                        text.to_owned()
                    };
                    pieces.push(Piece::Text(if raw { text.into() } else { unescape(&text) }));
                }
                Kind::Interpolation => {
                    let inner = child(part, Field::Expression).or_else(|| self.first(part));
                    if let Some(inner) = inner {
                        let value = self.expr(inner);
                        self.push_piece(pieces, value);
                    }
                }
                _ => {}
            }
        }
    }

    /// `format % values`.
    pub(super) fn percent(&mut self, left: Node<'t>, right: Node<'t>, node: Node<'t>) -> ExprId {
        let format = self.expr(left);
        if matches!(self.module.expr(format), Expr::Number(_)) {
            let right = self.expr(right);
            return self.add(Expr::Opaque(vec![format, right]), node);
        }
        let args = match kind(right) {
            Kind::Tuple => self.kids(right).into_iter().map(|n| Arg::positional(self.expr(n))).collect(),
            _ => vec![Arg::positional(self.expr(right))],
        };
        self.add(Expr::Format(FormatStyle::Percent, format, args), node)
    }
}
