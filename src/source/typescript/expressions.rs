//! Expressions other than calls and strings.

use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{Arg, Expr, ExprId, Key, Name, Piece, Stmt};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// Lowers an expression; what is not understood is `Unknown`.
    pub(super) fn expr(&mut self, item: Item<'t>) -> ExprId {
        let node = item.node;
        match item.kind {
            Kind::Identifier | Kind::Shorthand => self.identifier(node),
            Kind::String => self.string(node),
            Kind::This => self.receiver(node),
            Kind::Number => {
                let number = self.name(node);
                self.add(Expr::Number(number), node)
            }
            Kind::True => self.add(Expr::Bool(true), node),
            Kind::False => self.add(Expr::Bool(false), node),
            Kind::Null | Kind::Undefined => self.add(Expr::Null, node),
            Kind::Super => self.add(Expr::Super, node),
            Kind::MetaProperty => self.meta_property(node),
            _ => match self.deeper(node, |l| l.compound(item)) {
                Some(id) => id,
                None => self.add(Expr::Unknown, node),
            },
        }
    }

    pub(super) fn compound(&mut self, item: Item<'t>) -> ExprId {
        let node = item.node;
        match item.kind {
            Kind::Template => self.template(node),
            Kind::Member => self.member(node),
            Kind::Subscript => self.subscript(node),
            Kind::Call => self.call(node),
            Kind::New => self.construction(node),
            Kind::Object => self.object(node, None),
            Kind::Array => self.array(node),
            Kind::Await | Kind::NonNull | Kind::Instantiation => self.first(node),
            Kind::Parenthesized => self.first(node),
            Kind::As | Kind::Satisfies | Kind::TypeAssertion => self.cast(node),
            Kind::Arrow | Kind::FunctionExpression | Kind::GeneratorExpression => self.lambda(node, Name::default()),
            Kind::Class | Kind::ClassDeclaration => self.class_expression(node, None),
            Kind::Binary => self.binary(node),
            Kind::Unary => self.unary(node),
            Kind::Ternary => self.ternary(node),
            Kind::Assignment | Kind::Augmented => self.assignment(node),
            Kind::Sequence => self.sequence(node),
            Kind::Yield => self.yielded(node),
            Kind::Spread | Kind::Update => self.parts(node),
            Kind::JsxElement | Kind::JsxSelfClosing | Kind::JsxExpression => self.jsx(node),
            Kind::Error => self.parts(node),
            _ => self.add(Expr::Unknown, node),
        }
    }

    /// Lowers an expression that is about to be bound to a name: functions, classes and tables take the name.
    pub(super) fn named_expr(&mut self, item: Item<'t>, name: &Name) -> ExprId {
        match item.kind {
            Kind::Arrow | Kind::FunctionExpression | Kind::GeneratorExpression => self.lambda(item.node, name.clone()),
            Kind::Class => self.class_expression(item.node, Some(name.clone())),
            // `{ … } as const`
            Kind::As | Kind::Satisfies | Kind::Parenthesized => {
                let inner = self.children(item.node).first();
                match inner.filter(|i| matches!(i.kind, Kind::Object | Kind::Arrow | Kind::Class | Kind::As)) {
                    Some(inner) => self.deeper(item.node, |l| l.named_expr(inner, name)),
                    None => Some(self.expr(item)),
                }
                .unwrap_or_else(|| self.add(Expr::Unknown, item.node))
            }
            Kind::Object => {
                let id = self.deeper(item.node, |l| l.object(item.node, Some(name)));
                id.unwrap_or_else(|| self.add(Expr::Unknown, item.node))
            }
            _ => self.expr(item),
        }
    }

    pub(super) fn identifier(&mut self, node: Node<'t>) -> ExprId {
        let expr = match self.text(node) {
            "undefined" | "NaN" => Expr::Null,
            name => Expr::Name(Name::new(name)),
        };
        self.add(expr, node)
    }

    fn receiver(&mut self, node: Node<'t>) -> ExprId {
        let expr = self.this.clone().map_or(Expr::This, Expr::Name);
        self.add(expr, node)
    }

    /// `import.meta`, `new.target`.
    fn meta_property(&mut self, node: Node<'t>) -> ExprId {
        let (object, name) = self.text(node).split_once('.').unwrap_or_default();
        let object = self.add(Expr::Name(Name::new(object)), node);
        self.add(Expr::Field(object, Name::new(name)), node)
    }

    /// The first child, for nodes that change nothing of its value.
    pub(super) fn first(&mut self, node: Node<'t>) -> ExprId {
        match self.children(node).first() {
            Some(child) => self.expr(child),
            None => self.add(Expr::Unknown, node),
        }
    }

    /// All children for their effect, nothing being known of the value.
    pub(super) fn parts(&mut self, node: Node<'t>) -> ExprId {
        let mut values = Vec::new();
        for child in self.children(node).iter().filter(|c| c.field != At::Operator) {
            values.push(self.expr(child));
        }
        self.add(Expr::Opaque(values), node)
    }

    pub(super) fn member(&mut self, node: Node<'t>) -> ExprId {
        let children = self.children(node);
        let (Some(object), Some(property)) = (children.field(At::Object), children.field(At::Property)) else {
            return self.parts(node);
        };
        let name = self.name(property.node);
        if self.is_exports(object) {
            return self.add(Expr::Name(name), node);
        }
        let object = self.expr(object);
        self.add(Expr::Field(object, name), node)
    }

    fn subscript(&mut self, node: Node<'t>) -> ExprId {
        let children = self.children(node);
        let (Some(object), Some(index)) = (children.field(At::Object), children.field(At::Index)) else {
            return self.parts(node);
        };
        let object = self.expr(object);
        if let Some(name) = self.literal_key(index) {
            return self.add(Expr::Field(object, name), node);
        }
        let index = self.expr(index);
        self.add(Expr::Index(object, index), node)
    }

    /// `x["name"]` is `x.name`.
    fn literal_key(&mut self, index: Item<'t>) -> Option<Name> {
        let name = (index.kind == Kind::String).then(|| self.string_value(index.node))?;
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
        plain.then_some(name)
    }

    /// `x as T`, `<T>x`, `x satisfies T`.
    fn cast(&mut self, node: Node<'t>) -> ExprId {
        let children = self.children(node);
        let assertion = children.kind(Kind::TypeArguments);
        let mut parts = children.iter().filter(|c| c.kind != Kind::TypeArguments);
        let Some(value) = parts.next() else { return self.add(Expr::Unknown, node) };
        let ty = match assertion {
            Some(arguments) => self.children(arguments.node).first(),
            None => parts.next(),
        };
        let value = self.expr(value);
        match ty.and_then(|t| self.type_of(t)) {
            Some(ty) => self.typed(value, ty, node),
            None => value,
        }
    }

    /// Keeps a written type, unless it says nothing of what the value can do.
    pub(super) fn typed(&mut self, value: ExprId, ty: ExprId, node: Node<'t>) -> ExprId {
        match self.module.expr(ty) {
            Expr::Field(..) => self.add(Expr::Typed(value, ty), node),
            Expr::Name(name) if !super::types::is_plain(name) => self.add(Expr::Typed(value, ty), node),
            Expr::Generic(..) => self.add(Expr::Typed(value, ty), node),
            _ => value,
        }
    }

    /// An object literal; in the methods of one that is bound to a name, `this` is that name.
    fn object(&mut self, node: Node<'t>, name: Option<&Name>) -> ExprId {
        let mut entries = Vec::new();
        for child in self.children(node).iter() {
            if let Some(entry) = self.entry(child, name) {
                entries.push(entry);
            }
        }
        self.add(Expr::Object(entries), node)
    }

    fn entry(&mut self, item: Item<'t>, this: Option<&Name>) -> Option<(Key, ExprId)> {
        match item.kind {
            Kind::Pair => {
                let children = self.children(item.node);
                let (key, value) = (children.field(At::Key)?, children.field(At::Value)?);
                let key = self.key(key);
                let value = match value.kind {
                    Kind::Arrow | Kind::FunctionExpression | Kind::GeneratorExpression => {
                        self.method_value(value.node, this)
                    }
                    _ => self.expr(value),
                };
                Some((key, value))
            }
            Kind::Method => {
                let children = self.children(item.node);
                let key = children.field(At::Name)?;
                let key = self.key(key);
                let getter = self.has_token(item.node, "get");
                let method = self.method_value(item.node, this);
                // A getter of an object literal is read without a call; its result is the value.
                let value = if getter { self.add(Expr::Call(method, Vec::new()), item.node) } else { method };
                Some((key, value))
            }
            Kind::Shorthand => {
                let value = self.identifier(item.node);
                Some((Key::Name(self.name(item.node)), value))
            }
            Kind::Spread => Some((Key::Spread, self.first(item.node))),
            _ => None,
        }
    }

    /// A property name.
    pub(super) fn key(&mut self, item: Item<'t>) -> Key {
        match item.kind {
            Kind::String => Key::Name(self.string_value(item.node)),
            Kind::Computed => {
                let key = self.first(item.node);
                match self.module.expr(key) {
                    Expr::Text(pieces) => match pieces.as_slice() {
                        [Piece::Text(text)] => Key::Name(text.clone()),
                        _ => Key::Expr(key),
                    },
                    _ => Key::Expr(key),
                }
            }
            _ => Key::Name(self.name(item.node)),
        }
    }

    /// `[a, ...b]`; a list with spread parts is a choice of what its elements may be, so it stays a list of elements.
    fn array(&mut self, node: Node<'t>) -> ExprId {
        let mut items = Vec::new();
        for child in self.children(node).iter() {
            if child.kind == Kind::Spread {
                let inner = self.first(child.node);
                items.push(self.add(Expr::Element(inner), child.node));
            } else {
                items.push(self.expr(child));
            }
        }
        self.add(Expr::List(items), node)
    }

    pub(super) fn operator(&self, node: Node<'t>) -> &'t str {
        node.child_by_field_name("operator").map(|o| self.text(o)).unwrap_or_default()
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        match self.operator(node) {
            "+" => self.concatenation(node),
            op @ ("||" | "??") => {
                let values = self.operands(node, op, Self::expr);
                self.add(Expr::Choice(values), node)
            }
            "&&" => {
                let children = self.children(node);
                let (Some(left), Some(right)) = (children.field(At::Left), children.field(At::Right)) else {
                    return self.parts(node);
                };
                let left = self.condition(left);
                let right = self.expr(right);
                self.add(Expr::Select(vec![(Some(left), right)]), node)
            }
            op @ ("===" | "==" | "!==" | "!=" | "in") => {
                let children = self.children(node);
                let (Some(left), Some(right)) = (children.field(At::Left), children.field(At::Right)) else {
                    return self.parts(node);
                };
                let (left, right) = (self.expr(left), self.expr(right));
                let expr = match op {
                    "in" => Expr::Contains(left, right, true),
                    _ => Expr::Equal(left, right, op.starts_with('=')),
                };
                self.add(expr, node)
            }
            op => {
                let values = self.operands(node, op, Self::expr);
                self.add(Expr::Opaque(values), node)
            }
        }
    }

    /// The operands of a chain of one operator, without recursion to the left.
    fn operands(&mut self, node: Node<'t>, op: &str, lower: fn(&mut Self, Item<'t>) -> ExprId) -> Vec<ExprId> {
        let mut items = Vec::new();
        let mut current = node;
        loop {
            let children = self.children(current);
            items.extend(children.field(At::Right));
            let Some(left) = children.field(At::Left) else { break };
            if left.kind == Kind::Binary && self.operator(left.node) == op {
                current = left.node;
            } else {
                items.push(left);
                break;
            }
        }
        items.into_iter().rev().map(|item| lower(self, item)).collect()
    }

    /// An expression whose truth decides something.
    pub(super) fn condition(&mut self, item: Item<'t>) -> ExprId {
        let node = item.node;
        match item.kind {
            Kind::Parenthesized => match self.children(node).first() {
                Some(inner) => {
                    self.deeper(node, |l| l.condition(inner)).unwrap_or_else(|| self.add(Expr::Unknown, node))
                }
                None => self.add(Expr::Unknown, node),
            },
            Kind::Binary => match self.operator(node) {
                "&&" => {
                    let parts = self.deeper(node, |l| l.operands(node, "&&", Self::condition)).unwrap_or_default();
                    self.add(Expr::All(parts), node)
                }
                op @ ("||" | "??") => {
                    let parts = self.deeper(node, |l| l.operands(node, op, Self::condition)).unwrap_or_default();
                    self.add(Expr::Any(parts), node)
                }
                _ => self.expr(item),
            },
            Kind::Unary if self.operator(node) == "!" => {
                let Some(argument) = self.children(node).field(At::Argument) else { return self.expr(item) };
                let inner = self.deeper(node, |l| l.condition(argument));
                match inner {
                    Some(inner) => self.add(Expr::Not(inner), node),
                    None => self.add(Expr::Unknown, node),
                }
            }
            _ => self.expr(item),
        }
    }

    fn unary(&mut self, node: Node<'t>) -> ExprId {
        let Some(argument) = self.children(node).field(At::Argument) else { return self.parts(node) };
        match self.operator(node) {
            "!" => {
                let inner = self.condition(argument);
                self.add(Expr::Not(inner), node)
            }
            "-" if argument.kind == Kind::Number => {
                let number = Name::from(format!("-{}", self.text(argument.node)));
                self.add(Expr::Number(number), node)
            }
            "void" if argument.kind == Kind::Number => self.add(Expr::Null, node),
            "void" => {
                let value = self.expr(argument);
                self.push(Stmt::Eval(value));
                self.add(Expr::Null, node)
            }
            _ => {
                let value = self.expr(argument);
                self.add(Expr::Opaque(vec![value]), node)
            }
        }
    }

    fn ternary(&mut self, node: Node<'t>) -> ExprId {
        // A chain `a ? b : c ? d : e` is one list of arms.
        let mut arms = Vec::new();
        let mut current = node;
        loop {
            let children = self.children(current);
            let (Some(test), Some(yes)) = (children.field(At::Condition), children.field(At::Consequence)) else {
                break;
            };
            let test = self.condition(test);
            let yes = self.expr(yes);
            arms.push((Some(test), yes));
            let Some(no) = children.field(At::Alternative) else { break };
            if no.kind == Kind::Ternary {
                current = no.node;
                continue;
            }
            let no = self.expr(no);
            arms.push((None, no));
            break;
        }
        self.add(Expr::Select(arms), node)
    }

    fn sequence(&mut self, node: Node<'t>) -> ExprId {
        let mut last = None;
        for child in self.children(node).iter() {
            let value = self.expr(child);
            // `(0, f)(x)` is how compilers call without a receiver.
            if let Some(earlier) = last.replace(value)
                && !matches!(self.module.expr(earlier), Expr::Number(_) | Expr::Unknown)
            {
                self.push(Stmt::Eval(earlier));
            }
        }
        last.unwrap_or_else(|| self.add(Expr::Unknown, node))
    }

    /// `yield x` hands out a value and goes on, hence a return that may or may not happen.
    fn yielded(&mut self, node: Node<'t>) -> ExprId {
        if self.awaits {
            return self.first(node);
        }
        let value = self.children(node).first().map(|item| self.expr(item));
        if let Some(mut value) = value {
            if self.has_token(node, "*") {
                value = self.add(Expr::Element(value), node);
            }
            self.may_return(value, node);
        }
        self.add(Expr::Unknown, node)
    }

    fn may_return(&mut self, value: ExprId, node: Node<'t>) {
        let when = Some(self.add(Expr::Unknown, node));
        let body = vec![Stmt::Return(Some(value))];
        self.push(Stmt::Branch(vec![crate::ir::Arm { when, body }]));
    }

    /// JSX counts only for the expressions in it.
    fn jsx(&mut self, node: Node<'t>) -> ExprId {
        let mut values = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            for child in self.children(node).iter() {
                match child.kind {
                    Kind::JsxElement | Kind::JsxSelfClosing | Kind::JsxExpression => open.push(child.node),
                    Kind::Spread => values.push(self.first(child.node)),
                    Kind::String | Kind::Identifier | Kind::PropertyIdentifier => {}
                    Kind::Other if child.field != At::Other || child.node.named_child_count() > 0 => {
                        open.push(child.node)
                    }
                    Kind::Other => {}
                    _ if node.kind() == "jsx_expression" => values.push(self.expr(child)),
                    _ => {}
                }
            }
        }
        values.sort();
        self.add(Expr::Opaque(values), node)
    }

    /// Positional arguments.
    pub(super) fn arguments(&mut self, node: Node<'t>) -> Vec<Arg> {
        let mut args = Vec::new();
        for child in self.children(node).iter() {
            args.push(if child.kind == Kind::Spread {
                Arg { name: None, value: self.first(child.node), spread: true }
            } else {
                Arg::positional(self.expr(child))
            });
        }
        args
    }
}
