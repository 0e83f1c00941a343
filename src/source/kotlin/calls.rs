//! Kotlin calls, and the few library calls whose result is plain to see.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use super::inlining::{each_function, runs_block, scope_function};
use crate::ir::{Arg, Expr, ExprId, FormatStyle, Key, Name, Piece};
use crate::source::jvm::Sort;
use crate::source::jvm::tables::{table_call, table_factory};
use crate::source::lowering::percent;
use tree_sitter::Node;

/// The parts of a call, trailing lambda included.
struct Parts<'t> {
    callee: Node<'t>,
    types: Option<Node<'t>>,
    arguments: Option<Node<'t>>,
    lambda: Option<Node<'t>>,
}

impl<'t> Lowerer<'t> {
    /// `callee<Types>(args) { … }`.
    pub(super) fn call(&mut self, node: Node<'t>) -> ExprId {
        let Some(parts) = self.call_parts(node) else { return self.b.unknown(node) };
        if let Some(lambda) = parts.lambda
            && let Some(value) = self.inlined_call(&parts, lambda, node)
        {
            return value;
        }
        let (object, method) = self.callee(parts.callee);
        let mut args = parts.arguments.map(|a| self.value_arguments(a)).unwrap_or_default();
        let types = parts.types.map(|t| self.b.kids(t)).unwrap_or_default();
        if args.is_empty() {
            args.extend(types.iter().map(|t| Arg::positional(self.ty(*t))).collect::<Vec<_>>());
        }
        if let Some(lambda) = parts.lambda {
            if verb_like(method) {
                self.request_options(lambda, &mut args);
            }
            args.push(Arg::positional(self.expr(lambda)));
        }
        let call = self.finish_call(object, method, args, node);
        match types.as_slice() {
            [ty] if matches!(self.b.module.expr(call), Expr::Call(..)) => self.typed(call, *ty),
            _ => call,
        }
    }

    /// What the block of a request says: `client.request(url) { method = HttpMethod.Put }`, `client.post { url(address) }`.
    fn request_options(&mut self, lambda: Node<'t>, args: &mut Vec<Arg>) {
        let mut statements = self.b.kids(lambda);
        if let [one] = statements.as_slice()
            && one.kind() == "statements"
        {
            statements = self.b.kids(*one);
        }
        for statement in statements {
            let parts = self.b.kids(statement);
            let [left, right] = parts.as_slice() else { continue };
            match (kind(statement), self.b.text(*left)) {
                (Kind::Assignment, "method") => {
                    let value = self.expr(*right);
                    args.push(Arg::named("method", value));
                }
                (Kind::CallExpression, "url") => {
                    if let Some(Arg { value, .. }) = self.value_arguments(*right).into_iter().next() {
                        args.push(Arg::named("url", value));
                    }
                }
                _ => {}
            }
        }
    }

    /// Adds the call, or what it plainly gives.
    fn finish_call(&mut self, object: Result<ExprId, ExprId>, method: &str, args: Vec<Arg>, node: Node<'t>) -> ExprId {
        match object {
            Ok(object) => match self.known_method(object, method, &args, node) {
                Some(value) => value,
                None => self.b.call_method(object, method, args, node),
            },
            Err(callee) => match self.known_function(method, &args, node) {
                Some(value) => value,
                None => self.b.add(Expr::Call(callee, args), node),
            },
        }
    }

    /// What is called: the object and method of `object.method`, or any other callee with its name if it has one.
    fn callee(&mut self, node: Node<'t>) -> (Result<ExprId, ExprId>, &'t str) {
        match kind(node) {
            Kind::NavigationExpression => {
                let parts = self.b.kids(node);
                if let [object, name] = parts.as_slice() {
                    let object = self.expr(*object);
                    return (Ok(object), self.b.text(*name).trim_matches('`'));
                }
                (Err(self.b.unknown(node)), "")
            }
            Kind::Identifier => {
                let name = self.b.text(node).trim_matches('`');
                (Err(self.bare_function(name, node)), name)
            }
            _ => (Err(self.expr(node)), ""),
        }
    }

    /// A function without an object: a local, a method of this or an enclosing class, of the file, or of an implicit receiver.
    pub(super) fn bare_function(&mut self, name: &str, node: Node<'t>) -> ExprId {
        // A variable of this name is only called if it holds a function: inside `apply` the receiver's method is meant.
        let is_local = self.b.scope.contains(name) && (self.receivers.is_empty() || self.callables.contains(name));
        if !is_local {
            let owner = self
                .classes
                .owner_of(&mut self.b, Sort::Method, name, node)
                .or_else(|| match self.b.scope.contains(name) {
                    true => None,
                    false => self.classes.owner_of(&mut self.b, Sort::Field, name, node),
                })
                .or_else(|| self.implicit_receiver(name, node));
            if let Some(owner) = owner {
                return self.b.add(Expr::Field(owner, Name::new(name)), node);
            }
        }
        self.b.add(Expr::Name(Name::new(name)), node)
    }

