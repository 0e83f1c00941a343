//! Calls, and the methods of the standard library that only hand a value on.

use super::{Lowerer, join, name};
use crate::ir::{Arg, Expr, ExprId, Name, Span};

/// Methods without arguments of interest whose result stands for the receiver.
const TRANSPARENT: &[&str] = &[
    "unwrap",
    "expect",
    "clone",
    "cloned",
    "copied",
    "to_string",
    "to_owned",
    "into",
    "as_str",
    "as_ref",
    "as_mut",
    "as_deref",
    "as_deref_mut",
    "borrow",
    "borrow_mut",
    "iter",
    "iter_mut",
    "into_iter",
    "to_vec",
    "into_boxed_str",
    "into_string",
    "ok",
    "ok_or",
    "ok_or_else",
    "err",
    "context",
    "with_context",
    "map_err",
    "unwrap_or_default",
    "lock",
    "deref",
    "deref_mut",
    "trim",
    "as_slice",
    "into_inner",
    "to_str",
    "as_bytes",
    "collect",
    "boxed",
    "fuse",
    "by_ref",
    "peekable",
    "rev",
    "skip",
    "take",
    "leak",
    "try_into",
    "as_path",
    "wrap_err",
    "inspect_err",
    "into_owned",
    "cow",
    "lines_owned",
];

/// Functions that wrap their only argument and stand for it.
const WRAPPERS: &[&str] = &[
    "Some",
    "Ok",
    "Err",
    "Arc::new",
    "Rc::new",
    "Box::new",
    "RefCell::new",
    "Cell::new",
    "Mutex::new",
    "RwLock::new",
    "Box::pin",
    "Pin::new",
    "Cow::Borrowed",
    "Cow::Owned",
    "Cow::from",
    "String::from",
    "Arc::clone",
    "Rc::clone",
    "Arc::from",
    "Box::from",
    "OnceCell::from",
    "Some::from",
    "Wrapping",
    "AssertUnwindSafe",
    "std::mem::take",
    "mem::take",
];

/// Functions that run a closure once, later.
const LAZY: &[&str] = &["Lazy::new", "LazyLock::new", "LazyCell::new", "AsyncLazy::new"];

