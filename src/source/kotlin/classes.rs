//! Kotlin classes, interfaces, objects, enums and companions. Objects and companions are static: their members are reached
//! through the class.

use super::Lowerer;
use super::grammar::{Field, Kind, child, is_expression, is_type, kind};
use crate::ir::{self, Arg, Class, ClassId, Expr, ExprId, FunctionKind, Module, Name, Param, Place, Span, Stmt};
use crate::source::jvm::injected::injected;
use crate::source::jvm::{Access, Enclosing};
use std::collections::HashMap;
use tree_sitter::Node;

/// What stands in the header of a class.
#[derive(Default)]
pub(super) struct Header<'t> {
    /// Parameters of the primary constructor.
    pub parameters: Vec<Node<'t>>,
    /// Supertypes.
    pub bases: Vec<ExprId>,
    /// Arguments of the superclass's constructor.
    pub base_arguments: Option<Node<'t>>,
    /// The body.
    pub body: Option<Node<'t>>,
    /// Annotations.
    pub decorators: Vec<ExprId>,
}

impl<'t> Lowerer<'t> {
    /// `class`, `interface`, `enum class`, `data class`, `object`.
    pub(super) fn class_declaration(&mut self, node: Node<'t>) {
        let Some(name) = child(node, Field::Name) else { return };
        let name = self.ident(name);
        if !self.b.descend_class(node) {
            return;
        }
        let local = self.b.function != Module::MAIN;
        if local {
            self.classes.capture_this(&mut self.b, node);
        }
        let header = self.header(node);
        let mut class = Class::new(name.clone(), Span::of(&node));
        class.outer = self.classes.innermost().map(|c| c.class);
        class.bases.clone_from(&header.bases);
        class.decorators.clone_from(&header.decorators);
        class.interface = self.b.all_kids(node).into_iter().any(|k| kind(k) == Kind::Interface);
        let id = self.b.module.add_class(class);
        self.class_body(id, name, &header, node, local);
        self.b.ascend_class();
    }

    /// `object : Base(…) { … }` or the body of an enum entry; returns the name made up for the class.
    pub(super) fn anonymous_class(&mut self, header: &Header<'t>, hint: &str, node: Node<'t>) -> Name {
        self.anonymous += 1;
        let name = Name::new(format!("{hint}${}", self.anonymous));
        if !self.b.descend_class(node) {
            return name;
        }
        let local = self.b.function != Module::MAIN;
        if local {
            self.classes.capture_this(&mut self.b, node);
        }
        let mut class = Class::new(name.clone(), Span::of(&node));
        class.outer = self.classes.innermost().map(|c| c.class);
        class.bases.clone_from(&header.bases);
        let id = self.b.module.add_class(class);
        self.class_body(id, name.clone(), header, node, local);
        self.b.ascend_class();
        name
    }

