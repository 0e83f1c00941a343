//! PHP calls, and the built-in functions whose meaning the language fixes: formats, joins, constants, processes.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, FormatStyle, Key, Name, Piece, Place, Stmt};
use crate::source::lowering::percent;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    pub(super) fn arguments(&mut self, node: Option<Node<'t>>) -> Vec<Arg> {
        let Some(node) = node else { return Vec::new() };
        let mut args = Vec::new();
        for argument in self.b.kids(node) {
            let name = child(argument, Field::Name).map(|n| self.b.name(n));
            let spread = self.b.kids(argument).last().is_some_and(|k| kind(*k) == Kind::Unpacking);
            args.push(Arg { name, value: self.expr(argument), spread });
        }
        args
    }

    pub(super) fn function_call(&mut self, node: Node<'t>) -> ExprId {
        let Some(callee) = child(node, Field::Function) else { return self.b.unknown(node) };
        let arguments = child(node, Field::Arguments);
        if matches!(kind(callee), Kind::Name | Kind::QualifiedName) {
            let name = self.b.text(callee).trim_start_matches('\\').to_ascii_lowercase();
            if let Some(value) = self.curl_call(&name, arguments, node) {
                return value;
            }
            let args = self.arguments(arguments);
            if let Some(value) = self.built_in(&name, &args, node) {
                return value;
            }
            let callee = self.expr(callee);
            return self.b.add(Expr::Call(callee, args), node);
        }
        let callee = self.expr(callee);
        let args = self.arguments(arguments);
        self.b.add(Expr::Call(callee, args), node)
    }

    fn built_in(&mut self, name: &str, args: &[Arg], node: Node<'t>) -> Option<ExprId> {
        let value = |position: usize| args.get(position).map(|a| a.value);
        let id = match name {
            "sprintf" => self.format(value(0)?, args.get(1..)?, node),
            "vsprintf" => {
                let spread = Arg { name: None, value: value(1)?, spread: true };
                self.b.add(Expr::Format(FormatStyle::Percent, value(0)?, vec![spread]), node)
            }
            "implode" | "join" => self.b.call_method(value(0)?, "join", vec![Arg::positional(value(1)?)], node),
            "array_merge" | "array_replace" => {
                let entries = args.iter().map(|a| (Key::Spread, a.value)).collect();
                self.b.add(Expr::Object(entries), node)
            }
            "define" => {
                let name = self.b.literal_text(value(0)?)?;
                self.b.emit(Stmt::Assign(Place::Name(name), value(1)?));
                self.b.unknown(node)
            }
            "constant" => {
                let name = self.b.literal_text(value(0)?)?;
                self.b.add(Expr::Name(name), node)
            }
            // The options of requests are those under `http`.
            "stream_context_create" => self.b.add(Expr::Field(value(0)?, Name::new_static("http")), node),
            "call_user_func" => self.b.add(Expr::Call(value(0)?, args.get(1..)?.to_vec()), node),
            "exec" | "shell_exec" | "system" | "passthru" | "popen" => {
                let word = value(0)?;
                self.b.add(Expr::Command(vec![word]), node)
            }
            "array_values" | "iterator_to_array" | "strval" | "trim" | "escapeshellarg" | "collect" => value(0)?,
            _ => return None,
        };
        Some(id)
    }

    /// `sprintf`: text where the format is a literal.
    fn format(&mut self, format: ExprId, args: &[Arg], node: Node<'t>) -> ExprId {
        let Some(literal) = self.b.literal_text(format).filter(|_| args.iter().all(|a| !a.spread)) else {
            return self.b.add(Expr::Format(FormatStyle::Percent, format, args.to_vec()), node);
        };
        let mut pieces = Vec::new();
        for part in percent::split(&literal) {
            match part {
                percent::Part::Text(text) => pieces.push(Piece::Text(text)),
                percent::Part::Arg(position) => match args.get(position) {
                    Some(arg) => self.b.push_piece(&mut pieces, arg.value),
                    None => pieces.push(Piece::Expr(self.b.unknown(node))),
                },
            }
        }
        self.b.pieces(pieces, node)
    }

    pub(super) fn member_call(&mut self, node: Node<'t>) -> ExprId {
        let (Some(object), Some(name)) = (child(node, Field::Object), child(node, Field::Name)) else {
            return self.b.unknown(node);
        };
        let object = self.expr(object);
        let callee = self.named_part(object, name, name);
        let args = self.arguments(child(node, Field::Arguments));
        self.b.add(Expr::Call(callee, args), node)
    }

    /// `Class::method()`, `self::method()`, `parent::__construct()`.
    pub(super) fn scoped_call(&mut self, node: Node<'t>) -> ExprId {
        let (Some(scope), Some(name)) = (child(node, Field::Scope), child(node, Field::Name)) else {
            return self.b.unknown(node);
        };
        let scope = self.expr(scope);
        let constructor = self.b.text(name) == "__construct" && matches!(self.b.module.expr(scope), Expr::Super);
        let callee = if constructor { scope } else { self.named_part(scope, name, name) };
        let args = self.arguments(child(node, Field::Arguments));
        self.b.add(Expr::Call(callee, args), node)
    }

    /// `new Class(args)`, `new static`, `new class { … }`.
    pub(super) fn creation(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some(class) = kids.first().copied() else { return self.b.unknown(node) };
        let arguments = kids.iter().copied().find(|k| k.kind() == "arguments");
        let class = match kind(class) {
            Kind::AnonymousClass => self.anonymous_class(class),
            Kind::Name if matches!(self.b.text(class), "self" | "static") => {
                let name = self.class.clone().unwrap_or_default();
                self.b.add(Expr::Name(name), class)
            }
            Kind::RelativeScope => {
                let name = self.class.clone().unwrap_or_default();
                self.b.add(Expr::Name(name), class)
            }
            _ => self.expr(class),
        };
        let args = self.arguments(arguments);
        self.b.add(Expr::New(class, args), node)
    }

    /// `` `curl …` ``
    pub(super) fn shell_command(&mut self, node: Node<'t>) -> ExprId {
        let mut pieces = Vec::new();
        for part in self.b.kids(node) {
            if kind(part) == Kind::StringContent {
                pieces.push(Piece::Text(Name::new(self.b.text(part))));
            } else {
                let value = self.expr(part);
                self.b.push_piece(&mut pieces, value);
            }
        }
        let word = self.b.pieces(pieces, node);
        self.b.add(Expr::Command(vec![word]), node)
    }
}
