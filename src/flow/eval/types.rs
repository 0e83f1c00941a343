//! What a type that is written down means.

use crate::flow::exec::Run;
use crate::flow::program::Resolved;
use crate::flow::value::{Cls, Set, Value};
use crate::flow::{library, transport};
use crate::ir::{Expr, ExprId, Language, Module, Name, Piece as IrPiece};

impl<'a> Run<'a> {
    /// What a type written down means: classes of the program and names from outside.
    pub fn types(&mut self, id: ExprId, depth: u8) -> Set {
        if depth > 8 {
            return Set::unknown();
        }
        match self.module.expr(id) {
            Expr::Generic(base, args) => {
                let outer = self.types(*base, depth + 1);
                let known = outer.values().any(|v| match v {
                    Value::Class(_) => true,
                    Value::External(path) => {
                        library::api_class(path).is_some() || library::legacy_object(path).is_some()
                    }
                    _ => false,
                });
                if known {
                    return outer;
                }
                let mut out = Set::unknown();
                for arg in args {
                    out.join(&self.types(*arg, depth + 1));
                }
                if out.is_unknown() { outer } else { out }
            }
            Expr::Text(pieces) => match pieces.as_slice() {
                [IrPiece::Text(name)] => self.type_named(name),
                _ => Set::unknown(),
            },
            Expr::Choice(items) | Expr::List(items) | Expr::Any(items) => {
                let mut out = Set::unknown();
                for item in items {
                    out.join(&self.types(*item, depth + 1));
                }
                out
            }
            Expr::Name(name) => self.type_named(name),
            Expr::Field(object, name) => {
                let object = self.types(*object, depth + 1);
                self.scope.field_of_set(&object, name, 0)
            }
            Expr::Null => Set::unknown(),
            _ => self.eval(id),
        }
    }

    /// A class nested in the class around, or in one of those that it derives from.
    pub(in crate::flow) fn nested_class(&self, name: &Name) -> Option<Cls> {
        let mut class = self.owner_here().or(self.class_scope());
        for _ in 0..8 {
            let at = class?;
            let nested = |c: &Cls| self.program().class(*c).inner.get(name).copied();
            if let Some(inner) = self.program().ancestors(at).iter().find_map(nested) {
                return Some(inner);
            }
            class = self.program().class(at).outer;
        }
        None
    }

    /// What a simple name means as a type: never a parameter, which may be called like its own type's package.
    pub(in crate::flow) fn type_named(&mut self, name: &Name) -> Set {
        if let Some(inner) = self.nested_class(name) {
            return Set::of(Value::Class(inner));
        }
        let set = match self.program().resolve(self.fun.module, name) {
            Some(Resolved::Global(module, _)) if module == self.fun.module && self.fun.id == Module::MAIN => {
                self.local(name).cloned().unwrap_or_default()
            }
            Some(resolved) => self.scope.resolved(&resolved),
            None => match self.wildcard_import(name) {
                Some(path) => Set::of(Value::External(path)),
                None => Set::of(Value::External(name.clone())),
            },
        };
        Set { items: set.items.into_iter().filter(|i| !matches!(i.value, Value::Text(_) | Value::Ref(_))).collect() }
    }

    /// A class that a wildcard import brings in: of an official client's package, or of an HTTP library.
    pub(in crate::flow) fn wildcard_import(&self, name: &Name) -> Option<Name> {
        self.module.imports.iter().filter(|i| i.member == crate::ir::Member::All).find_map(|import| {
            let official = library::official(&import.module).is_some();
            let packages = matches!(self.module.language, Language::Java | Language::Kotlin | Language::Rust);
            let class = packages && name.starts_with(|c: char| c.is_ascii_uppercase());
            if !(official || class && library::sounds_like_client(name)) {
                return None;
            }
            let path: Name = format!("{}.{name}", import.module).into();
            let class = library::api_class(&path).is_some_and(|c| c.rest.is_empty());
            (class || !official && transport::is_library(self.module.language, &path)).then_some(path)
        })
    }
}
