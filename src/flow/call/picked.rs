//! Members of clients that are picked by a name: `getattr(module, name)(client)`, `api[name](…)`, `api.MethodByName(name)`.
//!
//! Names that are written down lead to the members they name. A name that only callers know waits for them. Of one that is
//! known only when the program runs, no more can be told than that some method of the client is called.

use crate::flow::exec::Run;
use crate::flow::found::{Found, What};
use crate::flow::library;
use crate::flow::request::Site;
use crate::flow::scope::Scope;
use crate::flow::state::Pending;
use crate::flow::subst::Subst;
use crate::flow::value::{Args, Fun, Instance, Made, Piece, Ref, Root, Set, Text, Value};
use crate::ir::{Language, Name};
use std::sync::Arc;

/// Stands for `getattr(object, name)` with a name that only callers know.
pub(in crate::flow) const PICKED: &str = "getattr()";

/// Most calls of what it is given that a function leaves to its callers.
const MAX_PENDING: usize = 32;

impl<'a> Run<'a> {
    /// The members of objects that names pick; `None` where nothing of it concerns a client.
    pub(in crate::flow) fn picked(&mut self, objects: &Set, names: &Set) -> Option<Set> {
        let literal = names.literals().is_some();
        let concerns = |v: &Value| is_client(v) || is_package(v);
        if !literal && !objects.values().any(concerns) {
            return None;
        }
        let mut out = Set::unknown();
        if literal {
            for item in &names.items {
                let Value::Text(text) = &item.value else { continue };
                let Some(name) = text.as_literal() else { continue };
                out.absorb(self.scope.field_of_set(objects, &name.into(), 0).moved_into(&item.world));
            }
            return Some(out);
        }
        for item in objects.items.iter().filter(|item| concerns(&item.value)) {
            let member = match &item.value {
                Value::External(path) => Set::of(Value::External(format!("{path}.{}", library::UNNAMED).into())),
                client if is_open(names) => pick(Set::of(client.clone()), names),
                client => Set::of(Value::Method(Arc::new(client.clone()), library::UNNAMED.into())),
            };
            out.absorb(member.moved_into(&item.world));
        }
        Some(out)
    }

    /// Calls the members of objects that names pick.
    pub(in crate::flow) fn picked_call(&mut self, objects: &Set, names: &Set, args: &Args, site: Site) {
        if names.literals().is_some() {
            for item in &names.items {
                if let Value::Text(text) = &item.value
                    && let Some(name) = text.as_literal()
                {
                    let args = args.within(&item.world);
                    self.method_call(objects, &name.into(), &args, site, &Name::default());
                }
            }
            return;
        }
        self.verb_call(objects, names, args, site);
        if !objects.values().any(is_client) {
            return;
        }
        if is_open(names) {
            if let Some(callee) = pick(objects.clone(), names).values().next() {
                self.leave_pending(Pending { callee: callee.clone(), args: args.clone(), at: site });
            }
            return;
        }
        for client in objects.values().filter(|v| is_client(v)) {
            self.client_call(client, &library::UNNAMED.into(), args, site);
        }
    }

    /// A method of a client's method, as a value.
    pub(super) fn on_method(&mut self, object: &Value, method: &Name, name: &Name, args: &Args, site: Site) -> Set {
        match name.as_str() {
            "call" | "apply" | "bind" | "invoke" | "to_proc" | "curry" | "__call__" | "Call" => {
                self.client_call(object, method, args, site)
            }
            // One of several clients rather than one of its methods.
            _ if method == library::UNNAMED && self.is_client_method(object, name) => {
                self.client_call(object, name, args, site)
            }
            _ => Set::unknown(),
        }
    }

    /// The same for one that waits for its name.
    pub(super) fn on_picked(&mut self, picked: &Value, name: &Name, args: &Args, site: Site) -> Set {
        match name.as_str() {
            "call" | "apply" | "invoke" | "Call" => self.call_value(picked, args, site),
            _ => Set::unknown(),
        }
    }

    /// Whether a client has a method of this name.
    pub(in crate::flow) fn is_client_method(&self, client: &Value, name: &str) -> bool {
        match client {
            Value::Client(client) => self.scope.catalog.is_sdk_method(client.naming, name),
            Value::Legacy(client, symbol) => {
                self.scope.catalog.is_legacy_symbol(*client, &library::join_symbol(*client, symbol, name))
            }
            _ => false,
        }
    }

