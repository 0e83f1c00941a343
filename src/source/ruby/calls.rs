//! Method calls: receivers, arguments, blocks, and the methods of Ruby itself that are more than calls.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, Key, Name};
use tree_sitter::Node;

/// Methods without arguments that give their receiver back as far as values are concerned.
const TRANSPARENT: &[&str] = &[
    "freeze",
    "dup",
    "clone",
    "to_s",
    "to_str",
    "to_sym",
    "itself",
    "strip",
    "chomp",
    "squish",
    "html_safe",
    "b",
    "lazy",
    "to_a",
    "presence",
];

/// Methods that every object has from Ruby itself; a call of them is never one of the class's own.
const KERNEL: &[&str] = &[
    "puts", "print", "p", "pp", "warn", "sleep", "rand", "srand", "gets", "loop", "binding", "caller", "open", "Array",
    "Integer", "Float", "String", "Hash", "URI", "require", "catch", "throw", "at_exit", "trap", "select", "test",
    "raise",
];

/// Calls whose blocks are tests.
const TESTS: &[&str] = &[
    "describe",
    "context",
    "it",
    "specify",
    "feature",
    "scenario",
    "shared_examples",
    "shared_examples_for",
    "shared_context",
    "RSpec.describe",
    "before",
    "after",
    "around",
    "it_behaves_like",
];

impl<'t> Lowerer<'t> {
    /// Any call with a receiver, arguments or a block.
    pub(super) fn call(&mut self, node: Node<'t>) -> ExprId {
        let method = child(node, Field::Method);
        let Some(receiver) = child(node, Field::Receiver) else {
            let Some(method) = method else { return self.b.unknown(node) };
            if kind(method) == Kind::Super {
                return self.super_call(node, child(node, Field::Arguments));
            }
            let name = self.b.name(method);
            return self.own_call(node, name);
        };
        let name = method.map_or_else(|| Name::new_static("call"), |m| self.b.name(m));
        let arguments = child(node, Field::Arguments);
        let block = child(node, Field::Block);
        if arguments.is_none() && block.is_none() && TRANSPARENT.contains(&name.as_str()) {
            return self.expression(receiver);
        }
        let tests = TESTS.contains(&name.as_str()) && self.b.text(receiver) == "RSpec";
        let object = self.expression(receiver);
        let mut args = arguments.map(|a| self.arguments(a)).unwrap_or_default();
        if let Some(block) = block {
            // `Parallel.map(list) { … }` goes over its argument.
            let module =
                kind(receiver) == Kind::Constant && self.b.text(receiver).contains(|c: char| c.is_ascii_lowercase());
            let over = args.first().filter(|_| module).map_or(object, |a| a.value);
            if let Some(value) = self.iteration(over, &name, &args, block) {
                return value;
            }
            let outer = self.test;
            self.test |= tests;
            args.push(Arg::positional(self.block_lambda(block)));
            self.test = outer;
        } else if arguments.is_some_and(|a| self.has_block_argument(a))
            && let Some(function) = args.last().map(|a| a.value)
            && let Some(value) = self.iteration_with(object, &name, function, node)
        {
            return value;
        }
        self.call_on(object, receiver, &name, args, node)
    }

    fn call_on(&mut self, object: ExprId, receiver: Node<'t>, name: &Name, args: Vec<Arg>, node: Node<'t>) -> ExprId {
        match (name.as_str(), args.as_slice()) {
            ("new", _) => return self.b.add(Expr::New(object, args), node),
            ("method", [one]) if one.name.is_none() => {
                if let Some(method) = self.b.literal_text(one.value) {
                    return self.b.add(Expr::Field(object, method), node);
                }
            }
            ("send" | "public_send" | "__send__" | "try", [first, rest @ ..])
                if first.name.is_none() && !first.spread =>
            {
                return self.sent(object, first.value, rest.to_vec(), node);
            }
            ("call", _) if self.method.as_ref().is_some_and(|m| m.block == self.b.text(receiver)) => {
                return self.b.add(Expr::Call(object, args), node);
            }
            ("capture2" | "capture2e" | "capture3" | "popen3" | "popen2" | "popen2e", _)
                if self.b.text(receiver) == "Open3" =>
            {
                return self.system(&args, node);
            }
            ("popen", _) if self.b.text(receiver) == "IO" => return self.system(&args, node),
            ("system" | "exec" | "spawn", _) if matches!(self.b.text(receiver), "Kernel" | "Process") => {
                return self.system(&args, node);
            }
            ("format" | "sprintf", [format, values @ ..]) if self.b.text(receiver) == "Kernel" => {
                let values: Vec<ExprId> = values.iter().map(|a| a.value).collect();
                return self.formatted(format.value, &values, node);
            }
            ("!", []) => return self.b.add(Expr::Not(object), node),
            ("nil?", []) => return self.b.add(Expr::Not(object), node),
            _ => {}
        }
        self.b.call_method(object, name, args, node)
    }

