//! Paths that are joined from parts: `"/".join(str(part) for part in parts if part)`.

use super::Lowering;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, Name};
use tree_sitter::Node;

/// Functions that give a part of a path back, as far as its text goes.
const PLAIN: &[&str] = &["str", "quote", "quote_plus", "strip", "lstrip", "rstrip"];

impl<'t> Lowering<'t> {
    /// The parts that are joined where a comprehension only goes through them and perhaps leaves some out.
    pub(super) fn joined_parts(&mut self, function: Node<'t>, arguments: Node<'t>) -> Option<ExprId> {
        let joins = child(function, Field::Attribute).is_some_and(|name| self.text(name) == "join");
        let parts = match kind(arguments) {
            Kind::GeneratorExpression => arguments,
            _ => self.kids(arguments).into_iter().next()?,
        };
        if !joins || !matches!(kind(parts), Kind::GeneratorExpression | Kind::ListComprehension) {
            return None;
        }
        let clauses = self.kids(parts);
        let mut loops = clauses.iter().filter(|part| kind(**part) == Kind::ForInClause);
        let (Some(each), None) = (loops.next(), loops.next()) else { return None };
        let (variable, list) = (child(*each, Field::Left)?, child(*each, Field::Right)?);
        let name = self.text(variable);
        if kind(variable) != Kind::Identifier || !self.gives_back(child(parts, Field::Body)?, name) {
            return None;
        }
        let list = self.expr(list);
        if !clauses.iter().any(|part| kind(*part) == Kind::IfClause) {
            return Some(list);
        }
        let filter = self.add(Expr::Name(Name::new_static("filter")), parts);
        let anything = self.add(Expr::Null, parts);
        Some(self.add(Expr::Call(filter, vec![Arg::positional(anything), Arg::positional(list)]), parts))
    }

    /// Whether an expression is a variable, at most made a text of.
    fn gives_back(&mut self, node: Node<'t>, variable: &str) -> bool {
        if kind(node) == Kind::Identifier {
            return self.text(node) == variable;
        }
        let (Some(function), Some(arguments)) = (child(node, Field::Function), child(node, Field::Arguments)) else {
            return false;
        };
        let name = child(function, Field::Attribute).unwrap_or(function);
        let object = child(function, Field::Object).filter(|object| self.gives_back(*object, variable));
        let first = self.kids(arguments).into_iter().next();
        let given = object.or_else(|| first.filter(|first| self.gives_back(*first, variable)));
        PLAIN.contains(&self.text(name)) && given.is_some()
    }
}
