//! Values: names, operators, collections.

use super::grammar::{Field, Kind, child, kind};
use super::{Lowerer, strings};
use crate::ir::{Arg, Expr, ExprId, FormatStyle, Key, Name, Piece, Place, Stmt};
use crate::source::lowering::percent;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// The value of a node.
    pub(super) fn expression(&mut self, node: Node<'t>) -> ExprId {
        if !self.b.descend(node) {
            return self.b.unknown(node);
        }
        let value = self.expression_inside(node);
        self.b.ascend();
        value
    }

    fn expression_inside(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::Identifier => self.identifier(node),
            Kind::Constant => {
                let name = self.b.name(node);
                self.b.add(Expr::Name(name), node)
            }
            Kind::ScopeResolution => self.scope_resolution(node),
            Kind::InstanceVariable | Kind::ClassVariable | Kind::GlobalVariable => self.variable(node),
            Kind::SelfValue => self.b.add(Expr::This, node),
            Kind::Super => self.super_call(node, None),
            Kind::Subshell => self.subshell(node),
            Kind::Array | Kind::StringArray | Kind::SymbolArray => self.list(node),
            Kind::Hash => {
                let kids = self.b.kids(node);
                let entries = kids.into_iter().filter_map(|n| self.entry(n)).collect();
                self.b.add(Expr::Object(entries), node)
            }
            Kind::Call => self.call(node),
            Kind::Yield => self.yielded(node),
            Kind::ElementReference => self.element(node),
            Kind::Binary => self.binary(node),
            Kind::Unary => self.unary(node),
            Kind::Conditional => self.conditional(node),
            Kind::If | Kind::Unless | Kind::IfModifier | Kind::UnlessModifier | Kind::Case | Kind::CaseMatch => {
                let arms = self.arms(node);
                self.selection(arms, node)
            }
            Kind::Begin
            | Kind::ParenthesizedStatements
            | Kind::Then
            | Kind::Else
            | Kind::BlockBody
            | Kind::BodyStatement => self.value_of_body(node),
            Kind::Assignment => self.assignment(node, true),
            Kind::OperatorAssignment => self.operator_assignment(node, true),
            Kind::Lambda => self.lambda(node),
            Kind::SplatArgument | Kind::BlockArgument | Kind::HashSplatArgument | Kind::Interpolation => {
                match self.b.first(node) {
                    Some(inner) => self.expression(inner),
                    None => self.b.unknown(node),
                }
            }
            Kind::RescueModifier => {
                let values = [Field::Body, Field::Handler].iter().filter_map(|f| child(node, *f)).collect::<Vec<_>>();
                let values = values.into_iter().map(|n| self.expression(n)).collect();
                self.b.add(Expr::Choice(values), node)
            }
            Kind::Range | Kind::Regex => {
                let parts = self.b.kids(node).into_iter().map(|n| self.expression(n)).collect();
                self.b.add(Expr::Opaque(parts), node)
            }
            _ => self.literal(node),
        }
    }

    /// Texts and other constants.
    fn literal(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::Nil => self.b.add(Expr::Null, node),
            Kind::True => self.b.add(Expr::Bool(true), node),
            Kind::False => self.b.add(Expr::Bool(false), node),
            Kind::Integer | Kind::Float => {
                let number = self.b.name(node);
                self.b.add(Expr::Number(number), node)
            }
            Kind::String
            | Kind::ChainedString
            | Kind::BareString
            | Kind::BareSymbol
            | Kind::DelimitedSymbol
            | Kind::SimpleSymbol
            | Kind::HashKeySymbol
            | Kind::HeredocBeginning
            | Kind::Character => self.text(node),
            _ => self.without_value(node),
        }
    }

    /// Definitions, jumps and loops can stand where a value can: they take effect, and give nothing that can be told.
    fn without_value(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::Method | Kind::SingletonMethod | Kind::Class | Kind::Module | Kind::SingletonClass => {
                self.definition(node);
            }
            Kind::Return
            | Kind::Next
            | Kind::Break
            | Kind::While
            | Kind::Until
            | Kind::For
            | Kind::WhileModifier
            | Kind::UntilModifier => self.statement(node, false),
            _ => {}
        }
        self.b.unknown(node)
    }

    /// A bare name is a local variable, or a call without arguments.
    fn identifier(&mut self, node: Node<'t>) -> ExprId {
        let name = self.b.name(node);
        if self.b.scope.contains(&name) {
            return self.b.add(Expr::Name(name), node);
        }
        if self.at_class_level() && matches!(name.as_str(), "private" | "public" | "protected" | "module_function") {
            if name == "module_function" {
                self.make_static(None);
            }
            return self.b.unknown(node);
        }
        self.implicit_call(node, name, Vec::new(), node)
    }

    /// `@x`, `@@x` are fields of the receiver; outside of classes they and `$x` are variables of the file.
    pub(super) fn variable(&mut self, node: Node<'t>) -> ExprId {
        let name = Name::new(self.b.text(node).trim_start_matches(['@', '$']));
        if kind(node) == Kind::GlobalVariable {
            return self.b.add(Expr::Name(name), node);
        }
        if self.classes.is_empty() {
            let name = self.b.name(node);
            return self.b.add(Expr::Name(name), node);
        }
        let this = self.b.add(Expr::This, node);
        self.b.add(Expr::Field(this, name), node)
    }

    fn scope_resolution(&mut self, node: Node<'t>) -> ExprId {
        let Some(name) = child(node, Field::Name) else { return self.b.unknown(node) };
        let name = self.b.name(name);
        match child(node, Field::Scope) {
            Some(scope) => {
                let object = self.expression(scope);
                self.b.add(Expr::Field(object, name), node)
            }
            None => self.b.add(Expr::Name(name), node),
        }
    }

    fn list(&mut self, node: Node<'t>) -> ExprId {
        let mut items = Vec::new();
        let mut entries = Vec::new();
        for item in self.b.kids(node) {
            match kind(item) {
                Kind::Pair | Kind::HashSplatArgument => entries.extend(self.entry(item)),
                Kind::SplatArgument => {
                    let list = self.expression(item);
                    items.push(self.b.add(Expr::Element(list), item));
                }
                _ => items.push(self.expression(item)),
            }
        }
        if !entries.is_empty() {
            items.push(self.b.add(Expr::Object(entries), node));
        }
        self.b.add(Expr::List(items), node)
    }

    /// An entry of a hash, in braces or among arguments.
    pub(super) fn entry(&mut self, node: Node<'t>) -> Option<(Key, ExprId)> {
        if kind(node) == Kind::HashSplatArgument {
            return Some((Key::Spread, self.expression(node)));
        }
        let key = child(node, Field::Key)?;
        let name = self.text_or_value(key);
        let value = match child(node, Field::Value) {
            Some(value) => self.expression(value),
            // `f(x:)` is `f(x: x)`.
            None => {
                let local = Name::new(self.b.text(key));
                if self.b.scope.contains(&local) {
                    self.b.add(Expr::Name(local), key)
                } else {
                    self.implicit_call(key, local, Vec::new(), key)
                }
            }
        };
        Some((self.b.key(name), value))
    }

    fn text_or_value(&mut self, key: Node<'t>) -> ExprId {
        if kind(key) == Kind::HashKeySymbol {
            let text = self.b.text(key);
            return self.b.literal(text, key);
        }
        self.expression(key)
    }

    fn element(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some((object, keys)) = kids.split_first() else { return self.b.unknown(node) };
        let object = self.expression(*object);
        match keys {
            [key] => {
                let key = self.expression(*key);
                self.b.add(Expr::Index(object, key), node)
            }
            _ => {
                let mut parts = vec![object];
                parts.extend(keys.iter().map(|k| self.expression(*k)));
                self.b.add(Expr::Opaque(parts), node)
            }
        }
    }

    fn conditional(&mut self, node: Node<'t>) -> ExprId {
        let parts = [Field::Condition, Field::Consequence, Field::Alternative].map(|f| child(node, f));
        let [Some(condition), Some(yes), Some(no)] = parts else { return self.b.unknown(node) };
        let condition = self.truth(condition);
        let yes = self.expression(yes);
        let no = self.expression(no);
        self.b.add(Expr::Select(vec![(Some(condition), yes), (None, no)]), node)
    }

    fn unary(&mut self, node: Node<'t>) -> ExprId {
        let operator = child(node, Field::Operator).map_or("", |o| self.b.text(o));
        let Some(operand) = child(node, Field::Operand) else { return self.b.unknown(node) };
        if operator == "defined?" {
            return self.b.unknown(node);
        }
        let value = self.expression(operand);
        match operator {
            "!" | "not" => self.b.add(Expr::Not(value), node),
            "-" | "+" if matches!(self.b.module.expr(value), Expr::Text(_)) => value,
            _ => self.b.add(Expr::Opaque(vec![value]), node),
        }
    }

    /// A chain of the same operator is read in one go, however long it is.
    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let operator = child(node, Field::Operator).map_or("", |o| self.b.text(o));
        let mut operands = Vec::new();
        let mut left = node;
        let same = |it: &Self, n: Node<'t>| {
            kind(n) == Kind::Binary && child(n, Field::Operator).is_some_and(|o| it.b.text(o) == operator)
        };
        while same(self, left) && matches!(operator, "+" | "||" | "or" | "&&" | "and" | "<<") || left.id() == node.id()
        {
            let (Some(next), Some(right)) = (child(left, Field::Left), child(left, Field::Right)) else { break };
            operands.push(right);
            left = next;
        }
        operands.push(left);
        operands.reverse();
        let values: Vec<ExprId> = operands.into_iter().map(|n| self.expression(n)).collect();
        match (operator, values.as_slice()) {
            ("+", _) => self.plus(values, node),
            ("||" | "or", _) => self.b.add(Expr::Choice(values), node),
            ("&&" | "and", [conditions @ .., last]) => {
                let conditions = conditions.to_vec();
                let when = self.b.add(Expr::All(conditions), node);
                self.b.add(Expr::Select(vec![(Some(when), *last)]), node)
            }
            ("==" | "===", [a, b]) => self.b.add(Expr::Equal(*a, *b, true), node),
            ("!=", [a, b]) => self.b.add(Expr::Equal(*a, *b, false), node),
            ("%", [format, args]) if !matches!(self.b.module.expr(*format), Expr::Number(_)) => {
                self.percent(*format, *args, node)
            }
            ("<<", [object, parts @ ..]) => self.shovel(*object, parts, node),
            _ => self.b.add(Expr::Opaque(values), node),
        }
    }

    /// `a + b`: texts are joined, lists are either.
    pub(super) fn plus(&mut self, parts: Vec<ExprId>, node: Node<'t>) -> ExprId {
        if let Some(Expr::List(first)) = parts.first().map(|p| self.b.module.expr(*p)) {
            let mut items = first.clone();
            for part in parts.iter().skip(1) {
                match self.b.module.expr(*part) {
                    Expr::List(more) => items.extend(more.clone()),
                    _ => items.push(self.b.add(Expr::Element(*part), node)),
                }
            }
            return self.b.add(Expr::List(items), node);
        }
        if parts.iter().any(|p| matches!(self.b.module.expr(*p), Expr::List(_))) {
            return self.b.add(Expr::Choice(parts), node);
        }
        self.b.sum(parts, node)
    }

    /// `x << y` appends to a text in place; to anything else it is a call.
    fn shovel(&mut self, object: ExprId, parts: &[ExprId], node: Node<'t>) -> ExprId {
        let texts = parts.iter().all(|p| matches!(self.b.module.expr(*p), Expr::Text(_)));
        match self.b.module.expr(object).clone() {
            Expr::Name(name) if texts => {
                let all: Vec<ExprId> = std::iter::once(object).chain(parts.iter().copied()).collect();
                let value = self.b.concat(&all, node);
                self.b.emit(Stmt::Assign(Place::Name(name.clone()), value));
                self.b.add(Expr::Name(name), node)
            }
            Expr::Text(_) if texts => {
                let all: Vec<ExprId> = std::iter::once(object).chain(parts.iter().copied()).collect();
                self.b.concat(&all, node)
            }
            _ => {
                let args = parts.iter().map(|p| Arg::positional(*p)).collect();
                self.b.call_method(object, "<<", args, node)
            }
        }
    }

    /// `"%s/%s" % [a, b]`, `"%{x}" % {x: 1}`.
    fn percent(&mut self, format: ExprId, args: ExprId, node: Node<'t>) -> ExprId {
        let values: Vec<ExprId> = match self.b.module.expr(args) {
            Expr::List(items) => items.clone(),
            _ => vec![args],
        };
        self.formatted(format, &values, node)
    }

    /// A format applied to its arguments, where the format is in sight.
    pub(super) fn formatted(&mut self, format: ExprId, values: &[ExprId], node: Node<'t>) -> ExprId {
        let Some(text) = self.b.literal_text(format) else {
            let args = values.iter().map(|v| Arg::positional(*v)).collect();
            return self.b.add(Expr::Format(FormatStyle::Percent, format, args), node);
        };
        let mut pieces = Vec::new();
        if let ([one], true) = (values, text.contains("%{") || text.contains("%<"))
            && let Expr::Object(entries) = self.b.module.expr(*one).clone()
        {
            for part in strings::named_parts(&text) {
                match part {
                    strings::Named::Text(text) => pieces.push(Piece::Text(text.into())),
                    strings::Named::Name(name) => {
                        let value =
                            entries.iter().find(|(k, _)| matches!(k, Key::Name(n) if n == name)).map(|(_, v)| *v);
                        let value = value.unwrap_or_else(|| self.b.unknown(node));
                        self.b.push_piece(&mut pieces, value);
                    }
                }
            }
            return self.b.pieces(pieces, node);
        }
        for part in percent::split(&text) {
            match part {
                percent::Part::Text(text) => pieces.push(Piece::Text(text)),
                percent::Part::Arg(at) => {
                    let value = values.get(at).copied().unwrap_or_else(|| self.b.unknown(node));
                    self.b.push_piece(&mut pieces, value);
                }
            }
        }
        self.b.pieces(pieces, node)
    }
}
