//! What is known of enumerations.

use crate::flow::program::Resolved;
use crate::flow::scope::Scope;
use crate::flow::state::Key;
use crate::flow::value::{Cls, Fun, Instance, Set, Value};
use crate::ir::{ClassId, Language, Name};
use std::sync::Arc;

impl Scope<'_> {
    /// The constants of an enumeration: the fields of a class that hold objects of that very class, as declared.
    pub fn members_of(&self, class: Cls) -> Vec<Set> {
        let mut out = Vec::new();
        for &(module, id) in &self.program.class(class).parts {
            for field in &self.program.module(module).class(id).fields {
                self.note(Key::Field(class, field.name.clone()));
                if let Some((set, _)) = self.state.field(class, &field.name)
                    && set.values().any(|v| matches!(v, Value::Instance(i) if i.class == class))
                {
                    out.push(set.clone());
                }
            }
        }
        out
    }

    /// What is passed for a parameter of which a method is called: texts become constants of the class that it is declared
    /// to be of, if that has the method.
    pub fn with_methods(&self, fun: Fun, index: u16, method: &Name, given: Set) -> Set {
        let plain = |v: &Value| matches!(v, Value::Text(text) if text.as_literal().is_some());
        if !given.values().any(plain) {
            return given;
        }
        let ty = self.program.function(fun).params.get(usize::from(index)).and_then(|param| param.ty);
        match ty.map(|ty| self.program.resolve_static(fun.module, ty, 0)) {
            Some(Resolved::Class(class)) if !self.program.method(class, method).is_empty() => {
                self.note(Key::Class(class));
                given.of_class(class)
            }
            _ => given,
        }
    }

    /// Any constant of an enumeration, where a parameter is declared to be one.
    pub(super) fn any_constant(&self, fun: Fun, index: u16) -> Set {
        let ty = self.program.function(fun).params.get(usize::from(index)).and_then(|param| param.ty);
        match ty.map(|ty| self.program.resolve_static(fun.module, ty, 0)) {
            Some(Resolved::Class(class)) if self.is_enumeration(class) => {
                Set::of(Value::Instance(Arc::new(Instance::any(class))))
            }
            _ => Set::unknown(),
        }
    }

    /// Whether a class is nothing but a choice of constants: objects of its own, texts, or numbers with methods as in Go.
    fn is_enumeration(&self, class: Cls) -> bool {
        self.note(Key::Class(class));
        let info = self.program.class(class);
        let named = |base: &Name| base.rsplit('.').next().is_some_and(|last| last.ends_with("Enum"));
        let plain = |&(module, id): &(u32, ClassId)| {
            let module = self.program.module(module);
            module.language == Language::Go && module.class(id).fields.is_empty()
        };
        !self.members_of(class).is_empty()
            || self.program.external_bases(class).iter().any(named)
            || !info.interface && info.bases.is_empty() && info.parts.iter().all(plain)
    }
}
