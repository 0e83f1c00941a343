//! Classes of the program: parts merged, superclasses and implementations linked, methods found.

use crate::flow::program::{ClassInfo, Family, MAX_REEXPORTS, Program, Resolved, family, index};
use crate::flow::value::{Cls, Fun};
use crate::ir::{ClassId, Expr, ExprId, FunctionKind, Language, Member, Module, Name, Place, Stmt};
use rustc_hash::{FxHashMap as Map, FxHashSet as HashSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What an object is to a method, by the class it is known as and the class that the method is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinship {
    /// It has the method, written in its class or inherited.
    Heir,
    /// It may have the method, if it is of a more special class than is known.
    Ancestor,
    /// Both classes derive from one, but nothing is of both: it cannot have the method.
    Sibling,
    /// The classes have nothing to do with each other.
    Stranger,
}

impl Program {
    /// Gives every class its program-wide number; parts of one class (Go receivers in several files, reopened Ruby
    /// classes, partial C# classes) share one.
    pub(in crate::flow) fn merge_classes(&mut self) {
        let mut known: Map<(Family, u32, Name), Cls> = Map::default();
        for m in 0..self.modules.len() {
            let module = Arc::clone(&self.modules[m]);
            let family = family(module.language);
            let mut ids = Vec::with_capacity(module.classes.len());
            for (c, class) in module.classes.iter().enumerate() {
                let scope = match family {
                    Family::Ruby | Family::Php => Some(u32::MAX),
                    Family::Go | Family::CSharp => self.package_of[m],
                    _ => Some(index(m)),
                };
                let full = qualified(&module, class);
                let key = match (family, self.implemented(m, class)) {
                    (Family::Rust, Some((home, name))) => Some((family, home, name)),
                    _ => scope.map(|s| (family, s, full)),
                };
                let merged = key.as_ref().and_then(|k| known.get(k).copied());
                let id = merged.unwrap_or(Cls(index(self.classes.len())));
                if merged.is_none() {
                    self.classes.push(ClassInfo {
                        name: class.name.clone(),
                        parts: Vec::new(),
                        methods: Map::default(),
                        constructors: Vec::new(),
                        bases: Vec::new(),
                        subclasses: Vec::new(),
                        interface: class.interface,
                        numbers: HashSet::default(),
                        outer: None,
                        inner: Map::default(),
                    });
                    if let Some(key) = key {
                        known.insert(key, id);
                    }
                }
                let info = &mut self.classes[id.0 as usize];
                info.parts.push((index(m), ClassId(index(c))));
                info.numbers.extend(numbers(&module, class));
                for &method in &class.methods {
                    let fun = Fun { module: index(m), id: method };
                    let function = module.function(method);
                    if function.kind == FunctionKind::Constructor {
                        info.constructors.push(fun);
                    }
                    info.methods.entry(function.name.clone()).or_default().push(fun);
                }
                ids.push(id);
            }
            self.class_ids.push(ids);
        }
        for m in 0..self.modules.len() {
            for (c, class) in self.modules[m].classes.iter().enumerate() {
                if let Some(outer) = class.outer {
                    let (id, outer) = (self.class_ids[m][c], self.class_ids[m][outer.0 as usize]);
                    if id != outer {
                        self.classes[id.0 as usize].outer = Some(outer);
                        self.classes[outer.0 as usize].inner.insert(class.name.clone(), id);
                    }
                }
            }
        }
    }

    /// Rust: where the type is defined that an `impl` block of another file adds to.
    fn implemented(&self, m: usize, class: &crate::ir::Class) -> Option<(u32, Name)> {
        let mut at = index(m);
        let mut name = class.name.clone();
        if self.module(at).language != Language::Rust || !class.fields.is_empty() {
            return None;
        }
        for _ in 0..MAX_REEXPORTS {
            let module = self.module(at);
            let Some(import) = module.imports.iter().find(|i| i.local == name) else { break };
            let Member::Named(member) = &import.member else { break };
            let Some(next) = self.find_module(at, &import.module) else { break };
            (at, name) = (next, member.clone());
        }
        (at != index(m)).then_some((at, name))
    }

    pub(in crate::flow) fn link_bases(&mut self) {
        for c in 0..self.classes.len() {
            let mut bases = Vec::new();
            for &(m, id) in &self.classes[c].parts {
                for &base in &self.module(m).class(id).bases {
                    let resolved = self.class_behind(self.resolve_static(m, base, 0));
                    if resolved != Resolved::Class(Cls(index(c))) && !bases.contains(&resolved) {
                        bases.push(resolved);
                    }
                }
            }
            for base in &bases {
                if let Resolved::Class(base) = base {
                    self.classes[base.0 as usize].subclasses.push(Cls(index(c)));
                }
            }
            self.classes[c].bases = bases;
        }
    }

    /// The class that a variable of a module is another name for: `export default Client`, `module.exports = Client`, `Base = Client`.
    fn class_behind(&self, resolved: Resolved) -> Resolved {
        let exported = Name::new_static("default");
        let (module, name) = match &resolved {
            Resolved::Global(module, name) => (*module, name),
            Resolved::Module(module) => (*module, &exported),
            _ => return resolved,
        };
        let source = self.module(module);
        let value = source.function(Module::MAIN).body.iter().rev().find_map(|stmt| match stmt {
            Stmt::Assign(Place::Name(to), value) if to == name => Some(*value),
            _ => None,
        });
        let named = value.filter(|value| matches!(source.expr(*value), Expr::Name(of) if of != name));
        match named.map(|value| self.resolve_static(module, value, 1)) {
            Some(class @ Resolved::Class(_)) => class,
            _ => resolved,
        }
    }

    /// Go (and protocols anywhere): a class that has all methods of an interface implements it.
    pub(in crate::flow) fn link_implementations(&mut self) {
        let mut found = Vec::new();
        for (i, interface) in self.classes.iter().enumerate() {
            let Some(&(m, _)) = interface.parts.first() else { continue };
            if !interface.interface || interface.methods.is_empty() || self.module(m).language != Language::Go {
                continue;
            }
            for (c, class) in self.classes.iter().enumerate() {
                let go = class.parts.first().is_some_and(|&(m, _)| self.module(m).language == Language::Go);
                if go && !class.interface && interface.methods.keys().all(|n| class.methods.contains_key(n)) {
                    found.push((i, Cls(index(c))));
                }
            }
        }
        for (interface, class) in found {
            self.classes[interface].subclasses.push(class);
        }
    }

    /// The class and its superclasses, nearest first, each once.
    pub fn ancestors(&self, class: Cls) -> Vec<Cls> {
        let mut out = vec![class];
        let mut next = 0;
        while let Some(&one) = out.get(next) {
            for base in &self.class(one).bases {
                if let Resolved::Class(base) = base
                    && !out.contains(base)
                    && out.len() < 64
                {
                    out.push(*base);
                }
            }
            next += 1;
        }
        out
    }

    /// The class and everything derived from it, each once.
    pub fn descendants(&self, class: Cls) -> Vec<Cls> {
        let mut out = vec![class];
        let mut next = 0;
        while let Some(&one) = out.get(next) {
            for sub in &self.class(one).subclasses {
                if !out.contains(sub) && out.len() < 256 {
                    out.push(*sub);
                }
            }
            next += 1;
        }
        out
    }

    /// What an object known as one of class `known` is to a method written in class `written`.
    pub fn kinship(&self, known: Cls, written: Cls) -> Kinship {
        if known == written {
            return Kinship::Heir;
        }
        let above = self.ancestors(known);
        if above.contains(&written) {
            return Kinship::Heir;
        }
        let below = self.descendants(known);
        if below.contains(&written) {
            return Kinship::Ancestor;
        }
        let related = self.ancestors(written).iter().any(|class| above.contains(class));
        if related && !self.descendants(written).iter().any(|class| below.contains(class)) {
            return Kinship::Sibling;
        }
        Kinship::Stranger
    }

    /// The methods that a call of `name` on an object of `class` may run: the nearest definition. Empty if there is none.
    pub fn method(&self, class: Cls, name: &str) -> &[Fun] {
        for one in self.ancestors(class) {
            if let Some(found) = self.class(one).methods.get(name) {
                return found;
            }
        }
        &[]
    }

    /// The full name of a class in a language in which anybody may open a library's classes and modules again and add to them.
    pub fn opened_again(&self, class: Cls) -> Option<Name> {
        let mut at = self.class(class);
        let (module, _) = at.parts.first()?;
        if self.module(*module).language != Language::Ruby {
            return None;
        }
        let mut names = vec![at.name.as_str()];
        while let Some(outer) = at.outer.filter(|_| names.len() < 8) {
            at = self.class(outer);
            names.push(&at.name);
        }
        names.reverse();
        Some(names.join(".").into())
    }

    /// The names from outside the program that a class derives from.
    pub fn external_bases(&self, class: Cls) -> Vec<Name> {
        let mut out = Vec::new();
        for one in self.ancestors(class) {
            for base in &self.class(one).bases {
                if let Resolved::External(path) = base
                    && !path.is_empty()
                {
                    out.push(path.clone());
                }
            }
        }
        out
    }

    /// The classes that have a method of this name, seen from a module: those of languages that can call each other.
    pub fn classes_with(&self, module: u32, method: &Name) -> &[Cls] {
        let family = family(self.module(module).language);
        self.by_method.get(&(family, method.clone())).map(Vec::as_slice).unwrap_or_default()
    }

    /// Names under which another program of the same classes and more would find other classes.
    pub(super) fn methods_changed_since(&self, old: &Self) -> BTreeSet<Name> {
        let changed = self.by_method.iter().filter(|(key, classes)| old.by_method.get(*key) != Some(*classes));
        changed.map(|((_, name), _)| name.clone()).collect()
    }

    pub(in crate::flow) fn index_methods(&mut self) {
        for (c, class) in self.classes.iter().enumerate() {
            let Some(&(module, _)) = class.parts.first() else { continue };
            let family = family(self.module(module).language);
            for name in class.methods.keys() {
                self.by_method.entry((family, name.clone())).or_default().push(Cls(index(c)));
            }
        }
    }
}

/// The fields of a class whose declared type is one of numbers, in any language.
fn numbers<'m>(module: &'m Module, class: &'m crate::ir::Class) -> impl Iterator<Item = Name> + 'm {
    let is_number = |ty: ExprId| match module.expr(ty) {
        Expr::Name(name) | Expr::Field(_, name) => matches!(
            name.as_str(),
            "int"
                | "int8"
                | "int16"
                | "int32"
                | "int64"
                | "uint"
                | "uint8"
                | "uint16"
                | "uint32"
                | "uint64"
                | "float"
                | "float32"
                | "float64"
                | "double"
                | "long"
                | "short"
                | "byte"
                | "number"
                | "decimal"
                | "Decimal"
                | "Integer"
                | "Int"
                | "Long"
                | "Double"
                | "Float"
                | "Short"
                | "Byte"
                | "BigDecimal"
                | "BigInteger"
                | "u8"
                | "u16"
                | "u32"
                | "u64"
                | "u128"
                | "usize"
                | "i8"
                | "i16"
                | "i32"
                | "i64"
                | "i128"
                | "isize"
                | "f32"
                | "f64"
                | "Duration"
                | "timedelta"
        ),
        _ => false,
    };
    let fields = class.fields.iter().filter(move |field| field.ty.is_some_and(is_number));
    fields.map(|field| field.name.clone())
}

pub(in crate::flow) fn qualified(module: &Module, class: &crate::ir::Class) -> Name {
    let mut parts = vec![class.name.as_str()];
    let mut outer = class.outer;
    while let Some(id) = outer {
        let class = module.class(id);
        parts.push(&class.name);
        outer = class.outer;
        if parts.len() > 32 {
            break;
        }
    }
    parts.reverse();
    parts.join(".").into()
}
