//! CommonJS: `require` at the top of a file as an import, `module.exports` and `exports.x` as names others can import.

use super::grammar::{Kind, Place as At};
use super::{Item, Lowering};
use crate::ir::{Expr, ExprId, Key, Member, Name, Place, Stmt};
use std::collections::HashSet;
use tree_sitter::Node;

/// Names that stand before `.prototype` in a file, found without parsing.
pub(super) fn prototype_names(text: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b".prototype") {
        let before = text.get(..at).unwrap_or_default();
        let start = before
            .char_indices()
            .rev()
            .find(|(_, c)| !(c.is_alphanumeric() || matches!(c, '_' | '$')))
            .map_or(0, |(i, c)| i + c.len_utf8());
        let name = before.get(start..).unwrap_or_default();
        if !matches!(name, "" | "Object" | "Array" | "Function" | "Promise" | "String") {
            names.insert(name);
        }
    }
    names
}

impl<'t> Lowering<'t> {
    /// Whether an expression is `exports` or `module.exports`.
    pub(super) fn is_exports(&self, item: Item<'t>) -> bool {
        match item.kind {
            Kind::Identifier => self.text(item.node) == "exports",
            Kind::Member => self.text(item.node) == "module.exports",
            _ => false,
        }
    }

    /// `const x = require("m")`, `const { a, b: c } = require("m")`, `const a = require("m").b` as imports.
    pub(super) fn import_required(&mut self, target: Item<'t>, value: Item<'t>) -> bool {
        if value.kind == Kind::Member {
            let children = self.children(value.node);
            let (Some(object), Some(property)) = (children.field(At::Object), children.field(At::Property)) else {
                return false;
            };
            let Some(module) = self.required_module(object).filter(|_| target.kind == Kind::Identifier) else {
                return false;
            };
            let (local, name) = (self.name(target.node), self.name(property.node));
            self.add_import(local, &module, Member::Named(name), target.node);
            return true;
        }
        let Some(module) = self.required_module(value) else { return false };
        match target.kind {
            Kind::Identifier => {
                let local = self.name(target.node);
                self.add_import(local, &module, Member::Module, target.node);
                true
            }
            Kind::ObjectPattern => self.import_members(target.node, &module),
            _ => false,
        }
    }

    fn import_members(&mut self, pattern: Node<'t>, module: &Name) -> bool {
        let mut members = Vec::new();
        for child in self.children(pattern).iter() {
            let (name, local) = match child.kind {
                Kind::ShorthandPattern => (self.name(child.node), child.node),
                Kind::PairPattern => {
                    let children = self.children(child.node);
                    let (Some(key), Some(value)) = (children.field(At::Key), children.field(At::Value)) else {
                        return false;
                    };
                    let Key::Name(name) = self.key(key) else { return false };
                    if value.kind != Kind::Identifier {
                        return false;
                    }
                    (name, value.node)
                }
                _ => return false,
            };
            members.push((name, local));
        }
        for (name, local) in members {
            let local_name = self.name(local);
            self.add_import(local_name, module, Member::Named(name), local);
        }
        true
    }

    /// Assignments that CommonJS and prototypes give a meaning; `None` for ordinary ones.
    pub(super) fn commonjs_assignment(&mut self, left: Item<'t>, right: Item<'t>) -> Option<ExprId> {
        if self.prototype_method(left, right) {
            return Some(self.add(Expr::Unknown, left.node));
        }
        if left.kind != Kind::Member {
            return None;
        }
        if self.is_exports(left) {
            return Some(self.export_table(left, right));
        }
        let children = self.children(left.node);
        let (object, property) = (children.field(At::Object)?, children.field(At::Property)?);
        if !self.is_exports(object) {
            return None;
        }
        let name = self.name(property.node);
        let value = self.named_expr(right, &name);
        if !self.is_redundant(&name, value) {
            self.push(Stmt::Assign(Place::Name(name), value));
        }
        Some(value)
    }

    /// `exports.x = x` and `exports.x = undefined` say nothing.
    fn is_redundant(&self, name: &Name, value: ExprId) -> bool {
        match self.module.expr(value) {
            Expr::Name(other) => other == name,
            Expr::Null => true,
            _ => false,
        }
    }

    /// `module.exports = …`: the value is the default export, the entries of a table are names of the module.
    fn export_table(&mut self, left: Item<'t>, right: Item<'t>) -> ExprId {
        if let Some(module) = self.required_module(right) {
            self.add_import(Name::default(), &module, Member::All, right.node);
            return self.add(Expr::Module(module), right.node);
        }
        let Some(table) = self.export_value(right) else { return self.add(Expr::Unknown, left.node) };
        if let Expr::Object(entries) = self.module.expr(table) {
            for (key, value) in entries.clone() {
                match key {
                    Key::Name(name) if !self.is_redundant(&name, value) => {
                        self.push(Stmt::Assign(Place::Name(name), value))
                    }
                    Key::Spread => {
                        if let Expr::Module(module) = self.module.expr(value).clone() {
                            self.add_import(Name::default(), &module, Member::All, right.node);
                        }
                    }
                    _ => {}
                }
            }
        }
        table
    }
}
