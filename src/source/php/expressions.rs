//! PHP expressions other than calls.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Expr, ExprId, Key, Name, Piece, Place, Stmt};
use crate::source::lowering::strings::unescape;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// Lowers an expression; what is not understood is `Unknown`.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        if !self.b.descend(node) {
            return self.b.unknown(node);
        }
        let id = self.expression(node);
        self.b.ascend();
        id
    }

    fn expression(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::VariableName => self.variable(node),
            Kind::String | Kind::Nowdoc => self.plain_string(node),
            Kind::Encapsed | Kind::Heredoc => self.interpolated(node),
            Kind::Integer | Kind::Float => {
                let number = self.b.name(node);
                self.b.add(Expr::Number(number), node)
            }
            Kind::Boolean => {
                let value = self.b.text(node).eq_ignore_ascii_case("true");
                self.b.add(Expr::Bool(value), node)
            }
            Kind::Null => self.b.add(Expr::Null, node),
            Kind::Name | Kind::QualifiedName | Kind::RelativeName => self.constant(node),
            Kind::RelativeScope => self.relative_scope(node),
            Kind::MemberAccess | Kind::NullsafeAccess => self.member(node),
            Kind::ScopedProperty | Kind::ClassConstant => self.scoped(node),
            Kind::Subscript => self.subscript(node),
            Kind::FunctionCall => self.function_call(node),
            Kind::MemberCall | Kind::NullsafeCall => self.member_call(node),
            Kind::ScopedCall => self.scoped_call(node),
            Kind::ObjectCreation => self.creation(node),
            Kind::ArrayCreation => self.array(node),
            Kind::Assignment | Kind::ReferenceAssignment | Kind::Augmented => self.assignment(node),
            Kind::Binary => self.binary(node),
            Kind::Unary => self.unary(node),
            Kind::Conditional => self.conditional(node),
            Kind::Match => self.match_expression(node),
            Kind::AnonymousFunction | Kind::ArrowFunction => self.closure(node, Name::default()),
            Kind::Cast
            | Kind::Parenthesized
            | Kind::Suppression
            | Kind::Clone
            | Kind::ByRef
            | Kind::Argument
            | Kind::Unpacking => self.inner(node),
            Kind::Include | Kind::IncludeOnce | Kind::Require | Kind::RequireOnce => {
                self.include(node);
                self.b.unknown(node)
            }
            Kind::ShellCommand => self.shell_command(node),
            Kind::Yield => self.yielded(node),
            Kind::Sequence => {
                let values = self.exprs(node);
                self.b.add(Expr::Opaque(values), node)
            }
            Kind::ThrowExpression => {
                self.b.emit(Stmt::Exit);
                self.b.unknown(node)
            }
            _ => self.b.unknown(node),
        }
    }

    /// The last child, for nodes that change nothing of its value (`(x)`, `@x`, `name: x`).
    pub(super) fn inner(&mut self, node: Node<'t>) -> ExprId {
        match self.b.kids(node).last() {
            Some(inner) => self.expr(*inner),
            None => self.b.unknown(node),
        }
    }

    fn exprs(&mut self, node: Node<'t>) -> Vec<ExprId> {
        self.b.kids(node).into_iter().map(|k| self.expr(k)).collect()
    }

    /// The name of `$x`.
    pub(super) fn variable_name(&self, node: Node<'t>) -> Name {
        Name::new(self.b.text(node).trim_start_matches(['&', '$']))
    }

    fn variable(&mut self, node: Node<'t>) -> ExprId {
        let name = self.variable_name(node);
        let expr = if name == "this" { Expr::This } else { Expr::Name(name) };
        self.b.add(expr, node)
    }

    /// A constant or class name.
    fn constant(&mut self, node: Node<'t>) -> ExprId {
        let name = self.simple_name(node);
        let expr = match name.as_str() {
            "PHP_EOL" => Expr::Text(vec![Piece::Text(Name::new_static("\n"))]),
            _ => Expr::Name(name),
        };
        self.b.add(expr, node)
    }

    fn relative_scope(&mut self, node: Node<'t>) -> ExprId {
        let expr = if self.b.text(node) == "parent" { Expr::Super } else { Expr::This };
        self.b.add(expr, node)
    }

    /// `'…'` and nowdoc: only `\\` and `\'` are escapes.
    fn plain_string(&mut self, node: Node<'t>) -> ExprId {
        let text = self.b.text(node);
        if kind(node) == Kind::Nowdoc {
            let body = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::NowdocBody);
            let text = body.map(|b| self.b.text(b)).unwrap_or_default();
            return self.b.literal(text, node);
        }
        let inner = text.trim_start_matches('b').get(1..).and_then(|t| t.strip_suffix('\'')).unwrap_or_default();
        let value =
            if inner.contains('\\') { inner.replace("\\'", "'").replace("\\\\", "\\") } else { inner.to_owned() };
        self.b.literal(value, node)
    }

    /// `"…{$this->base}…"` and heredoc.
    fn interpolated(&mut self, node: Node<'t>) -> ExprId {
        let mut pieces = Vec::new();
        let body = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::HeredocBody).unwrap_or(node);
        for part in self.b.kids(body) {
            match kind(part) {
                Kind::StringContent => pieces.push(Piece::Text(self.b.name(part))),
                Kind::Escape => pieces.push(Piece::Text(unescape(self.b.text(part)))),
                _ => {
                    let value = self.expr(part);
                    self.b.push_piece(&mut pieces, value);
                }
            }
        }
        self.b.pieces(pieces, node)
    }

    /// `$object->name`; `Case->value` of an enum is the case itself.
    fn member(&mut self, node: Node<'t>) -> ExprId {
        let (Some(object), Some(name)) = (child(node, Field::Object), child(node, Field::Name)) else {
            return self.b.unknown(node);
        };
        let value = self.expr(object);
        if kind(object) == Kind::ClassConstant && self.b.text(name) == "value" {
            return value;
        }
        self.named_part(value, name, node)
    }

    /// A member by its name, which may be a variable.
    pub(super) fn named_part(&mut self, object: ExprId, name: Node<'t>, node: Node<'t>) -> ExprId {
        if kind(name) == Kind::Name {
            let name = self.b.name(name);
            return self.b.add(Expr::Field(object, name), node);
        }
        let key = self.expr(name);
        self.b.add(Expr::Index(object, key), node)
    }

    /// `Class::$name`, `Class::NAME`, `Class::class`.
    fn scoped(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let (Some(scope), Some(name)) = (kids.first().copied(), kids.last().copied()) else {
            return self.b.unknown(node);
        };
        let scope = self.expr(scope);
        let name = self.variable_name(name);
        if name == "class" {
            return scope;
        }
        self.b.add(Expr::Field(scope, name), node)
    }

    fn subscript(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some(object) = kids.first().copied() else { return self.b.unknown(node) };
        let object = self.expr(object);
        let Some(index) = kids.get(1).copied() else {
            return self.b.add(Expr::Element(object), node);
        };
        // In `"$x[key]"` the key is a bare name.
        let index =
            if kind(index) == Kind::Name { self.b.literal(self.b.name(index), index) } else { self.expr(index) };
        self.b.add(Expr::Index(object, index), node)
    }

    fn array(&mut self, node: Node<'t>) -> ExprId {
        let (mut entries, mut items) = (Vec::new(), Vec::new());
        for element in self.b.kids(node) {
            let parts = self.b.kids(element);
            match parts.as_slice() {
                [key, value] => {
                    let key = self.array_key(*key);
                    entries.push((key, self.expr(*value)));
                }
                [value] if kind(*value) == Kind::Unpacking => {
                    let value = self.expr(*value);
                    entries.push((Key::Spread, value));
                }
                [value] => items.push(self.expr(*value)),
                _ => {}
            }
        }
        if entries.is_empty() || !items.is_empty() {
            items.extend(entries.into_iter().map(|(_, value)| value));
            return self.b.add(Expr::List(items), node);
        }
        self.b.add(Expr::Object(entries), node)
    }

    fn array_key(&mut self, node: Node<'t>) -> Key {
        if let Some(option) = super::curl::option(self.b.text(node)) {
            return Key::Name(Name::new_static(option));
        }
        let key = self.expr(node);
        self.b.key(key)
    }

    fn assignment(&mut self, node: Node<'t>) -> ExprId {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else {
            return self.b.unknown(node);
        };
        if kind(node) == Kind::Augmented {
            return self.augmented(node, left, right);
        }
        let value = match kind(right) {
            Kind::AnonymousFunction | Kind::ArrowFunction => {
                let name = self.variable_name(left);
                self.closure(right, name)
            }
            _ => self.expr(right),
        };
        self.bind(left, value);
        value
    }

    fn augmented(&mut self, node: Node<'t>, left: Node<'t>, right: Node<'t>) -> ExprId {
        let operator = child(node, Field::Operator).map(|o| self.b.text(o)).unwrap_or_default();
        let (old, new) = (self.expr(left), self.expr(right));
        let value = match operator {
            ".=" => self.b.concat(&[old, new], node),
            "??=" => self.b.add(Expr::Choice(vec![old, new]), node),
            _ => self.b.add(Expr::Opaque(vec![old, new]), node),
        };
        self.bind(left, value);
        value
    }

    /// Assigns to a variable, a field, an element, or the parts of a list.
    pub(super) fn bind(&mut self, target: Node<'t>, value: ExprId) {
        match kind(target) {
            Kind::VariableName => {
                let name = self.variable_name(target);
                self.b.assign(name, value);
            }
            Kind::ListLiteral | Kind::ArrayCreation if self.b.descend(target) => {
                self.bind_list(target, value);
                self.b.ascend();
            }
            Kind::ByRef => {
                if let Some(inner) = self.b.first(target) {
                    self.bind(inner, value);
                }
            }
            Kind::MemberAccess | Kind::NullsafeAccess | Kind::ScopedProperty | Kind::Subscript => {
                let place = self.expr(target);
                let place = match self.b.module.expr(place) {
                    Expr::Field(object, name) => Place::Field(*object, name.clone()),
                    Expr::Index(object, key) => Place::Index(*object, *key),
                    // `$list[] = x` adds one more element.
                    Expr::Element(object) => {
                        let object = *object;
                        let key = self.b.unknown(target);
                        Place::Index(object, key)
                    }
                    _ => return,
                };
                self.b.emit(Stmt::Assign(place, value));
            }
            _ => {}
        }
    }

    /// `[$a, 'k' => $b] = …`, `list($a, , $b) = …`.
    fn bind_list(&mut self, node: Node<'t>, value: ExprId) {
        let value = self.b.named_value(value, node);
        let (mut position, mut key) = (0_usize, None);
        for part in self.b.all_kids(node) {
            match part.kind() {
                "," => {
                    position += 1;
                    key = None;
                }
                _ if !part.is_named() => {}
                _ if part.next_sibling().is_some_and(|s| s.kind() == "=>") => key = Some(self.expr(part)),
                _ => {
                    let index =
                        key.take().unwrap_or_else(|| self.b.add(Expr::Number(Name::from(position.to_string())), part));
                    let element = self.b.add(Expr::Index(value, index), part);
                    self.bind(part, element);
                }
            }
        }
    }

    /// The operands of a chain of one operator, in order, without recursion to the left.
    fn operands(&mut self, node: Node<'t>, operator: &str) -> Vec<Node<'t>> {
        let mut operands = Vec::new();
        let mut current = node;
        loop {
            operands.extend(child(current, Field::Right));
            let Some(left) = child(current, Field::Left) else { break };
            let same = kind(left) == Kind::Binary
                && child(left, Field::Operator).is_some_and(|o| self.b.text(o).eq_ignore_ascii_case(operator));
            if !same {
                operands.push(left);
                break;
            }
            current = left;
        }
        operands.reverse();
        operands
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let operator = child(node, Field::Operator).map(|o| self.b.text(o)).unwrap_or_default().to_ascii_lowercase();
        let operands = self.operands(node, &operator);
        match operator.as_str() {
            "&&" | "and" => {
                let parts = operands.into_iter().map(|o| self.expr(o)).collect();
                self.b.add(Expr::All(parts), node)
            }
            "||" | "or" => {
                let parts = operands.into_iter().map(|o| self.expr(o)).collect();
                self.b.add(Expr::Any(parts), node)
            }
            "??" => {
                let parts = operands.into_iter().map(|o| self.expr(o)).collect();
                self.b.add(Expr::Choice(parts), node)
            }
            "." => {
                let parts: Vec<ExprId> = operands.into_iter().map(|o| self.expr(o)).collect();
                self.b.concat(&parts, node)
            }
            "==" | "===" | "!=" | "!==" | "<>" if operands.len() == 2 => {
                let parts: Vec<ExprId> = operands.into_iter().map(|o| self.expr(o)).collect();
                let equal = operator.starts_with("==");
                match parts.as_slice() {
                    [left, right] => self.b.add(Expr::Equal(*left, *right, equal), node),
                    _ => self.b.unknown(node),
                }
            }
            _ => {
                let parts = operands.into_iter().map(|o| self.expr(o)).collect();
                self.b.add(Expr::Opaque(parts), node)
            }
        }
    }

    fn unary(&mut self, node: Node<'t>) -> ExprId {
        let value = self.inner(node);
        let expr = if self.b.text(node).starts_with('!') { Expr::Not(value) } else { Expr::Opaque(vec![value]) };
        self.b.add(expr, node)
    }

    /// `a ? b : c`, `a ?: c`.
    fn conditional(&mut self, node: Node<'t>) -> ExprId {
        let part = |l: &mut Self, field| match child(node, field) {
            Some(n) => l.expr(n),
            None => l.b.unknown(node),
        };
        let test = part(self, Field::Condition);
        if child(node, Field::Body).is_none() {
            let other = part(self, Field::Alternative);
            return self.b.add(Expr::Choice(vec![test, other]), node);
        }
        let yes = part(self, Field::Body);
        let no = part(self, Field::Alternative);
        self.b.add(Expr::Select(vec![(Some(test), yes), (None, no)]), node)
    }

    fn match_expression(&mut self, node: Node<'t>) -> ExprId {
        let Some(subject) = child(node, Field::Condition) else { return self.b.unknown(node) };
        let subject = self.expr(subject);
        let truth = matches!(self.b.module.expr(subject), Expr::Bool(true));
        let mut arms = Vec::new();
        let cases = child(node, Field::Body).map(|b| self.b.kids(b)).unwrap_or_default();
        for case in cases {
            let Some(value) = child(case, Field::ReturnExpression) else { continue };
            let labels = child(case, Field::Conditions).map(|c| self.exprs(c));
            let when = labels.map(|labels| {
                let compared = |l: &mut Self, label| match truth {
                    true => label,
                    false => l.b.add(Expr::Equal(subject, label, true), case),
                };
                let labels: Vec<ExprId> = labels.into_iter().map(|label| compared(self, label)).collect();
                match labels.as_slice() {
                    [one] => *one,
                    _ => self.b.add(Expr::Any(labels), case),
                }
            });
            arms.push((when, self.expr(value)));
        }
        self.b.add(Expr::Select(arms), node)
    }

    /// `yield x` hands out a value and goes on, hence a return that may or may not happen.
    fn yielded(&mut self, node: Node<'t>) -> ExprId {
        let value = self.inner(node);
        let when = Some(self.b.unknown(node));
        self.b.emit(Stmt::Branch(vec![crate::ir::Arm { when, body: vec![Stmt::Return(Some(value))] }]));
        self.b.unknown(node)
    }
}
