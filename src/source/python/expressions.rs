//! Expressions.

use super::Lowering;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, Key, Name, Piece, Place};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// Lowers an expression.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        if !self.descend(node) {
            return self.unknown(node);
        }
        let id = self.expr_inner(node);
        self.ascend();
        id
    }

    fn expr_inner(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::Identifier => self.name_expr(node),
            Kind::DottedName | Kind::MemberType => {
                let text = self.text(node);
                self.dotted(text, node)
            }
            Kind::String => self.string(node),
            Kind::ConcatenatedString => self.concatenated(node),
            Kind::Integer | Kind::Float => {
                let number = self.name(node);
                self.add(Expr::Number(number), node)
            }
            Kind::True => self.add(Expr::Bool(true), node),
            Kind::False => self.add(Expr::Bool(false), node),
            Kind::None => self.add(Expr::Null, node),
            Kind::Attribute => self.attribute(node),
            Kind::Call => self.call(node),
            Kind::Subscript => self.subscript(node),
            Kind::BinaryOperator => self.binary(node),
            Kind::BooleanOperator => self.boolean(node),
            Kind::NotOperator => {
                let inner = self.field_expr(node, Field::Argument);
                self.add(Expr::Not(inner), node)
            }
            Kind::ComparisonOperator => self.comparison(node),
            Kind::ConditionalExpression => self.conditional(node),
            Kind::NamedExpression => self.walrus(node),
            Kind::Lambda => self.lambda(node),
            Kind::List | Kind::Tuple | Kind::Set | Kind::ExpressionList | Kind::PatternList => {
                let items = self.items(node);
                self.add(Expr::List(items), node)
            }
            Kind::Dictionary => self.dictionary(node),
            Kind::ListComprehension | Kind::SetComprehension | Kind::GeneratorExpression => {
                let body = self.comprehension(node);
                let items = body.map(|b| self.expr(b)).into_iter().collect();
                self.add(Expr::List(items), node)
            }
            Kind::DictionaryComprehension => self.dictionary_comprehension(node),
            Kind::Yield => self.yields(node),
            Kind::GenericType | Kind::UnionType | Kind::Type => self.type_expr(node),
            Kind::AsPattern | Kind::ParenthesizedExpression | Kind::Await | Kind::ListSplat | Kind::DictionarySplat => {
                match self.first(node) {
                    Some(inner) => self.expr(inner),
                    None => self.unknown(node),
                }
            }
            _ => {
                let parts = self.exprs(node);
                self.add(Expr::Opaque(parts), node)
            }
        }
    }

    /// The expression in a field; unknown where the field is missing.
    pub(super) fn field_expr(&mut self, node: Node<'t>, field: Field) -> ExprId {
        match child(node, field) {
            Some(inner) => self.expr(inner),
            None => self.unknown(node),
        }
    }

    /// What a list is written down with; `*parts` is what is in it.
    fn items(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let mut items = Vec::new();
        for part in self.parts(node) {
            let item = self.expr(part);
            items.push(if kind(part) == Kind::ListSplat { self.add(Expr::Element(item), part) } else { item });
        }
        items
    }

    fn exprs(&mut self, node: Node<'t>) -> Vec<ExprId> {
        self.parts(node).into_iter().map(|n| self.expr(n)).collect()
    }

    fn attribute(&mut self, node: Node<'t>) -> ExprId {
        let object = self.field_expr(node, Field::Object);
        let name = child(node, Field::Attribute).map(|n| self.name(n)).unwrap_or_default();
        self.add(Expr::Field(object, name), node)
    }

    fn call(&mut self, node: Node<'t>) -> ExprId {
        let Some(function) = child(node, Field::Function) else { return self.unknown(node) };
        if kind(function) == Kind::Identifier && self.text(function) == "super" {
            return self.add(Expr::Super, node);
        }
        let callee = self.expr(function);
        let joined = child(node, Field::Arguments).and_then(|list| self.joined_parts(function, list));
        let args = match joined {
            Some(parts) => vec![Arg::positional(parts)],
            None => child(node, Field::Arguments).map(|a| self.arguments(a)).unwrap_or_default(),
        };
        self.add(Expr::Call(callee, args), node)
    }

    /// The arguments of a call.
    pub(super) fn arguments(&mut self, node: Node<'t>) -> Vec<Arg> {
        if kind(node) == Kind::GeneratorExpression {
            return vec![Arg::positional(self.expr(node))];
        }
        let mut args = Vec::new();
        for arg in self.kids(node) {
            match kind(arg) {
                Kind::KeywordArgument => {
                    let name = child(arg, Field::Name).map(|n| self.name(n));
                    let value = self.field_expr(arg, Field::Value);
                    args.push(Arg { name, value, spread: false });
                }
                Kind::ListSplat | Kind::DictionarySplat => {
                    let value = self.expr(arg);
                    args.push(Arg { name: None, value, spread: true });
                }
                _ => args.push(Arg::positional(self.expr(arg))),
            }
        }
        args
    }

    fn subscript(&mut self, node: Node<'t>) -> ExprId {
        let object = self.field_expr(node, Field::Value);
        let key = match child(node, Field::Subscript) {
            Some(key) if kind(key) == Kind::Slice => return object,
            Some(key) => self.expr(key),
            None => self.unknown(node),
        };
        self.add(Expr::Index(object, key), node)
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else {
            return self.unknown(node);
        };
        let operator = child(node, Field::Operator).map(|o| self.text(o)).unwrap_or_default();
        match operator {
            "+" => {
                let parts = self.summands(left, right);
                self.sum(parts, node)
            }
            "%" => self.percent(left, right, node),
            "/" => {
                let (left, right) = (self.expr(left), self.expr(right));
                self.call_method(left, "joinpath", vec![Arg::positional(right)], node)
            }
            "|" => {
                let items = vec![self.expr(left), self.expr(right)];
                self.add(Expr::Choice(items), node)
            }
            _ => {
                let items = vec![self.expr(left), self.expr(right)];
                self.add(Expr::Opaque(items), node)
            }
        }
    }

    /// The parts of a sum, without a level of nesting for each `+`.
    fn summands(&mut self, left: Node<'t>, right: Node<'t>) -> Vec<ExprId> {
        let mut nodes = vec![right];
        let mut at = left;
        while kind(at) == Kind::BinaryOperator
            && child(at, Field::Operator).is_some_and(|o| self.text(o) == "+")
            && let (Some(inner), Some(last)) = (child(at, Field::Left), child(at, Field::Right))
        {
            nodes.push(last);
            at = inner;
        }
        nodes.push(at);
        nodes.into_iter().rev().map(|n| self.expr(n)).collect()
    }

    fn boolean(&mut self, node: Node<'t>) -> ExprId {
        let items = vec![self.field_expr(node, Field::Left), self.field_expr(node, Field::Right)];
        let any = child(node, Field::Operator).is_some_and(|o| self.text(o) == "or");
        self.add(if any { Expr::Any(items) } else { Expr::All(items) }, node)
    }

    fn comparison(&mut self, node: Node<'t>) -> ExprId {
        let sides = self.kids(node);
        let operator = child(node, Field::Operators).map(|o| self.text(o)).unwrap_or_default();
        let items: Vec<ExprId> = sides.into_iter().map(|n| self.expr(n)).collect();
        let expr = match (items.as_slice(), operator) {
            (&[left, right], "==" | "is") => Expr::Equal(left, right, true),
            (&[left, right], "!=" | "is not") => Expr::Equal(left, right, false),
            (&[left, right], "in") => Expr::Contains(left, right, true),
            (&[left, right], "not in") => Expr::Contains(left, right, false),
            _ => Expr::Opaque(items),
        };
        self.add(expr, node)
    }

    fn conditional(&mut self, node: Node<'t>) -> ExprId {
        match self.kids(node).as_slice() {
            &[value, condition, other] => {
                let condition = self.expr(condition);
                let (value, other) = (self.expr(value), self.expr(other));
                self.add(Expr::Select(vec![(Some(condition), value), (None, other)]), node)
            }
            _ => self.unknown(node),
        }
    }

    fn walrus(&mut self, node: Node<'t>) -> ExprId {
        let value = self.field_expr(node, Field::Value);
        if let Some(name) = child(node, Field::Name) {
            let name = self.name(name);
            self.assign(name.clone(), value);
            return self.add(Expr::Name(name), node);
        }
        value
    }

    fn dictionary(&mut self, node: Node<'t>) -> ExprId {
        let mut entries = Vec::new();
        for entry in self.kids(node) {
            match kind(entry) {
                Kind::Pair => {
                    let key = self.field_expr(entry, Field::Key);
                    let value = self.field_expr(entry, Field::Value);
                    entries.push((self.key(key), value));
                }
                Kind::DictionarySplat => {
                    let value = self.expr(entry);
                    entries.push((Key::Spread, value));
                }
                _ => {}
            }
        }
        self.add(Expr::Object(entries), node)
    }

    fn dictionary_comprehension(&mut self, node: Node<'t>) -> ExprId {
        let Some(pair) = self.comprehension(node) else { return self.unknown(node) };
        let key = self.field_expr(pair, Field::Key);
        let value = self.field_expr(pair, Field::Value);
        let key = self.key(key);
        self.add(Expr::Object(vec![(key, value)]), node)
    }

    /// Assigns the loop variables of a comprehension and returns its body.
    fn comprehension(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        for part in self.kids(node) {
            match kind(part) {
                Kind::ForInClause => {
                    if let (Some(left), Some(right)) = (child(part, Field::Left), child(part, Field::Right)) {
                        self.loop_variable(left, right);
                    }
                }
                Kind::IfClause => {
                    if let Some(condition) = self.first(part) {
                        let condition = self.expr(condition);
                        self.emit(crate::ir::Stmt::Eval(condition));
                    }
                }
                _ => {}
            }
        }
        child(node, Field::Body)
    }

    /// `for left in right`.
    pub(super) fn loop_variable(&mut self, left: Node<'t>, right: Node<'t>) {
        let collection = self.expr(right);
        let element = self.add(Expr::Element(collection), right);
        self.assign_to(left, element);
    }

    /// Assigns a value to a pattern.
    pub(super) fn assign_to(&mut self, target: Node<'t>, value: ExprId) {
        match kind(target) {
            Kind::Identifier => {
                let name = self.name(target);
                if self.globals.last().is_some_and(|g| g.contains(&name)) {
                    self.emit(crate::ir::Stmt::Assign(Place::Global(name.clone()), value));
                }
                self.assign(name, value);
            }
            Kind::Attribute => {
                let object = self.field_expr(target, Field::Object);
                let name = child(target, Field::Attribute).map(|n| self.name(n)).unwrap_or_default();
                self.emit(crate::ir::Stmt::Assign(Place::Field(object, name), value));
            }
            Kind::Subscript => {
                let object = self.field_expr(target, Field::Value);
                let key = self.field_expr(target, Field::Subscript);
                self.emit(crate::ir::Stmt::Assign(Place::Index(object, key), value));
            }
            Kind::PatternList
            | Kind::TuplePattern
            | Kind::ListPattern
            | Kind::Tuple
            | Kind::List
            | Kind::ExpressionList => {
                let value = self.named_value(value, target);
                for (i, part) in self.kids(target).into_iter().enumerate() {
                    let index = self.add(Expr::Number(Name::new(i.to_string())), part);
                    let item = self.add(Expr::Index(value, index), part);
                    self.assign_to(part, item);
                }
            }
            Kind::ParenthesizedExpression => {
                if let Some(inner) = self.first(target) {
                    self.assign_to(inner, value);
                }
            }
            _ => {}
        }
    }

    /// A type annotation.
    pub(super) fn type_expr(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::Type => match self.first(node) {
                Some(inner) => self.type_expr(inner),
                None => self.unknown(node),
            },
            Kind::GenericType => {
                let parts = self.kids(node);
                let Some((base, rest)) = parts.split_first() else { return self.unknown(node) };
                let base = self.type_expr(*base);
                let mut args = Vec::new();
                for part in rest {
                    for arg in self.kids(*part) {
                        args.push(self.type_expr(arg));
                    }
                }
                self.add(Expr::Generic(base, args), node)
            }
            Kind::UnionType => {
                let items = self.kids(node).into_iter().map(|n| self.type_expr(n)).collect();
                self.add(Expr::Choice(items), node)
            }
            Kind::Subscript => {
                let base = self.field_expr(node, Field::Value);
                let args: Vec<ExprId> = self.kids(node).into_iter().skip(1).map(|n| self.type_expr(n)).collect();
                self.add(Expr::Generic(base, args), node)
            }
            Kind::String => {
                let id = self.string(node);
                match self.module.expr(id) {
                    // A quoted type names a type like an unquoted one.
                    Expr::Text(pieces) => match pieces.as_slice() {
                        [Piece::Text(text)] if text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') => {
                            let text = text.clone();
                            let mut segments = text.split('.');
                            let first = Name::new(segments.next().unwrap_or_default());
                            let mut out = self.add(Expr::Name(first), node);
                            for segment in segments {
                                out = self.add(Expr::Field(out, Name::new(segment)), node);
                            }
                            out
                        }
                        _ => id,
                    },
                    _ => id,
                }
            }
            _ => self.expr(node),
        }
    }
}