    /// `x.public_send(name, …)` is a call of the method of that name, as `x[name](…)` is in other languages.
    fn sent(&mut self, object: ExprId, name: ExprId, args: Vec<Arg>, node: Node<'t>) -> ExprId {
        if let Some(name) = self.b.literal_text(name) {
            return self.b.call_method(object, &name, args, node);
        }
        let callee = self.b.add(Expr::Index(object, name), node);
        self.b.add(Expr::Call(callee, args), node)
    }

    /// A call without a receiver.
    fn own_call(&mut self, node: Node<'t>, name: Name) -> ExprId {
        let arguments = child(node, Field::Arguments);
        let block = child(node, Field::Block);
        let mut args = arguments.map(|a| self.arguments(a)).unwrap_or_default();
        let Some(block) = block else { return self.implicit_call(node, name, args, node) };
        match name.as_str() {
            "lambda" | "proc" => return self.block_lambda(block),
            "loop" => {
                self.plain_block(block);
                return self.b.unknown(node);
            }
            "let" | "let!" | "subject" | "let_it_be" if self.test || self.b.module.test => {
                let value = self.block_value(block);
                let local = args.first().and_then(|a| self.b.literal_text(a.value)).unwrap_or_else(|| "subject".into());
                self.b.scope.declare(local.clone());
                self.b.assign(local, value);
                return value;
            }
            _ => {}
        }
        let outer = self.test;
        self.test |= TESTS.contains(&name.as_str());
        args.push(Arg::positional(self.block_lambda(block)));
        self.test = outer;
        self.implicit_call(node, name, args, node)
    }

    /// A call on the implicit receiver, arguments already lowered.
    pub(super) fn implicit_call(&mut self, node: Node<'t>, name: Name, mut args: Vec<Arg>, at: Node<'t>) -> ExprId {
        let literal = args.first().and_then(|a| self.b.literal_text(a.value));
        match (name.as_str(), literal) {
            ("require" | "load", Some(path)) => {
                let path = path.strip_suffix(".rb").unwrap_or(&path);
                self.import(path.into(), at);
                return self.b.unknown(node);
            }
            ("require_relative", Some(path)) => {
                let path = self.relative(&path);
                self.import(path, at);
                return self.b.unknown(node);
            }
            ("autoload", _) => {
                if let Some(path) = args.get(1).and_then(|a| self.b.literal_text(a.value)) {
                    self.import(path, at);
                }
                return self.b.unknown(node);
            }
            ("format" | "sprintf", _) if !args.is_empty() => {
                let named = args.iter().skip(1).all(|a| a.name.is_some()) && args.len() > 1;
                let values = if named {
                    let entries =
                        args.iter().skip(1).filter_map(|a| Some((Key::Name(a.name.clone()?), a.value))).collect();
                    vec![self.b.add(Expr::Object(entries), at)]
                } else {
                    args.iter().skip(1).map(|a| a.value).collect()
                };
                let format = args.first().map_or_else(|| self.b.unknown(at), |a| a.value);
                return self.formatted(format, &values, node);
            }
            ("system" | "exec" | "spawn" | "sh", _) if !args.is_empty() => return self.system(&args, node),
            ("send" | "public_send" | "__send__", _) if args.first().is_some_and(|a| a.name.is_none() && !a.spread) => {
                let name = args.remove(0).value;
                let this = self.b.add(Expr::This, at);
                return self.sent(this, name, args, node);
            }
            ("block_given?", _) => return self.b.unknown(node),
            ("method", Some(method)) => return self.own_method(method, node),
            ("new", _) if self.method.as_ref().is_some_and(|m| m.statics) => {
                let this = self.b.add(Expr::This, at);
                return self.b.add(Expr::New(this, args), node);
            }
            _ => {}
        }
        let callee =
            if KERNEL.contains(&name.as_str()) { self.b.add(Expr::Name(name), at) } else { self.own_method(name, at) };
        self.b.add(Expr::Call(callee, args), node)
    }

