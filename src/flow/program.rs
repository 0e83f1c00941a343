//! The modules of a project linked together: which name means what, which class has which methods.
//!
//! Purely structural: no values, no evaluation. Everything is decided once, before the first round of the analysis.

mod change;
mod classes;
mod imports;

pub use change::Change;
pub use classes::Kinship;

use crate::ir::{ClassId, Expr, ExprId, FunctionId, Language, Member, Module, Name};
use rayon::prelude::*;
use rustc_hash::{FxHashMap as Map, FxHashSet as HashSet};
use std::sync::Arc;

use super::value::{Cls, Fun};

/// A linked project.
#[derive(Debug)]
pub struct Program {
    /// The modules: those linked first before those added later, each time sorted by file.
    pub modules: Vec<Arc<Module>>,
    /// Their indices, all sorted by file.
    by_file: Vec<u32>,
    /// All classes, parts merged.
    pub classes: Vec<ClassInfo>,
    class_ids: Vec<Vec<Cls>>,
    tables: Vec<Map<Name, Entity>>,
    /// The modules of the program of which each module imports all names.
    opened: Vec<Vec<u32>>,
    /// What the imported names of each module stand for, once all is linked.
    imported: Vec<Map<Name, Resolved>>,
    packages: Vec<Map<Name, Entity>>,
    package_of: Vec<Option<u32>>,
    everywhere: Map<(Family, Name), Entity>,
    by_last: Map<Name, Vec<u32>>,
    /// Modules by their whole path.
    by_path: Map<Vec<Name>, Vec<u32>>,
    /// The classes that have a method, by its name.
    by_method: Map<(Family, Name), Vec<Cls>>,
    /// Functions that others are written inside of.
    outer: HashSet<Fun>,
}

/// A class with all its parts.
#[derive(Debug, PartialEq, Eq)]
pub struct ClassInfo {
    /// Simple name.
    pub name: Name,
    /// The parts: module and class in it.
    pub parts: Vec<(u32, ClassId)>,
    /// Methods by name, overloads together.
    pub methods: Map<Name, Vec<Fun>>,
    /// Constructors.
    pub constructors: Vec<Fun>,
    /// Superclasses.
    pub bases: Vec<Resolved>,
    /// Direct subclasses and, for interfaces, implementations.
    pub subclasses: Vec<Cls>,
    /// Whether its methods have no bodies.
    pub interface: bool,
    /// Fields that are declared to be numbers.
    pub numbers: HashSet<Name>,
    /// The class around it.
    pub outer: Option<Cls>,
    /// Classes nested in it.
    pub inner: Map<Name, Cls>,
}

/// What a name stands for within a module.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entity {
    Function(Fun),
    Class(Cls),
    Import(u32, u32),
    Global(u32),
}

/// What a name stands for, imports followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A function of the program.
    Function(Fun),
    /// A class of the program.
    Class(Cls),
    /// A module (or package) of the program.
    Module(u32),
    /// A variable of a module.
    Global(u32, Name),
    /// Something from outside, dotted.
    External(Name),
}

/// Languages that share modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Family {
    Python,
    Script,
    Go,
    Jvm,
    Ruby,
    Rust,
    Shell,
    Php,
    CSharp,
}

fn family(language: Language) -> Family {
    match language {
        Language::Python => Family::Python,
        Language::JavaScript | Language::TypeScript => Family::Script,
        Language::Go => Family::Go,
        Language::Java | Language::Kotlin => Family::Jvm,
        Language::Ruby => Family::Ruby,
        Language::Rust => Family::Rust,
        Language::Shell => Family::Shell,
        Language::Php => Family::Php,
        Language::CSharp => Family::CSharp,
    }
}

/// Longest chain of re-exports followed.
const MAX_REEXPORTS: u8 = 8;

