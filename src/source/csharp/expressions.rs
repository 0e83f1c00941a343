//! C# expressions other than calls and strings.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, Key, Name, Stmt};
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
            Kind::Identifier => {
                let name = self.b.name(node);
                self.bare_name(name, node, true)
            }
            Kind::GenericName => {
                let name = self.plain_name(node);
                self.bare_name(name, node, true)
            }
            Kind::This => self.b.add(Expr::This, node),
            Kind::Base => self.b.add(Expr::Super, node),
            Kind::String | Kind::Character | Kind::VerbatimString | Kind::RawString => self.string(node),
            Kind::Interpolated => self.interpolated(node),
            Kind::Integer | Kind::Real => {
                let number = self.b.name(node);
                self.b.add(Expr::Number(number), node)
            }
            Kind::Boolean => {
                let value = self.b.text(node) == "true";
                self.b.add(Expr::Bool(value), node)
            }
            Kind::Null | Kind::Default => self.b.add(Expr::Null, node),
            Kind::PredefinedType | Kind::QualifiedName | Kind::AliasQualifiedName => {
                self.type_of(node).unwrap_or_else(|| self.b.unknown(node))
            }
            Kind::Typeof => {
                let ty = child(node, Field::Type).and_then(|t| self.type_of(t));
                ty.unwrap_or_else(|| self.b.unknown(node))
            }
            Kind::MemberAccess => self.member(node),
            Kind::ConditionalAccess => self.conditional_access(node),
            Kind::ElementAccess => self.element(node),
            Kind::Invocation => self.invocation(node),
            Kind::ObjectCreation | Kind::ImplicitObject => self.creation(node),
            Kind::AnonymousObject => self.anonymous_object(node),
            Kind::ArrayCreation | Kind::ImplicitArray => self.array(node),
            Kind::Initializer | Kind::Collection | Kind::Tuple => self.list(node),
            Kind::Assignment => self.assignment(node),
            Kind::Binary => self.binary(node),
            Kind::Prefix | Kind::Unary => self.prefix(node),
            Kind::Conditional => self.conditional(node),
            Kind::SwitchExpression => self.switch_expression(node),
            Kind::IsPattern => self.is_pattern(node),
            Kind::Lambda | Kind::AnonymousMethod => self.lambda(node),
            Kind::Cast | Kind::As => self.cast(node),
            Kind::Await | Kind::Parenthesized | Kind::Postfix | Kind::Checked | Kind::With => self.first(node),
            Kind::Query => self.query(node),
            Kind::DeclarationExpression => self.declaration(node),
            Kind::ThrowExpression => {
                self.b.emit(Stmt::Exit);
                self.b.unknown(node)
            }
            _ => self.parts(node),
        }
    }

    pub(super) fn first(&mut self, node: Node<'t>) -> ExprId {
        match self.b.first(node) {
            Some(inner) => self.expr(inner),
            None => self.b.unknown(node),
        }
    }

    /// `out var x`: a variable that the call fills with what cannot be told.
    fn declaration(&mut self, node: Node<'t>) -> ExprId {
        let unknown = self.b.unknown(node);
        if let Some(name) = child(node, Field::Name) {
            self.assign_local(name, unknown);
        }
        unknown
    }

    /// Everything inside for its effect; only the parts that calls can stand in.
    fn parts(&mut self, node: Node<'t>) -> ExprId {
        if !node.is_error() && !matches!(node.kind(), "range_expression" | "ref_expression" | "is_expression") {
            return self.b.unknown(node);
        }
        let values = self.b.kids(node).into_iter().map(|k| self.expr(k)).collect();
        self.b.add(Expr::Opaque(values), node)
    }

    /// The object before a dot, where a bare name may be a type or a namespace.
    pub(super) fn object(&mut self, node: Node<'t>) -> ExprId {
        if matches!(kind(node), Kind::Identifier | Kind::GenericName) {
            let name = self.plain_name(node);
            return self.bare_name(name, node, false);
        }
        self.expr(node)
    }

    fn member(&mut self, node: Node<'t>) -> ExprId {
        let (Some(object), Some(name)) = (child(node, Field::Expression), child(node, Field::Name)) else {
            return self.b.unknown(node);
        };
        let name = self.plain_name(name);
        let value = self.object(object);
        // A task's result is what the call gives.
        if name == "Result" && kind(object) == Kind::Invocation {
            return value;
        }
        self.b.add(Expr::Field(value, name), node)
    }

    /// `x?.Name`, `x?[key]`.
    fn conditional_access(&mut self, node: Node<'t>) -> ExprId {
        let Some(object) = child(node, Field::Condition) else { return self.b.unknown(node) };
        let value = self.object(object);
        let Some(binding) = self.b.kids(node).last().copied().filter(|b| *b != object) else { return value };
        if let Some(name) = child(binding, Field::Name) {
            let name = self.plain_name(name);
            return self.b.add(Expr::Field(value, name), node);
        }
        let index = self.first_argument(binding);
        self.b.add(Expr::Index(value, index), node)
    }

    fn first_argument(&mut self, list: Node<'t>) -> ExprId {
        match self.b.first(list).and_then(|a| self.b.kids(a).last().copied()) {
            Some(value) => self.expr(value),
            None => self.b.unknown(list),
        }
    }

    fn element(&mut self, node: Node<'t>) -> ExprId {
        let (Some(object), Some(subscript)) = (child(node, Field::Expression), child(node, Field::Subscript)) else {
            return self.b.unknown(node);
        };
        let object = self.expr(object);
        let index = self.first_argument(subscript);
        self.b.add(Expr::Index(object, index), node)
    }

    /// `new[] { a, b }`; an array of which only the size is given holds nothing yet.
    fn array(&mut self, node: Node<'t>) -> ExprId {
        let initializer = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::Initializer);
        match initializer {
            Some(initializer) => self.list(initializer),
            None => self.b.add(Expr::List(Vec::new()), node),
        }
    }

    fn list(&mut self, node: Node<'t>) -> ExprId {
        let mut items = Vec::new();
        let element = self.element.take();
        for part in self.b.kids(node) {
            let mut part = part;
            while matches!(part.kind(), "collection_element" | "expression_element" | "argument") {
                match self.b.kids(part).last().copied() {
                    Some(inner) => part = inner,
                    None => break,
                }
            }
            if kind(part) == Kind::Spread {
                let inner = self.first(part);
                items.push(self.b.add(Expr::Element(inner), part));
            } else {
                self.expected = element.filter(|_| kind(part) == Kind::ImplicitObject);
                items.push(self.expr(part));
            }
        }
        self.b.add(Expr::List(items), node)
    }

    /// `new Type(args) { A = 1 }`: initialised members are named arguments; filled collections are lists and objects.
    fn creation(&mut self, node: Node<'t>) -> ExprId {
        let expected = self.expected.take();
        let ty = match child(node, Field::Type) {
            Some(ty) => self.type_of(ty),
            None => expected,
        };
        let kids = self.b.kids(node);
        let arguments = kids.iter().copied().find(|k| kind(*k) == Kind::ArgumentList);
        let mut args = arguments.map(|a| self.arguments(a)).unwrap_or_default();
        if let Some(initializer) = kids.iter().copied().find(|k| kind(*k) == Kind::Initializer) {
            let members = self.b.first(initializer).is_some_and(|f| {
                kind(f) == Kind::Assignment && child(f, Field::Left).is_some_and(|l| kind(l) == Kind::Identifier)
            });
            if !members {
                return self.filled(initializer);
            }
            for (key, value) in self.entries(initializer) {
                if let Key::Name(name) = key {
                    args.push(Arg::named(name, value));
                }
            }
        }
        if let Some(filled) = ty.filter(|_| args.is_empty()).and_then(|ty| self.empty_collection(ty, node)) {
            return filled;
        }
        match ty {
            Some(ty) => self.b.add(Expr::New(ty, args), node),
            None => {
                let entries = args.into_iter().filter_map(|a| a.name.map(|n| (Key::Name(n), a.value))).collect();
                self.b.add(Expr::Object(entries), node)
            }
        }
    }

    /// A dictionary or list that holds nothing yet.
    fn empty_collection(&mut self, ty: ExprId, node: Node<'t>) -> Option<ExprId> {
        let base = match self.b.module.expr(ty) {
            Expr::Generic(base, _) => *base,
            _ => return None,
        };
        let (Expr::Name(name) | Expr::Field(_, name)) = self.b.module.expr(base) else { return None };
        let empty = match name.as_str() {
            "Dictionary" | "SortedDictionary" | "ConcurrentDictionary" | "OrderedDictionary" => {
                Expr::Object(Vec::new())
            }
            "List" | "HashSet" | "SortedSet" | "Collection" => Expr::List(Vec::new()),
            _ => return None,
        };
        Some(self.b.add(empty, node))
    }

    /// `{ ["a"] = 1, { "b", 2 } }` is an object, `{ 1, 2 }` a list.
    fn filled(&mut self, initializer: Node<'t>) -> ExprId {
        let keyed = self.b.first(initializer).is_some_and(|f| matches!(kind(f), Kind::Assignment | Kind::Initializer));
        if !keyed {
            return self.list(initializer);
        }
        let entries = self.entries(initializer);
        self.b.add(Expr::Object(entries), initializer)
    }

    /// The entries of an initialiser with names or keys.
    fn entries(&mut self, initializer: Node<'t>) -> Vec<(Key, ExprId)> {
        let mut entries = Vec::new();
        for part in self.b.kids(initializer) {
            if kind(part) == Kind::Initializer {
                let pair = self.b.kids(part);
                if let [key, value] = pair.as_slice() {
                    let key = self.expr(*key);
                    let key = self.b.key(key);
                    entries.push((key, self.expr(*value)));
                }
                continue;
            }
            let (Some(left), Some(right)) = (child(part, Field::Left), child(part, Field::Right)) else { continue };
            let key = match kind(left) {
                Kind::ElementBinding => {
                    let key = self.first_argument(left);
                    self.b.key(key)
                }
                _ => Key::Name(self.b.name(left)),
            };
            let value = if kind(right) == Kind::Initializer { self.filled(right) } else { self.expr(right) };
            entries.push((key, value));
        }
        entries
    }

    /// `new { A = 1, path, x.Name }`.
    fn anonymous_object(&mut self, node: Node<'t>) -> ExprId {
        let mut entries = Vec::new();
        let mut name: Option<Name> = None;
        for part in self.b.all_kids(node).into_iter().filter(|k| k.is_named()) {
            if part.next_sibling().is_some_and(|s| s.kind() == "=") {
                name = Some(self.b.name(part));
                continue;
            }
            let text = self.b.text(part);
            let key = name.take().unwrap_or_else(|| Name::new(text.rsplit('.').next().unwrap_or(text)));
            entries.push((Key::Name(key), self.expr(part)));
        }
        self.b.add(Expr::Object(entries), node)
    }

    fn assignment(&mut self, node: Node<'t>) -> ExprId {
        let (Some(left), Some(right)) = (child(node, Field::Left), child(node, Field::Right)) else {
            return self.b.unknown(node);
        };
        let new = self.expr(right);
        let value = match self.operator(node) {
            "=" => new,
            "+=" => {
                let old = self.expr(left);
                self.b.sum(vec![old, new], node)
            }
            "??=" => {
                let old = self.expr(left);
                self.b.add(Expr::Choice(vec![old, new]), node)
            }
            _ => {
                let old = self.expr(left);
                self.b.add(Expr::Opaque(vec![old, new]), node)
            }
        };
        self.assign_to(left, value);
        value
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let operator = self.operator(node);
        if operator == "+" {
            return self.sum(node);
        }
        let operands = self.operands(node, operator);
        let parts: Vec<ExprId> = operands.into_iter().map(|o| self.expr(o)).collect();
        let expr = match (operator, parts.as_slice()) {
            ("&&", _) => Expr::All(parts),
            ("||", _) => Expr::Any(parts),
            ("??", _) => Expr::Choice(parts),
            ("==" | "!=", [left, right]) => Expr::Equal(*left, *right, operator == "=="),
            _ => Expr::Opaque(parts),
        };
        self.b.add(expr, node)
    }

    fn prefix(&mut self, node: Node<'t>) -> ExprId {
        let value = self.first(node);
        let text = self.b.text(node);
        if text.starts_with('!') {
            return self.b.add(Expr::Not(value), node);
        }
        if text.starts_with(['&', '*', '^']) {
            return value;
        }
        self.b.add(Expr::Opaque(vec![value]), node)
    }

    fn conditional(&mut self, node: Node<'t>) -> ExprId {
        let part = |l: &mut Self, field| match child(node, field) {
            Some(n) => l.expr(n),
            None => l.b.unknown(node),
        };
        let test = part(self, Field::Condition);
        let yes = part(self, Field::Consequence);
        let no = part(self, Field::Alternative);
        self.b.add(Expr::Select(vec![(Some(test), yes), (None, no)]), node)
    }

    fn switch_expression(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some(subject) = kids.first().copied() else { return self.b.unknown(node) };
        let subject = self.expr(subject);
        let mut arms = Vec::new();
        for arm in kids.into_iter().filter(|k| kind(*k) == Kind::SwitchArm) {
            let parts = self.b.kids(arm);
            let (Some(pattern), Some(value)) = (parts.first().copied(), parts.last().copied()) else { continue };
            let mut when = self.pattern(subject, pattern);
            if let Some(guard) = parts.iter().copied().find(|p| kind(*p) == Kind::WhenClause) {
                let guard = self.first(guard);
                when = Some(match when {
                    Some(when) => self.b.add(Expr::All(vec![when, guard]), arm),
                    None => guard,
                });
            }
            arms.push((when, self.expr(value)));
        }
        self.b.add(Expr::Select(arms), node)
    }

    fn is_pattern(&mut self, node: Node<'t>) -> ExprId {
        let (Some(value), Some(pattern)) = (child(node, Field::Expression), child(node, Field::Pattern)) else {
            return self.b.unknown(node);
        };
        let value = self.expr(value);
        self.pattern(value, pattern).unwrap_or_else(|| self.b.unknown(node))
    }

    /// `(T)x`, `x as T`.
    fn cast(&mut self, node: Node<'t>) -> ExprId {
        let is_as = kind(node) == Kind::As;
        let (value, ty) = if is_as { (Field::Left, Field::Right) } else { (Field::Value, Field::Type) };
        let Some(value) = child(node, value) else { return self.b.unknown(node) };
        let value = self.expr(value);
        let ty = child(node, ty).and_then(|t| self.type_of(t));
        self.typed(value, ty, node)
    }

    /// `from x in xs where … select f(x)`: any element, seen through the last clause.
    fn query(&mut self, node: Node<'t>) -> ExprId {
        let mut result = None;
        for clause in self.b.kids(node) {
            match kind(clause) {
                Kind::FromClause => {
                    let Some(name) = child(clause, Field::Name) else { continue };
                    let Some(source) = self.b.kids(clause).last().copied() else { continue };
                    let source = self.expr(source);
                    let element = self.b.add(Expr::Element(source), clause);
                    self.assign_local(name, element);
                }
                _ => result = Some(self.first(clause)),
            }
        }
        let items = result.into_iter().collect();
        self.b.add(Expr::List(items), node)
    }
}