    /// A method of the implicit receiver as a value.
    fn own_method(&mut self, name: Name, node: Node<'t>) -> ExprId {
        if self.classes.is_empty() {
            return self.b.add(Expr::Name(name), node);
        }
        let this = self.b.add(Expr::This, node);
        self.b.add(Expr::Field(this, name), node)
    }

    /// `super`, with the method's own arguments if none are given.
    pub(super) fn super_call(&mut self, node: Node<'t>, arguments: Option<Node<'t>>) -> ExprId {
        let args = match arguments {
            Some(arguments) => self.arguments(arguments),
            None => self.own_parameters(node),
        };
        let parent = self.b.add(Expr::Super, node);
        match &self.method {
            Some(method) if !method.constructor => {
                let name = method.name.clone();
                self.b.call_method(parent, &name, args, node)
            }
            _ => self.b.add(Expr::Call(parent, args), node),
        }
    }

    /// `yield x` calls the method's block.
    pub(super) fn yielded(&mut self, node: Node<'t>) -> ExprId {
        let args = self.b.first(node).map(|a| self.arguments(a)).unwrap_or_default();
        let Some(block) = self.method.as_ref().map(|m| m.block.clone()) else { return self.b.unknown(node) };
        let callee = self.b.add(Expr::Name(block), node);
        self.b.add(Expr::Call(callee, args), node)
    }

    /// The arguments of a call. Pairs with symbol keys are named; other pairs are one hash at the end.
    pub(super) fn arguments(&mut self, node: Node<'t>) -> Vec<Arg> {
        let mut args = Vec::new();
        let mut entries = Vec::new();
        let mut block = None;
        for item in self.b.kids(node) {
            match kind(item) {
                Kind::Pair => {
                    let symbol = self.has_symbol_key(item);
                    match self.entry(item) {
                        Some((Key::Name(name), value)) if symbol => args.push(Arg::named(name, value)),
                        Some(entry) => entries.push(entry),
                        None => {}
                    }
                }
                Kind::HashSplatArgument | Kind::SplatArgument => {
                    args.push(Arg { name: None, value: self.expression(item), spread: true });
                }
                Kind::BlockArgument => block = self.block_argument(item),
                Kind::ForwardArgument => {
                    let value = self.b.add(Expr::Name(Name::new_static("...")), item);
                    args.push(Arg { name: None, value, spread: true });
                }
                _ => args.push(Arg::positional(self.expression(item))),
            }
        }
        if !entries.is_empty() {
            args.push(Arg::positional(self.b.add(Expr::Object(entries), node)));
        }
        args.extend(block.map(Arg::positional));
        args
    }

    fn block_argument(&mut self, node: Node<'t>) -> Option<ExprId> {
        let Some(inner) = self.b.first(node) else {
            // An anonymous block is handed on.
            let name = self.method.as_ref()?.block.clone();
            return Some(self.b.add(Expr::Name(name), node));
        };
        if kind(inner) == Kind::SimpleSymbol {
            let name = Name::new(self.b.text(inner).trim_start_matches(':'));
            return Some(self.symbol_lambda(name, node));
        }
        Some(self.expression(inner))
    }

    fn has_block_argument(&mut self, arguments: Node<'t>) -> bool {
        self.b.kids(arguments).last().is_some_and(|a| kind(*a) == Kind::BlockArgument)
    }

    fn has_symbol_key(&self, pair: Node<'t>) -> bool {
        let Some(key) = child(pair, Field::Key) else { return false };
        match kind(key) {
            Kind::HashKeySymbol => true,
            Kind::SimpleSymbol | Kind::DelimitedSymbol => true,
            Kind::String => {
                let length = key.end_byte() - pair.start_byte();
                self.b.text(pair).get(length..).is_some_and(|rest| rest.starts_with(':'))
            }
            _ => false,
        }
    }

    /// A path relative to this file, as other files name it.
    fn relative(&self, path: &str) -> Name {
        let mut segments: Vec<&str> = self.b.module.path.iter().map(Name::as_str).collect();
        segments.pop();
        for segment in path.strip_suffix(".rb").unwrap_or(path).split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop();
                }
                segment => segments.push(segment),
            }
        }
        segments.join("/").into()
    }
}
