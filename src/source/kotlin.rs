//! Kotlin: parses a file and lowers its package, imports and top level. Classes, members, statements and expressions are in the
//! files below; what libraries mean is the engine's business.

mod branches;
mod calls;
mod classes;
mod expressions;
mod functions;
mod grammar;
mod inlining;
mod properties;
mod statements;
mod strings;
mod types;

use super::jvm::tables::Tables;
use super::jvm::{Surroundings, is_test_library};
use super::lowering::{Builder, parse};
use super::{File, FrontEnd};
use crate::ir::{Import, Language, Member, Module, Name, Span};
use grammar::{Field, Kind, child, kind};
use std::collections::HashSet;
use tree_sitter::{Node, Tree};

/// The Kotlin front end.
pub struct Kotlin;

impl FrontEnd for Kotlin {
    fn languages(&self) -> &'static [Language] {
        &[Language::Kotlin]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["kt", "kts"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        let Some(tree) = parse_tolerantly(&file.text) else { return Vec::new() };
        let mut b = Builder::new(file, Language::Kotlin, &tree, &file.text);
        b.module.test = super::testing::is_jvm_test(&file.path);
        let mut lowerer = Lowerer {
            b,
            classes: Surroundings::default(),
            tables: Tables::default(),
            top_level: HashSet::new(),
            receivers: Vec::new(),
            callables: HashSet::new(),
            anonymous: 0,
        };
        lowerer.file(tree.root_node());
        vec![lowerer.b.finish()]
    }
}

/// Parses; where the grammar fails, tries once more with a `;` in front of closing braces, which it needs after the last member
/// of a class written on one line. Both texts have the same length, so all positions are those of the source.
fn parse_tolerantly(text: &str) -> Option<Tree> {
    let tree = parse(grammar::language(), text)?;
    if !tree.root_node().has_error() {
        return Some(tree);
    }
    let mut closed = text.as_bytes().to_vec();
    for at in 1..closed.len().saturating_sub(1) {
        let one_line = closed[at] == b' ' && closed[at + 1] == b'}';
        if one_line && !matches!(closed[at - 1], b'{' | b';' | b' ' | b'\t' | b'\n' | b'\r' | b'>' | b',') {
            closed[at] = b';';
        }
    }
    let closed = String::from_utf8(closed).ok()?;
    let second = parse(grammar::language(), &closed)?;
    Some(if error_bytes(&second) < error_bytes(&tree) { second } else { tree })
}

/// How much of a file the grammar could not read.
fn error_bytes(tree: &Tree) -> usize {
    let mut cursor = tree.walk();
    let mut bytes = 0;
    loop {
        let node = cursor.node();
        let found = node.is_error() || node.is_missing();
        bytes += if found { node.byte_range().len() + 1 } else { 0 };
        if !found && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return bytes;
            }
        }
    }
}

/// Lowers one file.
struct Lowerer<'t> {
    b: Builder<'t>,
    /// The classes whose bodies are open.
    classes: Surroundings,
    /// Variables that hold collections.
    tables: Tables,
    /// Functions and properties that the file declares outside of classes.
    top_level: HashSet<Name>,
    /// Variables holding the receivers of the scope functions (`apply`, `with`) whose lambdas are open.
    receivers: Vec<Name>,
    /// Local variables that hold functions.
    callables: HashSet<Name>,
    /// How many classes without a name there were.
    anonymous: u32,
}

impl<'t> Lowerer<'t> {
    fn file(&mut self, root: Node<'t>) {
        let items = self.b.sound_parts(root);
        for item in &items {
            match kind(*item) {
                Kind::PackageHeader => {
                    let text = self.b.first(*item).map_or("", |n| self.b.text(n));
                    self.b.module.path = text.split('.').filter(|s| !s.is_empty()).map(segment).collect();
                }
                Kind::Import => self.import(*item),
                Kind::FunctionDeclaration => {
                    self.top_level.extend(child(*item, Field::Name).map(|n| segment(self.b.text(n))));
                }
                Kind::PropertyDeclaration => {
                    let name = self.property_name(*item).map(|n| segment(self.b.text(n)));
                    self.top_level.extend(name);
                }
                _ => {}
            }
        }
        for item in items {
            match kind(item) {
                Kind::PackageHeader | Kind::Import | Kind::FileAnnotation => {}
                _ => self.statement(item),
            }
        }
    }

    /// `import a.b.C`, `import a.b.C as D`, `import a.b.*`.
    fn import(&mut self, node: Node<'t>) {
        let parts = self.b.all_kids(node);
        let Some(path) = parts.iter().find(|p| kind(**p) == Kind::QualifiedIdentifier) else { return };
        let text: String = self.b.text(*path).split_whitespace().collect();
        self.b.module.test |= is_test_library(&text);
        let span = Span::of(&node);
        let import = if parts.iter().any(|p| kind(*p) == Kind::Star) {
            Import { local: Name::default(), module: Name::new(text), member: Member::All, span }
        } else {
            let (module, member) = text.rsplit_once('.').unwrap_or(("", &text));
            let alias = parts.iter().find(|p| kind(**p) == Kind::Identifier);
            let local = segment(alias.map_or(member, |a| self.b.text(*a)));
            Import { local, module: Name::new(module), member: Member::Named(segment(member)), span }
        };
        self.b.module.imports.push(import);
    }

    /// Whether a bare name is imported or declared at the top of this file.
    fn is_known_outside(&self, name: &str) -> bool {
        self.top_level.contains(name) || self.b.module.imports.iter().any(|i| i.local == name)
    }

    /// An identifier's name, without the backquotes that any name may have.
    fn ident(&self, node: Node<'t>) -> Name {
        segment(self.b.text(node))
    }
}

fn segment(text: &str) -> Name {
    Name::new(text.trim().trim_matches('`'))
}
