//! Imports and exports of ECMAScript modules, and how paths become module names.

use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{Expr, ExprId, Import, Member, Name, Place, Span, Stmt};
use tree_sitter::Node;

/// Endings that an import may or may not write.
const ENDINGS: &[&str] = &["ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx", "gs"];

/// Test frameworks; who imports one describes tests.
const FRAMEWORKS: &[&str] = &[
    "vitest",
    "jest",
    "@jest/globals",
    "mocha",
    "node:test",
    "test",
    "bun:test",
    "ava",
    "tap",
    "tape",
    "jasmine",
    "uvu",
    "@playwright/test",
    "cypress",
    "chai",
];

/// A path without its source ending, and the ending.
pub(super) fn split_ending(path: &str) -> (&str, &str) {
    match path.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.contains(&ending) => (stem, ending),
        _ => (path, ""),
    }
}

/// The module an import names, seen from the module `from`: relative paths become absolute, packages stay as written.
pub(super) fn absolute(from: &[Name], written: &str) -> Name {
    if !written.starts_with('.') {
        return Name::new(written);
    }
    let mut segments: Vec<&str> = from.iter().map(Name::as_str).collect();
    segments.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            // Above the root nothing is known, but the rest of the path still tells the module.
            ".." => {
                segments.pop();
            }
            part => segments.push(part),
        }
    }
    let path = segments.join("/");
    Name::new(split_ending(&path).0)
}

impl<'t> Lowering<'t> {
    pub(super) fn add_import(&mut self, local: Name, module: &Name, member: Member, node: Node<'t>) {
        self.framework |= FRAMEWORKS.contains(&module.as_str());
        self.module.imports.push(Import { local, module: module.clone(), member, span: Span::of(&node) });
    }

    fn source(&mut self, item: Item<'t>) -> Name {
        let written = self.string_value(item.node);
        absolute(&self.module.path, &written)
    }

    /// `import …`.
    pub(super) fn import(&mut self, node: Node<'t>) {
        let children = self.children(node);
        if let Some(require) = children.kind(Kind::ImportRequire) {
            // import x = require("y")
            let parts = self.children(require.node);
            let (Some(local), Some(source)) = (parts.kind(Kind::Identifier), parts.field(At::Source)) else { return };
            let (local, module) = (self.name(local.node), self.source(source));
            return self.add_import(local, &module, Member::Module, node);
        }
        let Some(source) = children.field(At::Source) else { return };
        let module = self.source(source);
        let Some(clause) = children.kind(Kind::ImportClause) else {
            return self.add_import(Name::default(), &module, Member::Module, node);
        };
        for part in self.children(clause.node).iter() {
            match part.kind {
                Kind::Identifier => {
                    let local = self.name(part.node);
                    self.add_import(local, &module, Member::Named(Name::new_static("default")), part.node);
                }
                Kind::NamespaceImport => {
                    let Some(local) = self.children(part.node).first() else { continue };
                    let local = self.name(local.node);
                    self.add_import(local, &module, Member::Module, part.node);
                }
                _ => {
                    for specifier in self.children(part.node).iter().filter(|c| c.kind == Kind::ImportSpecifier) {
                        let Some((name, local)) = self.renamed(specifier.node) else { continue };
                        self.add_import(local, &module, Member::Named(name), specifier.node);
                    }
                }
            }
        }
    }

    /// `import x = a.b`.
    pub(super) fn import_alias(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let mut parts = children.iter();
        let (Some(local), Some(target)) = (parts.next(), parts.next()) else { return };
        let local = self.name(local.node);
        if let Some(value) = self.type_of(target) {
            self.push(Stmt::Assign(Place::Name(local), value));
        }
    }

