//! Method definitions and parameters.

use super::grammar::{Field, Kind, child, kind};
use super::{Lowerer, MethodFrame};
use crate::ir::{Arg, Expr, ExprId, Function, FunctionId, FunctionKind, Module, Name, Param, ParamKind, Span, Stmt};
use tree_sitter::Node;

/// The parameter that a method's block comes in, where it has no name.
const BLOCK: Name = Name::new_static("&");

impl<'t> Lowerer<'t> {
    /// Any definition.
    pub(super) fn definition(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::Method => self.method(node, false),
            Kind::SingletonMethod => self.method(node, true),
            Kind::SingletonClass => self.singleton_class(node),
            _ => self.class(node),
        }
    }

    fn method(&mut self, node: Node<'t>, singleton: bool) {
        let Some(name) = child(node, Field::Name) else { return };
        let name = self.b.name(name);
        let statics = singleton || self.classes.last().is_some_and(|c| c.statics);
        let constructor = name == "initialize" && !statics && !self.classes.is_empty();
        let kind = match (constructor, statics) {
            (true, _) => FunctionKind::Constructor,
            (_, true) if !self.classes.is_empty() => FunctionKind::Static,
            _ => FunctionKind::Plain,
        };
        let body = child(node, Field::Body);
        let parameters = child(node, Field::Parameters);
        let id = self.function(node, name.clone(), kind, |it| {
            let declared = parameters.and_then(|p| it.block_parameter(p));
            let yields = declared.is_none() && it.b.text(node).contains("yield");
            let block = declared.unwrap_or(BLOCK);
            let frame = MethodFrame { name: name.clone(), block: block.clone(), constructor, statics };
            let outer = it.method.replace(frame);
            if let Some(parameters) = parameters {
                it.parameters(parameters);
            }
            if yields {
                it.add_param(Param { name: block, ty: None, default: None, kind: ParamKind::Normal });
            }
            if let Some(body) = body {
                it.statement(body, !constructor);
            }
            it.method = outer;
        });
        if self.classes.is_empty() {
            let lambda = self.b.add(Expr::Lambda(id), node);
            self.b.assign(name, lambda);
        }
    }

    /// A function of the innermost class, or of the file.
    pub(super) fn function(
        &mut self,
        node: Node<'t>,
        name: Name,
        kind: FunctionKind,
        body: impl FnOnce(&mut Self),
    ) -> FunctionId {
        let class = self.classes.last().map(|c| c.id);
        let mut function = Function::new(name, Span::of(&node));
        function.owner = class;
        function.kind = kind;
        function.test = self.test;
        function.parent = if class.is_none() || self.b.function != Module::MAIN { Some(self.b.function) } else { None };
        let frame = self.b.begin_function(function, false);
        let inlined = std::mem::take(&mut self.inlined);
        body(self);
        self.inlined = inlined;
        let id = self.b.end_function(frame);
        if let Some(class) = class.and_then(|c| self.b.module.classes.get_mut(c.0 as usize)) {
            class.methods.push(id);
        }
        id
    }

    /// A method with one statement, made by a macro such as `attr_reader`.
    pub(super) fn made_method(
        &mut self,
        node: Node<'t>,
        name: Name,
        params: Vec<Param>,
        result: impl FnOnce(&mut Self) -> ExprId,
    ) {
        let statics = self.classes.last().is_some_and(|c| c.statics);
        let kind = if statics { FunctionKind::Static } else { FunctionKind::Plain };
        self.function(node, name, kind, |it| {
            for param in params {
                it.add_param(param);
            }
            let value = result(it);
            it.b.emit(Stmt::Return(Some(value)));
        });
    }

    /// A method that hands everything on to another method of an object.
    pub(super) fn forwarding_method(
        &mut self,
        node: Node<'t>,
        name: Name,
        target: &Name,
        object: impl FnOnce(&mut Self) -> ExprId,
    ) {
        let rest = Name::new_static("...");
        let param = Param { name: rest.clone(), ty: None, default: None, kind: ParamKind::Rest };
        self.made_method(node, name, vec![param], |it| {
            let object = object(it);
            let value = it.b.add(Expr::Name(rest), node);
            it.b.call_method(object, target, vec![Arg { name: None, value, spread: true }], node)
        });
    }

    /// Declares the parameters of the function being lowered.
    pub(super) fn parameters(&mut self, node: Node<'t>) {
        for param in self.b.kids(node) {
            match kind(param) {
                Kind::Identifier => {
                    let name = self.b.name(param);
                    self.add_param(Param { name, ty: None, default: None, kind: ParamKind::Normal });
                }
                Kind::DestructuredParameter => {
                    let name = self.b.temporary();
                    self.add_param(Param { name: name.clone(), ty: None, default: None, kind: ParamKind::Normal });
                    let value = self.b.add(Expr::Name(name), param);
                    self.bind_param(param, value);
                }
                Kind::ForwardParameter => {
                    self.add_param(Param {
                        name: Name::new_static("..."),
                        ty: None,
                        default: None,
                        kind: ParamKind::Rest,
                    });
                }
                other => {
                    let name = child(param, Field::Name).map_or(Name::new_static("*"), |n| self.b.name(n));
                    let kind = match other {
                        Kind::SplatParameter => ParamKind::Rest,
                        Kind::HashSplatParameter => ParamKind::Named,
                        _ => ParamKind::Normal,
                    };
                    let name = if other == Kind::BlockParameter && name == "*" { BLOCK } else { name };
                    let default = child(param, Field::Value).map(|v| self.expression(v));
                    self.add_param(Param { name, ty: None, default, kind });
                }
            }
        }
    }

    pub(super) fn add_param(&mut self, param: Param) {
        self.b.scope.declare(param.name.clone());
        let id = self.b.function;
        if let Some(function) = self.b.module.functions.get_mut(id.0 as usize) {
            function.params.push(param);
        }
    }

    fn block_parameter(&mut self, parameters: Node<'t>) -> Option<Name> {
        let param = self.b.kids(parameters).into_iter().find(|p| kind(*p) == Kind::BlockParameter)?;
        Some(child(param, Field::Name).map_or(BLOCK, |n| self.b.name(n)))
    }

    /// The parameters of the method around, as arguments for a bare `super`.
    pub(super) fn own_parameters(&mut self, node: Node<'t>) -> Vec<Arg> {
        let mut id = self.b.function;
        while self.b.module.function(id).name.is_empty()
            && let Some(parent) = self.b.module.function(id).parent
        {
            id = parent;
        }
        let params: Vec<(Name, ParamKind)> =
            self.b.module.function(id).params.iter().map(|p| (p.name.clone(), p.kind)).collect();
        let mut args = Vec::new();
        for (name, kind) in params {
            let value = self.b.add(Expr::Name(name), node);
            args.push(Arg { name: None, value, spread: kind != ParamKind::Normal });
        }
        args
    }

    /// `alias new old`.
    pub(super) fn alias(&mut self, node: Node<'t>) {
        let (Some(new), Some(old)) = (child(node, Field::Name), child(node, Field::Alias)) else { return };
        let plain = |it: &Self, n: Node<'t>| Name::new(it.b.text(n).trim_start_matches(':'));
        let (new, old) = (plain(self, new), plain(self, old));
        if !self.classes.is_empty() {
            self.forwarding_method(node, new, &old, |it| it.b.add(Expr::This, node));
        }
    }
}