    /// Reads the parts of a class that stand before its body.
    pub(super) fn header(&mut self, node: Node<'t>) -> Header<'t> {
        let mut header = Header::default();
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Modifiers => header.decorators = self.annotations(part),
                Kind::PrimaryConstructor => {
                    for list in self.b.kids(part) {
                        if kind(list) == Kind::ClassParameters {
                            header.parameters = self.b.kids(list).to_vec();
                        }
                    }
                }
                Kind::DelegationSpecifiers => {
                    for specifier in self.b.kids(part) {
                        self.delegation(specifier, &mut header);
                    }
                }
                Kind::ClassBody | Kind::EnumClassBody => header.body = Some(part),
                _ => {}
            }
        }
        header
    }

    fn delegation(&mut self, specifier: Node<'t>, header: &mut Header<'t>) {
        let Some(inner) = self.b.kids(specifier).into_iter().find(|k| kind(*k) != Kind::Annotation) else { return };
        match kind(inner) {
            Kind::ConstructorInvocation | Kind::ExplicitDelegation => {
                for part in self.b.kids(inner) {
                    if is_type(kind(part)) {
                        header.bases.push(self.ty(part));
                    } else if kind(part) == Kind::ValueArguments {
                        header.base_arguments = Some(part);
                    }
                }
            }
            _ => header.bases.push(self.ty(inner)),
        }
    }

    /// Lowers the members of a class that is already there.
    fn class_body(&mut self, id: ClassId, name: Name, header: &Header<'t>, node: Node<'t>, local: bool) {
        let is_object = kind(node) == Kind::ObjectDeclaration;
        let members = self.members(header.body);
        let mut enclosing = Enclosing {
            name,
            class: id,
            fields: HashMap::new(),
            methods: HashMap::new(),
            inherits: !header.bases.is_empty(),
            local,
        };
        for parameter in &header.parameters {
            if self.is_property_parameter(*parameter)
                && let Some(name) = self.parameter_name(*parameter)
            {
                enclosing.fields.insert(name, Access::Instance);
            }
        }
        self.note_members(&members, if is_object { Access::Static } else { Access::Instance }, &mut enclosing);
        self.classes.push(enclosing);
        let receivers = std::mem::take(&mut self.receivers);
        let constructed = !is_object && self.needs_constructor(header, &members);
        if constructed {
            self.primary_constructor(id, header, &members, node, local);
        }
        let mut constants = Vec::new();
        for member in &members {
            if kind(*member) == Kind::EnumEntry {
                constants.extend(self.enum_entry(id, *member));
            } else {
                self.member(id, *member, is_object, constructed, local);
            }
        }
        if !constants.is_empty() {
            self.enum_values(id, constants, node);
        }
        self.receivers = receivers;
        self.classes.pop();
    }

    /// The members of a body; those inside a part that the grammar could not read too.
    pub(super) fn members(&mut self, body: Option<Node<'t>>) -> Vec<Node<'t>> {
        body.map(|b| self.b.sound_parts(b)).unwrap_or_default()
    }

    /// Notes what members are called before any body is lowered; those of a companion are static members of the class.
    fn note_members(&mut self, members: &[Node<'t>], access: Access, enclosing: &mut Enclosing) {
        for member in members {
            match kind(*member) {
                Kind::PropertyDeclaration => {
                    if let Some(name) = self.property_name(*member) {
                        let name = self.ident(name);
                        if let Some(ty) = self.property_type(*member) {
                            self.tables.declare(&name, self.b.text(ty));
                        }
                        enclosing.fields.insert(name, access);
                    }
                }
                Kind::FunctionDeclaration => {
                    if let Some(name) = child(*member, Field::Name) {
                        enclosing.methods.insert(self.ident(name), access);
                    }
                }
                Kind::CompanionObject => {
                    let body = self.b.kids(*member).into_iter().find(|k| kind(*k) == Kind::ClassBody);
                    let inner = self.members(body);
                    self.note_members(&inner, Access::Static, enclosing);
                }
                Kind::EnumEntry => {
                    if let Some(name) = self.b.kids(*member).into_iter().find(|k| kind(*k) == Kind::Identifier) {
                        enclosing.fields.insert(self.ident(name), Access::Static);
                    }
                }
                _ => {}
            }
        }
    }

    fn needs_constructor(&mut self, header: &Header<'t>, members: &[Node<'t>]) -> bool {
        !header.parameters.is_empty()
            || header.base_arguments.is_some_and(|a| self.b.first(a).is_some())
            || members.iter().any(|m| kind(*m) == Kind::AnonymousInitializer)
    }

    /// Whether a parameter of the primary constructor is a property too (`val`, `var`).
    fn is_property_parameter(&mut self, parameter: Node<'t>) -> bool {
        self.b.all_kids(parameter).into_iter().any(|k| matches!(kind(k), Kind::Val | Kind::Var))
    }

    fn parameter_name(&mut self, parameter: Node<'t>) -> Option<Name> {
        let name = self.b.kids(parameter).into_iter().find(|k| kind(*k) == Kind::Identifier)?;
        Some(self.ident(name))
    }

    /// The primary constructor: keeps property parameters, calls the base, runs initialisers in order.
    fn primary_constructor(
        &mut self,
        class: ClassId,
        header: &Header<'t>,
        members: &[Node<'t>],
        node: Node<'t>,
        local: bool,
    ) {
        let mut function = ir::Function::new(self.b.module.class(class).name.clone(), Span::of(&node));
        function.owner = Some(class);
        function.parent = local.then_some(self.b.function);
        function.kind = FunctionKind::Constructor;
        let mut kept = Vec::new();
        for parameter in &header.parameters {
            let Some(param) = self.class_parameter(*parameter) else { continue };
            if self.is_property_parameter(*parameter) {
                kept.push((param.name.clone(), param.ty, *parameter));
            }
            function.params.push(param);
        }
        let names: Vec<Name> = function.params.iter().map(|p| p.name.clone()).collect();
        let frame = self.b.begin_function(function, local);
        for name in names {
            self.b.scope.declare(name);
        }
        for (name, ty, parameter) in kept {
            let this = self.b.add(Expr::This, parameter);
            let value = self.b.add(Expr::Name(name.clone()), parameter);
            self.b.emit(Stmt::Assign(Place::Field(this, name.clone()), value));
            self.add_field(class, ir::Field { name, ty, value: None, span: Span::of(&parameter) });
        }
        if let Some(arguments) = header.base_arguments {
            let args = self.value_arguments(arguments);
            let callee = self.b.add(Expr::Super, arguments);
            let call = self.b.add(Expr::Call(callee, args), arguments);
            self.b.emit(Stmt::Eval(call));
        }
        for member in members {
            match kind(*member) {
                Kind::PropertyDeclaration => self.initialise_property(class, *member),
                Kind::AnonymousInitializer => self.statements(*member),
                _ => {}
            }
        }
        let id = self.b.end_function(frame);
        self.add_method(class, id);
    }

    fn class_parameter(&mut self, node: Node<'t>) -> Option<Param> {
        let mut name = None;
        let mut ty = None;
        let mut default = None;
        let mut rest = false;
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Modifiers => {
                    rest = self.b.text(part).contains("vararg");
                    let annotations = self.annotations(part);
                    default = injected(&mut self.b, &annotations, part);
                }
                Kind::Identifier if name.is_none() => name = Some(self.ident(part)),
                k if is_type(k) => ty = Some(part),
                k if is_expression(k) => default = Some(self.expr(part)),
                _ => {}
            }
        }
        let name = name?;
        if let Some(ty) = ty {
            self.tables.declare(&name, self.b.text(ty));
        }
        let ty = ty.map(|ty| self.ty(ty));
        Some(Param { name, ty, default, kind: if rest { ir::ParamKind::Rest } else { ir::ParamKind::Normal } })
    }

    /// `NAME(args) { … }`: a field of the enum whose value is a new instance; returns its name.
    fn enum_entry(&mut self, class: ClassId, node: Node<'t>) -> Option<Name> {
        let enum_name = self.b.module.class(class).name.clone();
        let mut ty = self.b.add(Expr::Name(enum_name.clone()), node);
        let mut name = None;
        let mut args: Vec<Arg> = Vec::new();
        let mut body = None;
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Identifier => name = Some(self.ident(part)),
                Kind::ValueArguments => args = self.value_arguments(part),
                Kind::ClassBody => body = Some(part),
                _ => {}
            }
        }
        if body.is_some() {
            let header = Header { bases: vec![ty], body, ..Header::default() };
            let own = self.anonymous_class(&header, &enum_name, node);
            ty = self.b.add(Expr::Name(own), node);
        }
        let name = name?;
        let value = self.b.add(Expr::New(ty, args), node);
        self.add_field(class, ir::Field { name: name.clone(), ty: None, value: Some(value), span: Span::of(&node) });
        Some(name)
    }

    /// `values()` and `entries`, which every enum has.
    fn enum_values(&mut self, class: ClassId, names: Vec<Name>, node: Node<'t>) {
        let enum_name = self.b.module.class(class).name.clone();
        let mut function = ir::Function::new("values", Span::of(&node));
        function.owner = Some(class);
        function.kind = FunctionKind::Static;
        let frame = self.b.begin_function(function, false);
        let object = self.b.add(Expr::Name(enum_name), node);
        let items = names.into_iter().map(|n| self.b.add(Expr::Field(object, n), node)).collect();
        let list = self.b.add(Expr::List(items), node);
        self.b.emit(Stmt::Return(Some(list)));
        let id = self.b.end_function(frame);
        self.add_method(class, id);
        let field = ir::Field { name: Name::new_static("entries"), ty: None, value: Some(list), span: Span::of(&node) };
        self.add_field(class, field);
    }
}