impl Program {
    /// Links modules. Their order does not matter: they are sorted by file first.
    pub fn link(modules: Vec<Arc<Module>>) -> Self {
        Self::link_in_order(in_order(modules))
    }

    fn link_in_order(modules: Vec<Arc<Module>>) -> Self {
        let mut by_file: Vec<u32> = (0..modules.len()).map(index).collect();
        by_file.sort_by_cached_key(|m| place(&modules[*m as usize]));
        let mut it = Self {
            by_file,
            classes: Vec::new(),
            class_ids: Vec::with_capacity(modules.len()),
            tables: Vec::new(),
            opened: Vec::new(),
            imported: Vec::new(),
            packages: Vec::new(),
            package_of: vec![None; modules.len()],
            everywhere: Map::default(),
            by_last: Map::default(),
            by_path: Map::default(),
            by_method: Map::default(),
            outer: HashSet::default(),
            modules,
        };
        it.outer = it
            .functions()
            .filter_map(|fun| it.function(fun).parent.map(|parent| Fun { module: fun.module, id: parent }))
            .collect();
        it.index_modules();
        it.merge_classes();
        it.index_methods();
        it.index_names();
        it.opened = (0..it.modules.len()).into_par_iter().map(|m| it.opened_by(index(m))).collect();
        it.follow_imports();
        it.link_bases();
        it.link_implementations();
        it
    }

    /// The module with this index.
    pub fn module(&self, index: u32) -> &Module {
        &self.modules[index as usize]
    }

    /// The function.
    pub fn function(&self, fun: Fun) -> &crate::ir::Function {
        self.module(fun.module).function(fun.id)
    }

    /// The class.
    pub fn class(&self, class: Cls) -> &ClassInfo {
        &self.classes[class.0 as usize]
    }

    /// The program-wide class for a class of a module.
    pub fn class_id(&self, module: u32, class: ClassId) -> Cls {
        self.class_ids[module as usize][class.0 as usize]
    }

    /// The class that a function is a method of.
    pub fn owner(&self, fun: Fun) -> Option<Cls> {
        self.function(fun).owner.map(|c| self.class_id(fun.module, c))
    }

    /// Whether other functions are written inside of this one.
    pub fn is_outer(&self, fun: Fun) -> bool {
        self.outer.contains(&fun)
    }

    /// All functions, in the order of files.
    pub fn functions(&self) -> impl Iterator<Item = Fun> {
        self.by_file.iter().flat_map(|&module| {
            let functions = self.module(module).functions.len();
            (0..functions).map(move |f| Fun { module, id: FunctionId(index(f)) })
        })
    }

    fn index_modules(&mut self) {
        let mut names: Map<(Family, Vec<Name>), u32> = Map::default();
        for (m, module) in self.modules.iter().enumerate() {
            if let Some(last) = module.path.last() {
                self.by_last.entry(last.clone()).or_default().push(index(m));
                self.by_path.entry(module.path.clone()).or_default().push(index(m));
            }
            let family = family(module.language);
            if matches!(family, Family::Go | Family::Jvm | Family::CSharp) {
                let next = index(self.packages.len());
                let package = *names.entry((family, module.path.clone())).or_insert(next);
                if package == next {
                    self.packages.push(Map::default());
                }
                self.package_of[m] = Some(package);
            }
        }
    }

    fn index_names(&mut self) {
        self.tables = (0..self.modules.len()).into_par_iter().map(|m| self.names_of(m)).collect();
        for (m, table) in self.tables.iter().enumerate() {
            let family = family(self.modules[m].language);
            let everywhere = matches!(family, Family::Ruby | Family::Php);
            if self.package_of[m].is_none() && !everywhere {
                continue;
            }
            for (name, entity) in table.iter().filter(|(_, entity)| !matches!(entity, Entity::Import(..))) {
                if let Some(package) = self.package_of[m] {
                    self.packages[package as usize].entry(name.clone()).or_insert_with(|| entity.clone());
                } else if !matches!(entity, Entity::Global(_)) {
                    self.everywhere.entry((family, name.clone())).or_insert_with(|| entity.clone());
                }
            }
        }
    }

