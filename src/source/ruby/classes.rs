//! Classes and modules: bodies, constants, and the macros that make methods.

use super::grammar::{Field, Kind, child, kind};
use super::{ClassFrame, Lowerer};
use crate::ir::{
    Class, ClassId, Expr, ExprId, Field as ClassField, FunctionKind, Name, Param, ParamKind, Place, Span, Stmt,
};
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// Whether this place runs when a class is defined.
    pub(super) fn at_class_level(&self) -> bool {
        !self.classes.is_empty() && self.method.is_none() && self.b.module.function(self.b.function).name.is_empty()
    }

    /// `class X < Y`, `module X`, also `class A::B`.
    pub(super) fn class(&mut self, node: Node<'t>) {
        let Some(name) = child(node, Field::Name) else { return };
        let path = self.b.text(name).to_owned();
        let superclass = child(node, Field::Superclass).and_then(|s| self.b.first(s));
        let outer_method = self.method.take();
        let base = superclass.map(|s| self.expression(s));
        let mut opened = 0;
        for segment in path.split("::").filter(|s| !s.is_empty()) {
            self.open_class(Name::new(segment.trim()), node);
            opened += 1;
        }
        if let (Some(base), Some(superclass)) = (base, superclass) {
            self.inherit(base, superclass);
        }
        if let Some(body) = child(node, Field::Body) {
            self.body(body, false);
        }
        for _ in 0..opened {
            self.classes.pop();
        }
        self.method = outer_method;
    }

    /// Enters a class, which may have been opened before.
    fn open_class(&mut self, name: Name, node: Node<'t>) {
        let outer = self.classes.last().map(|c| c.id);
        let known = self.b.module.classes.iter().position(|c| c.name == name && c.outer == outer);
        let id = match known {
            Some(at) => ClassId(u32::try_from(at).unwrap_or(u32::MAX)),
            None => {
                let mut class = Class::new(name, Span::of(&node));
                class.outer = outer;
                self.b.module.add_class(class)
            }
        };
        self.classes.push(ClassFrame { id, statics: false });
    }

    fn inherit(&mut self, base: ExprId, superclass: Node<'t>) {
        // `class Point < Struct.new(:x, :y)` has the struct's fields.
        if let Expr::New(object, args) = self.b.module.expr(base).clone()
            && matches!(self.b.module.expr(object), Expr::Name(n) if n == "Struct")
        {
            let names = args.iter().filter(|a| a.name.is_none()).filter_map(|a| self.b.literal_text(a.value)).collect();
            self.struct_members(names, superclass);
            return;
        }
        self.add_base(base);
    }

    /// `class << self`.
    pub(super) fn singleton_class(&mut self, node: Node<'t>) {
        let Some(body) = child(node, Field::Body) else { return };
        let before = self.classes.last_mut().map(|c| std::mem::replace(&mut c.statics, true));
        self.body(body, false);
        if let (Some(frame), Some(before)) = (self.classes.last_mut(), before) {
            frame.statics = before;
        }
    }

    /// `NAME = value`, `@name = value` in a class body.
    pub(super) fn class_field(&mut self, left: Node<'t>, value: ExprId) {
        let name = Name::new(self.b.text(left).trim_start_matches('@'));
        self.add_field(name, Some(value), left);
    }

    fn add_field(&mut self, name: Name, value: Option<ExprId>, node: Node<'t>) {
        let field = ClassField { name, ty: None, value, span: Span::of(&node) };
        if let Some(class) = self.current_class() {
            class.fields.push(field);
        }
    }

    fn add_base(&mut self, base: ExprId) {
        if let Some(class) = self.current_class() {
            class.bases.push(base);
        }
    }

    fn current_class(&mut self) -> Option<&mut Class> {
        let id = self.classes.last()?.id;
        self.b.module.classes.get_mut(id.0 as usize)
    }

    /// A call without a receiver as a statement of a class body: a macro of Ruby or Rails, else an annotation of the class.
    /// False where it is a statement like any other.
    pub(super) fn class_call(&mut self, node: Node<'t>) -> bool {
        let (None, Some(method)) = (child(node, Field::Receiver), child(node, Field::Method)) else { return false };
        if !self.at_class_level() || kind(method) != Kind::Identifier {
            return false;
        }
        let name = self.b.name(method);
        self.class_macro(node, &name, child(node, Field::Arguments), child(node, Field::Block)).is_some()
    }

    fn class_macro(
        &mut self,
        node: Node<'t>,
        name: &Name,
        arguments: Option<Node<'t>>,
        block: Option<Node<'t>>,
    ) -> Option<()> {
        match name.as_str() {
            "attr_reader" | "attr_accessor" | "attr_writer" | "cattr_accessor" | "mattr_accessor"
            | "class_attribute" | "cattr_reader" | "mattr_reader" | "attribute" => {
                let statics = name.starts_with('c') || name.starts_with('m');
                for name in self.symbols(arguments) {
                    self.accessor(name, statics, node);
                }
            }
            "include" | "extend" | "prepend" => {
                for arg in arguments.map(|a| self.b.kids(a)).unwrap_or_default() {
                    if kind(arg) == Kind::SelfValue {
                        self.make_static(None);
                    } else {
                        let base = self.expression(arg);
                        self.add_base(base);
                    }
                }
            }
            "module_function" | "private_class_method" | "public_class_method" => {
                self.definitions(arguments);
                let names = self.symbols(arguments);
                if name == "module_function" {
                    self.make_static(if names.is_empty() { None } else { Some(names) });
                }
            }
            "private" | "public" | "protected" | "memoize" | "private_constant" => self.definitions(arguments),
            "define_method" | "define_singleton_method" => {
                let name = self.symbols(arguments).into_iter().next()?;
                self.defined_method(name, block?, node);
            }
            "alias_method" => {
                if let [new, old] = self.symbols(arguments).as_slice() {
                    self.forwarding_method(node, new.clone(), old, |it| it.b.add(Expr::This, node));
                }
            }
            "delegate" | "def_delegators" | "def_delegator" | "def_instance_delegators" | "instance_delegate" => {
                self.delegate(name, arguments?, node);
            }
            "included" | "class_methods" | "extended" | "concern" | "class_eval" => {
                let body = child(block?, Field::Body)?;
                self.body(body, false);
            }
            "require" | "require_relative" | "autoload" | "raise" | "puts" | "warn" | "lambda" | "proc" | "format"
            | "loop" => return None,
            _ => self.annotation(node, name, arguments, block),
        }
        Some(())
    }

    /// Any other call in a class body (`base_uri "…"`, `headers …`) annotates the class.
    fn annotation(&mut self, node: Node<'t>, name: &Name, arguments: Option<Node<'t>>, block: Option<Node<'t>>) {
        let mut args = arguments.map(|a| self.arguments(a)).unwrap_or_default();
        args.extend(block.map(|b| crate::ir::Arg::positional(self.block_lambda(b))));
        let default = args.iter().find(|arg| arg.name.as_deref() == Some("default")).map(|arg| arg.value);
        let setting = args.first().and_then(|arg| self.b.literal_text(arg.value)).filter(|_| default.is_some());
        let callee = self.b.add(Expr::Name(name.clone()), node);
        let call = self.b.add(Expr::Call(callee, args), node);
        // Settings of plugins are fields of theirs.
        if let Some(setting) = setting
            && matches!(name.as_str(), "config_param" | "config" | "setting" | "attribute")
            && let Some(class) = self.current_class()
        {
            class.fields.push(crate::ir::Field { name: setting, ty: None, value: default, span: Span::of(&node) });
        }
        if let Some(class) = self.current_class() {
            class.decorators.push(call);
        }
    }

    /// Definitions among arguments: `private def x`, `private attr_reader :x`.
    fn definitions(&mut self, arguments: Option<Node<'t>>) {
        for arg in arguments.map(|a| self.b.kids(a)).unwrap_or_default() {
            if matches!(kind(arg), Kind::Method | Kind::SingletonMethod | Kind::Call) {
                self.statement(arg, false);
            }
        }
    }

    /// Makes methods belong to the class: all from here on, or the named ones.
    pub(super) fn make_static(&mut self, names: Option<Vec<Name>>) {
        let Some(frame) = self.classes.last_mut() else { return };
        if names.is_none() {
            frame.statics = true;
        }
        let id = frame.id;
        let methods = self.b.module.class(id).methods.clone();
        for method in methods {
            if let Some(function) = self.b.module.functions.get_mut(method.0 as usize)
                && names.as_ref().is_none_or(|n| n.contains(&function.name))
                && function.kind == FunctionKind::Plain
            {
                function.kind = FunctionKind::Static;
            }
        }
    }

    /// The symbols (and strings) among arguments.
    fn symbols(&mut self, arguments: Option<Node<'t>>) -> Vec<Name> {
        let args = arguments.map(|a| self.b.kids(a)).unwrap_or_default();
        let mut out = Vec::new();
        for arg in args {
            if matches!(kind(arg), Kind::SymbolArray | Kind::StringArray | Kind::Array)
                || kind(arg) == Kind::SplatArgument
            {
                let items = self.b.first(arg).filter(|n| kind(*n) == Kind::SymbolArray).unwrap_or(arg);
                for item in self.b.kids(items) {
                    out.extend(self.literal_of(item));
                }
            } else {
                out.extend(self.literal_of(arg));
            }
        }
        out
    }

    fn accessor(&mut self, name: Name, statics: bool, node: Node<'t>) {
        let before = self.classes.last_mut().map(|c| {
            let now = c.statics || statics;
            std::mem::replace(&mut c.statics, now)
        });
        self.made_method(node, name.clone(), Vec::new(), |it| {
            let this = it.b.add(Expr::This, node);
            it.b.add(Expr::Field(this, name), node)
        });
        if let (Some(frame), Some(before)) = (self.classes.last_mut(), before) {
            frame.statics = before;
        }
    }

    fn defined_method(&mut self, name: Name, block: Node<'t>, node: Node<'t>) {
        let statics = self.classes.last().is_some_and(|c| c.statics);
        let kind = if statics { FunctionKind::Static } else { FunctionKind::Plain };
        let (parameters, body) = (child(block, Field::Parameters), child(block, Field::Body));
        self.function(node, name, kind, |it| {
            if let Some(parameters) = parameters {
                it.parameters(parameters);
            }
            if let Some(body) = body {
                it.body(body, true);
            }
        });
    }

    /// `delegate :a, :b, to: :client`; `def_delegators :@client, :a, :b`; `def_delegator :@client, :a, :as`.
    fn delegate(&mut self, macro_name: &Name, arguments: Node<'t>, node: Node<'t>) {
        let kids = self.b.kids(arguments);
        let to = kids
            .iter()
            .filter(|n| kind(**n) == Kind::Pair && child(**n, Field::Key).is_some_and(|k| self.b.text(k) == "to"))
            .find_map(|n| child(*n, Field::Value));
        let mut names: Vec<Name> =
            kids.iter().filter(|n| kind(**n) != Kind::Pair).filter_map(|n| self.literal_of(*n)).collect();
        let target = match to.and_then(|t| self.literal_of(t)) {
            Some(target) => target,
            None if !names.is_empty() => names.remove(0),
            None => return,
        };
        let renamed = macro_name == "def_delegator" && names.len() == 2;
        let pairs: Vec<(Name, Name)> = match names.as_slice() {
            [method, alias] if renamed => vec![(alias.clone(), method.clone())],
            _ => names.iter().map(|n| (n.clone(), n.clone())).collect(),
        };
        for (name, method) in pairs {
            let target = target.clone();
            self.forwarding_method(node, name, &method, |it| {
                let this = it.b.add(Expr::This, node);
                match target.strip_prefix('@') {
                    Some(field) => it.b.add(Expr::Field(this, field.into()), node),
                    None => it.b.call_method(this, &target, Vec::new(), node),
                }
            });
        }
    }

    /// `Point = Struct.new(:x, :y) do … end` is a class.
    pub(super) fn struct_class(&mut self, left: Node<'t>, right: Node<'t>) -> bool {
        let is_struct = kind(right) == Kind::Call
            && child(right, Field::Receiver).is_some_and(|r| matches!(self.b.text(r), "Struct" | "Data"))
            && child(right, Field::Method).is_some_and(|m| matches!(self.b.text(m), "new" | "define"));
        if !is_struct {
            return false;
        }
        let names = self.symbols(child(right, Field::Arguments));
        let method = self.method.take();
        let name = self.b.name(left);
        self.open_class(name, right);
        self.struct_members(names, right);
        if let Some(body) = child(right, Field::Block).and_then(|b| child(b, Field::Body)) {
            self.body(body, false);
        }
        self.classes.pop();
        self.method = method;
        true
    }

    /// A constructor that sets the members, and readers for them.
    fn struct_members(&mut self, names: Vec<Name>, node: Node<'t>) {
        self.function(node, Name::new_static("initialize"), FunctionKind::Constructor, |it| {
            for name in &names {
                it.add_param(Param { name: name.clone(), ty: None, default: None, kind: ParamKind::Normal });
                let this = it.b.add(Expr::This, node);
                let value = it.b.add(Expr::Name(name.clone()), node);
                it.b.emit(Stmt::Assign(Place::Field(this, name.clone()), value));
            }
        });
        for name in names {
            self.accessor(name, false, node);
        }
    }
}
