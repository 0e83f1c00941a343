//! Constants of enumerations: objects of a class that the class itself declares, told apart by their names.

use crate::flow::value::{Cls, Instance, Item, Set, Value, World};
use crate::ir::Name;
use std::sync::Arc;

/// The pseudo-field that keeps the name of a constant which is an object of the class that declares it, as enumerations do.
const CONSTANT: &str = "constant()";

impl Instance {
    /// The constant that the class declares under a name.
    pub fn named(&self, name: &Name) -> Self {
        let mut fields = self.fields.as_deref().cloned().unwrap_or_default();
        fields.entries.push((CONSTANT.into(), Set::literal(name.clone())));
        Self { fields: Some(Arc::new(fields)), ..self.clone() }
    }

    /// The constant of a class that stands for a text or number.
    pub fn valued(&self, text: &Name) -> Self {
        let mut it = self.named(text);
        if let Some(fields) = &mut it.fields {
            Arc::make_mut(fields).entries.push(("value".into(), Set::literal(text.clone())));
        }
        it
    }

    /// The name under which its class declares it, or the text that it stands for, if it is a constant.
    pub fn constant(&self) -> Option<&str> {
        self.fields.as_ref()?.entry(CONSTANT)?.literal_text()
    }

    /// What `constant.name()` and the like say.
    pub fn spelled(&self, asked: &str) -> Option<&str> {
        if matches!(asked, "name" | "toString" | "ToString") { self.constant() } else { None }
    }
}

impl Set {
    /// Where there is no room for another constant of a class, any object of the class stands for all of them.
    pub(in crate::flow) fn generalize(&mut self, value: &Value) -> bool {
        let Value::Instance(instance) = value else { return false };
        if instance.constant().is_none() || self.values().any(|known| known == value) {
            return false;
        }
        let general = Value::Instance(Arc::new(Instance::any(instance.class)));
        let general = Item { value: general, world: World::default() };
        if self.items.contains(&general) {
            return false;
        }
        let same = |v: &Value| matches!(v, Value::Instance(i) if i.class == instance.class && i.constant().is_some());
        self.items.retain(|i| !same(&i.value));
        self.items.push(general);
        true
    }

    /// What a class declares under a name: an object of that very class is known by it from then on.
    pub(in crate::flow) fn declared(self, class: Cls, name: &Name) -> Self {
        if !self.values().any(|v| matches!(v, Value::Instance(i) if i.class == class)) {
            return self;
        }
        self.flat_map(|value| match value {
            Value::Instance(i) if i.class == class => Self::of(Value::Instance(Arc::new(i.named(name)))),
            other => Self::of(other.clone()),
        })
    }
}
