//! C#: namespaces, imports and the names in scope. Declarations, statements and expressions are in the files below; what libraries
//! do is the engine's business.

mod calls;
mod declarations;
mod expressions;
mod functions;
mod grammar;
mod injection;
mod literals;
mod patterns;
mod statements;
mod types;

use super::lowering::{Builder, parse};
use super::{File, FrontEnd, testing};
use crate::ir::{Expr, ExprId, Import, Language, Member, Module, Name, Span};
use grammar::{Field, Kind, child, kind};
use std::collections::HashSet;
use tree_sitter::Node;

/// The C# front end.
pub struct CSharp;

impl FrontEnd for CSharp {
    fn languages(&self) -> &'static [Language] {
        &[Language::CSharp]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["cs", "csx"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        let Some(tree) = parse(grammar::language(), &file.text) else { return Vec::new() };
        let builder = Builder::new(file, Language::CSharp, &tree, &file.text);
        let mut lowerer = Lowerer { b: builder, classes: Vec::new(), expected: None, element: None, test: false };
        lowerer.b.module.test = testing::is_class_test(&file.path, &file.text);
        lowerer.unit(tree.root_node());
        let mut module = lowerer.b.finish();
        if module.test {
            module.functions.iter_mut().for_each(|f| f.test = true);
        }
        vec![module]
    }
}

/// A class that is being lowered.
struct Open {
    name: Name,
    /// Its own members in this file.
    members: HashSet<Name>,
    /// Whether members may be declared elsewhere: by a base class or another part.
    partial: bool,
}

/// Lowers one file.
struct Lowerer<'t> {
    b: Builder<'t>,
    /// The classes around the place being lowered, innermost last.
    classes: Vec<Open>,
    /// The type that `new()` takes from its surroundings.
    expected: Option<ExprId>,
    /// The same for the elements of the collection that is being made.
    element: Option<ExprId>,
    /// Whether the class being lowered is a test.
    test: bool,
}

impl<'t> Lowerer<'t> {
    /// The top of a file, or of a namespace.
    fn unit(&mut self, node: Node<'t>) {
        for kid in self.b.parts(node) {
            match kind(kid) {
                Kind::UsingDirective => self.using(kid),
                Kind::Namespace | Kind::FileNamespace => self.namespace(kid),
                Kind::GlobalStatement => self.block(kid),
                _ if kid.kind().starts_with("preproc") || kid.is_error() => {
                    if self.b.descend(kid) {
                        self.unit(kid);
                        self.b.ascend();
                    }
                }
                _ => self.type_declaration(kid, None),
            }
        }
    }

    fn namespace(&mut self, node: Node<'t>) {
        if let Some(name) = child(node, Field::Name)
            && self.b.module.path.is_empty()
        {
            self.b.module.path = self.b.text(name).split('.').map(|s| Name::new(s.trim())).collect();
        }
        if let Some(body) = child(node, Field::Body)
            && self.b.descend(node)
        {
            self.unit(body);
            self.b.ascend();
        }
    }

    /// `using A.B;`, `using static A.B;`, `using C = A.B;`.
    fn using(&mut self, node: Node<'t>) {
        let Some(target) = self.b.kids(node).last().copied() else { return };
        let written = self.b.text(target);
        let import = match child(node, Field::Name).filter(|n| *n != target) {
            Some(alias) => {
                let (module, member) = written.rsplit_once('.').unwrap_or(("", written));
                let member = member.split('<').next().unwrap_or_default();
                Import {
                    local: self.b.name(alias),
                    module: Name::new(module),
                    member: Member::Named(Name::new(member)),
                    span: Span::of(&node),
                }
            }
            None => Import {
                local: Name::default(),
                module: Name::new(written),
                member: Member::All,
                span: Span::of(&node),
            },
        };
        self.b.module.imports.push(import);
    }

    /// What a bare name means: a local, a member of this class or of one around it, or something else.
    fn bare_name(&mut self, name: Name, node: Node<'t>, value: bool) -> ExprId {
        if self.b.scope.contains(&name) {
            return self.b.add(Expr::Name(name), node);
        }
        let mut classes = self.classes.iter().rev();
        let own = classes.next();
        if own.is_some_and(|c| c.members.contains(&name)) {
            return self.own(name, node);
        }
        if let Some(outer) = classes.find(|c| c.members.contains(&name)) {
            let class = Expr::Name(outer.name.clone());
            let class = self.b.add(class, node);
            return self.b.add(Expr::Field(class, name), node);
        }
        // Inherited members are written bare as well. A type's name is a value only before a dot.
        let small = name.starts_with(|c: char| c == '_' || c.is_lowercase());
        if own.is_some_and(|c| c.partial) && (value || small) {
            return self.own(name, node);
        }
        self.b.add(Expr::Name(name), node)
    }

    fn own(&mut self, name: Name, node: Node<'t>) -> ExprId {
        let this = self.b.add(Expr::This, node);
        self.b.add(Expr::Field(this, name), node)
    }

    /// Declares a local variable.
    fn declare(&mut self, name: &Name) {
        self.b.scope.declare(name.clone());
    }
}