    /// What the names at the top of a module stand for.
    fn names_of(&self, m: usize) -> Map<Name, Entity> {
        let module = &self.modules[m];
        let mut table: Map<Name, Entity> = Map::default();
        for (i, import) in module.imports.iter().enumerate() {
            if !import.local.is_empty() && import.member != Member::All {
                table.insert(import.local.clone(), Entity::Import(index(m), index(i)));
                for other in other_locals(module.language, &import.module, &import.local) {
                    table.entry(other).or_insert(Entity::Import(index(m), index(i)));
                }
            }
        }
        for name in assigned_names(&module.functions[0].body) {
            table.entry(name).or_insert(Entity::Global(index(m)));
        }
        for (f, function) in module.functions.iter().enumerate().skip(1) {
            let at_top = function.owner.is_none() && function.parent.is_none_or(|p| p == Module::MAIN);
            if at_top && !function.name.is_empty() {
                let fun = Fun { module: index(m), id: FunctionId(index(f)) };
                table.insert(function.name.clone(), Entity::Function(fun));
            }
        }
        for (c, class) in module.classes.iter().enumerate() {
            if class.outer.is_none() || !matches!(family(module.language), Family::Jvm | Family::CSharp) {
                table.insert(class.name.clone(), Entity::Class(self.class_ids[m][c]));
            }
        }
        table
    }

    fn opened_by(&self, module: u32) -> Vec<u32> {
        let all = self.module(module).imports.iter().filter(|import| import.member == Member::All);
        all.filter_map(|import| self.find_module(module, &import.module)).filter(|target| *target != module).collect()
    }

    /// Follows every import once; the engine asks again and again.
    fn follow_imports(&mut self) {
        let follow = |(m, table): (usize, &Map<Name, Entity>)| {
            let imports = table.iter().filter(|(_, entity)| matches!(entity, Entity::Import(..)));
            imports.filter_map(|(name, _)| Some((name.clone(), self.resolve(index(m), name)?))).collect()
        };
        self.imported = self.tables.par_iter().enumerate().map(follow).collect();
    }

    /// What a simple name means in a module, below local variables.
    pub fn resolve(&self, module: u32, name: &Name) -> Option<Resolved> {
        self.lookup(module, name, 0)
    }

    fn lookup(&self, module: u32, name: &Name, depth: u8) -> Option<Resolved> {
        // Stubs for editors and type checkers declare the official client again, without bodies.
        if name == "DatadogAPIClient" {
            return None;
        }
        if let Some(known) = self.imported.get(module as usize).and_then(|names| names.get(name)) {
            return Some(known.clone());
        }
        if let Some(entity) = self.tables[module as usize].get(name) {
            return Some(self.follow(entity, name, depth));
        }
        if let Some(package) = self.package_of[module as usize]
            && let Some(entity) = self.packages[package as usize].get(name)
        {
            return Some(self.follow(entity, name, depth));
        }
        for &target in self.opened[module as usize].iter().filter(|_| depth < MAX_REEXPORTS) {
            if let Some(found) = self.member_of(target, name, depth + 1) {
                return Some(found);
            }
        }
        self.everywhere.get(&(family(self.module(module).language), name.clone())).map(|e| self.follow(e, name, depth))
    }

    fn follow(&self, entity: &Entity, name: &Name, depth: u8) -> Resolved {
        match *entity {
            Entity::Function(fun) => Resolved::Function(fun),
            Entity::Class(class) => Resolved::Class(class),
            Entity::Global(module) => Resolved::Global(module, name.clone()),
            Entity::Import(module, i) => self.resolve_import(module, i, depth),
        }
    }

    /// A member of a module or package of the program.
    pub fn member(&self, module: u32, name: &Name) -> Option<Resolved> {
        self.member_of(module, name, 0)
    }

