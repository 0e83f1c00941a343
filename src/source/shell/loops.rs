//! Loops of shell scripts: over words, the elements of arrays, and the lines of a here-document.

use super::Chunk;
use super::word::Pieces;
use crate::ir::{Expr, ExprId, Name, Piece, Place, Stmt};
use tree_sitter::Node;

/// Most lines of a here-document that are read.
const MAX_LINES: usize = 200;

impl Chunk<'_, '_> {
    /// `for variable in words`.
    pub(super) fn for_statement(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let mut items = Vec::new();
        let mut cursor = node.walk();
        for value in node.children_by_field_name("value", &mut cursor) {
            let word = self.word(value);
            items.push(match value.kind() {
                "string" if self.slice(value).contains("[@]") => self.add(Expr::Element(word), value),
                // Without quotes the shell takes a text apart at its blanks.
                "simple_expansion" | "expansion" => {
                    let split = self.add(Expr::Field(word, Name::new_static("split")), value);
                    let words = self.add(Expr::Call(split, Vec::new()), value);
                    self.add(Expr::Element(words), value)
                }
                _ => word,
            });
        }
        if let Some(variable) = node.child_by_field_name("variable") {
            let value = if items.is_empty() { self.rest(node) } else { self.add(Expr::List(items), node) };
            let element = self.add(Expr::Element(value), variable);
            out.push(Stmt::Assign(Place::Name(self.slice(variable).into()), element));
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.statement(body, out);
        }
    }

    /// `while condition`, `for ((…))`.
    pub(super) fn loop_statement(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let mut cursor = node.walk();
        let mut inside = node.walk();
        for condition in node.children_by_field_name("condition", &mut cursor).filter(Node::is_named) {
            if node.kind() == "while_statement" && !self.read(condition, out) {
                let value = self.status(condition, out);
                out.push(Stmt::Eval(value));
            }
        }
        for body in node.children_by_field_name("body", &mut inside) {
            self.statement(body, out);
        }
    }

    /// `read -r name path`: the variables hold what stands in any line.
    fn read(&mut self, condition: Node<'_>, out: &mut Vec<Stmt>) -> bool {
        let mut command = condition;
        while let Some(first) =
            command.named_child(0).filter(|_| matches!(command.kind(), "list" | "redirected_statement"))
        {
            command = first;
        }
        if command.child_by_field_name("name").is_none_or(|name| self.slice(name) != "read") {
            return false;
        }
        let line = self.program.input.take();
        let line = line.map(|lines| self.add(Expr::Element(lines), command));
        let mut cursor = command.walk();
        let words = command.children_by_field_name("argument", &mut cursor).map(|word| self.slice(word));
        let names: Vec<&str> =
            words.filter(|word| word.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())).collect();
        for (at, name) in names.into_iter().enumerate() {
            let value = match line {
                Some(line) => {
                    let at = self.add(Expr::Number(Name::from(at.to_string())), command);
                    self.add(Expr::Index(line, at), command)
                }
                None => self.add(Expr::Unknown, command),
            };
            out.push(Stmt::Assign(Place::Name(name.into()), value));
        }
        true
    }

    /// The lines of a here-document, each a list of its words, for the loop that reads it.
    pub(super) fn note_input(&mut self, script: Node<'_>) {
        let mut pieces = Pieces::default();
        self.pieces(script, &mut pieces);
        let pieces = pieces.done();
        let [Piece::Text(text)] = pieces.as_slice() else { return };
        let lines: Vec<ExprId> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .take(MAX_LINES)
            .map(|line| {
                let words = line
                    .split([' ', '\t', ',', '|'])
                    .filter(|word| !word.is_empty())
                    .map(|word| self.add(Expr::Text(vec![Piece::Text(word.into())]), script))
                    .collect();
                self.add(Expr::List(words), script)
            })
            .collect();
        self.program.input = Some(self.add(Expr::List(lines), script));
    }
}
