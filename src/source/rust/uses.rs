//! Module paths and `use` declarations. Paths are written with `::`, made absolute where they are the crate's own.

use super::{Lowerer, name};
use crate::ir::{Import, Member, Name, Span};

/// The path of a file's module: the folders of its crate, then the modules below `src`. The crate at the top is called `crate`.
pub(super) fn module_path(file: &str) -> Vec<Name> {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let segments: Vec<&str> = stem.split('/').filter(|s| !s.is_empty() && *s != ".").collect();
    let (folders, rest) = match segments.iter().rposition(|s| *s == "src") {
        Some(at) => (segments.get(..at).unwrap_or_default(), segments.get(at + 1..).unwrap_or_default()),
        None => (&[][..], segments.as_slice()),
    };
    let mut rest = rest;
    if let [before @ .., "mod" | "lib" | "main"] = rest {
        rest = before;
    }
    let root: &[&str] = if folders.is_empty() { &["crate"] } else { folders };
    root.iter().chain(rest).map(|s| Name::new(s.replace('-', "_"))).collect()
}

/// How many segments of a file's module path are its crate.
fn crate_length(file: &str) -> usize {
    let segments: Vec<&str> = file.split('/').filter(|s| !s.is_empty() && *s != ".").collect();
    segments.iter().rposition(|s| *s == "src").unwrap_or(0).max(1)
}

impl Lowerer<'_> {
    /// `use` in any of its forms.
    pub(super) fn use_item(&mut self, item: &syn::ItemUse) {
        let span = self.at(item.use_token.span);
        self.use_tree(&item.tree, &[], span, 0);
    }

    fn use_tree(&mut self, tree: &syn::UseTree, prefix: &[Name], span: Span, depth: usize) {
        if depth > 32 {
            return;
        }
        match tree {
            syn::UseTree::Path(path) => {
                let mut prefix = prefix.to_vec();
                prefix.push(name(&path.ident));
                self.use_tree(&path.tree, &prefix, span, depth + 1);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, prefix, span, depth + 1);
                }
            }
            syn::UseTree::Name(one) => {
                let own = name(&one.ident);
                let at = self.at(one.ident.span());
                let local = if own == "self" { prefix.last().cloned().unwrap_or_default() } else { own.clone() };
                self.imported(prefix, own, local, at);
            }
            syn::UseTree::Rename(one) => {
                let at = self.at(one.rename.span());
                self.imported(prefix, name(&one.ident), name(&one.rename), at);
            }
            syn::UseTree::Glob(_) => {
                let module = self.absolute(prefix);
                self.module.imports.push(Import { local: Name::default(), module, member: Member::All, span });
            }
        }
    }

    fn imported(&mut self, prefix: &[Name], own: Name, local: Name, span: Span) {
        let (module, member) = if own == "self" {
            (self.absolute(prefix), Member::Module)
        } else if prefix.is_empty() {
            (self.absolute(&[own]), Member::Module)
        } else {
            (self.absolute(prefix), Member::Named(own))
        };
        // `use x as _` brings in a trait's methods only.
        if local != "_" {
            self.module.imports.push(Import { local, module, member, span });
        }
    }

    /// A path as other modules would write it.
    pub(super) fn absolute(&self, path: &[Name]) -> Name {
        let here = &self.module.path;
        let root = crate_length(&self.file.path).min(here.len());
        let mut base: Vec<Name> = Vec::new();
        let mut rest = path;
        match path.first().map(Name::as_str) {
            Some("crate") => {
                base.extend(here.iter().take(root).cloned());
                rest = path.get(1..).unwrap_or_default();
            }
            Some("self") => {
                base.extend(here.iter().cloned());
                rest = path.get(1..).unwrap_or_default();
            }
            Some("super") => {
                base.extend(here.iter().cloned());
                while rest.first().is_some_and(|s| s == "super") {
                    base.pop();
                    rest = rest.get(1..).unwrap_or_default();
                }
                if base.is_empty() {
                    base.push(Name::new_static("crate"));
                }
            }
            Some(first) if self.children.iter().any(|c| c == first) => base.extend(here.iter().cloned()),
            _ => {}
        }
        base.extend(rest.iter().cloned());
        base.join("::").into()
    }

    /// `mod x;` and `mod x { … }` make `x` a name of this module.
    pub(super) fn child_module(&mut self, child: &Name, span: Span) {
        let module = self.absolute(&[Name::new_static("self"), child.clone()]);
        self.module.imports.push(Import { local: child.clone(), module, member: Member::Module, span });
    }
}

#[cfg(test)]
mod tests {
    use super::module_path;

    #[test]
    fn module_paths_keep_the_crate_apart() {
        assert_eq!(module_path("src/main.rs").join("::"), "crate");
        assert_eq!(module_path("src/datadog/client.rs").join("::"), "crate::datadog::client");
        assert_eq!(module_path("src/datadog/mod.rs").join("::"), "crate::datadog");
        assert_eq!(module_path("crates/dd-api/src/lib.rs").join("::"), "crates::dd_api");
        assert_eq!(module_path("crates/dd-api/src/x.rs").join("::"), "crates::dd_api::x");
        assert_eq!(module_path("examples/a.rs").join("::"), "crate::examples::a");
    }
}
