//! C# types and their members.

use super::grammar::{Field as At, Kind, child, kind};
use super::{Lowerer, Open};
use crate::ir::{Class, ClassId, Expr, ExprId, Field, Function, FunctionKind, Module, Name, Param, Place, Span, Stmt};
use std::collections::HashSet;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// A class, struct, record, interface or enum; anything else is ignored.
    pub(super) fn type_declaration(&mut self, node: Node<'t>, outer: Option<ClassId>) {
        match kind(node) {
            Kind::Class | Kind::Struct | Kind::Record | Kind::Interface if self.b.descend(node) => {
                self.class(node, outer);
                self.b.ascend();
            }
            Kind::Enum => self.enumeration(node, outer),
            _ => {}
        }
    }

    fn class(&mut self, node: Node<'t>, outer: Option<ClassId>) {
        let Some(name) = child(node, At::Name) else { return };
        let name = self.b.name(name);
        let mut class = Class::new(name.clone(), Span::of(&node));
        class.outer = outer;
        class.interface = kind(node) == Kind::Interface;
        let base_list = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::BaseList);
        let mut base_args = None;
        for base in base_list.map(|b| self.b.kids(b)).unwrap_or_default() {
            match kind(base) {
                Kind::ArgumentList => base_args = Some(base),
                _ if base.kind() == "primary_constructor_base_type" => {
                    class.bases.extend(child(base, At::Type).and_then(|t| self.type_of(t)));
                    base_args = self.b.kids(base).last().copied().filter(|a| kind(*a) == Kind::ArgumentList);
                }
                _ => class.bases.extend(self.type_of(base)),
            }
        }
        class.decorators = self.attributes(node);
        let partial = base_list.is_some() || self.has_modifier(node, "partial");
        let tests = class.decorators.iter().any(|d| self.is_test_class(*d));
        let id = self.b.module.add_class(class);
        let body = child(node, At::Body);
        let primary = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::ParameterList);
        let members = self.member_names(body, primary);
        self.classes.push(Open { name: name.clone(), members, partial });
        let outer_test = self.test;
        self.test |= tests;
        if let Some(primary) = primary {
            self.primary_constructor(id, name, primary, base_args);
        }
        if let Some(body) = body {
            self.members(id, body);
        }
        self.test = outer_test;
        self.classes.pop();
    }

    fn is_test_class(&self, attribute: ExprId) -> bool {
        let Expr::Call(name, _) = self.b.module.expr(attribute) else { return false };
        matches!(self.b.module.expr(*name), Expr::Name(n) if matches!(n.as_str(), "TestFixture" | "TestClass"))
    }

    pub(super) fn has_modifier(&mut self, node: Node<'t>, modifier: &str) -> bool {
        self.b.kids(node).into_iter().any(|k| kind(k) == Kind::Modifier && self.b.text(k) == modifier)
    }

    /// The names a class declares itself.
    fn member_names(&mut self, body: Option<Node<'t>>, primary: Option<Node<'t>>) -> HashSet<Name> {
        let mut names = HashSet::new();
        let mut open: Vec<Node<'t>> = body.into_iter().chain(primary).collect();
        while let Some(node) = open.pop() {
            for member in self.b.kids(node) {
                match kind(member) {
                    Kind::Method | Kind::Property | Kind::Parameter => {
                        names.extend(child(member, At::Name).map(|n| self.b.name(n)));
                    }
                    Kind::Field | Kind::VariableDeclaration => open.push(member),
                    Kind::VariableDeclarator => names.extend(child(member, At::Name).map(|n| self.b.name(n))),
                    _ if member.kind().starts_with("preproc") => open.push(member),
                    _ => {}
                }
            }
        }
        names
    }

    fn class_mut(&mut self, id: ClassId) -> Option<&mut Class> {
        self.b.module.classes.get_mut(id.0 as usize)
    }

    fn add_field(&mut self, class: ClassId, field: Field) {
        if let Some(class) = self.class_mut(class) {
            class.fields.push(field);
        }
    }

    /// `class A(HttpClient http) : B(http)`: parameters are fields for all methods.
    fn primary_constructor(&mut self, class: ClassId, name: Name, list: Node<'t>, base: Option<Node<'t>>) {
        let mut function = Function::new(name, Span::of(&list));
        function.owner = Some(class);
        function.kind = FunctionKind::Constructor;
        function.test = self.test;
        let frame = self.b.begin_function(function, false);
        let params: Vec<Param> = self.parameters(Some(list));
        for param in &params {
            let this = self.b.add(Expr::This, list);
            let value = self.b.add(Expr::Name(param.name.clone()), list);
            self.b.emit(Stmt::Assign(Place::Field(this, param.name.clone()), value));
        }
        if let Some(base) = base {
            let callee = self.b.add(Expr::Super, base);
            let args = self.arguments(base);
            let call = self.b.add(Expr::Call(callee, args), base);
            self.b.emit(Stmt::Eval(call));
        }
        let id = self.b.end_function(frame);
        let span = Span::of(&list);
        for param in &params {
            self.add_field(class, Field { name: param.name.clone(), ty: param.ty, value: None, span });
        }
        if let Some(function) = self.b.module.functions.get_mut(id.0 as usize) {
            function.params = params;
        }
        if let Some(class) = self.class_mut(class) {
            class.methods.push(id);
        }
    }

    fn members(&mut self, class: ClassId, body: Node<'t>) {
        for member in self.b.parts(body) {
            match kind(member) {
                Kind::Field => self.fields(class, member),
                Kind::Property => self.property(class, member),
                Kind::Method => {
                    let is_static = self.has_modifier(member, "static");
                    let kind = if is_static { FunctionKind::Static } else { FunctionKind::Plain };
                    self.method(class, member, kind);
                }
                Kind::Constructor => self.method(class, member, FunctionKind::Constructor),
                _ if member.kind().starts_with("preproc") || member.is_error() => {
                    if self.b.descend(member) {
                        self.members(class, member);
                        self.b.ascend();
                    }
                }
                _ => self.type_declaration(member, Some(class)),
            }
        }
    }

    fn method(&mut self, class: ClassId, node: Node<'t>, kind: FunctionKind) {
        let Some(name) = child(node, At::Name) else { return };
        let name = self.b.name(name);
        self.add_method(class, node, name, kind);
    }

    fn add_method(&mut self, class: ClassId, node: Node<'t>, name: Name, kind: FunctionKind) {
        let mut function = Function::new(name, Span::of(&node));
        function.owner = Some(class);
        function.kind = kind;
        function.parent = (self.b.function != Module::MAIN).then_some(self.b.function);
        let id = self.function(node, function, false);
        if let Some(class) = self.class_mut(class) {
            class.methods.push(id);
        }
    }

    fn fields(&mut self, class: ClassId, node: Node<'t>) {
        let Some(declaration) = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::VariableDeclaration) else {
            return;
        };
        let ty = child(declaration, At::Type).and_then(|t| self.type_of(t));
        for declarator in self.b.kids(declaration).into_iter().filter(|k| kind(*k) == Kind::VariableDeclarator) {
            let Some(name) = child(declarator, At::Name) else { continue };
            let value =
                self.b.kids(declarator).into_iter().find(|k| *k != name && kind(*k) != Kind::BracketedArguments);
            let value = value.map(|v| self.expecting(ty, v));
            let field = Field { name: self.b.name(name), ty, value, span: Span::of(&declarator) };
            self.add_field(class, field);
        }
    }

    /// A value where `new()` means `ty`.
    pub(super) fn expecting(&mut self, ty: Option<ExprId>, value: Node<'t>) -> ExprId {
        self.expected = if kind(value) == Kind::ImplicitObject { ty } else { None };
        self.element = ty.and_then(|ty| match self.b.module.expr(ty) {
            Expr::Generic(_, args) => args.last().copied(),
            _ => None,
        });
        let id = self.expr(value);
        (self.expected, self.element) = (None, None);
        id
    }

    /// A property: a field if it keeps a value, a function if it computes one.
    fn property(&mut self, class: ClassId, node: Node<'t>) {
        let Some(name) = child(node, At::Name) else { return };
        let name = self.b.name(name);
        let value = child(node, At::Value);
        let ty = child(node, At::Type).and_then(|t| self.type_of(t));
        if let Some(arrow) = value.filter(|v| kind(*v) == Kind::ArrowClause) {
            return self.computed(class, name, node, arrow, ty);
        }
        if let Some(default) = self.declared_default(node).filter(|_| value.is_none()) {
            return self.add_field(class, Field { name, ty, value: Some(default), span: Span::of(&node) });
        }
        let accessors = child(node, At::Accessors).map(|a| self.b.kids(a)).unwrap_or_default();
        let mut computed = false;
        for accessor in accessors.into_iter().filter(|k| kind(*k) == Kind::Accessor) {
            let Some(body) = child(accessor, At::Body) else { continue };
            let verb = child(accessor, At::Name).map(|n| self.b.text(n)).unwrap_or_default();
            if verb == "get" {
                computed = true;
                self.computed(class, name.clone(), accessor, body, ty);
            } else {
                self.setter(class, Name::from(format!("set {name}")), accessor, body);
            }
        }
        if !computed {
            let value = value.map(|v| self.expecting(ty, v));
            self.add_field(class, Field { name, ty, value, span: Span::of(&node) });
        }
    }

    /// What settings start with: `[DefaultValue("…")]`, `[ConfigurationProperty("url", DefaultValue = "…")]`.
    fn declared_default(&mut self, node: Node<'t>) -> Option<ExprId> {
        let text = self.b.text(node);
        if !text.trim_start().starts_with('[') || !text.contains("DefaultValue") {
            return None;
        }
        self.attributes(node).into_iter().find_map(|attribute| {
            let Expr::Call(callee, args) = self.b.module.expr(attribute) else { return None };
            let Expr::Name(name) = self.b.module.expr(*callee) else { return None };
            let named = args.iter().find(|arg| arg.name.as_deref() == Some("DefaultValue"));
            let first = args.first().filter(|arg| name == "DefaultValue" && arg.name.is_none());
            // Of a property of a configuration file its name comes first.
            let behind = args.iter().skip(1).filter(|_| name == "ConfigurationProperty");
            let address = |arg: &&crate::ir::Arg| self.b.literal_text(arg.value).is_some_and(|text| text.contains('/'));
            named.or(first).or_else(|| behind.into_iter().find(address)).map(|arg| arg.value)
        })
    }

    fn computed(&mut self, class: ClassId, name: Name, node: Node<'t>, body: Node<'t>, returns: Option<ExprId>) {
        let mut function = Function::new(name, Span::of(&node));
        function.owner = Some(class);
        function.kind = FunctionKind::Property;
        function.returns = returns;
        function.test = self.test;
        let frame = self.b.begin_function(function, false);
        self.body(body);
        let id = self.b.end_function(frame);
        if let Some(class) = self.class_mut(class) {
            class.methods.push(id);
        }
    }

    fn setter(&mut self, class: ClassId, name: Name, node: Node<'t>, body: Node<'t>) {
        let mut function = Function::new(name, Span::of(&node));
        function.owner = Some(class);
        function.test = self.test;
        let value = Name::new_static("value");
        function.params.push(Param {
            name: value.clone(),
            ty: None,
            default: None,
            kind: crate::ir::ParamKind::Normal,
        });
        let frame = self.b.begin_function(function, false);
        self.declare(&value);
        self.body(body);
        let id = self.b.end_function(frame);
        if let Some(class) = self.class_mut(class) {
            class.methods.push(id);
        }
    }

    fn enumeration(&mut self, node: Node<'t>, outer: Option<ClassId>) {
        let Some(name) = child(node, At::Name) else { return };
        let mut class = Class::new(self.b.name(name), Span::of(&node));
        class.outer = outer;
        for member in child(node, At::Body).map(|b| self.b.kids(b)).unwrap_or_default() {
            let Some(name) = child(member, At::Name).filter(|_| kind(member) == Kind::EnumMember) else { continue };
            let value = child(member, At::Value).map(|v| self.expr(v));
            let ty = value.is_none().then(|| self.b.add(Expr::Name(class.name.clone()), member));
            class.fields.push(Field { name: self.b.name(name), ty, value, span: Span::of(&member) });
        }
        self.b.module.add_class(class);
    }
}
