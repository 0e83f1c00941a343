//! What a call tells the run of the function that it calls: the values that are passed.

use crate::flow::exec::{Run, passed_on};
use crate::flow::value::{Bindings, Ref, Root, Set, Value};
use crate::ir::FunctionKind;

impl Run<'_> {
    /// Notes what is passed, for the function's own run.
    pub(in crate::flow) fn contribute(&mut self, bindings: &Bindings) {
        // What tests pass is no part of what the program does.
        if self.module.test && !self.program().module(bindings.function.module).test {
            return;
        }
        let makes = self.program().function(bindings.function).kind == FunctionKind::Constructor;
        for (i, set) in bindings.args.iter().enumerate() {
            let mut known = Set::unknown();
            for value in set.values() {
                // Objects hand themselves on all over; worth following are those that have to do with requests, to what they make.
                if let Value::Ref(Ref { root: Root::This(class), .. }) = value
                    && !(makes && self.scope.matters(*class))
                {
                    continue;
                }
                if let Some(value) = passed_on(value, 1)
                    && !matches!(value, Value::Null | Value::Bool(_) | Value::Table(_) | Value::List(_))
                {
                    known.add(value);
                }
            }
            if !known.is_unknown() {
                let key = (bindings.function, u16::try_from(i).unwrap_or(u16::MAX));
                self.out.params.entry(key).or_default().join(&known.leaving());
            }
        }
    }
}