    /// Reads the parts; `f(x) { … }` is a call of a call to the grammar, but one call.
    fn call_parts(&mut self, node: Node<'t>) -> Option<Parts<'t>> {
        let kids = self.b.kids(node);
        let mut parts = Parts { callee: *kids.first()?, types: None, arguments: None, lambda: None };
        self.read_parts(kids.get(1..).unwrap_or_default(), &mut parts);
        if parts.arguments.is_none() && parts.lambda.is_some() && kind(parts.callee) == Kind::CallExpression {
            let inner = self.b.kids(parts.callee);
            let has_lambda = inner.iter().any(|k| kind(*k) == Kind::AnnotatedLambda);
            if !has_lambda && inner.iter().any(|k| kind(*k) == Kind::ValueArguments) {
                parts.callee = *inner.first()?;
                self.read_parts(inner.get(1..).unwrap_or_default(), &mut parts);
            }
        }
        Some(parts)
    }

    fn read_parts(&mut self, kids: &[Node<'t>], parts: &mut Parts<'t>) {
        for kid in kids {
            match kind(*kid) {
                Kind::TypeArguments => parts.types = Some(*kid),
                Kind::ValueArguments => parts.arguments = Some(*kid),
                Kind::AnnotatedLambda => {
                    parts.lambda = self.b.kids(*kid).into_iter().find(|k| kind(*k) == Kind::LambdaLiteral);
                }
                _ => {}
            }
        }
    }

    /// Calls whose lambda is part of the surrounding code.
    fn inlined_call(&mut self, parts: &Parts<'t>, lambda: Node<'t>, node: Node<'t>) -> Option<ExprId> {
        let arguments = parts.arguments.map(|a| self.b.kids(a)).unwrap_or_default();
        if kind(parts.callee) == Kind::NavigationExpression {
            let inner = self.b.kids(parts.callee);
            let [object, name] = inner.as_slice() else { return None };
            let name = self.b.text(*name);
            if let Some(function) = scope_function(name).filter(|_| arguments.is_empty()) {
                let receiver = self.expr(*object);
                return Some(self.inline_scope(function, receiver, lambda, node));
            }
            if let Some(each) = each_function(name).filter(|_| arguments.is_empty()) {
                let collection = self.expr(*object);
                return Some(self.inline_each(each, collection, lambda, node));
            }
            return matches!(name, "launch" | "async").then(|| self.inline_block(lambda, node));
        }
        let name = self.b.text(parts.callee);
        if kind(parts.callee) != Kind::Identifier || self.is_known_function(name) {
            return None;
        }
        if let ("with", [receiver]) = (name, arguments.as_slice()) {
            let receiver = self.b.kids(*receiver).last().map(|r| self.expr(*r))?;
            return Some(self.inline_scope(scope_function("with")?, receiver, lambda, node));
        }
        runs_block(name).then(|| self.inline_block(lambda, node))
    }

    /// Whether the file or an open class declares a function of this name.
    fn is_known_function(&self, name: &str) -> bool {
        self.top_level.contains(name) || self.classes.innermost().is_some_and(|c| c.methods.contains_key(name))
    }

    /// `(a, name = b, *c)`.
    pub(super) fn value_arguments(&mut self, list: Node<'t>) -> Vec<Arg> {
        let mut args = Vec::new();
        for argument in self.b.kids(list) {
            let parts = self.b.all_kids(argument);
            let named = parts.iter().any(|p| kind(*p) == Kind::Equals);
            let name = parts.first().filter(|_| named).map(|n| self.ident(*n));
            let Some(value) = parts.last() else { continue };
            let spread = kind(*value) == Kind::SpreadExpression || parts.iter().any(|p| kind(*p) == Kind::Star);
            args.push(Arg { name, value: self.expr(*value), spread });
        }
        args
    }

    /// `f<Type>(x)` and `f<Type> { … }` with one argument, which the grammar takes for comparisons.
    pub(super) fn generic_call(&mut self, node: Node<'t>) -> Option<ExprId> {
        let (left, right) = (child(node, Field::Left)?, child(node, Field::Right)?);
        if kind(left) != Kind::BinaryExpression || child(left, Field::Operator).is_none_or(|o| self.b.text(o) != "<") {
            return None;
        }
        let (callee, ty) = (child(left, Field::Left)?, child(left, Field::Right)?);
        let is_type = self.b.text(ty).rsplit('.').next().is_some_and(|t| t.starts_with(|c: char| c.is_uppercase()));
        let adjacent = callee.end_byte() + 1 == ty.start_byte() && ty.end_byte() + 1 == right.start_byte();
        let lambda = kind(right) == Kind::LambdaLiteral;
        if !is_type || !(lambda || adjacent && kind(right) == Kind::ParenthesizedExpression) {
            return None;
        }
        let (object, method) = self.callee(callee);
        let value = if lambda { right } else { self.b.first(right)? };
        let args = vec![Arg::positional(self.expr(value))];
        let call = self.finish_call(object, method, args, node);
        let ty = self.expr(ty);
        Some(self.b.add(Expr::Typed(call, ty), node))
    }

    /// Methods with a plain result: formats, joins, conversions, collections.
    fn known_method(&mut self, object: ExprId, method: &str, args: &[Arg], node: Node<'t>) -> Option<ExprId> {
        if let Expr::Name(class) = self.b.module.expr(object) {
            let class = class.clone();
            match (class.as_str(), method, args) {
                ("String", "format", [format, rest @ ..]) => return Some(self.format(format.value, rest, node)),
                ("Objects", "requireNonNull", [value, ..]) => return Some(value.value),
                _ => {}
            }
            if let Some(value) = table_factory(&mut self.b, &class, method, args, node) {
                return Some(value);
            }
        }
        match (method, args) {
            ("format", rest) if self.b.literal_text(object).is_some() => Some(self.format(object, rest, node)),
            ("await" | "awaitAll", []) => Some(object),
            ("trimIndent" | "trimMargin" | "trim", _) => Some(self.trimmed(object, node)),
            ("equals", [other]) => Some(self.b.add(Expr::Equal(object, other.value, true), node)),
            ("plus", [other]) => Some(self.b.concat(&[object, other.value], node)),
            ("joinToString", [separator]) => self.join(object, separator.value, node),
            ("toList" | "toSet" | "toMap" | "toMutableList" | "toMutableMap" | "asSequence" | "asFlow", []) => {
                Some(object)
            }
            _ => {
                let table = self.tables.of(&self.b, object)?;
                table_call(&mut self.b, table, object, method, args, node)
            }
        }
    }

    /// Functions of the standard library that make collections, and checks that give their argument back.
    fn known_function(&mut self, name: &str, args: &[Arg], node: Node<'t>) -> Option<ExprId> {
        let plain = || args.iter().all(|a| a.name.is_none() && !a.spread);
        let values = || args.iter().map(|a| a.value).collect::<Vec<_>>();
        let expr = match name {
            "listOf" | "setOf" | "mutableListOf" | "mutableSetOf" | "arrayListOf" | "arrayOf" | "sequenceOf"
            | "flowOf" | "hashSetOf" | "linkedSetOf" | "emptyList" | "emptySet" | "emptyArray"
                if plain() =>
            {
                Expr::List(values())
            }
            "listOfNotNull" | "setOfNotNull" if plain() => {
                let list = self.b.add(Expr::List(values()), node);
                return Some(self.b.call_method(list, "filterNotNull", Vec::new(), node));
            }
            "Pair" | "Triple" if plain() => Expr::List(values()),
            "mapOf" | "mutableMapOf" | "hashMapOf" | "linkedMapOf" | "sortedMapOf" | "emptyMap" if plain() => {
                Expr::Object(self.entries(args))
            }
            "requireNotNull" | "checkNotNull" => return args.first().map(|a| a.value),
            _ => return None,
        };
        Some(self.b.add(expr, node))
    }

    fn entries(&self, args: &[Arg]) -> Vec<(Key, ExprId)> {
        let pairs = args.iter().filter_map(|arg| match self.b.module.expr(arg.value) {
            Expr::List(pair) => Some((self.b.key(*pair.first()?), *pair.get(1)?)),
            _ => None,
        });
        pairs.collect()
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

    /// A text without the white space around it; anything else as it is.
    fn trimmed(&mut self, object: ExprId, node: Node<'t>) -> ExprId {
        let Expr::Text(pieces) = self.b.module.expr(object) else { return object };
        let mut pieces = pieces.clone();
        if let Some(Piece::Text(text)) = pieces.first_mut() {
            *text = Name::new(text.trim_start());
        }
        if let Some(Piece::Text(text)) = pieces.last_mut() {
            *text = Name::new(text.trim_end());
        }
        self.b.pieces(pieces, node)
    }

    fn join(&mut self, list: ExprId, separator: ExprId, node: Node<'t>) -> Option<ExprId> {
        let Expr::List(items) = self.b.module.expr(list) else { return None };
        let items = items.clone();
        let mut parts = Vec::with_capacity(items.len() * 2);
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                parts.push(separator);
            }
            parts.push(item);
        }
        Some(self.b.concat(&parts, node))
    }
}

/// Whether a function of this name makes requests in Ktor.
fn verb_like(name: &str) -> bool {
    matches!(name, "get" | "post" | "put" | "patch" | "delete" | "head" | "request")
        || name.starts_with("prepare")
        || name.starts_with("submitForm")
}
