//! Functions that hand their arguments on to a command: `dd_curl() { curl -s "$@"; }`. Every call of one is that command, too.

use super::Chunk;
use crate::ir::{Arg, Expr, ExprId, Module, Name, Piece};
use tree_sitter::Node;

/// A command of a function that ends with the function's own arguments: `curl -s "$@"`.
pub(super) struct Forward {
    /// The words that mean the same outside of the function.
    words: Vec<ExprId>,
    /// How many arguments the function has taken for itself.
    taken: usize,
}

impl Chunk<'_, '_> {
    /// The words of a client's command without `$@`, which is noted for the callers of the function.
    pub(super) fn without_rest(&mut self, values: Vec<ExprId>) -> Vec<ExprId> {
        let kept: Vec<ExprId> = values.iter().copied().filter(|w| !self.is_rest(*w)).collect();
        let current = self.program.current;
        if kept.len() < values.len() && current != Module::MAIN {
            let function = self.program.module.function(current).name.clone();
            let words = self.plain_words(&kept);
            self.program.forwards.entry(function).or_default().push(Forward { words, taken: self.program.shifted });
        }
        kept
    }

    /// Notes a function that runs its arguments as a command: `retry() { "$@"; }`.
    pub(super) fn note_runner(&mut self, words: &[ExprId]) {
        let current = self.program.current;
        if current != Module::MAIN && words.first().is_some_and(|w| self.is_rest(*w)) {
            let function = self.program.module.function(current).name.clone();
            self.program.runners.insert(function);
        }
    }

    /// The call of a function of the script that a runner makes of its arguments: `retry 3 dd_api GET /path`.
    pub(super) fn run_by(&mut self, runner: &Name, args: &[ExprId], node: Node<'_>) -> Option<ExprId> {
        if !self.program.runners.contains(runner) {
            return None;
        }
        let (at, name) = args.iter().enumerate().find_map(|(i, w)| {
            let name = self.literal(*w)?;
            self.program.functions.contains(&name).then_some((i, name))
        })?;
        let callee = self.add(Expr::Name(name), node);
        let args = args.get(at + 1..).unwrap_or_default().iter().map(|w| Arg::positional(*w)).collect();
        Some(self.add(Expr::Call(callee, args), node))
    }

    /// The words that mean the same outside of the function, options without their values left out.
    fn plain_words(&self, words: &[ExprId]) -> Vec<ExprId> {
        let mut plain: Vec<ExprId> = Vec::new();
        for word in words {
            if self.is_plain(*word) {
                plain.push(*word);
            } else if plain.last().and_then(|w| self.literal(*w)).is_some_and(|t| t.starts_with('-')) {
                plain.pop();
            }
        }
        plain
    }

    /// Whether a word is `$@`, or what `shift` left of it.
    fn is_rest(&self, word: ExprId) -> bool {
        match self.program.module.expr(word) {
            Expr::Name(name) => name == "@",
            Expr::List(items) => items.last().is_some_and(|last| self.is_rest(*last)),
            Expr::Text(pieces) => matches!(pieces.as_slice(), [Piece::Expr(one)] if self.is_rest(*one)),
            _ => false,
        }
    }

    /// Whether a word is a literal, or a header or option with whatever value.
    fn is_plain(&self, word: ExprId) -> bool {
        match self.program.module.expr(word) {
            Expr::Text(pieces) => match pieces.as_slice() {
                [Piece::Text(_)] => true,
                [Piece::Text(head), ..] => head.starts_with('-') || head.contains(": "),
                _ => false,
            },
            _ => false,
        }
    }

    /// What a function's commands make of the arguments of one call.
    pub(super) fn forwarded(&mut self, function: &Name, args: &[ExprId], node: Node<'_>) -> Vec<ExprId> {
        let forwards = self.program.forwards.get(function);
        let commands: Vec<Vec<ExprId>> = forwards
            .into_iter()
            .flatten()
            .map(|f| f.words.iter().chain(args.get(f.taken..).unwrap_or_default()).copied().collect())
            .collect();
        commands.into_iter().map(|words| self.add(Expr::Command(words), node)).collect()
    }
}
