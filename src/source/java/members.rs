//! Members of Java classes: fields, methods, constructors, enum constants, initialisers, and what compilers and Lombok add.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{
    self, Arg, ClassId, Expr, ExprId, Function, FunctionId, FunctionKind, Name, Param, ParamKind, Place, Span, Stmt,
};
use crate::source::jvm::injected::injected;
use crate::source::jvm::is_test_annotation;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// Any member of a class body.
    pub(super) fn member(&mut self, class: ClassId, node: Node<'t>, local: bool) {
        match kind(node) {
            Kind::FieldDeclaration | Kind::ConstantDeclaration => self.fields(class, node),
            Kind::MethodDeclaration => self.method(class, node, FunctionKind::Plain, local),
            Kind::ConstructorDeclaration => self.method(class, node, FunctionKind::Constructor, local),
            Kind::CompactConstructor => {}
            Kind::EnumConstant => self.enum_constant(class, node),
            Kind::Block | Kind::StaticInitializer => {
                let mut function = Function::new("", Span::of(&node));
                function.owner = Some(class);
                function.kind = if kind(node) == Kind::Block { FunctionKind::Plain } else { FunctionKind::Static };
                let frame = self.b.begin_function(function, local);
                self.statement(node);
                let id = self.b.end_function(frame);
                self.add_method(class, id);
            }
            Kind::ClassDeclaration
            | Kind::RecordDeclaration
            | Kind::InterfaceDeclaration
            | Kind::EnumDeclaration
            | Kind::AnnotationTypeDeclaration => self.class_declaration(node),
            _ if node.is_error() => {
                for kid in self.b.parts(node) {
                    if kind(kid) == Kind::MethodDeclaration || kind(kid) == Kind::FieldDeclaration {
                        self.member(class, kid, local);
                    }
                }
            }
            _ => {}
        }
    }

    fn add_method(&mut self, class: ClassId, method: FunctionId) {
        if let Some(class) = self.b.module.classes.get_mut(class.0 as usize) {
            class.methods.push(method);
        }
    }

    fn add_field(&mut self, class: ClassId, field: ir::Field) {
        if let Some(class) = self.b.module.classes.get_mut(class.0 as usize) {
            class.fields.push(field);
        }
    }

    fn fields(&mut self, class: ClassId, node: Node<'t>) {
        let ty = child(node, Field::Type);
        let ty_id = ty.map(|ty| self.ty(ty));
        for declarator in self.b.kids(node) {
            if kind(declarator) != Kind::VariableDeclarator {
                continue;
            }
            let Some(name) = child(declarator, Field::Name) else { continue };
            let value = match child(declarator, Field::Value) {
                Some(value) => Some(self.expr(value)),
                None => self.injected(node),
            };
            let field = ir::Field { name: self.b.name(name), ty: ty_id, value, span: Span::of(&declarator) };
            self.add_field(class, field);
        }
    }

    /// What a framework puts into a field or parameter by its annotations.
    fn injected(&mut self, node: Node<'t>) -> Option<ExprId> {
        let annotations = self.decorators(node);
        injected(&mut self.b, &annotations, node)
    }

    /// A method or constructor.
    fn method(&mut self, class: ClassId, node: Node<'t>, plain: FunctionKind, local: bool) {
        let name = child(node, Field::Name).map(|n| self.b.name(n)).unwrap_or_default();
        let mut function = Function::new(name, Span::of(&node));
        function.owner = Some(class);
        function.parent = local.then_some(self.b.function);
        function.kind = if plain == FunctionKind::Plain && self.is_static(node) { FunctionKind::Static } else { plain };
        function.decorators = self.decorators(node);
        function.test = function.decorators.iter().any(|d| is_test_annotation(&self.annotation_name(*d)));
        function.returns = child(node, Field::Type).map(|ty| self.ty(ty));
        let id = self.function(function, child(node, Field::Parameters), child(node, Field::Body), local);
        self.add_method(class, id);
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

    /// Parameters and body, shared with lambdas.
    pub(super) fn function(
        &mut self,
        mut function: Function,
        params: Option<Node<'t>>,
        body: Option<Node<'t>>,
        nested: bool,
    ) -> FunctionId {
        function.params = self.params(params);
        let names: Vec<Name> = function.params.iter().map(|p| p.name.clone()).collect();
        let frame = self.b.begin_function(function, nested);
        for name in names {
            self.b.scope.declare(name);
        }
        if let Some(body) = body {
            match kind(body) {
                Kind::Block | Kind::ConstructorBody => self.statement(body),
                _ => {
                    let value = self.expr(body);
                    self.b.emit(Stmt::Return(Some(value)));
                }
            }
        }
        self.b.end_function(frame)
    }

    /// Declared or inferred parameters.
    pub(super) fn params(&mut self, list: Option<Node<'t>>) -> Vec<Param> {
        let Some(list) = list else { return Vec::new() };
        if kind(list) == Kind::Identifier {
            return vec![plain_param(self.b.name(list), None)];
        }
        let mut params = Vec::new();
        for node in self.b.kids(list) {
            match kind(node) {
                Kind::Identifier => params.push(plain_param(self.b.name(node), None)),
                Kind::FormalParameter => {
                    let (Some(name), ty) = (child(node, Field::Name), child(node, Field::Type)) else { continue };
                    let name = self.b.name(name);
                    self.tables.declare(&name, ty.map_or("", |ty| self.b.text(ty)));
                    let ty = ty.map(|ty| self.ty(ty));
                    let default = self.injected(node);
                    params.push(Param { default, ..plain_param(name, ty) });
                }
                Kind::SpreadParameter => {
                    let kids = self.b.kids(node);
                    let declarator = kids.iter().find(|k| kind(**k) == Kind::VariableDeclarator);
                    let Some(name) = declarator.and_then(|d| child(*d, Field::Name)) else { continue };
                    let name = self.b.name(name);
                    params.push(Param { name, ty: None, default: None, kind: ParamKind::Rest });
                }
                _ => {}
            }
        }
        params
    }

    /// `NAME(args) { … }`: a field of the enum whose value is a new instance.
    fn enum_constant(&mut self, class: ClassId, node: Node<'t>) {
        let Some(name) = child(node, Field::Name) else { return };
        let name = self.b.name(name);
        let enum_name = self.b.module.class(class).name.clone();
        let mut ty = self.b.add(Expr::Name(enum_name.clone()), node);
        if let Some(body) = child(node, Field::Body) {
            let own = self.anonymous_class(ty, &enum_name, body);
            ty = self.b.add(Expr::Name(own), node);
        }
        let args = child(node, Field::Arguments).map(|list| self.args(list)).unwrap_or_default();
        let value = self.b.add(Expr::New(ty, args), node);
        self.add_field(class, ir::Field { name, ty: None, value: Some(value), span: Span::of(&node) });
    }

    /// The static method `values()` that every enum has.
    pub(super) fn enum_values(&mut self, class: ClassId, node: Node<'t>) {
        let owner = self.b.module.class(class);
        let enum_name = owner.name.clone();
        let is_constant = |f: &&ir::Field| f.ty.is_none() && f.value.is_some();
        let names: Vec<Name> = owner.fields.iter().filter(is_constant).map(|f| f.name.clone()).collect();
        let mut function = Function::new("values", Span::of(&node));
        function.owner = Some(class);
        function.kind = FunctionKind::Static;
        let frame = self.b.begin_function(function, false);
        let object = self.b.add(Expr::Name(enum_name), node);
        let items = names.into_iter().map(|n| self.b.add(Expr::Field(object, n), node)).collect();
        let list = self.b.add(Expr::List(items), node);
        self.b.emit(Stmt::Return(Some(list)));
        let id = self.b.end_function(frame);
        self.add_method(class, id);
    }

    /// Members that no source shows: of records, and of classes with Lombok's annotations.
    pub(super) fn generated_members(&mut self, class: ClassId, node: Node<'t>, components: Option<Node<'t>>) {
        if let Some(components) = components {
            let params = self.params(Some(components));
            for param in &params {
                let span = Span::of(&components);
                self.add_field(class, ir::Field { name: param.name.clone(), ty: param.ty, value: None, span });
                self.accessor(class, param.name.clone(), param.name.clone(), node);
            }
            self.constructor_of_fields(class, params, node);
            return;
        }
        let decorators = self.b.module.class(class).decorators.clone();
        let names: Vec<Name> = decorators.iter().map(|d| self.annotation_name(*d)).collect();
        let has = |wanted: &[&str]| names.iter().any(|n| wanted.contains(&n.as_str()));
        let fields = self.b.module.class(class).fields.clone();
        if has(&["Data", "Value", "Getter"]) {
            for field in &fields {
                let mut letters = field.name.chars();
                let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
                let getter = Name::new(format!("get{first}{}", letters.as_str()));
                self.accessor(class, getter, field.name.clone(), node);
            }
        }
        if has(&["RequiredArgsConstructor", "AllArgsConstructor", "Data", "Value"]) {
            let open = fields.iter().filter(|f| f.value.is_none());
            let params = open.map(|f| plain_param(f.name.clone(), f.ty)).collect();
            self.constructor_of_fields(class, params, node);
        }
    }

    /// A method that returns a field, unless the class has one of that name.
    fn accessor(&mut self, class: ClassId, method: Name, field: Name, node: Node<'t>) {
        let methods = &self.b.module.class(class).methods;
        if methods.iter().any(|m| self.b.module.function(*m).name == method) {
            return;
        }
        let mut function = Function::new(method, Span::of(&node));
        function.owner = Some(class);
        let frame = self.b.begin_function(function, false);
        let this = self.b.add(Expr::This, node);
        let value = self.b.add(Expr::Field(this, field), node);
        self.b.emit(Stmt::Return(Some(value)));
        let id = self.b.end_function(frame);
        self.add_method(class, id);
    }

    /// A constructor that keeps each parameter in the field of its name, unless the class has a constructor.
    fn constructor_of_fields(&mut self, class: ClassId, params: Vec<Param>, node: Node<'t>) {
        let owner = self.b.module.class(class);
        if owner.methods.iter().any(|m| self.b.module.function(*m).kind == FunctionKind::Constructor) {
            return;
        }
        let mut function = Function::new(owner.name.clone(), Span::of(&node));
        function.owner = Some(class);
        function.kind = FunctionKind::Constructor;
        let names: Vec<Name> = params.iter().map(|p| p.name.clone()).collect();
        function.params = params;
        let frame = self.b.begin_function(function, false);
        for name in names {
            let this = self.b.add(Expr::This, node);
            let value = self.b.add(Expr::Name(name.clone()), node);
            self.b.emit(Stmt::Assign(Place::Field(this, name), value));
        }
        let id = self.b.end_function(frame);
        self.add_method(class, id);
    }

    /// Arguments of a call.
    pub(super) fn args(&mut self, list: Node<'t>) -> Vec<Arg> {
        self.b.kids(list).into_iter().map(|a| Arg::positional(self.expr(a))).collect()
    }
}

fn plain_param(name: Name, ty: Option<ExprId>) -> Param {
    Param { name, ty, default: None, kind: ParamKind::Normal }
}
