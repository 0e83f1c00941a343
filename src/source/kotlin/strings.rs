//! Kotlin string literals. The grammar leaves `$name` in ordinary strings unread, so that is done here.

use super::Lowerer;
use super::grammar::{Kind, kind};
use crate::ir::{ExprId, Name, Piece};
use crate::source::lowering::strings::unescape;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// `"…"` or `"""…"""` with its templates.
    pub(super) fn string(&mut self, node: Node<'t>) -> ExprId {
        let mut pieces = Vec::new();
        let mut raw = String::new();
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::StringContent => raw.push_str(self.b.text(part)),
                Kind::EscapeSequence => {
                    self.flush(&mut raw, &mut pieces, node);
                    pieces.push(Piece::Text(unescape(self.b.text(part))));
                }
                Kind::Interpolation => {
                    self.flush(&mut raw, &mut pieces, node);
                    let value = match self.b.first(part) {
                        Some(inner) => self.expr(inner),
                        None => self.b.unknown(part),
                    };
                    self.b.push_piece(&mut pieces, value);
                }
                _ => {}
            }
        }
        self.flush(&mut raw, &mut pieces, node);
        self.b.pieces(pieces, node)
    }

    /// Turns raw text into pieces: `$name` is an expression.
    fn flush(&mut self, raw: &mut String, pieces: &mut Vec<Piece>, node: Node<'t>) {
        let mut rest = raw.as_str();
        while let Some(at) = rest.find('$') {
            let (text, after) = rest.split_at(at);
            let name = leading_name(&after[1..]);
            if name.is_empty() {
                pieces.push(Piece::Text(Name::new(&rest[..=at])));
                rest = &after[1..];
                continue;
            }
            pieces.push(Piece::Text(Name::new(text)));
            let value = match name {
                "this" => self.receiver(node),
                _ => self.bare_text(name, node),
            };
            self.b.push_piece(pieces, value);
            rest = &after[1 + name.len()..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(Name::new(rest)));
        }
        raw.clear();
    }
}

/// The identifier at the beginning of a text.
fn leading_name(text: &str) -> &str {
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    if starts { &text[..end] } else { "" }
}
