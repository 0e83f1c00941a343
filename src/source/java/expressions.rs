//! Java expressions, except calls.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Expr, ExprId, Function, Name, Piece, Span};
use crate::source::jvm::{Sort, is_package_root};
use crate::source::lowering::strings;
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
    pub(super) fn expr_at(&mut self, node: Node<'t>, field: Field) -> ExprId {
        match child(node, field) {
            Some(inner) => self.expr(inner),
            None => self.b.unknown(node),
        }
    }

    fn expr_inner(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::Identifier => self.bare_name(node, false),
            Kind::MethodInvocation => self.method_invocation(node),
            Kind::FieldAccess => self.field_access(node),
            Kind::ObjectCreation => self.object_creation(node),
            Kind::BinaryExpression => self.binary(node),
            Kind::LambdaExpression => self.lambda(node),
            Kind::This => self.b.add(Expr::This, node),
            Kind::Super => self.b.add(Expr::Super, node),
            Kind::ParenthesizedExpression => match self.b.first(node) {
                Some(inner) => self.expr(inner),
                None => self.b.unknown(node),
            },
            Kind::AssignmentExpression => self.assignment(node),
            Kind::TernaryExpression => self.ternary(node),
            Kind::CastExpression => {
                let value = self.expr_at(node, Field::Value);
                child(node, Field::Type).map_or(value, |ty| self.typed(value, ty))
            }
            Kind::SwitchExpression => self.switch_value(node),
            Kind::MethodReference => self.method_reference(node),
            Kind::ClassLiteral => match self.b.first(node) {
                Some(ty) => self.ty(ty),
                None => self.b.unknown(node),
            },
            Kind::ArrayAccess => {
                let (object, key) = (self.expr_at(node, Field::Array), self.expr_at(node, Field::Index));
                self.b.add(Expr::Index(object, key), node)
            }
            Kind::ArrayCreation => match child(node, Field::Value) {
                Some(items) => self.expr(items),
                None => self.b.add(Expr::List(Vec::new()), node),
            },
            Kind::ArrayInitializer | Kind::ElementValueArray => {
                let items = self.b.kids(node).into_iter().map(|i| self.expr(i)).collect();
                self.b.add(Expr::List(items), node)
            }
            Kind::Annotation | Kind::MarkerAnnotation => self.annotation(node),
            Kind::InstanceofExpression => self.instance_of(node),
            Kind::UnaryExpression => {
                let operand = self.expr_at(node, Field::Operand);
                let not = child(node, Field::Operator).is_some_and(|o| self.b.text(o) == "!");
                let expr = if not { Expr::Not(operand) } else { Expr::Opaque(vec![operand]) };
                self.b.add(expr, node)
            }
            Kind::TypeIdentifier | Kind::ScopedTypeIdentifier | Kind::GenericType => self.ty(node),
            _ => self.literal(node),
        }
    }

    /// Texts and other constants; anything else is `Unknown`.
    fn literal(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::StringLiteral => self.string(node),
            Kind::Null => self.b.add(Expr::Null, node),
            Kind::True | Kind::False => self.b.add(Expr::Bool(kind(node) == Kind::True), node),
            Kind::DecimalInteger
            | Kind::HexInteger
            | Kind::OctalInteger
            | Kind::BinaryInteger
            | Kind::DecimalFloat
            | Kind::HexFloat => {
                let text = self.b.name(node);
                self.b.add(Expr::Number(text), node)
            }
            Kind::CharacterLiteral => {
                let text = self.b.text(node).trim_matches('\'');
                self.b.literal(strings::unescape(text), node)
            }
            _ => self.b.unknown(node),
        }
    }

    /// A bare name: a local, a member of an enclosing class, or a class. `is_object` if something of it is taken.
    pub(super) fn bare_name(&mut self, node: Node<'t>, is_object: bool) -> ExprId {
        let name = self.b.text(node);
        if !self.b.scope.contains(name) {
            if let Some(owner) = self.classes.owner_of(&mut self.b, Sort::Field, name, node) {
                return self.b.add(Expr::Field(owner, Name::new(name)), node);
            }
            if let Some(class) = self.static_owner(name) {
                let class = self.b.add(Expr::Name(class), node);
                return self.b.add(Expr::Field(class, Name::new(name)), node);
            }
            if self.classes.may_inherit() && !self.is_imported(name) && looks_inherited(name, is_object) {
                let this = self.b.add(Expr::This, node);
                return self.b.add(Expr::Field(this, Name::new(name)), node);
            }
        }
        self.b.add(Expr::Name(Name::new(name)), node)
    }

    /// The object of a field access or call.
    pub(super) fn object(&mut self, node: Node<'t>) -> ExprId {
        if kind(node) == Kind::Identifier { self.bare_name(node, true) } else { self.expr(node) }
    }

    fn field_access(&mut self, node: Node<'t>) -> ExprId {
        let (Some(object), Some(field)) = (child(node, Field::Object), child(node, Field::Selected)) else {
            return self.b.unknown(node);
        };
        if kind(field) == Kind::This {
            let class = self.b.text(object);
            return match self.classes.instance_named(&mut self.b, class, node) {
                Some(instance) => instance,
                None => self.b.add(Expr::This, node),
            };
        }
        let object = self.object(object);
        let name = self.b.name(field);
        self.b.add(Expr::Field(object, name), node)
    }

    /// A string or text block; `\{…}` of string templates are holes.
    fn string(&mut self, node: Node<'t>) -> ExprId {
        let text = self.b.text(node);
        if let Some(inner) = text.strip_prefix("\"\"\"") {
            let inner = inner.strip_suffix("\"\"\"").unwrap_or(inner);
            return self.b.literal(strings::unescape(&strings::text_block(inner)), node);
        }
        let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
        if !inner.contains("\\{") {
            return self.b.literal(strings::unescape(inner), node);
        }
        let mut pieces = Vec::new();
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::StringInterpolation => {
                    let value = self.b.first(part).map(|v| self.expr(v));
                    if let Some(value) = value {
                        self.b.push_piece(&mut pieces, value);
                    }
                }
                _ => pieces.push(Piece::Text(strings::unescape(self.b.text(part)))),
            }
        }
        self.b.pieces(pieces, node)
    }

    fn ternary(&mut self, node: Node<'t>) -> ExprId {
        let condition = self.expr_at(node, Field::Condition);
        let yes = self.expr_at(node, Field::Consequence);
        let no = self.expr_at(node, Field::Alternative);
        self.b.add(Expr::Select(vec![(Some(condition), yes), (None, no)]), node)
    }

    /// `value instanceof Type name` also declares the name.
    fn instance_of(&mut self, node: Node<'t>) -> ExprId {
        let value = self.expr_at(node, Field::Left);
        if let (Some(name), Some(ty)) = (child(node, Field::Name), child(node, Field::Right)) {
            let typed = self.typed(value, ty);
            let name = self.b.name(name);
            self.b.assign(name.clone(), typed);
            self.b.scope.declare(name);
        }
        self.b.add(Expr::Opaque(vec![value]), node)
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

    fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let mut function = Function::new("", Span::of(&node));
        function.parent = Some(self.b.function);
        if self.b.function == crate::ir::Module::MAIN {
            function.owner = self.classes.innermost().map(|c| c.class);
        }
        let id = self.function(function, child(node, Field::Parameters), child(node, Field::Body), true);
        self.b.add(Expr::Lambda(id), node)
    }

    /// `object::method`, `Type::method`, `Type::new`.
    fn method_reference(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some(object) = kids.first() else { return self.b.unknown(node) };
        let object = self.object(*object);
        match kids.last().filter(|k| kids.len() > 1 && kind(**k) == Kind::Identifier) {
            Some(name) => {
                let name = self.b.name(*name);
                self.b.add(Expr::Field(object, name), node)
            }
            None => object,
        }
    }
}

/// Whether a name that nothing in sight declares can be an inherited field, and not a class or a package.
fn looks_inherited(name: &str, is_object: bool) -> bool {
    let upper = name.starts_with(|c: char| c.is_uppercase());
    if upper {
        let constant = name.len() > 1 && !name.contains(|c: char| c.is_lowercase());
        return constant && !is_object;
    }
    !(is_object && is_package_root(name))
}
