//! Strings, symbols, here-documents.

use super::Lowerer;
use super::grammar::{Kind, kind};
use crate::ir::{Expr, ExprId, Piece};
use crate::source::lowering::strings::unescape;
use tree_sitter::Node;

/// A part of a format with named placeholders.
pub(super) enum Named<'t> {
    /// Literal text.
    Text(&'t str),
    /// The entry under this key.
    Name(&'t str),
}

/// Splits `%{name}` and `%<name>s`.
pub(super) fn named_parts(format: &str) -> Vec<Named<'_>> {
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find("%{").into_iter().chain(rest.find("%<")).min() {
        let close = if rest.get(at + 1..).is_some_and(|r| r.starts_with('{')) { '}' } else { '>' };
        let Some(length) = rest.get(at..).and_then(|r| r.find(close)) else { break };
        parts.push(Named::Text(rest.get(..at).unwrap_or("")));
        parts.push(Named::Name(rest.get(at + 2..at + length).unwrap_or("")));
        rest = rest.get(at + length + 1..).unwrap_or("");
        if close == '>' {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
            rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or("");
        }
    }
    parts.push(Named::Text(rest));
    parts
}

impl<'t> Lowerer<'t> {
    /// Any literal that is a text.
    pub(super) fn text(&mut self, node: Node<'t>) -> ExprId {
        let mut pieces = Vec::new();
        match kind(node) {
            Kind::SimpleSymbol => {
                let name = self.b.text(node).trim_start_matches(':');
                return self.b.literal(name, node);
            }
            Kind::HashKeySymbol => {
                let name = self.b.text(node);
                return self.b.literal(name, node);
            }
            Kind::Character => {
                let text = self.b.text(node).trim_start_matches('?');
                return self.b.literal(text, node);
            }
            Kind::ChainedString => {
                for part in self.b.kids(node) {
                    self.push_parts(part, &mut pieces);
                }
            }
            Kind::HeredocBeginning => self.heredoc(node, &mut pieces),
            _ => self.push_parts(node, &mut pieces),
        }
        self.b.pieces(pieces, node)
    }

    /// The contents of a string: text, escapes, interpolations.
    pub(super) fn push_parts(&mut self, node: Node<'t>, pieces: &mut Vec<Piece>) {
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::StringContent | Kind::HeredocContent => pieces.push(Piece::Text(self.b.name(part))),
                Kind::EscapeSequence => pieces.push(Piece::Text(unescape(self.b.text(part)))),
                Kind::Interpolation => {
                    let value = self.expression(part);
                    self.b.push_piece(pieces, value);
                }
                _ => {}
            }
        }
    }

    fn heredoc(&mut self, node: Node<'t>, pieces: &mut Vec<Piece>) {
        let Some(body) = self.heredocs.get(&node.start_byte()).copied() else { return };
        self.push_parts(body, pieces);
        let squiggly = self.b.text(node).starts_with("<<~");
        let mut first = true;
        for piece in pieces.iter_mut() {
            if let Piece::Text(text) = piece {
                let mut plain = if first { text.trim_start_matches(['\r', '\n']).to_owned() } else { text.to_string() };
                if squiggly {
                    let at_line_start = first;
                    plain = plain
                        .split('\n')
                        .enumerate()
                        .map(|(i, line)| if i > 0 || at_line_start { line.trim_start() } else { line })
                        .collect::<Vec<_>>()
                        .join("\n");
                }
                *text = plain.into();
            }
            first = false;
        }
        if let Some(Piece::Text(last)) = pieces.last_mut() {
            *last = last.trim_end_matches(['\r', '\n']).into();
        }
    }

    /// The literal text of a node, if it is a symbol or a string without interpolation.
    pub(super) fn literal_of(&mut self, node: Node<'t>) -> Option<crate::ir::Name> {
        let literal = matches!(
            kind(node),
            Kind::SimpleSymbol
                | Kind::String
                | Kind::DelimitedSymbol
                | Kind::HashKeySymbol
                | Kind::BareString
                | Kind::BareSymbol
        );
        if !literal {
            return None;
        }
        let value = self.text(node);
        match self.b.module.expr(value) {
            Expr::Text(_) => self.b.literal_text(value),
            _ => None,
        }
    }
}