impl Lowerer<'_> {
    /// `f(x)`.
    pub(super) fn call(&mut self, call: &syn::ExprCall) -> ExprId {
        let ending = match &*call.func {
            syn::Expr::Path(path) => ending(&path.path),
            _ => String::new(),
        };
        let whole = ending.as_str();
        let last = whole.rsplit("::").next().unwrap_or("");
        if let (1, Some(argument)) = (call.args.len(), call.args.first()) {
            if WRAPPERS.contains(&whole) || (WRAPPERS.contains(&last) && !whole.contains("::")) {
                return self.expression(argument);
            }
            if LAZY.contains(&whole) {
                if let syn::Expr::Closure(closure) = argument {
                    return self.run_closure(closure, None);
                }
                let callee = self.expression(argument);
                let span = self.span_of(callee);
                return self.add(Expr::Call(callee, Vec::new()), span);
            }
        }
        let callee = self.expression(&call.func);
        let args: Vec<Arg> = call.args.iter().map(|a| self.argument(a)).collect();
        let span = join(self.span_of(callee), self.at(call.paren_token.span.close()));
        if whole == "Some" || whole == "Ok" {
            return self.add(Expr::Null, span);
        }
        self.add(Expr::Call(callee, args), span)
    }

    pub(super) fn argument(&mut self, expr: &syn::Expr) -> Arg {
        Arg::positional(self.expression(expr))
    }

    /// `x.f(y)`.
    pub(super) fn method_call(&mut self, call: &syn::ExprMethodCall) -> ExprId {
        let method = name(&call.method);
        if matches!(method.as_str(), "output" | "spawn" | "status")
            && let Some(command) = self.process(call)
        {
            return command;
        }
        let object = self.expression(&call.receiver);
        let end = self.at(call.paren_token.span.close());
        let span = join(self.span_of(object), end);
        if TRANSPARENT.contains(&method.as_str()) {
            return object;
        }
        if let Some(value) = self.handed_on(object, &method, call, span) {
            return value;
        }
        let args: Vec<Arg> = call.args.iter().map(|a| self.argument(a)).collect();
        let callee_span = join(self.span_of(object), self.at(call.method.span()));
        let callee = self.add(Expr::Field(object, method), callee_span);
        self.add(Expr::Call(callee, args), span)
    }

    /// Methods that give the receiver or their argument, or run a closure on the receiver.
    fn handed_on(&mut self, object: ExprId, method: &Name, call: &syn::ExprMethodCall, span: Span) -> Option<ExprId> {
        let first = call.args.first();
        match (method.as_str(), first) {
            ("unwrap_or" | "or" | "get_or_insert", Some(other)) => {
                let other = self.expression(other);
                Some(self.add(Expr::Choice(vec![object, other]), span))
            }
            (
                "unwrap_or_else" | "or_else" | "get_or_insert_with" | "get_or_init" | "get_or_try_init",
                Some(syn::Expr::Closure(closure)),
            ) => {
                let other = self.run_closure(closure, None);
                Some(self.add(Expr::Choice(vec![object, other]), span))
            }
            (
                "unwrap_or_else" | "get_or_insert_with" | "get_or_init" | "get_or_try_init",
                Some(syn::Expr::Path(function)),
            ) => {
                let callee = self.path(&function.path);
                let other = self.add(Expr::Call(callee, Vec::new()), span);
                Some(self.add(Expr::Choice(vec![object, other]), span))
            }
            ("map_or", Some(default)) if call.args.len() == 2 => {
                let default = self.expression(default);
                let Some(syn::Expr::Closure(closure)) = call.args.iter().nth(1) else { return None };
                let value = self.run_closure(closure, Some(object));
                Some(self.add(Expr::Choice(vec![value, default]), span))
            }
            ("map_or_else", Some(syn::Expr::Closure(default))) => {
                let default = self.run_closure(default, None);
                let Some(syn::Expr::Closure(closure)) = call.args.iter().nth(1) else { return None };
                let value = self.run_closure(closure, Some(object));
                Some(self.add(Expr::Choice(vec![value, default]), span))
            }
            (
                "map"
                | "and_then"
                | "then"
                | "for_each"
                | "filter_map"
                | "flat_map"
                | "inspect"
                | "for_each_concurrent",
                _,
            ) => self.mapped(object, method, call, span),
            _ => None,
        }
    }

    /// Methods that run a closure on the receiver: on what it holds, or on each of its elements.
    fn mapped(&mut self, object: ExprId, method: &Name, call: &syn::ExprMethodCall, span: Span) -> Option<ExprId> {
        let Some(syn::Expr::Closure(closure)) = call.args.last() else { return None };
        if closure.inputs.len() > 1 {
            return None;
        }
        let iterates = self.iterates(&call.receiver) || method.starts_with("for_each");
        let argument = if iterates { self.add(Expr::Element(object), span) } else { object };
        let value = self.run_closure(closure, Some(argument));
        Some(match method.as_str() {
            "map" | "filter_map" if iterates => self.add(Expr::List(vec![value]), span),
            "inspect" => object,
            _ => value,
        })
    }

    /// Whether an expression is an iterator, as far as its methods tell.
    fn iterates(&self, expr: &syn::Expr) -> bool {
        let mut at = expr;
        while let syn::Expr::MethodCall(call) = at {
            let method = call.method.to_string();
            if matches!(
                method.as_str(),
                "iter"
                    | "into_iter"
                    | "iter_mut"
                    | "chars"
                    | "lines"
                    | "split"
                    | "keys"
                    | "values"
                    | "enumerate"
                    | "zip"
                    | "chain"
                    | "drain"
                    | "chunks"
                    | "windows"
                    | "filter"
                    | "filter_map"
                    | "flat_map"
                    | "buffer_unordered"
                    | "entries"
            ) {
                return true;
            }
            at = &call.receiver;
        }
        match at {
            syn::Expr::Call(call) => {
                matches!(&*call.func, syn::Expr::Path(path) if ending(&path.path).ends_with("stream::iter") || ending(&path.path) == "iter")
            }
            syn::Expr::Paren(inner) => matches!(&*inner.expr, syn::Expr::Range(_)),
            _ => false,
        }
    }

    /// Lowers a closure in place, as if it were called here.
    fn run_closure(&mut self, closure: &syn::ExprClosure, argument: Option<ExprId>) -> ExprId {
        let returns = Returns::in_expression(&closure.body);
        let span = self.at(closure.inputs_begin.span);
        if returns {
            // It leaves early, so that it needs a function of its own.
            let lambda = self.closure(closure);
            let args = argument.into_iter().map(Arg::positional).collect();
            return self.add(Expr::Call(lambda, args), span);
        }
        let mark = self.scope.open(true);
        if let Some(input) = closure.inputs.first() {
            let value = argument.unwrap_or_else(|| self.unknown(span));
            self.bind(input, value);
        }
        let value = self.expression(&closure.body);
        self.scope.close(mark);
        value
    }

    /// `Command::new("curl").args([…]).output()` runs a command.
    fn process(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        let mut steps = Vec::new();
        let mut at = &*call.receiver;
        let program = loop {
            match at {
                syn::Expr::MethodCall(inner) => {
                    steps.push(inner);
                    at = &inner.receiver;
                }
                syn::Expr::Call(root) => {
                    let syn::Expr::Path(path) = &*root.func else { return None };
                    if !ending(&path.path).ends_with("Command::new") {
                        return None;
                    }
                    break root.args.first()?;
                }
                _ => return None,
            }
        };
        let mut words = vec![self.expression(program)];
        for step in steps.into_iter().rev().filter(|s| s.method == "arg" || s.method == "args") {
            for argument in &step.args {
                let value = self.expression(argument);
                match self.module.expr(value) {
                    Expr::List(items) => words.extend(items.clone()),
                    _ => words.push(value),
                }
            }
        }
        let span =
            join(words.first().map(|w| self.span_of(*w)).unwrap_or_default(), self.at(call.paren_token.span.close()));
        Some(self.add(Expr::Command(words), span))
    }
}

/// The last two segments of a path, as written.
fn ending(path: &syn::Path) -> String {
    let names: Vec<String> = path.segments.iter().rev().take(2).map(|s| s.ident.to_string()).collect();
    names.into_iter().rev().collect::<Vec<_>>().join("::")
}

/// Looks for `return` in a closure.
struct Returns(bool);

impl Returns {
    fn in_expression(expr: &syn::Expr) -> bool {
        let mut it = Self(false);
        syn::visit::visit_expr(&mut it, expr);
        it.0
    }
}

impl<'a> syn::visit::Visit<'a> for Returns {
    fn visit_expr_return(&mut self, _: &'a syn::ExprReturn) {
        self.0 = true;
    }

    fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'a syn::Item) {}
}
