//! Calls and constructions, and the shapes of them that mean something of their own: `require`, promises, array methods.

use super::functions::Shape;
use super::grammar::{Kind, Place as At};
use super::{Item, Lowering, modules};
use crate::ir::{Arg, Expr, ExprId, Key, Name, Piece, Stmt};
use crate::source::lowering::percent;
use tree_sitter::Node;

/// Helpers that compilers put around `require`; they hand the module through.
const INTEROP: &[&str] = &[
    "__importStar",
    "__importDefault",
    "__toESM",
    "_interopDefault",
    "_interopRequireDefault",
    "_interopRequireWildcard",
    "_interop_require_default",
    "_interop_require_wildcard",
];

/// What compilers make of `{ ...a, ...b }`.
const MERGING: &[&str] =
    &["__assign", "_extends", "_objectSpread", "_objectSpread2", "__spreadValues", "__spreadProps"];

impl<'t> Lowering<'t> {
    pub(super) fn call(&mut self, node: Node<'t>) -> ExprId {
        let children = self.children(node);
        let (Some(callee), Some(arguments)) = (children.field(At::Function), children.field(At::Arguments)) else {
            return self.add(Expr::Unknown, node);
        };
        let ty = children.field(At::TypeArguments);
        if arguments.kind == Kind::Template {
            return self.tagged(callee, arguments, node);
        }
        if let Some(value) = self.loading(callee, arguments, node) {
            return value;
        }
        if callee.kind == Kind::Member
            && let Some(value) = self.method_shape(callee.node, arguments.node, node)
        {
            return value;
        }
        self.watch_tests(callee, arguments, node, ty)
    }

    /// An ordinary call, with the lambdas of `describe` and `it` marked as tests.
    fn watch_tests(&mut self, callee: Item<'t>, arguments: Item<'t>, node: Node<'t>, ty: Option<Item<'t>>) -> ExprId {
        let outer = self.test;
        if self.is_suite(callee, arguments) {
            self.test = true;
        }
        let function = self.expr(callee);
        let args = self.arguments(arguments.node);
        self.test = outer;
        let call = self.add(Expr::Call(function, args), node);
        // `get<T>(…)` says what it returns where nothing else does.
        match ty.and_then(|t| self.only_type(t.node)) {
            Some(ty) => self.typed(call, ty, node),
            None => call,
        }
    }

    /// `describe("…", () => …)`, `it.each(…)("…", …)`, `beforeEach(() => …)`.
    fn is_suite(&mut self, callee: Item<'t>, arguments: Item<'t>) -> bool {
        let root = self.text(callee.node);
        let root = root.split(['.', '(', '`', '<']).next().unwrap_or_default();
        let always = matches!(root, "describe" | "it" | "beforeEach" | "beforeAll" | "afterEach" | "afterAll");
        let framed = self.framework && matches!(root, "test" | "suite" | "before" | "after" | "context" | "bench");
        if !always && !framed {
            return false;
        }
        let arguments = self.children(arguments.node);
        let function = arguments.iter().any(|a| matches!(a.kind, Kind::Arrow | Kind::FunctionExpression));
        let titled = arguments.first().is_some_and(|a| a.kind == Kind::String || a.kind == Kind::Template);
        let suite = function && (titled || root.starts_with("before") || root.starts_with("after"));
        if suite
            && titled
            && self.function == crate::ir::Module::MAIN
            && (framed || root == "describe" || self.framework)
        {
            self.module.test = true;
        }
        suite
    }

    /// `require("x")`, `import("x")`, with or without a compiler's helper around it.
    fn loading(&mut self, callee: Item<'t>, arguments: Item<'t>, node: Node<'t>) -> Option<ExprId> {
        let name = self.text(callee.node);
        let helper = name.rsplit('.').next().unwrap_or_default();
        if INTEROP.contains(&helper) {
            let inner = self.children(arguments.node).first()?;
            return Some(self.expr(inner));
        }
        if MERGING.contains(&helper) && callee.kind == Kind::Identifier {
            return Some(self.merged(arguments.node, node));
        }
        if helper == "__awaiter" {
            return self.awaiter(arguments.node, node);
        }
        if callee.kind != Kind::ImportKeyword && !matches!(name, "require" | "__require") {
            return None;
        }
        let module = self.module_argument(arguments.node)?;
        Some(self.add(Expr::Module(module), node))
    }

    /// `__awaiter(this, void 0, void 0, function* () { … yield x … })` is what compilers make of an `async` function.
    fn awaiter(&mut self, arguments: Node<'t>, node: Node<'t>) -> Option<ExprId> {
        let body = self.children(arguments).iter().last().filter(|a| a.kind == Kind::GeneratorExpression)?;
        let shape = Shape { parent: Some(self.function), this: self.this.clone(), awaits: true, ..Shape::default() };
        let id = self.function(body.node, shape);
        let function = self.add(Expr::Lambda(id), body.node);
        Some(self.apply(function, &[], node))
    }