    /// `name` or `name as alias`, as (name, alias).
    fn renamed(&mut self, node: Node<'t>) -> Option<(Name, Name)> {
        let children = self.children(node);
        let read = |l: &mut Self, item: Item<'t>| match item.kind {
            Kind::String => l.string_value(item.node),
            _ => l.name(item.node),
        };
        let name = read(self, children.field(At::Name)?);
        let alias = children.field(At::Alias).map(|a| read(self, a)).unwrap_or_else(|| name.clone());
        Some((name, alias))
    }

    /// `export …`.
    pub(super) fn export(&mut self, node: Node<'t>) {
        let children = self.children(node);
        if let Some(source) = children.field(At::Source) {
            let module = self.source(source);
            return self.re_export(node, &module);
        }
        if let Some(clause) = children.kind(Kind::ExportClause) {
            for specifier in self.children(clause.node).iter() {
                let Some((name, alias)) = self.renamed(specifier.node).filter(|(n, a)| n != a) else { continue };
                let value = self.add(Expr::Name(name), specifier.node);
                self.push(Stmt::Assign(Place::Name(alias), value));
            }
            return;
        }
        let default = self.has_token(node, "default");
        if let Some(declaration) = children.field(At::Declaration) {
            return self.export_declaration(node, declaration, default);
        }
        // `export default value`, `export = value`.
        let value = children.field(At::Value).or_else(|| children.iter().find(|c| c.kind != Kind::Decorator));
        if let Some(value) = value.filter(|_| default || self.has_token(node, "=")) {
            self.export_value(value);
        }
    }

    fn export_declaration(&mut self, node: Node<'t>, declaration: Item<'t>, default: bool) {
        let named = match declaration.kind {
            Kind::ClassDeclaration | Kind::AbstractClass => {
                let outer = self.children(node);
                let decorators = outer.iter().filter(|c| c.kind == Kind::Decorator);
                let decorators = decorators.map(|d| self.first(d.node)).collect();
                self.class_declaration(declaration.node, decorators)
            }
            Kind::Function | Kind::Generator => self.function_declaration(declaration.node),
            _ => {
                self.statement(declaration);
                None
            }
        };
        if default && let Some(name) = named {
            self.export_default(name, declaration.node);
        }
    }

    /// `export { a as b } from "m"`, `export * from "m"`, `export * as ns from "m"`.
    fn re_export(&mut self, node: Node<'t>, module: &Name) {
        let children = self.children(node);
        if let Some(clause) = children.kind(Kind::ExportClause) {
            for specifier in self.children(clause.node).iter() {
                let Some((name, alias)) = self.renamed(specifier.node) else { continue };
                self.add_import(alias, module, Member::Named(name), specifier.node);
            }
        } else if let Some(namespace) = children.kind(Kind::NamespaceExport) {
            let Some(local) = self.children(namespace.node).first() else { return };
            let local = self.name(local.node);
            self.add_import(local, module, Member::Module, node);
        } else {
            self.add_import(Name::default(), module, Member::All, node);
        }
    }

    /// The value of `export default` or `module.exports`; returns it where it is neither a function nor a class.
    pub(super) fn export_value(&mut self, value: Item<'t>) -> Option<ExprId> {
        let default = Name::new_static("default");
        if matches!(value.kind, Kind::FunctionExpression | Kind::GeneratorExpression | Kind::Function | Kind::Generator)
        {
            let name = self.children(value.node).field(At::Name).map(|n| self.name(n.node));
            if let Some(name) = name.filter(|n| self.prototypes.contains(n.as_str())) {
                self.constructor_function(value.node, name.clone());
                self.export_default(name, value.node);
            } else {
                self.default_function(value.node);
            }
            return None;
        }
        let exported = self.named_expr(value, &default);
        if matches!(self.module.expr(exported), Expr::Name(name) if *name == default) {
            return None;
        }
        self.push(Stmt::Assign(Place::Name(default), exported));
        Some(exported)
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, absolute};

    #[test]
    fn relative_imports_are_made_absolute() {
        let from: Vec<Name> = ["src", "tools", "a"].into_iter().map(Name::from).collect();
        for (written, module) in [
            ("../config/datadog.js", "src/config/datadog"),
            ("./b", "src/tools/b"),
            ("./b.service", "src/tools/b.service"),
            (".", "src/tools"),
            ("../../../x", "x"),
            ("@datadog/datadog-api-client", "@datadog/datadog-api-client"),
            ("./data.json", "src/tools/data.json"),
        ] {
            assert_eq!(absolute(&from, written), module, "{written}");
        }
    }
}
