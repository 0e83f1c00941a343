//! Methods of constants that are plain texts or numbers: `Monitors.Path()` in Go, `Kind.MONITORS.path()` in Python.

use crate::flow::exec::Run;
use crate::flow::program::{Program, Resolved};
use crate::flow::value::{Cls, Instance, Set, Value};
use crate::ir::{Expr, ExprId, Module, Name, Place, Stmt};
use std::sync::Arc;

impl Run<'_> {
    /// The receivers of a method; constants become objects of the class that has the method.
    pub(super) fn with_methods(&self, object: ExprId, method: &Name, receivers: Set) -> Set {
        let plain = |v: &Value| matches!(v, Value::Text(text) if text.as_literal().is_some());
        if receivers.is_unknown() || !receivers.values().all(plain) {
            return receivers;
        }
        match self.class_of_constant(object).filter(|class| !self.program().method(*class, method).is_empty()) {
            Some(class) => {
                self.scope.look_at(class);
                receivers.of_class(class)
            }
            None => receivers,
        }
    }

    /// The class that a constant is written as one of.
    fn class_of_constant(&self, object: ExprId) -> Option<Cls> {
        let (program, module) = (self.program(), self.fun.module);
        let resolved = match self.module.expr(object) {
            Expr::Name(name) if self.local(name).is_none() || self.fun.id == Module::MAIN => {
                program.resolve(module, name)?
            }
            Expr::Field(holder, name) => match program.resolve_static(module, *holder, 0) {
                Resolved::Module(module) => program.member(module, name)?,
                Resolved::Class(class) => return Some(class),
                _ => return None,
            },
            _ => return None,
        };
        match resolved {
            Resolved::Global(module, name) => declared_class(program, module, &name),
            _ => None,
        }
    }
}

/// The class of the program that a module's constant is declared to be of.
fn declared_class(program: &Program, module: u32, name: &Name) -> Option<Cls> {
    let source = program.module(module);
    let ty = source.function(Module::MAIN).body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(Place::Name(assigned), value) if assigned == name => match source.expr(*value) {
            Expr::Typed(_, ty) => Some(*ty),
            _ => None,
        },
        _ => None,
    })?;
    match program.resolve_static(module, ty, 0) {
        Resolved::Class(class) => Some(class),
        _ => None,
    }
}

impl Set {
    /// The literal texts as constants of a class.
    pub(in crate::flow) fn of_class(&self, class: Cls) -> Self {
        self.flat_map(|value| match value {
            Value::Text(text) => match text.as_literal() {
                Some(text) => Self::of(Value::Instance(Arc::new(Instance::any(class).valued(&text.into())))),
                None => Self::of(value.clone()),
            },
            other => Self::of(other.clone()),
        })
    }
}
