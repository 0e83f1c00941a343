//! Go expressions.

use super::grammar::{Field, Kind, child, kind};
use super::types::is_basic;
use super::{Lowerer, Name};
use crate::ir::{Arg, Expr, ExprId, Piece};
use crate::source::lowering::{percent, strings};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// Any expression.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        if !self.b.descend(node) {
            return self.b.unknown(node);
        }
        let id = self.expr_inner(node);
        self.b.ascend();
        id
    }

    /// The expression under a field, or `Unknown` where a broken file lacks it.
    fn expr_at(&mut self, node: Node<'t>, field: Field) -> ExprId {
        match child(node, field) {
            Some(inner) => self.expr(inner),
            None => self.b.unknown(node),
        }
    }

    fn expr_inner(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::Identifier => self.identifier(node),
            Kind::InterpretedString => {
                let text = self.b.text(node);
                let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
                self.b.literal(strings::unescape(inner), node)
            }
            Kind::RawString => {
                let text = self.b.text(node).trim_matches('`');
                self.b.literal(text, node)
            }
            Kind::RuneLiteral => {
                let text = self.b.text(node);
                let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
                self.b.literal(strings::unescape(inner), node)
            }
            Kind::IntLiteral | Kind::FloatLiteral | Kind::ImaginaryLiteral => {
                let text = self.b.name(node);
                self.b.add(Expr::Number(text), node)
            }
            Kind::Iota => {
                let value = self.iota.map_or(Expr::Unknown, |n| Expr::Number(Name::new(n.to_string())));
                self.b.add(value, node)
            }
            Kind::True | Kind::False => self.b.add(Expr::Bool(kind(node) == Kind::True), node),
            Kind::Nil => self.b.add(Expr::Null, node),
            Kind::CallExpression => self.call(node),
            Kind::SelectorExpression => self.selector(node),
            Kind::CompositeLiteral => self.composite_literal(node),
            Kind::FuncLiteral => self.func_literal(node),
            Kind::BinaryExpression => self.binary(node),
            Kind::UnaryExpression => self.unary(node),
            Kind::IndexExpression => {
                let (object, key) = (self.expr_at(node, Field::Operand), self.expr_at(node, Field::Index));
                self.b.add(Expr::Index(object, key), node)
            }
            Kind::SliceExpression | Kind::TypeConversion => self.expr_at(node, Field::Operand),
            Kind::TypeAssertion => {
                let value = self.expr_at(node, Field::Operand);
                child(node, Field::Type).map_or(value, |ty| self.typed(value, ty))
            }
            Kind::TypeInstantiation => match child(node, Field::Type) {
                Some(ty) => self.ty(ty),
                None => self.b.unknown(node),
            },
            Kind::ParenthesizedExpression | Kind::LiteralElement => match self.b.first(node) {
                Some(inner) => self.expr(inner),
                None => self.b.unknown(node),
            },
            _ => self.ty(node),
        }
    }

    fn identifier(&mut self, node: Node<'t>) -> ExprId {
        let name = self.b.text(node);
        if self.receiver.as_deref() == Some(name) && !self.b.scope.contains(name) {
            return self.b.add(Expr::This, node);
        }
        self.b.add(Expr::Name(Name::new(name)), node)
    }

    /// `x.name`; the method names of `net/http` are their texts.
    fn selector(&mut self, node: Node<'t>) -> ExprId {
        let (Some(operand), Some(field)) = (child(node, Field::Operand), child(node, Field::Selected)) else {
            return self.b.unknown(node);
        };
        let name = self.b.text(field);
        if let Some(method) = name.strip_prefix("Method")
            && is_http_method(method)
            && self.is_package(self.b.text(operand), "net/http")
        {
            return self.b.literal(method.to_ascii_uppercase(), node);
        }
        let object = self.expr(operand);
        self.b.add(Expr::Field(object, Name::new(name)), node)
    }

    fn unary(&mut self, node: Node<'t>) -> ExprId {
        let operator = child(node, Field::Operator).map_or("", |o| self.b.text(o));
        let operand = self.expr_at(node, Field::Operand);
        match operator {
            "!" => self.b.add(Expr::Not(operand), node),
            "<-" => self.b.add(Expr::Element(operand), node),
            "&" | "*" | "+" => operand,
            _ => self.b.add(Expr::Opaque(vec![operand]), node),
        }
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let operator = child(node, Field::Operator).map_or("", |o| self.b.text(o));
        if matches!(operator, "+" | "&&" | "||") {
            let parts: Vec<ExprId> = self.chain(node, operator).into_iter().map(|p| self.expr(p)).collect();
            return match operator {
                "+" => self.b.sum(parts, node),
                "&&" => self.b.add(Expr::All(parts), node),
                _ => self.b.add(Expr::Any(parts), node),
            };
        }
        let (left, right) = (self.expr_at(node, Field::Left), self.expr_at(node, Field::Right));
        let expr = match operator {
            "==" => Expr::Equal(left, right, true),
            "!=" => Expr::Equal(left, right, false),
            _ => Expr::Opaque(vec![left, right]),
        };
        self.b.add(expr, node)
    }

    /// The operands of `a op b op c …`, without recursion, since generated sums can be very long.
    fn chain(&mut self, node: Node<'t>, operator: &str) -> Vec<Node<'t>> {
        let mut parts = Vec::new();
        let mut current = node;
        loop {
            parts.extend(child(current, Field::Right));
            let Some(left) = child(current, Field::Left) else { break };
            let same = kind(left) == Kind::BinaryExpression
                && child(left, Field::Operator).is_some_and(|o| self.b.text(o) == operator);
            if !same {
                parts.push(left);
                break;
            }
            current = left;
        }
        parts.reverse();
        parts
    }

    fn call(&mut self, node: Node<'t>) -> ExprId {
        let (Some(function), Some(list)) = (child(node, Field::Function), child(node, Field::Arguments)) else {
            return self.b.unknown(node);
        };
        let arguments = self.b.kids(list);
        if kind(function) == Kind::Identifier
            && !self.b.scope.contains(self.b.text(function))
            && let Some(value) = self.builtin(self.b.text(function), &arguments, node)
        {
            return value;
        }
        let callee = self.expr(function);
        let args: Vec<Arg> = arguments.into_iter().map(|a| self.argument(a)).collect();
        match self.known_call(callee, &args, node) {
            Some(value) => value,
            None => self.b.add(Expr::Call(callee, args), node),
        }
    }

    fn argument(&mut self, node: Node<'t>) -> Arg {
        let spread = kind(node) == Kind::VariadicArgument;
        let inner = if spread { self.b.first(node).unwrap_or(node) } else { node };
        Arg { name: None, value: self.expr(inner), spread }
    }

    /// Predeclared functions and conversions to predeclared types.
    fn builtin(&mut self, name: &str, arguments: &[Node<'t>], node: Node<'t>) -> Option<ExprId> {
        match (name, arguments) {
            ("new", [ty]) => {
                let ty = self.ty(*ty);
                Some(self.b.add(Expr::New(ty, Vec::new()), node))
            }
            ("make", [ty, ..]) => {
                let table = match kind(*ty) {
                    Kind::SliceType => Expr::List(Vec::new()),
                    _ => Expr::Object(Vec::new()),
                };
                Some(self.b.add(table, node))
            }
            ("append", [list, added @ ..]) => {
                let mut choices = vec![self.expr(*list)];
                let mut items = Vec::new();
                for item in added {
                    let arg = self.argument(*item);
                    if arg.spread { choices.push(arg.value) } else { items.push(arg.value) }
                }
                if !items.is_empty() {
                    choices.push(self.b.add(Expr::List(items), node));
                }
                Some(self.b.add(Expr::Choice(choices), node))
            }
            (_, [value]) if is_basic(name) => Some(self.expr(*value)),
            _ => None,
        }
    }

    /// Calls of the standard library whose result is a text that is visible here.
    fn known_call(&mut self, callee: ExprId, args: &[Arg], node: Node<'t>) -> Option<ExprId> {
        match self.package_member(callee)? {
            ("fmt", "Sprintf") => self.sprintf(args, node),
            ("fmt", "Sprint") => {
                let parts: Vec<ExprId> = args.iter().map(|a| a.value).collect();
                Some(self.b.concat(&parts, node))
            }
            ("strings", "Join") => {
                let [list, separator] = args else { return None };
                let Expr::List(items) = self.b.module.expr(list.value) else {
                    let list = vec![Arg::positional(list.value)];
                    return Some(self.b.call_method(separator.value, "join", list, node));
                };
                let items = items.clone();
                let mut parts = Vec::with_capacity(items.len() * 2);
                for (index, item) in items.into_iter().enumerate() {
                    if index > 0 {
                        parts.push(separator.value);
                    }
                    parts.push(item);
                }
                Some(self.b.concat(&parts, node))
            }
            _ => None,
        }
    }

    fn sprintf(&mut self, args: &[Arg], node: Node<'t>) -> Option<ExprId> {
        let (format, rest) = args.split_first()?;
        let Some(text) = self.b.literal_text(format.value) else {
            let expr = Expr::Format(crate::ir::FormatStyle::Percent, format.value, rest.to_vec());
            return Some(self.b.add(expr, node));
        };
        let mut pieces = Vec::new();
        for part in percent::split(&text) {
            match part {
                percent::Part::Text(text) => pieces.push(Piece::Text(text)),
                percent::Part::Arg(index) => match rest.get(index).filter(|a| !a.spread) {
                    Some(arg) => self.b.push_piece(&mut pieces, arg.value),
                    None => pieces.push(Piece::Expr(self.b.unknown(node))),
                },
            }
        }
        Some(self.b.pieces(pieces, node))
    }
}

fn is_http_method(name: &str) -> bool {
    matches!(name, "Get" | "Head" | "Post" | "Put" | "Patch" | "Delete" | "Connect" | "Options" | "Trace")
}
