//! Kotlin functions, constructors, lambdas, annotations and the other members of classes.

use super::Lowerer;
use super::grammar::{Field, Kind, child, is_type, kind};
use crate::ir::{Arg, ClassId, Expr, ExprId, Function, FunctionId, FunctionKind, Name, Param, ParamKind, Span, Stmt};
use crate::source::jvm::is_test_annotation;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// A member of a class, except enum entries. `constructed` if the constructor sets the properties.
    pub(super) fn member(&mut self, class: ClassId, node: Node<'t>, is_static: bool, constructed: bool, local: bool) {
        match kind(node) {
            Kind::FunctionDeclaration => {
                let plain = if is_static { FunctionKind::Static } else { FunctionKind::Plain };
                let id = self.function_declaration(node, Some((class, plain)), local);
                self.add_method(class, id);
            }
            Kind::PropertyDeclaration => self.member_property(class, node, is_static, constructed),
            Kind::CompanionObject => {
                let body = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::ClassBody);
                for member in self.members(body) {
                    self.member(class, member, true, false, local);
                }
            }
            Kind::SecondaryConstructor => self.secondary_constructor(class, node, local),
            Kind::AnonymousInitializer if is_static => {
                let mut function = Function::new("", Span::of(&node));
                function.owner = Some(class);
                function.kind = FunctionKind::Static;
                let frame = self.b.begin_function(function, local);
                self.statements(node);
                let id = self.b.end_function(frame);
                self.add_method(class, id);
            }
            Kind::ClassDeclaration | Kind::ObjectDeclaration => self.class_declaration(node),
            _ => {}
        }
    }

    /// `fun name(…)`: a method if it has an owner.
    pub(super) fn function_declaration(
        &mut self,
        node: Node<'t>,
        owner: Option<(ClassId, FunctionKind)>,
        nested: bool,
    ) -> FunctionId {
        let name = child(node, Field::Name).map(|n| self.ident(n)).unwrap_or_default();
        let mut function = Function::new(name, Span::of(&node));
        if let Some((class, kind)) = owner {
            function.owner = Some(class);
            function.kind = kind;
        }
        function.parent = nested.then_some(self.b.function);
        let mut seen_params = false;
        let mut body = None;
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Modifiers => function.decorators = self.annotations(part),
                Kind::FunctionValueParameters => {
                    function.params = self.params(part);
                    seen_params = true;
                }
                Kind::FunctionBody => body = Some(part),
                k if is_type(k) && seen_params => function.returns = Some(self.ty(part)),
                _ => {}
            }
        }
        function.test = function.decorators.iter().any(|d| is_test_annotation(&self.annotation_name(*d)));
        self.finish_function(function, body, nested)
    }

    /// Declares the parameters and lowers the body.
    fn finish_function(&mut self, function: Function, body: Option<Node<'t>>, nested: bool) -> FunctionId {
        let names: Vec<Name> = function.params.iter().map(|p| p.name.clone()).collect();
        let receivers = if nested { Vec::new() } else { std::mem::take(&mut self.receivers) };
        let frame = self.b.begin_function(function, nested);
        for name in names {
            self.b.scope.declare(name);
        }
        if let Some(body) = body {
            self.function_body(body);
        }
        if !nested {
            self.receivers = receivers;
        }
        self.b.end_function(frame)
    }

    /// `= expression` or a block.
    pub(super) fn function_body(&mut self, body: Node<'t>) {
        let parts = self.b.all_kids(body);
        match parts.as_slice() {
            [first, value, ..] if kind(*first) == Kind::Equals => {
                let value = self.expr(*value);
                self.b.emit(Stmt::Return(Some(value)));
            }
            [block, ..] => self.statement(*block),
            [] => {}
        }
    }

    fn secondary_constructor(&mut self, class: ClassId, node: Node<'t>, local: bool) {
        let mut function = Function::new(self.b.module.class(class).name.clone(), Span::of(&node));
        function.owner = Some(class);
        function.parent = local.then_some(self.b.function);
        function.kind = FunctionKind::Constructor;
        let parts = self.b.kids(node);
        if let Some(list) = parts.iter().find(|p| kind(**p) == Kind::FunctionValueParameters) {
            function.params = self.params(*list);
        }
        let names: Vec<Name> = function.params.iter().map(|p| p.name.clone()).collect();
        let frame = self.b.begin_function(function, local);
        for name in names {
            self.b.scope.declare(name);
        }
        for part in parts {
            match kind(part) {
                Kind::ConstructorDelegation => {
                    let inner = self.b.all_kids(part);
                    let to_super = inner.iter().any(|k| kind(*k) == Kind::Super);
                    let list = inner.into_iter().find(|k| kind(*k) == Kind::ValueArguments);
                    let args = list.map(|l| self.value_arguments(l)).unwrap_or_default();
                    let callee = self.b.add(if to_super { Expr::Super } else { Expr::This }, part);
                    let call = self.b.add(Expr::Call(callee, args), part);
                    self.b.emit(Stmt::Eval(call));
                }
                Kind::Block => self.statement(part),
                _ => {}
            }
        }
        let id = self.b.end_function(frame);
        self.add_method(class, id);
    }

    /// Declared parameters: modifiers stand before a parameter, its default value after it.
    pub(super) fn params(&mut self, list: Node<'t>) -> Vec<Param> {
        let mut params: Vec<Param> = Vec::new();
        let mut rest = false;
        for part in self.b.kids(list) {
            match kind(part) {
                Kind::ParameterModifiers => rest = self.b.text(part).contains("vararg"),
                Kind::Parameter => {
                    let kids = self.b.kids(part);
                    let Some(name) = kids.iter().find(|k| kind(**k) == Kind::Identifier) else { continue };
                    let name = self.ident(*name);
                    let ty = kids.iter().find(|k| is_type(kind(**k)));
                    if let Some(ty) = ty {
                        self.tables.declare(&name, self.b.text(*ty));
                    }
                    let ty = ty.map(|ty| self.ty(*ty));
                    let kind = if rest { ParamKind::Rest } else { ParamKind::Normal };
                    params.push(Param { name, ty, default: None, kind });
                    rest = false;
                }
                _ => {
                    let value = self.expr(part);
                    if let Some(param) = params.last_mut() {
                        param.default = Some(value);
                    }
                }
            }
        }
        params
    }

    /// `{ a, b -> … }` as a function; without parameters it takes `it`. The last expression is the result.
    pub(super) fn lambda_function(&mut self, node: Node<'t>) -> FunctionId {
        let mut function = Function::new("", Span::of(&node));
        function.parent = Some(self.b.function);
        if self.b.function == crate::ir::Module::MAIN {
            function.owner = self.classes.innermost().map(|c| c.class);
        }
        let parts = self.b.kids(node);
        let mut taken_apart = Vec::new();
        match parts.first().filter(|p| kind(**p) == Kind::LambdaParameters) {
            Some(list) => {
                for (index, variable) in self.b.kids(*list).into_iter().enumerate() {
                    let name = if kind(variable) == Kind::MultiVariableDeclaration {
                        let name = Name::new(format!("$part{index}"));
                        taken_apart.push((name.clone(), variable));
                        name
                    } else {
                        self.variable_name(variable).map(|n| self.ident(n)).unwrap_or_default()
                    };
                    let ty = self.b.kids(variable).into_iter().find(|k| is_type(kind(*k)));
                    let ty = ty.map(|ty| self.ty(ty));
                    function.params.push(Param { name, ty, default: None, kind: ParamKind::Normal });
                }
            }
            None => {
                let name = Name::new_static("it");
                function.params.push(Param { name, ty: None, default: None, kind: ParamKind::Normal });
            }
        }
        let names: Vec<Name> = function.params.iter().map(|p| p.name.clone()).collect();
        let frame = self.b.begin_function(function, true);
        for name in names {
            self.b.scope.declare(name);
        }
        for (name, variables) in taken_apart {
            let value = self.b.add(Expr::Name(name), variables);
            self.destructure(variables, value);
        }
        let value = self.block_value(node);
        if let Some(value) = value {
            self.b.emit(Stmt::Return(Some(value)));
        }
        self.b.end_function(frame)
    }

    /// `fun(…) { … }` as a value.
    pub(super) fn anonymous_function(&mut self, node: Node<'t>) -> ExprId {
        let id = self.function_declaration(node, None, true);
        self.b.add(Expr::Lambda(id), node)
    }

    /// The annotations among modifiers.
    pub(super) fn annotations(&mut self, modifiers: Node<'t>) -> Vec<ExprId> {
        let parts = self.b.kids(modifiers);
        parts.into_iter().filter(|p| kind(*p) == Kind::Annotation).map(|a| self.annotation(a)).collect()
    }

    fn annotation(&mut self, node: Node<'t>) -> ExprId {
        for part in self.b.kids(node) {
            if kind(part) == Kind::ConstructorInvocation {
                let inner = self.b.kids(part);
                let Some(ty) = inner.iter().find(|k| is_type(kind(**k))) else { continue };
                let callee = self.ty(*ty);
                let list = inner.iter().find(|k| kind(**k) == Kind::ValueArguments);
                let args: Vec<Arg> = list.map(|l| self.value_arguments(*l)).unwrap_or_default();
                return self.b.add(Expr::Call(callee, args), node);
            }
            if is_type(kind(part)) {
                return self.ty(part);
            }
        }
        self.b.unknown(node)
    }

    fn annotation_name(&self, id: ExprId) -> Name {
        match self.b.module.expr(id) {
            Expr::Name(name) | Expr::Field(_, name) => name.clone(),
            Expr::Call(callee, _) => match self.b.module.expr(*callee) {
                Expr::Name(name) | Expr::Field(_, name) => name.clone(),
                _ => Name::default(),
            },
            _ => Name::default(),
        }
    }
}
