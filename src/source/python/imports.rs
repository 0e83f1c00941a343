//! Imports: absolute as written, relative ones made absolute against the file's own path.

use super::Lowering;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Import, Member, Name, Span};
use tree_sitter::Node;

/// Modules whose presence says that functions called `test_…` are tests.
const FRAMEWORKS: &[&str] = &["pytest", "unittest", "nose", "hypothesis"];

impl<'t> Lowering<'t> {
    /// `import a.b`, `import a.b as c`.
    pub(super) fn import(&mut self, node: Node<'t>) {
        for name in self.kids(node) {
            let (module, local) = match kind(name) {
                Kind::AliasedImport => {
                    let Some(module) = child(name, Field::Name) else { continue };
                    let local = child(name, Field::Alias).map(|a| self.name(a));
                    (self.text(module), local)
                }
                _ => (self.text(name), None),
            };
            self.note_framework(module);
            // `import a.b` binds `a`.
            let (module, local) = match local {
                Some(local) => (Name::new(module), local),
                None => {
                    let first = Name::new(module.split('.').next().unwrap_or(module));
                    (first.clone(), first)
                }
            };
            let span = Span::of(&node);
            self.module.imports.push(Import { local, module, member: Member::Module, span });
        }
    }

    /// `from a.b import c as d`, `from . import x`, `from m import *`.
    pub(super) fn import_from(&mut self, node: Node<'t>) {
        let Some(source) = child(node, Field::ModuleName) else { return };
        let module = match kind(source) {
            Kind::RelativeImport => self.absolute(self.text(source)),
            _ => Name::new(self.text(source)),
        };
        self.note_framework(&module);
        let span = Span::of(&node);
        for name in self.kids(node) {
            if name == source {
                continue;
            }
            let (member, local) = match kind(name) {
                Kind::WildcardImport => (Member::All, Name::default()),
                Kind::AliasedImport => {
                    let (Some(member), Some(alias)) = (child(name, Field::Name), child(name, Field::Alias)) else {
                        continue;
                    };
                    (Member::Named(self.name(member)), self.name(alias))
                }
                _ => (Member::Named(self.name(name)), self.name(name)),
            };
            self.module.imports.push(Import { local, module: module.clone(), member, span });
        }
    }

    /// `..pkg.mod` seen from this file.
    fn absolute(&self, text: &str) -> Name {
        let dots = text.chars().take_while(|c| *c == '.').count();
        let rest = text.trim_start_matches('.').trim();
        let package = self.module.file.ends_with("__init__.py");
        let own = &self.module.path;
        let up = if package { dots.saturating_sub(1) } else { dots };
        let keep = own.len().saturating_sub(up);
        let mut segments: Vec<&str> = own.iter().take(keep).map(Name::as_str).collect();
        segments.extend(rest.split('.').filter(|s| !s.is_empty()));
        Name::new(segments.join("."))
    }

    fn note_framework(&mut self, module: &str) {
        self.tests |= FRAMEWORKS.iter().any(|f| module.split('.').next() == Some(f));
    }
}