    fn module_argument(&mut self, arguments: Node<'t>) -> Option<Name> {
        let first = self.children(arguments).first()?;
        if first.kind == Kind::Template && first.node.named_child_count() > 1 {
            return None;
        }
        let text = match first.kind {
            Kind::String => self.string_value(first.node),
            Kind::Template => Name::new(self.text(first.node).trim_matches('`')),
            _ => return None,
        };
        Some(modules::absolute(&self.module.path, &text))
    }

    /// The module a `require("x")` loads, if the expression is one.
    pub(super) fn required_module(&mut self, item: Item<'t>) -> Option<Name> {
        match item.kind {
            Kind::Parenthesized | Kind::Await | Kind::NonNull => {
                let inner = self.children(item.node).first()?;
                self.deeper(item.node, |l| l.required_module(inner)).flatten()
            }
            Kind::Call => {
                let children = self.children(item.node);
                let (callee, arguments) = (children.field(At::Function)?, children.field(At::Arguments)?);
                let name = self.text(callee.node);
                if callee.kind == Kind::ImportKeyword || name == "require" {
                    return self.module_argument(arguments.node);
                }
                let helper = name.rsplit('.').next().unwrap_or_default();
                let inner = self.children(arguments.node).first().filter(|_| INTEROP.contains(&helper))?;
                self.deeper(item.node, |l| l.required_module(inner)).flatten()
            }
            _ => None,
        }
    }

    /// A tagged template: the text itself for `String.raw`, otherwise a call of the tag.
    fn tagged(&mut self, tag: Item<'t>, template: Item<'t>, node: Node<'t>) -> ExprId {
        let raw = self.text(tag.node) == "String.raw";
        let text = self.expr(template);
        if raw {
            return text;
        }
        let tag = self.expr(tag);
        self.add(Expr::Call(tag, vec![Arg::positional(text)]), node)
    }

    /// Method calls whose meaning the language fixes: what a callback gets, what a promise gives.
    fn method_shape(&mut self, callee: Node<'t>, arguments: Node<'t>, node: Node<'t>) -> Option<ExprId> {
        let member = self.children(callee);
        let (object, property) = (member.field(At::Object)?, member.field(At::Property)?);
        let args = self.children(arguments);
        let first = args.first();
        match self.text(property.node) {
            "then" => self.promise_then(object, first?, args.iter().nth(1), node),
            "catch" | "finally" if is_function(first?) => {
                let value = self.expr(object);
                let handler = self.expr(first?);
                let after = self.apply(handler, &[], node);
                Some(self.add(Expr::Choice(vec![value, after]), node))
            }
            "forEach" | "map" | "flatMap" | "filter" | "find" | "some" | "every" | "reduce" | "reduceRight"
                if is_function(first?) =>
            {
                self.each(object, self.text(property.node), first?, node)
            }
            "from" if self.text(object.node) == "Array" && args.iter().nth(1).is_some_and(is_function) => {
                self.each(first?, "map", args.iter().nth(1)?, node)
            }
            "filter" if self.text(first?.node) == "Boolean" => {
                let collection = self.expr(object);
                Some(self.compacted(collection, node))
            }
            "bind" if args.iter().count() == 1 => Some(self.expr(object)),
            "call" if matches!(first?.kind, Kind::This | Kind::Null | Kind::Undefined) => {
                let function = self.expr(object);
                let mut args = self.arguments(arguments);
                args.remove(0);
                Some(self.add(Expr::Call(function, args), node))
            }
            "all" | "resolve" | "race" | "any" if self.text(object.node) == "Promise" => {
                let value = self.expr(first?);
                let one = matches!(self.text(property.node), "race" | "any");
                Some(if one { self.add(Expr::Element(value), node) } else { value })
            }
            "freeze" | "seal" if self.text(object.node) == "Object" => Some(self.expr(first?)),
            "assign" if self.text(object.node) == "Object" => Some(self.merged(arguments, node)),
            "assign" | "merge" | "extend" | "defaults" if matches!(self.text(object.node), "_" | "lodash") => {
                Some(self.merged(arguments, node))
            }
            "format" if self.text(object.node) == "util" && first?.kind == Kind::String => {
                self.formatted(arguments, node)
            }
            _ => None,
        }
    }

