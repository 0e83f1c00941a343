//! C# calls, and the ones whose meaning the language or its base library fixes: tasks, LINQ, `string` functions.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, Stmt};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    pub(super) fn arguments(&mut self, list: Node<'t>) -> Vec<Arg> {
        let mut args = Vec::new();
        for argument in self.b.kids(list) {
            let name = child(argument, Field::Name).map(|n| self.b.name(n));
            let value = match self.b.kids(argument).last().copied() {
                Some(value) => self.expr(value),
                None => self.b.unknown(argument),
            };
            args.push(Arg { name, value, spread: false });
        }
        args
    }

    pub(super) fn invocation(&mut self, node: Node<'t>) -> ExprId {
        let (Some(function), Some(arguments)) = (child(node, Field::Function), child(node, Field::Arguments)) else {
            return self.b.unknown(node);
        };
        if kind(function) == Kind::MemberAccess
            && let Some(value) =
                self.typed_client(function, arguments, node).or_else(|| self.known_method(function, arguments, node))
        {
            return value;
        }
        if self.b.text(function) == "nameof" {
            let text = self.b.text(arguments).trim_matches(['(', ')']);
            return self.b.literal(text.rsplit('.').next().unwrap_or(text), node);
        }
        let callee = match kind(function) {
            Kind::Identifier | Kind::GenericName => self.bare_callee(function),
            _ => self.expr(function),
        };
        let args = self.arguments(arguments);
        self.b.add(Expr::Call(callee, args), node)
    }

    /// A bare function name is a local or a method of this class or its bases.
    fn bare_callee(&mut self, node: Node<'t>) -> ExprId {
        let name = self.plain_name(node);
        if !self.classes.is_empty() && !self.b.scope.contains(&name) && !self.is_outer_member(&name) {
            return self.own(name, node);
        }
        self.bare_name(name, node, true)
    }

    fn is_outer_member(&self, name: &str) -> bool {
        let mut classes = self.classes.iter().rev();
        let own = classes.next().is_some_and(|c| c.members.contains(name));
        !own && classes.any(|c| c.members.contains(name))
    }

    /// Methods whose meaning is fixed; `None` for any other.
    fn known_method(&mut self, function: Node<'t>, arguments: Node<'t>, node: Node<'t>) -> Option<ExprId> {
        let (object, name) = (child(function, Field::Expression)?, child(function, Field::Name)?);
        let name = self.plain_name(name);
        let count = self.b.kids(arguments).len();
        match name.as_str() {
            "ConfigureAwait" | "GetAwaiter" | "GetResult" => Some(self.expr(object)),
            "Select" | "SelectMany" | "Where" | "ForEach" if count == 1 => self.each(object, &name, arguments, node),
            // `table.TryGetValue(key, out var value)`
            "TryGetValue" if count == 2 => {
                let parts = self.b.kids(arguments);
                let place = parts.get(1).and_then(|p| self.b.kids(*p).last().copied())?;
                let key = parts.first().and_then(|p| self.b.kids(*p).last().copied())?;
                let (object, key) = (self.object(object), self.expr(key));
                let found = self.b.add(Expr::Index(object, key), node);
                let name = if kind(place) == Kind::DeclarationExpression { child(place, Field::Name)? } else { place };
                self.assign_local(name, found);
                Some(self.b.unknown(node))
            }
            "Format" | "Concat" | "Join" if matches!(self.b.text(object), "string" | "String") => {
                let args = self.arguments(arguments);
                self.string_function(&name, &args, node)
            }
            "WhenAll" | "WhenAny" if self.b.text(object) == "Task" => {
                let args = self.arguments(arguments);
                match args.as_slice() {
                    [one] => Some(one.value),
                    many => {
                        let values = many.iter().map(|a| a.value).collect();
                        Some(self.b.add(Expr::List(values), node))
                    }
                }
            }
            "Run" | "StartNew" if matches!(self.b.text(object), "Task" | "Task.Factory") => {
                let function = self.arguments(arguments).first()?.value;
                Some(self.b.add(Expr::Call(function, Vec::new()), node))
            }
            "FromResult" if self.b.text(object) == "Task" => self.arguments(arguments).first().map(|a| a.value),
            _ => None,
        }
    }

    /// LINQ with a lambda: it gets any element.
    fn each(&mut self, object: Node<'t>, method: &str, arguments: Node<'t>, node: Node<'t>) -> Option<ExprId> {
        let callback = self.b.first(arguments).and_then(|a| self.b.kids(a).last().copied())?;
        if kind(callback) != Kind::Lambda {
            return None;
        }
        let collection = self.object(object);
        let element = self.b.add(Expr::Element(collection), object);
        let callback = self.expr(callback);
        let result = self.b.add(Expr::Call(callback, vec![Arg::positional(element)]), node);
        match method {
            "Select" => Some(self.b.add(Expr::List(vec![result]), node)),
            "Where" => {
                self.b.emit(Stmt::Eval(result));
                Some(self.b.call_method(collection, "compact", Vec::new(), node))
            }
            _ => Some(result),
        }
    }
}