    /// Methods by which objects of any class tell their members: `api.MethodByName(name)`, `api.method(name)`.
    pub(in crate::flow) fn reflected(&mut self, client: &Value, name: &str, args: &Args) -> Option<Set> {
        let object = || Set::of(client.clone());
        let names = args.at(0).filter(|_| args.named.is_empty());
        match (self.module.language, name) {
            (Language::Java | Language::Kotlin, "getClass") => Some(object()),
            (Language::Java | Language::Kotlin, "getMethod" | "getDeclaredMethod")
            | (Language::Go, "MethodByName")
            | (Language::Ruby, "method" | "public_method" | "instance_method")
            | (Language::Python, "__getattribute__" | "__getattr__") => self.picked(&object(), names?),
            (Language::Java | Language::Kotlin, "getMethods" | "getDeclaredMethods") => {
                let some = self.picked(&object(), &Set::unknown())?;
                Some(Set::of(Value::List(Arc::new(vec![some]))))
            }
            _ => None,
        }
    }

    /// Leaves a call to whoever knows what is called.
    pub(in crate::flow) fn pend(&mut self, callee: Value, args: &Args, site: Site) {
        self.leave_pending(Pending { callee, args: args.clone(), at: site });
    }

    /// The same for a call that another function left open. What there is no room for is told of the whole function.
    pub(in crate::flow) fn leave_pending(&mut self, pending: Pending) {
        let all = &mut self.out.summary.pending;
        match all.contains(&pending) {
            true => {}
            false if all.len() < MAX_PENDING => all.push(pending),
            false => self.out.cut = true,
        }
    }

    /// A module whose name is put together when the program runs: `import_module(f"datadog_api_client.v2.api.{name}_api")`.
    pub(in crate::flow) fn imported_by_name(&mut self, name: &Set) -> Option<Set> {
        let path = |text: &Text| -> String {
            let part = |piece: &Piece| match piece {
                Piece::Lit(lit) => lit.to_string(),
                _ => library::UNNAMED.to_owned(),
            };
            text.pieces.iter().map(part).collect()
        };
        let found = name.flat_map(|value| match value {
            Value::Text(text) if library::official(text.head()).is_some() => {
                Set::of(Value::External(path(text).into()))
            }
            _ => Set::unknown(),
        });
        (!found.is_unknown()).then_some(found)
    }
}

/// The member of objects that a name picks which only callers know.
fn pick(objects: Set, names: &Set) -> Set {
    let args = Args { positional: vec![objects, names.clone()], ..Args::default() };
    Set::of(Value::Made(Arc::new(Made { path: PICKED.into(), on: None, args, depth: 1 })))
}

fn is_client(value: &Value) -> bool {
    matches!(value, Value::Client(_) | Value::Legacy(..))
}

/// Whether a value is a package of an official client, or the older Python client.
fn is_package(value: &Value) -> bool {
    matches!(value, Value::External(path) if library::official(path).is_some() || path.starts_with("datadog.api"))
}

/// Whether a name is a caller's or an object's to tell.
fn is_open(names: &Set) -> bool {
    names.values().any(|v| match v {
        Value::Ref(_) => true,
        Value::Text(text) => text.has_refs(),
        _ => false,
    })
}

/// The calls of picked methods that wait for callers which are not here.
pub(in crate::flow) fn left_open(scope: &Scope<'_>, fun: Fun, called: bool) -> Vec<Found> {
    let mut found = Vec::new();
    for pending in &scope.state.summary(fun).pending {
        let Value::Made(made) = &pending.callee else { continue };
        let param = |v: &Value| match v {
            Value::Ref(r) => matches!(r.root, Root::Param(..)),
            Value::Text(text) => text.refs().any(|r| matches!(r.root, Root::Param(..))),
            _ => false,
        };
        if made.path != PICKED || called && made.args.all().flat_map(Set::values).any(param) {
            continue;
        }
        let receiver = scope.program.owner(fun).map(|class| Value::Instance(Arc::new(Instance::any(class))));
        let closed = Subst::new(Vec::new(), receiver.as_ref(), true).args(scope, &made.args, 0);
        let (Some(objects), Some(names)) = (closed.at(0), closed.at(1)) else { continue };
        let names = names.literals().unwrap_or_else(|| vec![library::UNNAMED]);
        for client in objects.values() {
            for name in &names {
                let what = match client {
                    Value::Client(client) => What::Sdk(client.clone(), (*name).into()),
                    Value::Legacy(client, symbol) => What::Legacy(*client, library::join_symbol(*client, symbol, name)),
                    _ => continue,
                };
                let steps = vec![(format!("{name} called").into(), pending.at)];
                found.push(Found { what, at: pending.at, fun, likely: false, literals: Vec::new(), steps });
            }
        }
    }
    found
}

/// Whether what is called is decided by nothing that `own` tells.
pub(in crate::flow) fn waits_elsewhere(callee: &Value, own: &dyn Fn(&Ref) -> bool) -> bool {
    let is_own = |v: &Value| matches!(v, Value::Ref(r) if own(r));
    match callee {
        Value::Ref(_) => !is_own(callee),
        Value::Made(made) => made.path == PICKED && !made.args.all().flat_map(Set::values).any(is_own),
        _ => false,
    }
}
