//! What a project that has grown by some modules means otherwise than before.
//!
//! Old modules keep their numbers. What comes out is generous: what it leaves out is as it was.

use super::imports::join_module;
use super::{Cls, Family, Map, Member, Module, Name, Program, family, index};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What became different.
#[derive(Debug, Default)]
pub struct Change {
    /// Old modules in which a name may mean something else.
    pub modules: BTreeSet<u32>,
    /// Old classes that have got other methods, superclasses or subclasses, and all above and below them.
    pub classes: BTreeSet<Cls>,
    /// Names of methods that other classes have now.
    pub methods: BTreeSet<Name>,
}

impl Program {
    /// The project with more modules, behind those it has.
    pub fn extended(&self, more: Vec<Arc<Module>>) -> Self {
        Self::link_in_order(self.modules.iter().cloned().chain(super::in_order(more)).collect())
    }

    /// What is different from the project it grew from; `None` if that cannot be told because classes got other numbers.
    pub fn change_since(&self, old: &Self) -> Option<Change> {
        if self.class_ids.get(..old.class_ids.len()) != Some(old.class_ids.as_slice()) {
            return None;
        }
        if old.modules.is_empty() {
            return Some(Change::default());
        }
        let mut change = Change { methods: self.methods_changed_since(old), ..Change::default() };
        let (shared, fresh) = self.fresh_names(old);
        for m in 0..old.modules.len() {
            let family = family(self.modules[m].language);
            let package = |program: &Self| program.package_of[m].map(|p| program.packages[p as usize].len());
            let means_otherwise = shared.contains(&family)
                || self.imported[m] != old.imported[m]
                || package(self) != package(old)
                || self.has_new_part(&self.modules[m], &fresh)
                || self.stars(m).any(|star| self.find_module(index(m), star) != old.find_module(index(m), star));
            if means_otherwise {
                change.modules.insert(index(m));
            }
        }
        self.spread_to_importers(old.modules.len(), &mut change.modules);
        for (c, (new, old)) in self.classes.iter().zip(&old.classes).enumerate() {
            if new != old {
                let class = Cls(index(c));
                change.classes.extend(self.ancestors(class));
                change.classes.extend(self.descendants(class));
            }
        }
        Some(change)
    }

    /// The families in which new modules share their names with all others, and the paths of the new modules.
    fn fresh_names(&self, old: &Self) -> (BTreeSet<Family>, BTreeSet<(Family, Vec<Name>)>) {
        let mut shared = BTreeSet::new();
        let mut paths = BTreeSet::new();
        for (m, module) in self.modules.iter().enumerate().skip(old.modules.len()) {
            let family = family(module.language);
            let new_package = self.package_of[m].is_some_and(|p| p as usize >= old.packages.len());
            let everywhere = matches!(family, Family::Ruby | Family::Php);
            if everywhere || new_package && matches!(family, Family::Jvm | Family::CSharp) {
                shared.insert(family);
            }
            paths.insert((family, module.path.clone()));
        }
        (shared, paths)
    }

    /// Whether one of the new modules is a part of a package: a member of it by its path.
    fn has_new_part(&self, module: &Module, fresh: &BTreeSet<(Family, Vec<Name>)>) -> bool {
        let family = family(module.language);
        fresh
            .iter()
            .any(|(kin, path)| *kin == family && path.len() == module.path.len() + 1 && path.starts_with(&module.path))
    }

    fn stars(&self, m: usize) -> impl Iterator<Item = &Name> {
        self.modules[m].imports.iter().filter(|import| import.member == Member::All).map(|import| &import.module)
    }

    /// Adds the old modules that import one of those in `modules`, directly or not.
    fn spread_to_importers(&self, old: usize, modules: &mut BTreeSet<u32>) {
        if modules.is_empty() {
            return;
        }
        let mut importers: Map<u32, Vec<u32>> = Map::default();
        for m in 0..old {
            for import in &self.modules[m].imports {
                let inner = match &import.member {
                    Member::Named(member) => Some(Name::from(join_module(&import.module, member))),
                    Member::Module | Member::All => None,
                };
                for path in [Some(import.module.clone()), inner].into_iter().flatten() {
                    if let Some(target) = self.find_module(index(m), &path) {
                        importers.entry(target).or_default().push(index(m));
                    }
                }
            }
        }
        let mut next: Vec<u32> = modules.iter().copied().collect();
        while let Some(module) = next.pop() {
            let more = importers.get(&module).into_iter().flatten();
            next.extend(more.filter(|importer| modules.insert(**importer)));
        }
    }
}
