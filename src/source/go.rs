//! Go: lowers a file's declarations. Types, statements and expressions are in the files below; what packages and libraries mean
//! is the engine's business.

mod declarations;
mod expressions;
mod grammar;
mod literals;
mod statements;
mod types;

use super::lowering::{Builder, parse};
use super::{File, FrontEnd};
use crate::ir::{Class, ClassId, ExprId, Import, Language, Member, Module, Name, Span};
use grammar::{Field, Kind, child, kind};
use std::collections::{HashMap, HashSet};
use tree_sitter::Node;

/// The Go front end.
pub struct Go;

impl FrontEnd for Go {
    fn languages(&self) -> &'static [Language] {
        &[Language::Go]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["go"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        let Some(tree) = parse(grammar::language(), &file.text) else { return Vec::new() };
        let mut lowerer = Lowerer::new(Builder::new(file, Language::Go, &tree, &file.text));
        lowerer.b.module.path = package_path(&file.path);
        lowerer.b.module.test = super::testing::is_go_test(&file.path);
        lowerer.file(tree.root_node());
        vec![lowerer.b.finish()]
    }
}

/// The folders of a file: all files of one folder are one package.
fn package_path(path: &str) -> Vec<Name> {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').filter(|s| !s.is_empty() && *s != ".").map(Name::new).collect()
}

/// Lowers one file.
struct Lowerer<'t> {
    b: Builder<'t>,
    /// Name of the receiver of the method being lowered.
    receiver: Option<Name>,
    /// Value of `iota` in the constant being lowered.
    iota: Option<u32>,
    /// Names of the results of the function being lowered, where they are named.
    results: Vec<Name>,
    /// Classes of this file by name.
    classes: HashMap<Name, ClassId>,
    /// Fields in order of each struct of this file, for literals without field names.
    struct_fields: HashMap<Name, Vec<Name>>,
    /// Names of this file's types that have methods here.
    types_with_methods: HashSet<Name>,
}

impl<'t> Lowerer<'t> {
    fn new(b: Builder<'t>) -> Self {
        Self {
            b,
            receiver: None,
            iota: None,
            results: Vec::new(),
            classes: HashMap::new(),
            struct_fields: HashMap::new(),
            types_with_methods: HashSet::new(),
        }
    }

    /// The whole file: types first, because literals and methods refer to them.
    fn file(&mut self, root: Node<'t>) {
        let items = self.b.sound_parts(root);
        for item in &items {
            if kind(*item) == Kind::MethodDeclaration
                && let Some(owner) = self.receiver_type(*item)
            {
                self.types_with_methods.insert(owner);
            }
        }
        for item in &items {
            if kind(*item) == Kind::ImportDeclaration {
                self.imports(*item);
            } else if kind(*item) == Kind::TypeDeclaration {
                self.type_declaration(*item);
            }
        }
        for item in &items {
            self.item(*item);
        }
    }

    /// A top-level item that is no import and no type.
    fn item(&mut self, item: Node<'t>) {
        match kind(item) {
            Kind::FunctionDeclaration => self.function_declaration(item),
            Kind::MethodDeclaration => self.method_declaration(item),
            Kind::ImportDeclaration | Kind::TypeDeclaration => {}
            _ => self.statement(item),
        }
    }

    fn imports(&mut self, node: Node<'t>) {
        for kid in self.b.kids(node) {
            match kind(kid) {
                Kind::ImportSpecList => self.imports(kid),
                Kind::ImportSpec => self.import(kid),
                _ => {}
            }
        }
    }

    fn import(&mut self, spec: Node<'t>) {
        let Some(path) = child(spec, Field::Path) else { return };
        let module = self.b.text(path).trim_matches(['"', '`']);
        let name = child(spec, Field::Name);
        let (local, member) = match name.map(kind) {
            Some(Kind::Dot) => (Name::default(), Member::All),
            Some(Kind::BlankIdentifier) => (Name::default(), Member::Module),
            _ => (name.map_or_else(|| default_package_name(module), |n| self.b.name(n)), Member::Module),
        };
        self.b.module.imports.push(Import { local, module: Name::new(module), member, span: Span::of(&spec) });
    }

    /// The class of this file with this name; made if it is declared in another file of the package.
    fn class(&mut self, name: &Name, node: Node<'t>) -> ClassId {
        if let Some(id) = self.classes.get(name) {
            return *id;
        }
        let id = self.b.module.add_class(Class::new(name.clone(), Span::of(&node)));
        self.classes.insert(name.clone(), id);
        id
    }

    /// Whether a local name stands for a standard package that is imported here.
    fn is_package(&self, local: &str, path: &str) -> bool {
        !self.b.scope.contains(local) && self.b.module.imports.iter().any(|i| i.local == local && i.module == path)
    }

    /// `package.member` of an expression that is a selector on an imported standard package.
    fn package_member(&self, id: ExprId) -> Option<(&str, &str)> {
        use crate::ir::Expr;
        let Expr::Field(object, member) = self.b.module.expr(id) else { return None };
        let Expr::Name(local) = self.b.module.expr(*object) else { return None };
        let import = self.b.module.imports.iter().find(|i| i.local == *local)?;
        Some((import.module.as_str(), member.as_str()))
    }
}

/// The name of a package that is named like the last segment of its path, as is usual: `a/b/v2` is `b`, `gopkg.in/x.v2` is `x`.
fn default_package_name(path: &str) -> Name {
    let mut segments = path.rsplit('/');
    let last = segments.next().unwrap_or(path);
    let is_version =
        |s: &str| s.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let last = if is_version(last) { segments.next().unwrap_or(last) } else { last };
    match last.rsplit_once('.') {
        Some((name, version)) if path.starts_with("gopkg.in/") && is_version(version) => Name::new(name),
        _ => Name::new(last),
    }
}

#[cfg(test)]
mod tests {
    use super::default_package_name;

    #[test]
    fn package_names_leave_out_versions() {
        assert_eq!(default_package_name("github.com/DataDog/datadog-api-client-go/v2/api/datadogV1"), "datadogV1");
        assert_eq!(default_package_name("github.com/go-resty/resty/v2"), "resty");
        assert_eq!(default_package_name("gopkg.in/zorkian/go-datadog-api.v2"), "go-datadog-api");
        assert_eq!(default_package_name("net/http"), "http");
    }
}