    fn member_of(&self, module: u32, name: &Name, depth: u8) -> Option<Resolved> {
        if let Some(found) = self.lookup_own(module, name, depth) {
            return Some(found);
        }
        let mut path: Vec<&str> = self.module(module).path.iter().map(Name::as_str).collect();
        path.push(name);
        self.find_path(module, &path, true).map(Resolved::Module)
    }

    fn lookup_own(&self, module: u32, name: &Name, depth: u8) -> Option<Resolved> {
        if depth > MAX_REEXPORTS {
            return None;
        }
        self.lookup(module, name, depth)
    }

    /// What a name, a field chain or a type expression means, without evaluating anything.
    pub fn resolve_static(&self, module: u32, id: ExprId, depth: u8) -> Resolved {
        let unknown = Resolved::External(Name::default());
        if depth > 16 {
            return unknown;
        }
        match self.module(module).expr(id) {
            Expr::Name(name) => self.resolve(module, name).unwrap_or_else(|| Resolved::External(name.clone())),
            Expr::Field(object, name) => match self.resolve_static(module, *object, depth + 1) {
                Resolved::Module(m) => self.member(m, name).unwrap_or(unknown),
                Resolved::Class(c) => self.class(c).inner.get(name).map_or(unknown, |c| Resolved::Class(*c)),
                Resolved::External(path) if !path.is_empty() => Resolved::External(format!("{path}.{name}").into()),
                _ => unknown,
            },
            Expr::Generic(base, args) => match self.resolve_static(module, *base, depth + 1) {
                Resolved::External(path) if path.is_empty() && args.len() == 1 => {
                    self.resolve_static(module, args[0], depth + 1)
                }
                resolved => resolved,
            },
            Expr::Call(callee, _) | Expr::Index(callee, _) => self.resolve_static(module, *callee, depth + 1),
            Expr::Text(pieces) => match pieces.as_slice() {
                // A quoted type: `"Client"`.
                [crate::ir::Piece::Text(name)] => self.resolve(module, name).unwrap_or(unknown),
                _ => unknown,
            },
            _ => unknown,
        }
    }
}

fn place(module: &Module) -> (Arc<str>, u32) {
    (module.file.clone(), module.functions.first().map_or(0, |f| f.span.line))
}

fn in_order(mut modules: Vec<Arc<Module>>) -> Vec<Arc<Module>> {
    modules.sort_by_cached_key(|module| place(module));
    modules
}

fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Go packages may be named otherwise than the last segment of their path (`gopkg.in/yaml.v3`, `go-datadog-api`).
fn other_locals(language: Language, module: &str, local: &str) -> Vec<Name> {
    let last = module.rsplit('/').next().unwrap_or(module);
    if language != Language::Go || !last.starts_with(local) {
        return Vec::new();
    }
    let base = last.split(".v").next().unwrap_or(last);
    let base = base.strip_prefix("go-").unwrap_or(base);
    let mut out: Vec<Name> = vec![base.into(), base.replace('-', "").into(), base.replace('-', "_").into()];
    out.extend(base.split('-').next().map(Name::from));
    out.extend(base.strip_suffix("-go").map(Name::from));
    out.extend(base.rsplit('-').next().map(Name::from));
    out.retain(|n| n != local && !n.is_empty());
    out
}

fn assigned_names(body: &[crate::ir::Stmt]) -> Vec<Name> {
    use crate::ir::{Place, Stmt};
    let mut out = Vec::new();
    let mut stack = vec![body];
    while let Some(block) = stack.pop() {
        for stmt in block {
            match stmt {
                Stmt::Assign(Place::Name(name), _) => out.push(name.clone()),
                Stmt::Branch(arms) => stack.extend(arms.iter().map(|a| a.body.as_slice())),
                _ => {}
            }
        }
    }
    out
}
