//! PHP: names, namespaces and imports of a file. Declarations, statements and expressions are in the files below; what libraries
//! do is the engine's business.

mod calls;
mod curl;
mod declarations;
mod expressions;
mod grammar;
mod statements;

use super::lowering::{Builder, parse};
use super::{File, FrontEnd, testing};
use crate::ir::{Import, Language, Member, Module, Name, Span};
use grammar::{Field, Kind, child, kind};
use tree_sitter::Node;

/// The PHP front end.
pub struct Php;

impl FrontEnd for Php {
    fn languages(&self) -> &'static [Language] {
        &[Language::Php]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["php", "phtml", "inc"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        let Some(tree) = parse(grammar::language(), &file.text) else { return Vec::new() };
        let mut lowerer = Lowerer { b: Builder::new(file, Language::Php, &tree, &file.text), class: None };
        lowerer.b.module.path = path_segments(&file.path);
        lowerer.b.module.test = testing::is_class_test(&file.path, &file.text);
        lowerer.block(tree.root_node());
        let mut module = lowerer.b.finish();
        if module.test {
            module.functions.iter_mut().for_each(|f| f.test = true);
        }
        vec![module]
    }
}

/// The path of a file without its ending.
fn path_segments(path: &str) -> Vec<Name> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem.split('/').filter(|s| !s.is_empty() && *s != ".").map(Name::new).collect()
}

/// Lowers one file.
struct Lowerer<'t> {
    b: Builder<'t>,
    /// Name of the class being lowered.
    class: Option<Name>,
}

impl<'t> Lowerer<'t> {
    /// `namespace A\B;`: classes of a namespace see each other, so it is the path by which files know this one.
    fn namespace(&mut self, node: Node<'t>) {
        if let Some(name) = child(node, Field::Name) {
            self.b.module.path = self.b.text(name).split('\\').map(|s| Name::new(s.trim())).collect();
        }
        if let Some(body) = child(node, Field::Body) {
            self.block(body);
        }
    }

    /// `use A\B;`, `use A\B as C;`, `use A\{B, C as D};`, `use function A\f;`.
    fn namespace_use(&mut self, node: Node<'t>) {
        let prefix = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::NamespaceName);
        let prefix = prefix.map(|p| self.b.text(p)).unwrap_or_default();
        let group = child(node, Field::Body).unwrap_or(node);
        for clause in self.b.kids(group) {
            if kind(clause) != Kind::UseClause {
                continue;
            }
            let alias = child(clause, Field::Alias);
            let target = self.b.kids(clause).into_iter().find(|k| matches!(kind(*k), Kind::Name | Kind::QualifiedName));
            let Some(target) = target else { continue };
            let written = format!("{prefix}\\{}", self.b.text(target));
            let alias = alias.map(|a| self.b.name(a));
            self.import(&written, alias, clause);
        }
    }

    /// Imports a fully qualified name; returns the name it has in this file.
    fn import(&mut self, qualified: &str, alias: Option<Name>, node: Node<'t>) -> Name {
        let qualified = qualified.trim_start_matches('\\');
        let (module, member) = qualified.rsplit_once('\\').unwrap_or(("", qualified));
        let local = alias.unwrap_or_else(|| Name::new(member));
        let module = Name::from(module.replace('\\', "."));
        let import =
            Import { local: local.clone(), module, member: Member::Named(Name::new(member)), span: Span::of(&node) };
        let known = self.b.module.imports.iter().any(|i| i.local == import.local && i.module == import.module);
        if !known && !import.module.is_empty() {
            self.b.module.imports.push(import);
        }
        local
    }

    /// A class or function name as this file knows it; one written with its namespace is imported on the way.
    fn simple_name(&mut self, node: Node<'t>) -> Name {
        let text = self.b.text(node);
        if !text.contains('\\') {
            return Name::new(text);
        }
        let text = text.trim_start_matches("namespace\\").trim_start_matches('\\');
        // The file may have a class of the same name: `new \GuzzleHttp\Client()` within a class `Client`.
        let alias = text.contains('\\').then(|| Name::from(text.replace('\\', ".")));
        self.import(text, alias, node)
    }

    /// `require "lib/client.php"`: everything in that file, looked for beside this one.
    fn include(&mut self, node: Node<'t>) {
        let Some(path) = self.last_literal(node) else { return };
        let folder = self.b.module.file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut segments: Vec<&str> = folder.split('/').filter(|s| !s.is_empty() && *s != ".").collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    segments.pop();
                }
                part => segments.push(part),
            }
        }
        let joined = segments.join("/");
        let module = Name::new(joined.strip_suffix(".php").unwrap_or(&joined));
        self.b.module.imports.push(Import {
            local: Name::default(),
            module,
            member: Member::All,
            span: Span::of(&node),
        });
    }

    /// The last string literal in an include; what stands before it is a folder of this project.
    fn last_literal(&mut self, node: Node<'t>) -> Option<Name> {
        let mut open = vec![node];
        let mut found: Option<Node<'t>> = None;
        while let Some(node) = open.pop() {
            if kind(node) == Kind::StringContent {
                found = Some(found.filter(|f| f.start_byte() > node.start_byte()).unwrap_or(node));
            }
            open.extend(self.b.kids(node));
        }
        found.map(|f| self.b.name(f))
    }
}
