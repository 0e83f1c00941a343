//! Telling what a substitution would leave as it is, so that it need not be built anew.

use crate::flow::scope::Scope;
use crate::flow::subst::{CALL_OF, Subst};
use crate::flow::value::{Args, Closure, Made, Set, Table, Value, World};

impl Subst<'_> {
    /// Whether a set is the same with everything put in.
    pub(super) fn leaves_set(&self, scope: &Scope<'_>, set: &Set) -> bool {
        set.items
            .iter()
            .all(|item| (self.call.is_none() || item.world == World::default()) && self.leaves(scope, &item.value))
    }

    fn leaves(&self, scope: &Scope<'_>, value: &Value) -> bool {
        match value {
            Value::Ref(_) => false,
            Value::Text(text) => !text.has_refs(),
            Value::Instance(i) => {
                let mut given = i.made.iter().flat_map(|bindings| &bindings.args);
                given.all(|set| self.leaves_set(scope, set))
                    && i.fields.as_ref().is_none_or(|fields| self.leaves_table(scope, fields))
            }
            Value::Function(closure) => self.leaves_closure(scope, closure),
            Value::Method(object, _) => self.leaves(scope, object),
            Value::Made(made) => self.leaves_made(scope, made),
            Value::Table(table) => self.leaves_table(scope, table),
            Value::List(items) => items.iter().all(|set| self.leaves_set(scope, set)),
            _ => true,
        }
    }

    fn leaves_table(&self, scope: &Scope<'_>, table: &Table) -> bool {
        let sets = || table.entries.iter().map(|(_, set)| set).chain([&table.rest]);
        table.spread.is_unknown() && sets().all(|set| self.leaves_set(scope, set))
    }

    fn leaves_made(&self, scope: &Scope<'_>, made: &Made) -> bool {
        made.path != CALL_OF
            && self.leaves_args(scope, &made.args)
            && made.on.as_ref().is_none_or(|on| self.leaves_made(scope, on))
    }

    fn leaves_args(&self, scope: &Scope<'_>, args: &Args) -> bool {
        args.spread.is_empty() && args.all().all(|set| self.leaves_set(scope, set))
    }

    /// A closure takes along what the functions around it were given.
    fn leaves_closure(&self, scope: &Scope<'_>, closure: &Closure) -> bool {
        *closure == Closure::plain(closure.function)
            && !self.bindings.iter().any(|bindings| scope.encloses(bindings.function, closure.function))
    }
}
