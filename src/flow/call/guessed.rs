//! Calls on something unknown that is named like a class of the program: `api.create(…)` beside a class `Api`.
//!
//! Dependency injection, duck typing and frameworks hide where an object comes from; its name is what readers go by, too.
//! Only classes whose method requests something of Datadog are guessed, only if no other class fits, and the call is likely
//! at most.

use super::{Args, Cls, Fun, Instance, Name, Run, Set, Site, Value};
use crate::evidence::Origin;
use crate::flow::value::Closure;
use crate::flow::words::words;
use crate::ir::FunctionKind;
use std::sync::Arc;

/// Methods that say nothing of whose they are.
const PLAIN: &[&str] = &[
    "get", "post", "put", "patch", "delete", "head", "request", "create", "update", "list", "find", "fetch", "call",
    "send", "execute", "run", "query", "search", "add", "remove", "save", "load", "all", "show", "index", "do",
    "perform", "invoke",
];

/// Most classes whose method a client is handed to where the object is unknown.
const MAX_HANDED: usize = 4;

/// Whether a name may end with a word, which is in lower case.
fn ends_with(name: &str, word: &str) -> bool {
    let name = name.trim_end_matches(|c: char| !c.is_alphanumeric());
    let tail = name.len().checked_sub(word.len()).and_then(|at| name.get(at..));
    !name.is_ascii() || tail.is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

impl Run<'_> {
    /// C#'s extension methods of texts: `"series?api_key={0}".Fmt(key)` is `Text.Fmt("series…", key)`.
    pub(super) fn extension(&mut self, receiver: &Value, name: &Name, args: &Args, site: Site) -> Option<Set> {
        if self.module.language != crate::ir::Language::CSharp || !matches!(receiver, Value::Text(_)) {
            return None;
        }
        let [class] = self.scope.classes_with(self.fun.module, name) else { return None };
        let methods = self.program().class(*class).methods.get(name)?;
        let is_static = |fun: &&Fun| {
            let function = self.program().function(**fun);
            function.kind == FunctionKind::Static && function.params.len() > args.positional.len().min(1)
        };
        let fun = *methods.iter().find(is_static)?;
        let mut all = args.clone();
        all.positional.insert(0, Set::of(receiver.clone()));
        Some(self.apply(&Closure::plain(fun), None, &all, site))
    }

    /// Calls the method of the one class that the receiver is named after. `None` if there is no such class.
    pub(in crate::flow) fn guessed_call(&mut self, name: &Name, args: &Args, site: Site, label: &Name) -> Option<Set> {
        let class = self.named_after(name, label)?;
        let before = self.guessed.replace((class, site));
        let receiver = Value::Instance(Arc::new(Instance::any(class)));
        let out = self.object_call(&receiver, class, name, args, site);
        self.guessed = before;
        Some(out)
    }

    /// Calls the methods of this name that an object of an official or older client may be handed to: `rule.apply(client)`.
    pub(in crate::flow) fn handed_client(&mut self, name: &Name, args: &Args, site: Site) -> bool {
        let client = |v: &Value| matches!(v, Value::Client(_) | Value::Legacy(..));
        if !args.all().flat_map(Set::values).any(client) {
            return false;
        }
        let classes: Vec<Cls> = self.scope.classes_with(self.fun.module, name).to_vec();
        if classes.is_empty() || classes.len() > MAX_HANDED {
            return false;
        }
        for class in classes {
            let before = self.guessed.replace((class, site));
            let receiver = Value::Instance(Arc::new(Instance::any(class)));
            self.object_call(&receiver, class, name, args, site);
            self.guessed = before;
        }
        true
    }

    fn named_after(&self, method: &Name, label: &Name) -> Option<Cls> {
        let label = words(label);
        let last = label.last()?;
        let program = self.program();
        let fits = |class: &&Cls| {
            let name = &program.class(**class).name;
            // However the two fit, their last words are one; most classes are out before they are taken apart.
            if !ends_with(name, last) {
                return false;
            }
            let name = words(name);
            let within = || name.ends_with(&label) || label.ends_with(&name);
            name == label || !PLAIN.contains(&method.as_str()) && within()
        };
        let mut fitting = self.scope.classes_with(self.fun.module, method).iter().filter(fits);
        let class = *fitting.next()?;
        (fitting.next().is_none() && self.asks_datadog(program.method(class, method))).then_some(class)
    }

    /// Whether one of some functions makes a request of Datadog that its callers have to complete.
    fn asks_datadog(&self, methods: &[Fun]) -> bool {
        let ours = |origin| matches!(origin, Origin::Datadog | Origin::LikelyDatadog);
        methods.iter().any(|fun| self.scope.summary(*fun).requests.iter().any(|request| ours(request.origin)))
    }
}
