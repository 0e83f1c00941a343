//! Java classes, records, enums, interfaces and annotation types, with nesting; classes without a name too.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{self, Arg, Class, ClassId, Expr, ExprId, Name, Span};
use crate::source::jvm::{Access, Enclosing};
use std::collections::HashMap;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// A named class of any sort.
    pub(super) fn class_declaration(&mut self, node: Node<'t>) {
        let (Some(name), Some(body)) = (child(node, Field::Name), child(node, Field::Body)) else { return };
        if !self.b.descend_class(node) {
            return;
        }
        let local = self.b.function != ir::Module::MAIN;
        if local {
            self.classes.capture_this(&mut self.b, node);
        }
        let name = self.b.name(name);
        let bases = self.bases(node);
        let decorators = self.decorators(node);
        let mut class = Class::new(name.clone(), Span::of(&node));
        class.outer = self.classes.innermost().map(|c| c.class);
        class.bases = bases;
        class.decorators = decorators;
        class.interface = matches!(kind(node), Kind::InterfaceDeclaration | Kind::AnnotationTypeDeclaration);
        let id = self.b.module.add_class(class);
        let components = match kind(node) {
            Kind::RecordDeclaration => child(node, Field::Parameters),
            _ => None,
        };
        self.class_body(id, name, body, components, local);
        if kind(node) != Kind::InterfaceDeclaration {
            self.generated_members(id, node, components);
        }
        self.b.ascend_class();
    }

    /// The body of `new Base(…) { … }` or of an enum constant; returns the name made up for the class.
    pub(super) fn anonymous_class(&mut self, base: ExprId, base_name: &str, body: Node<'t>) -> Name {
        self.anonymous += 1;
        let name = Name::new(format!("{base_name}${}", self.anonymous));
        let local = self.b.function != ir::Module::MAIN;
        if local {
            self.classes.capture_this(&mut self.b, body);
        }
        let mut class = Class::new(name.clone(), Span::of(&body));
        class.outer = self.classes.innermost().map(|c| c.class);
        class.bases = vec![base];
        let id = self.b.module.add_class(class);
        if self.b.descend_class(body) {
            self.class_body(id, name.clone(), body, None, local);
            self.b.ascend_class();
        }
        name
    }

    fn bases(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let mut bases = Vec::new();
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::Superclass => bases.extend(self.b.first(part).map(|ty| self.ty(ty))),
                Kind::SuperInterfaces | Kind::ExtendsInterfaces => {
                    for list in self.b.kids(part) {
                        let types = self.b.kids(list);
                        bases.extend(types.into_iter().map(|ty| self.ty(ty)).collect::<Vec<_>>());
                    }
                }
                _ => {}
            }
        }
        bases
    }

    /// Lowers the members of a class body whose class is already there.
    fn class_body(&mut self, id: ClassId, name: Name, body: Node<'t>, components: Option<Node<'t>>, local: bool) {
        let mut members = Vec::new();
        self.collect_members(body, &mut members);
        let inherits = !self.b.module.class(id).bases.is_empty();
        let mut enclosing =
            Enclosing { name, class: id, fields: HashMap::new(), methods: HashMap::new(), inherits, local };
        for parameter in components.map(|c| self.b.kids(c)).unwrap_or_default() {
            if let Some(name) = child(parameter, Field::Name) {
                enclosing.fields.insert(self.b.name(name), Access::Instance);
            }
        }
        let interface = self.b.module.class(id).interface;
        for member in &members {
            self.note_member(*member, interface, &mut enclosing);
        }
        let is_enum = members.iter().any(|m| kind(*m) == Kind::EnumConstant);
        self.classes.push(enclosing);
        for member in members {
            self.member(id, member, local);
        }
        if is_enum {
            self.enum_values(id, body);
        }
        self.classes.pop();
    }

    /// The members of a body; an enum keeps its own apart from the constants.
    fn collect_members(&mut self, body: Node<'t>, members: &mut Vec<Node<'t>>) {
        for member in self.b.sound_parts(body) {
            if kind(member) == Kind::EnumBodyDeclarations {
                members.extend(self.b.kids(member));
            } else {
                members.push(member);
            }
        }
    }

    /// Notes what a member is called before any body is lowered.
    fn note_member(&mut self, member: Node<'t>, interface: bool, enclosing: &mut Enclosing) {
        match kind(member) {
            Kind::FieldDeclaration | Kind::ConstantDeclaration => {
                let is_static = kind(member) == Kind::ConstantDeclaration || interface || self.is_static(member);
                let access = if is_static { Access::Static } else { Access::Instance };
                let ty = child(member, Field::Type).map_or("", |ty| self.b.text(ty));
                for declarator in self.b.kids(member) {
                    if kind(declarator) == Kind::VariableDeclarator
                        && let Some(name) = child(declarator, Field::Name)
                    {
                        let name = self.b.name(name);
                        self.tables.declare(&name, ty);
                        enclosing.fields.insert(name, access);
                    }
                }
            }
            Kind::MethodDeclaration => {
                let access = if self.is_static(member) { Access::Static } else { Access::Instance };
                if let Some(name) = child(member, Field::Name) {
                    enclosing.methods.insert(self.b.name(name), access);
                }
            }
            Kind::EnumConstant => {
                if let Some(name) = child(member, Field::Name) {
                    enclosing.fields.insert(self.b.name(name), Access::Static);
                }
            }
            _ => {}
        }
    }

    fn modifiers(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        self.b.first(node).filter(|m| kind(*m) == Kind::Modifiers)
    }

    /// Whether a declaration has a modifier, `static` for one.
    pub(super) fn is_static(&mut self, node: Node<'t>) -> bool {
        let Some(modifiers) = self.modifiers(node) else { return false };
        self.b.all_kids(modifiers).into_iter().any(|m| kind(m) == Kind::Static)
    }

    /// Annotations as expressions: `Name` or `Call(Name, args)`.
    pub(super) fn decorators(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let Some(modifiers) = self.modifiers(node) else { return Vec::new() };
        let annotations = self.b.kids(modifiers);
        annotations.into_iter().map(|a| self.annotation(a)).collect()
    }

    /// `@Name` or `@Name(args)`.
    pub(super) fn annotation(&mut self, node: Node<'t>) -> ExprId {
        let Some(name) = child(node, Field::Name) else { return self.b.unknown(node) };
        let text = self.b.text(name);
        let callee = self.b.dotted(text, name);
        let Some(list) = child(node, Field::Arguments) else { return callee };
        let mut args = Vec::new();
        for arg in self.b.kids(list) {
            if kind(arg) == Kind::ElementValuePair {
                let (Some(key), Some(value)) = (child(arg, Field::Key), child(arg, Field::Value)) else { continue };
                let value = self.expr(value);
                args.push(Arg::named(self.b.text(key), value));
            } else {
                args.push(Arg::positional(self.expr(arg)));
            }
        }
        self.b.add(Expr::Call(callee, args), node)
    }
}
