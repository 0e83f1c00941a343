//! Java calls and object creation, and the few library calls whose result is plain to see.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, FormatStyle, Name, Piece};
use crate::source::jvm::Sort;
use crate::source::jvm::tables::{Table, table_call, table_factory, table_type};
use crate::source::lowering::percent;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// `name(args)`, `object.name(args)`.
    pub(super) fn method_invocation(&mut self, node: Node<'t>) -> ExprId {
        let (Some(name), Some(list)) = (child(node, Field::Name), child(node, Field::Arguments)) else {
            return self.b.unknown(node);
        };
        let method = self.b.text(name);
        let Some(object) = child(node, Field::Object) else {
            let callee = self.bare_method(method, name);
            let args = self.args(list);
            return self.b.add(Expr::Call(callee, args), node);
        };
        let object_id = self.object(object);
        let args = self.args(list);
        if let Some(value) = self.known_call(object_id, method, &args, node) {
            return value;
        }
        self.b.call_method(object_id, method, args, node)
    }

    /// A method without an object: of this class, of an enclosing one, inherited, or imported.
    fn bare_method(&mut self, method: &str, node: Node<'t>) -> ExprId {
        let name = Name::new(method);
        if let Some(owner) = self.classes.owner_of(&mut self.b, Sort::Method, method, node) {
            return self.b.add(Expr::Field(owner, name), node);
        }
        if self.classes.may_inherit() && !self.is_imported(method) {
            let this = self.b.add(Expr::This, node);
            return self.b.add(Expr::Field(this, name), node);
        }
        self.b.add(Expr::Name(name), node)
    }

    /// `new Type(args)`, with or without a body.
    pub(super) fn object_creation(&mut self, node: Node<'t>) -> ExprId {
        let Some(ty_node) = child(node, Field::Type) else { return self.b.unknown(node) };
        let args = child(node, Field::Arguments).map(|list| self.args(list)).unwrap_or_default();
        let simple = self.simple_type_name(ty_node);
        let body = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::ClassBody);
        if let Some(body) = body {
            let base = self.ty(ty_node);
            let own = self.anonymous_class(base, simple, body);
            let ty = self.b.add(Expr::Name(own), node);
            return self.b.add(Expr::New(ty, args), node);
        }
        if let Some(table) = table_type(simple) {
            let copied = args.first().map(|a| a.value).filter(|v| self.tables.of(&self.b, *v).is_some());
            return match (copied, table) {
                (Some(copied), _) => copied,
                (None, Table::Map) => self.b.add(Expr::Object(Vec::new()), node),
                (None, Table::List) => self.b.add(Expr::List(Vec::new()), node),
            };
        }
        let ty = self.constructed_type(ty_node);
        self.b.add(Expr::New(ty, args), node)
    }

    /// The type after `new`, without its arguments: those do not matter to what is made.
    fn constructed_type(&mut self, ty: Node<'t>) -> ExprId {
        match (kind(ty), self.b.first(ty)) {
            (Kind::GenericType, Some(base)) => self.ty(base),
            _ => self.ty(ty),
        }
    }

    /// Library calls with a plain result: formats, joins, conversions, collections, equality.
    fn known_call(&mut self, object: ExprId, method: &str, args: &[Arg], node: Node<'t>) -> Option<ExprId> {
        if let Expr::Name(class) = self.b.module.expr(object) {
            let class = class.clone();
            match (class.as_str(), method, args) {
                ("String", "format", [format, rest @ ..]) => return Some(self.format(format.value, rest, node)),
                ("String", "join", [separator, items @ ..]) => return self.join(separator.value, items, node),
                ("String", "valueOf", [value]) | ("Objects", "requireNonNull", [value, ..]) => {
                    return Some(value.value);
                }
                ("Objects", "equals", [left, right]) => {
                    return Some(self.b.add(Expr::Equal(left.value, right.value, true), node));
                }
                _ => {}
            }
            if let Some(value) = table_factory(&mut self.b, &class, method, args, node) {
                return Some(value);
            }
        }
        match (method, args) {
            ("equals" | "equalsIgnoreCase", [other]) => Some(self.b.add(Expr::Equal(object, other.value, true), node)),
            ("formatted", rest) => Some(self.format(object, rest, node)),
            ("concat", [tail]) => Some(self.b.concat(&[object, tail.value], node)),
            ("collect", [by]) if self.joining(by.value).is_some() => {
                let separator = self.joining(by.value)?;
                Some(self.b.call_method(object, "join", separator, node))
            }
            _ => {
                let table = self.tables.of(&self.b, object)?;
                table_call(&mut self.b, table, object, method, args, node)
            }
        }
    }

    fn format(&mut self, format: ExprId, args: &[Arg], node: Node<'t>) -> ExprId {
        let Some(text) = self.b.literal_text(format) else {
            return self.b.add(Expr::Format(FormatStyle::Percent, format, args.to_vec()), node);
        };
        let mut pieces = Vec::new();
        for part in percent::split(&text) {
            match part {
                percent::Part::Text(text) => pieces.push(Piece::Text(text)),
                percent::Part::Arg(index) => match args.get(index) {
                    Some(arg) => self.b.push_piece(&mut pieces, arg.value),
                    None => pieces.push(Piece::Expr(self.b.unknown(node))),
                },
            }
        }
        self.b.pieces(pieces, node)
    }

    /// What `Collectors.joining("/")` is told to put between items.
    fn joining(&self, by: ExprId) -> Option<Vec<Arg>> {
        let Expr::Call(callee, args) = self.b.module.expr(by) else { return None };
        let name = match self.b.module.expr(*callee) {
            Expr::Field(_, name) | Expr::Name(name) => name,
            _ => return None,
        };
        (name == "joining" && args.len() == 1).then(|| args.clone())
    }

    /// `String.join(separator, items…)` or with a list that is written in place.
    fn join(&mut self, separator: ExprId, items: &[Arg], node: Node<'t>) -> Option<ExprId> {
        let values: Vec<ExprId> = match items {
            [one] => match self.b.module.expr(one.value) {
                Expr::List(values) => values.clone(),
                _ => return Some(self.b.call_method(separator, "join", vec![Arg::positional(one.value)], node)),
            },
            _ => items.iter().map(|i| i.value).collect(),
        };
        let mut parts = Vec::with_capacity(values.len() * 2);
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                parts.push(separator);
            }
            parts.push(value);
        }
        Some(self.b.concat(&parts, node))
    }
}