    /// `promise.then(f)` is `f(promise)`, promises being transparent.
    fn promise_then(
        &mut self,
        object: Item<'t>,
        done: Item<'t>,
        failed: Option<Item<'t>>,
        node: Node<'t>,
    ) -> Option<ExprId> {
        let value = self.expr(object);
        let done = self.expr(done);
        let result = self.apply(done, &[value], node);
        let Some(failed) = failed else { return Some(result) };
        let failed = self.expr(failed);
        let other = self.apply(failed, &[], node);
        Some(self.add(Expr::Choice(vec![result, other]), node))
    }

    /// Array methods: the callback gets any element.
    fn each(&mut self, object: Item<'t>, method: &str, callback: Item<'t>, node: Node<'t>) -> Option<ExprId> {
        let collection = self.expr(object);
        let values = match method {
            // A map gives the value first, then the key.
            "forEach" => {
                let entry = self.add(Expr::Entry(collection), object.node);
                let entry = self.held(entry, object.node);
                ["1", "0"].map(|at| self.place_of(entry, at, object.node)).to_vec()
            }
            "reduce" | "reduceRight" => {
                let before = self.add(Expr::Unknown, object.node);
                vec![before, self.add(Expr::Element(collection), object.node)]
            }
            _ => vec![self.add(Expr::Element(collection), object.node)],
        };
        let element = values.first().copied()?;
        let callback = self.expr(callback);
        let result = self.apply(callback, &values, node);
        match method {
            "map" => Some(self.add(Expr::List(vec![result]), node)),
            "flatMap" | "forEach" | "reduce" | "reduceRight" => Some(result),
            _ => {
                self.push(Stmt::Eval(result));
                Some(match method {
                    "find" => element,
                    "filter" => self.compacted(collection, node),
                    _ => collection,
                })
            }
        }
    }

    /// A list perhaps without what is missing.
    fn compacted(&mut self, list: ExprId, node: Node<'t>) -> ExprId {
        let callee = self.add(Expr::Field(list, Name::new_static("compact")), node);
        self.add(Expr::Call(callee, Vec::new()), node)
    }

    fn place_of(&mut self, list: ExprId, at: &'static str, node: Node<'t>) -> ExprId {
        let at = self.add(Expr::Number(Name::new_static(at)), node);
        self.add(Expr::Index(list, at), node)
    }

    fn apply(&mut self, function: ExprId, values: &[ExprId], node: Node<'t>) -> ExprId {
        let args = values.iter().copied().map(Arg::positional).collect();
        self.add(Expr::Call(function, args), node)
    }

    /// `Object.assign({}, a, b)` is `{ ...a, ...b }`.
    fn merged(&mut self, arguments: Node<'t>, node: Node<'t>) -> ExprId {
        let entries = self.arguments(arguments).into_iter().map(|arg| (Key::Spread, arg.value)).collect();
        self.add(Expr::Object(entries), node)
    }

    /// `util.format("/x/%s", a)`.
    fn formatted(&mut self, arguments: Node<'t>, node: Node<'t>) -> Option<ExprId> {
        let children = self.children(arguments);
        let mut parts = children.iter();
        let format = self.string_value(parts.next()?.node);
        let values: Vec<ExprId> = parts.map(|p| self.expr(p)).collect();
        let mut pieces = Vec::new();
        for part in percent::split(&format) {
            match part {
                percent::Part::Text(text) => pieces.push(Piece::Text(text)),
                percent::Part::Arg(position) => match values.get(position) {
                    Some(value) => self.push_piece(&mut pieces, *value),
                    None => pieces.push(Piece::Expr(self.add(Expr::Unknown, node))),
                },
            }
        }
        Some(self.add(Expr::Text(pieces), node))
    }

    /// `new Type(args)`.
    pub(super) fn construction(&mut self, node: Node<'t>) -> ExprId {
        let children = self.children(node);
        let Some(class) = children.field(At::Constructor) else { return self.add(Expr::Unknown, node) };
        let arguments = children.field(At::Arguments);
        if self.text(class.node) == "Promise" {
            return self.promise(arguments, node);
        }
        let class = self.expr(class);
        let args = arguments.map(|a| self.arguments(a.node)).unwrap_or_default();
        self.add(Expr::New(class, args), node)
    }

    /// `new Promise((resolve, reject) => …)` runs its function at once; what it resolves to is not followed.
    fn promise(&mut self, arguments: Option<Item<'t>>, node: Node<'t>) -> ExprId {
        let args = arguments.map(|a| self.arguments(a.node)).unwrap_or_default();
        let Some(executor) = args.first() else { return self.add(Expr::Unknown, node) };
        self.apply(executor.value, &[], node)
    }
}

fn is_function(item: Item<'_>) -> bool {
    matches!(item.kind, Kind::Arrow | Kind::FunctionExpression)
}
