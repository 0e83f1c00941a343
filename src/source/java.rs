//! Java: lowers a file's package, imports and classes. Members, statements and expressions are in the files below; what libraries
//! mean is the engine's business.

mod calls;
mod classes;
mod expressions;
mod grammar;
mod members;
mod statements;
mod switches;
mod types;

use super::jvm::Surroundings;
use super::jvm::tables::Tables;
use super::lowering::{Builder, parse};
use super::{File, FrontEnd};
use crate::ir::{Import, Language, Member, Module, Name, Span};
use grammar::{Kind, kind};
use tree_sitter::Node;

/// The Java front end.
pub struct Java;

impl FrontEnd for Java {
    fn languages(&self) -> &'static [Language] {
        &[Language::Java]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["java"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        let Some(tree) = parse(grammar::language(), &file.text) else { return Vec::new() };
        let mut b = Builder::new(file, Language::Java, &tree, &file.text);
        b.module.test = super::testing::is_jvm_test(&file.path);
        let mut lowerer = Lowerer {
            b,
            classes: Surroundings::default(),
            tables: Tables::default(),
            anonymous: 0,
            statics: Vec::new(),
        };
        lowerer.file(tree.root_node());
        vec![lowerer.b.finish()]
    }
}

/// Lowers one file.
struct Lowerer<'t> {
    b: Builder<'t>,
    /// The classes whose bodies are open.
    classes: Surroundings,
    /// Variables that hold collections.
    tables: Tables,
    /// How many classes without a name there were.
    anonymous: u32,
    /// Static imports: the member, or all of them, and the class that has it.
    statics: Vec<(Option<Name>, Name)>,
}

impl<'t> Lowerer<'t> {
    fn file(&mut self, root: Node<'t>) {
        let items = self.b.sound_parts(root);
        for item in &items {
            match kind(*item) {
                Kind::PackageDeclaration => {
                    let name = self.b.kids(*item).into_iter().find(|k| is_name(kind(*k)));
                    let text = name.map_or("", |n| self.b.text(n));
                    self.b.module.path =
                        text.split('.').filter(|s| !s.is_empty()).map(|s| Name::new(s.trim())).collect();
                }
                Kind::ImportDeclaration => self.import(*item),
                _ => {}
            }
        }
        for item in items {
            match kind(item) {
                Kind::PackageDeclaration | Kind::ImportDeclaration => {}
                _ => self.statement(item),
            }
        }
    }

    /// `import a.b.C`, `import a.b.*`, `import static a.b.C.name`.
    fn import(&mut self, node: Node<'t>) {
        let kids = self.b.kids(node);
        let Some(name) = kids.iter().find(|k| is_name(kind(**k))) else { return };
        let text: String = self.b.text(*name).split_whitespace().collect();
        self.b.module.test |= super::jvm::is_test_library(&text);
        let import = if kids.iter().any(|k| kind(*k) == Kind::Asterisk) {
            Import { local: Name::default(), module: Name::new(text), member: Member::All, span: Span::of(&node) }
        } else {
            let (module, member) = text.rsplit_once('.').unwrap_or(("", &text));
            let member = Name::new(member);
            Import {
                local: member.clone(),
                module: Name::new(module),
                member: Member::Named(member),
                span: Span::of(&node),
            }
        };
        let class = import.module.clone();
        let member = (!import.local.is_empty()).then(|| import.local.clone());
        self.b.module.imports.push(import);
        if self.b.all_kids(node).into_iter().any(|k| kind(k) == Kind::Static) {
            self.import_class(&class, member, node);
        }
    }

    /// The class of a static import, under its own name.
    fn import_class(&mut self, path: &Name, member: Option<Name>, node: Node<'t>) {
        let Some((package, class)) = path.rsplit_once('.') else { return };
        let class = Name::new(class);
        if !self.is_imported(&class) {
            self.b.module.imports.push(Import {
                local: class.clone(),
                module: Name::new(package),
                member: Member::Named(class.clone()),
                span: Span::of(&node),
            });
        }
        self.statics.push((member, class));
    }

    /// The class that a constant is imported from: by its name, or by the only import of all that a class has.
    fn static_owner(&self, name: &str) -> Option<Name> {
        let constant = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let named = self.statics.iter().find(|(member, _)| member.as_deref() == Some(name));
        let mut all = self.statics.iter().filter(|(member, _)| member.is_none());
        let found = named.or_else(|| all.next().filter(|_| all.next().is_none()));
        found.filter(|_| constant).map(|(_, class)| class.clone())
    }

    /// Whether a bare name is imported (a static import).
    fn is_imported(&self, name: &str) -> bool {
        self.b.module.imports.iter().any(|i| i.local == name)
    }
}

fn is_name(kind: Kind) -> bool {
    matches!(kind, Kind::Identifier | Kind::ScopedIdentifier)
}
