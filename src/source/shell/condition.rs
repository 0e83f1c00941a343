//! What tests (`[ … ]`, `[[ … ]]`, `test …`) depend on.

use super::Chunk;
use crate::ir::{Expr, ExprId};
use tree_sitter::Node;

impl Chunk<'_, '_> {
    /// The condition of a test or of anything else that has an exit status.
    pub(super) fn condition(&mut self, node: Node<'_>) -> ExprId {
        if self.program.depth >= super::MAX_DEPTH {
            return self.add(Expr::Unknown, node);
        }
        self.program.depth += 1;
        let value = self.condition_inside(node);
        self.program.depth -= 1;
        value
    }

    fn condition_inside(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "test_command" | "parenthesized_expression" => {
                let mut parts = Vec::new();
                let mut cursor = node.walk();
                for child in node.named_children(&mut cursor) {
                    parts.push(self.condition(child));
                }
                match parts.as_slice() {
                    [one] => *one,
                    _ => self.add(Expr::Opaque(parts), node),
                }
            }
            "unary_expression" => self.unary(node),
            "binary_expression" => self.binary(node),
            "regex" | "extglob_pattern" | "redirected_statement" => self.add(Expr::Unknown, node),
            _ => self.word(node),
        }
    }

    fn unary(&mut self, node: Node<'_>) -> ExprId {
        let operator = node.child_by_field_name("operator").or_else(|| node.child(0)).map_or("", |n| self.slice(n));
        let Some(operand) = super::last_named(node) else { return self.add(Expr::Unknown, node) };
        let value = self.condition(operand);
        match operator {
            "!" | "-z" => self.add(Expr::Not(value), node),
            "-n" => value,
            _ => self.add(Expr::Opaque(vec![value]), node),
        }
    }

    fn binary(&mut self, node: Node<'_>) -> ExprId {
        let operator = node.child_by_field_name("operator").map_or("", |n| self.slice(n));
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
            return self.add(Expr::Unknown, node);
        };
        let pattern =
            matches!(right.kind(), "regex" | "extglob_pattern") && self.slice(right).contains(['*', '?', '[', '(']);
        let a = self.condition(left);
        let b = if pattern { self.add(Expr::Unknown, right) } else { self.plain_right(right) };
        let expr = match operator {
            "=" | "==" | "!=" if !pattern => Expr::Equal(a, b, operator != "!="),
            "&&" | "-a" => Expr::All(vec![a, b]),
            "||" | "-o" => Expr::Any(vec![a, b]),
            _ => Expr::Opaque(vec![a, b]),
        };
        self.add(expr, node)
    }

    fn plain_right(&mut self, node: Node<'_>) -> ExprId {
        if matches!(node.kind(), "regex" | "extglob_pattern") { self.word(node) } else { self.condition(node) }
    }

    /// The condition of `test …`, which the grammar takes for a command like any other.
    pub(super) fn test_builtin(&mut self, node: Node<'_>) -> Option<ExprId> {
        if node.kind() != "command" || node.child_by_field_name("name").map(|n| self.slice(n)) != Some("test") {
            return None;
        }
        let mut cursor = node.walk();
        let words: Vec<Node<'_>> = node.children_by_field_name("argument", &mut cursor).collect();
        let (negated, words) = match words.split_first() {
            Some((first, rest)) if self.slice(*first) == "!" => (true, rest),
            _ => (false, words.as_slice()),
        };
        let value = match words {
            [flag, word] if self.slice(*flag) == "-z" => {
                let value = self.word(*word);
                self.add(Expr::Not(value), node)
            }
            [flag, word] if self.slice(*flag) == "-n" => self.word(*word),
            [left, operator, right] if matches!(self.slice(*operator), "=" | "==" | "!=") => {
                let equal = self.slice(*operator) != "!=";
                let (left, right) = (self.word(*left), self.word(*right));
                self.add(Expr::Equal(left, right, equal), node)
            }
            _ => self.add(Expr::Unknown, node),
        };
        Some(if negated { self.add(Expr::Not(value), node) } else { value })
    }
}
