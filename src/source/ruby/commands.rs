//! Programs that Ruby starts: backticks, `system`, `exec`, `Open3`.

use super::Lowerer;
use crate::ir::{Arg, Expr, ExprId, Piece};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// `` `curl …` `` and `%x(…)`.
    pub(super) fn subshell(&mut self, node: Node<'t>) -> ExprId {
        let mut pieces = Vec::new();
        self.push_parts(node, &mut pieces);
        let words = self.words(&pieces, node);
        self.b.add(Expr::Command(words), node)
    }

    /// `system("curl …")` and `system("curl", "-X", …)`.
    pub(super) fn system(&mut self, args: &[Arg], node: Node<'t>) -> ExprId {
        let mut values: Vec<ExprId> = args.iter().filter(|a| a.name.is_none()).map(|a| a.value).collect();
        // The environment may come first.
        if values.first().is_some_and(|v| matches!(self.b.module.expr(*v), Expr::Object(_))) {
            values.remove(0);
        }
        let words = match values.as_slice() {
            [one] => match self.b.module.expr(*one).clone() {
                Expr::Text(pieces) => self.words(&pieces, node),
                _ => values,
            },
            _ => values,
        };
        self.b.add(Expr::Command(words), node)
    }

    /// A command line as words: split at blanks outside of quotes.
    fn words(&mut self, pieces: &[Piece], node: Node<'t>) -> Vec<ExprId> {
        let mut words = Vec::new();
        let mut word = Vec::new();
        let mut text = String::new();
        let mut quote = None;
        for piece in pieces {
            let literal = match piece {
                Piece::Text(literal) => literal,
                Piece::Expr(value) => {
                    word.push(Piece::Text(std::mem::take(&mut text).into()));
                    word.push(Piece::Expr(*value));
                    continue;
                }
            };
            for c in literal.chars() {
                match (c, quote) {
                    (c, Some(q)) if c == q => quote = None,
                    ('"' | '\'', None) => quote = Some(c),
                    (c, None) if c.is_whitespace() || c == '\\' => {
                        word.push(Piece::Text(std::mem::take(&mut text).into()));
                        words.extend(self.finished_word(std::mem::take(&mut word), node));
                    }
                    (c, _) => text.push(c),
                }
            }
        }
        word.push(Piece::Text(text.into()));
        words.extend(self.finished_word(word, node));
        words
    }

    fn finished_word(&mut self, mut pieces: Vec<Piece>, node: Node<'t>) -> Option<ExprId> {
        pieces.retain(|p| !matches!(p, Piece::Text(t) if t.is_empty()));
        match pieces.as_slice() {
            [] => None,
            [Piece::Expr(one)] => Some(*one),
            _ => Some(self.b.pieces(pieces, node)),
        }
    }
}
