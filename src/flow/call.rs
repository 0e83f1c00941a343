//! Calls: which function of the program runs, what it then requests and returns, and what calls of outside things do.

mod address;
mod apply;
mod collection;
mod constant;
mod contribute;
mod declared;
mod guessed;
mod object;
mod outside;
mod picked;
mod present;

pub(in crate::flow) use apply::*;
pub(in crate::flow) use declared::SETTINGS;
pub(in crate::flow) use picked::{PICKED, left_open, waits_elsewhere};

use crate::ir::{Arg, Expr, ExprId, FunctionKind, Language, Name};
use std::sync::Arc;

use super::exec::Run;
use super::program::Resolved;
use super::request::{Guard, Site};
use super::state::Summary;
use super::strings;
use super::transport;
use super::value::{Args, Cls, Fun, Instance, Items, Ref, Root, Set, Table, Value};

impl<'a> Run<'a> {
    /// Evaluates arguments; unpacked lists become positional arguments.
    pub fn args(&mut self, args: &'a [Arg]) -> Args {
        let mut out = Args::default();
        for arg in args {
            let set = self.eval(arg.value);
            match &arg.name {
                Some(name) => {
                    self.note_key(name);
                    out.named.push((name.clone(), set));
                }
                None if arg.spread => match set.items.as_slice() {
                    [super::value::Item { value: Value::List(items), .. }] => {
                        out.positional.extend(items.iter().cloned())
                    }
                    // Tables of several branches.
                    [_, _, ..] if set.values().all(|v| matches!(v, Value::Table(_))) => {
                        out.spread.extend(set.table().map(|t| Set::of(Value::Table(Arc::new(t)))));
                    }
                    _ => out.spread.push(set),
                },
                None => out.positional.push(set),
            }
        }
        out
    }

    /// A call expression.
    pub fn call(&mut self, id: ExprId, callee: ExprId, args: &'a [Arg]) -> Set {
        let site = self.site(id);
        match self.module.expr(callee) {
            Expr::Field(object, name) => {
                if matches!(self.module.expr(*object), Expr::Super) {
                    let args = self.args(args);
                    return self.super_call(Some(name), &args, site);
                }
                let receivers = self.eval(*object);
                let receivers = self.with_methods(*object, name, receivers);
                let given = args;
                let args = self.args(given);
                let label = self.label(*object);
                self.note_key(name);
                self.declare_into(name, given, &args, site);
                let out = self.method_call(&receivers, name, &args, site, &label);
                self.grow(*object, &receivers, name, &out);
                self.change_address(*object, &receivers, name, &args, &out);
                self.fill(*object, &receivers, name, &args, site);
                out
            }
            Expr::Super => {
                let args = self.args(args);
                self.super_call(None, &args, site)
            }
            Expr::Name(name) => {
                let callees = self.name(name);
                let args = self.args(args);
                if self.is_inherited(name, &callees) && self.inherits_request(name, &args, site) {
                    return Set::unknown();
                }
                self.call_set(&callees, &args, site)
            }
            // `cls(…)` in a class method.
            Expr::This if self.module.function(self.fun.id).kind == FunctionKind::Static => {
                let args = self.args(args);
                match self.owner {
                    Some(class) => self.construct(class, &args, site),
                    None => Set::unknown(),
                }
            }
            Expr::Index(object, key) => {
                let objects = self.eval(*object);
                let keys = self.eval(*key);
                let args = self.args(args);
                let label = self.label(*object);
                self.computed_call(callee, &objects, &keys, &args, site, &label)
            }
            _ => {
                let callees = self.eval(callee);
                let args = self.args(args);
                self.call_set(&callees, &args, site)
            }
        }
    }

    /// `list.push(x)` changes the list that a variable holds, `builder.post(body)` the request.
    fn grow(&mut self, object: ExprId, old: &Set, name: &Name, new: &Set) {
        let grows = matches!(name.as_str(), "push" | "append" | "extend" | "concat" | "add" | "Add" | "<<");
        let lists =
            || old.values().any(|v| matches!(v, Value::List(_))) && new.values().all(|v| matches!(v, Value::List(_)));
        if let Expr::Name(local) = self.module.expr(object)
            && (grows && lists() || self.builds(old, name, new))
            && self.local(local).is_some()
        {
            self.assign_name(&local.clone(), new.clone());
        }
    }

    /// `clients.set(key, api)`, `cache.put(key, api)`: a collection that a field or a module variable holds keeps the object.
    fn fill(&mut self, object: ExprId, old: &Set, name: &Name, args: &Args, site: Site) {
        let [key, value] = args.positional.as_slice() else { return };
        let own = |v: &Value| match v {
            Value::Ref(r) => matches!(r.root, Root::Param(..)),
            other => matches!(other, Value::Instance(_) | Value::Client(_) | Value::Legacy(..)),
        };
        if !matches!(
            name.as_str(),
            "set" | "put" | "putIfAbsent" | "store" | "Add" | "TryAdd" | "insert" | "setdefault"
        ) || old.values().any(own)
        {
            return;
        }
        // Of a dictionary that is filled line by line everything counts; elsewhere only what may be called later.
        let table = old.values().any(|v| matches!(v, Value::Table(_)));
        let address = |v: &Value| match v {
            Value::Text(text) => text.head().contains('/'),
            Value::Table(_) | Value::List(_) => true,
            _ => false,
        };
        let kept = value.items.iter().filter(|i| match &i.value {
            value if table && address(value) => true,
            value => value.is_object() && !matches!(value, Value::Table(_) | Value::List(_)),
        });
        let kept = Set { items: kept.cloned().collect() };
        if kept.is_unknown() {
            return;
        }
        let table = match key.literal_text() {
            Some(key) => Table { entries: vec![(key.into(), kept)], ..Table::default() },
            None => Table { rest: kept, ..Table::default() },
        };
        let whole = Set::of(Value::Table(Arc::new(table.clone())));
        match self.module.expr(object) {
            Expr::Field(holder, field) => {
                let holder = self.eval(*holder);
                self.store(&holder, field, &whole, site);
            }
            Expr::Name(name) if self.is_variable(name) => self.merge_local(object, &table),
            Expr::Name(name) => {
                if let Some(Resolved::Global(module, _)) = self.program().resolve(self.fun.module, name) {
                    self.store(&Set::of(Value::Module(module)), name, &whole, site);
                }
            }
            _ => {}
        }
    }

    /// `object[name](…)`: an entry of a table, or a method by a name that is only known when it runs.
    fn computed_call(
        &mut self,
        callee: ExprId,
        objects: &Set,
        keys: &Set,
        args: &Args,
        site: Site,
        label: &Name,
    ) -> Set {
        let mut out = Set::unknown();
        let (tables, others): (Items, Items) =
            objects.items.iter().cloned().partition(|i| matches!(i.value, Value::Table(_) | Value::List(_)));
        if !tables.is_empty() {
            let entries = self.index_sets(callee, &Set { items: tables }, keys);
            out.join(&self.call_set(&entries, args, site));
        }
        let others = Set { items: others };
        if others.is_unknown() {
            return out;
        }
        if keys.literals().is_none() {
            self.picked_call(&others, keys, args, site);
            return out;
        }
        for key in &keys.items {
            if let Value::Text(text) = &key.value
                && let Some(name) = text.as_literal()
            {
                // What is given goes with the name that it stands beside.
                let args = args.within(&key.world);
                out.join(&self.method_call(&others, &name.into(), &args, site, label));
            }
        }
        out
    }

    /// Whether a name is a variable or parameter here, rather than a class or module.
    fn is_variable(&self, name: &Name) -> bool {
        self.local(name).is_some() || self.module.function(self.fun.id).params.iter().any(|p| p.name == *name)
    }

    /// Whether an expression starts at a variable of this function that holds a module.
    fn is_loaded(&self, mut object: ExprId) -> bool {
        while let Expr::Field(outer, _) = self.module.expr(object) {
            object = *outer;
        }
        let Expr::Name(name) = self.module.expr(object) else { return false };
        let module = |v: &Value| matches!(v, Value::Module(_) | Value::External(_));
        matches!(self.module.language, Language::JavaScript | Language::TypeScript)
            && self.local(name).is_some_and(|set| set.values().any(module))
    }

    /// `new X(…)` and struct literals.
    pub fn construct_expr(&mut self, id: ExprId, class: ExprId, args: &'a [Arg]) -> Set {
        let site = self.site(id);
        let types = match self.module.expr(class) {
            // A class held in a variable.
            Expr::Name(name) if self.is_variable(name) => self.name(name),
            // A class of a module held in one: `const sdk = require("sdk")` within a function, `await import("sdk")`.
            Expr::Field(object, _) if self.is_loaded(*object) => self.eval(class),
            _ => self.types(class, 0),
        };
        let types = types.flat_map(|v| match v {
            Value::Ref(Ref { root: Root::This(class), path }) if path.is_empty() => Set::of(Value::Class(*class)),
            other => Set::of(other.clone()),
        });
        let args = self.args(args);
        self.call_set(&types, &args, site)
    }

    /// Calls every value of a set.
    pub fn call_set(&mut self, callees: &Set, args: &Args, site: Site) -> Set {
        let mut out = Set::unknown();
        // A class given by the caller: each call of this function makes what its own caller gave.
        let given =
            callees.values().any(|v| matches!(v, Value::Ref(Ref { root: Root::Param(..), path }) if path.is_empty()));
        for item in &callees.items {
            if given
                && matches!(item.value, Value::Class(_) | Value::External(_) | Value::Function(_) | Value::Method(..))
            {
                continue;
            }
            out.absorb(self.call_value(&item.value, args, site).moved_into(&item.world));
        }
        out
    }

    /// Calls a value.
    pub fn call_value(&mut self, callee: &Value, args: &Args, site: Site) -> Set {
        if self.depth >= MAX_CALLBACKS.saturating_mul(4) || !self.scope.spend(4) {
            return Set::unknown();
        }
        self.depth += 1;
        let out = match callee {
            Value::Function(closure) => self.apply(closure, None, args, site),
            Value::Class(class) => self.construct(*class, args, site),
            Value::External(path) => self.external_call(path, None, args, site),
            Value::Made(made) if made.path == PICKED => {
                if let (Some(objects), Some(names)) = (made.args.at(0), made.args.at(1)) {
                    self.picked_call(&objects.clone(), &names.clone(), args, site);
                }
                Set::unknown()
            }
            Value::Method(object, name) => self.client_call(object, name, args, site),
            Value::Ref(_) => {
                self.pend(callee.clone(), args, site);
                Set::of(super::subst::called(callee.clone(), &args.positional))
            }
            // `self.session()` where the object itself is callable, or a getter wrapped around it.
            Value::Made(made) => {
                let made = made.clone();
                self.external_call(&made.path, Some(&made), args, site)
            }
            Value::Instance(_) => {
                self.method_call(&Set::of(callee.clone()), &"__call__".into(), args, site, &Name::default())
            }
            Value::Client(_) | Value::Legacy(..) => Set::of(callee.clone()),
            Value::Module(module) => {
                let exported = self.scope.exported(*module);
                self.call_set(&exported, args, site)
            }
            _ => Set::unknown(),
        };
        self.depth -= 1;
        out
    }

    /// Calls a method on every value of a set.
    pub fn method_call(&mut self, receivers: &Set, name: &Name, args: &Args, site: Site, label: &Name) -> Set {
        if let Some(lists) = self.compact(receivers, name, args, site) {
            return lists;
        }
        let mut out = Set::unknown();
        let mut known = false;
        let given = receivers.values().any(|v| matches!(v, Value::Ref(Ref { root: Root::Param(..), .. })));
        for item in &receivers.items {
            if matches!(item.value, Value::Ref(ref r) if !r.path.is_empty() || !matches!(r.root, Root::This(_))) {
                continue;
            }
            known |= !matches!(item.value, Value::Null | Value::Bool(_));
            // What a plain getter answers is the caller's to say, object by object.
            if given && self.is_getter(&item.value, name, args) {
                continue;
            }
            // So is what a function does that somebody hands in.
            if given && self.is_handed_in(&item.value) {
                continue;
            }
            out.absorb(self.method_on(&item.value, name, args, site).moved_into(&item.world));
        }
        for item in &receivers.items {
            if let Value::Ref(r) = &item.value
                && (!r.path.is_empty() || !matches!(r.root, Root::This(_)))
            {
                let handed = matches!(r.root, Root::Param(..)) && r.path.is_empty();
                if handed && receivers.values().any(|v| self.is_handed_in(v)) {
                    out.absorb(self.call_value(&item.value, args, site).moved_into(&item.world));
                    continue;
                }
                out.absorb(self.method_on_ref(r, name, args, site, known, label).moved_into(&item.world));
            }
        }
        if receivers.values().all(|v| matches!(v, Value::Null | Value::Bool(_))) {
            out.join(&self.unknown_call(name, args, site, label));
        }
        out
    }

    /// Whether a value is a function in a language where any method of it calls it: `supplier.get()`, `block.call`.
    fn is_handed_in(&self, value: &Value) -> bool {
        use crate::ir::Language;
        let by_method =
            matches!(self.module.language, Language::Java | Language::Kotlin | Language::CSharp | Language::Ruby);
        by_method && matches!(value, Value::Function(_))
    }

    /// Whether a method only hands out what its object was made with, or answers by which object it is.
    fn is_getter(&self, receiver: &Value, name: &Name, args: &Args) -> bool {
        let Value::Instance(instance) = receiver else { return false };
        let methods = self.program().method(instance.class, name);
        if methods.is_empty() && instance.spelled(name).is_some() {
            return true;
        }
        let own = |r: &Ref| matches!(r.root, Root::This(_));
        let hands_out = |fun: &Fun| {
            let Summary { returns, arms, .. } = self.scope.summary(*fun);
            // Which of its constants an enumeration's object is decides what it answers.
            let chooses = !arms.is_empty() && arms.values().flatten().flat_map(Guard::subjects).all(own);
            !returns.is_unknown()
                && (chooses || returns.values().all(|v| matches!(v, Value::Ref(r) if own(r) && !r.path.is_empty())))
        };
        args.positional.is_empty() && args.named.is_empty() && !methods.is_empty() && methods.iter().all(hands_out)
    }

    /// A method of something that a caller decides.
    fn method_on_ref(&mut self, r: &Ref, name: &Name, args: &Args, site: Site, known: bool, label: &Name) -> Set {
        let value = Value::Ref(r.clone());
        if let Some(set) = looked_up(r, name, args, self.module.language) {
            return set;
        }
        // Nothing but an address is opened so.
        if matches!(name.as_str(), "openConnection" | "openStream") && self.address_call(&value, name, args, site) {
            return Set::unknown();
        }
        if let Some(set) = self.remaining(&value, name).or_else(|| strings::method(&value, name, args)) {
            return set;
        }
        if let Some(set) = self.collection_method(&value, name, args, site) {
            return set;
        }
        if !known {
            if self.kept_by_base(r, name, args, site) {
                return Set::unknown();
            }
            let found = self.unknown_call(name, args, site, label);
            if !found.is_unknown() {
                return found;
            }
        }
        match (args.positional.is_empty() && args.named.is_empty(), r.field(name)) {
            // A getter.
            (true, Some(field)) => {
                if !known && self.clients_have(name) {
                    self.pend(Value::Ref(field.clone()), args, site);
                }
                Set::of(Value::Ref(field))
            }
            (_, Some(field)) => {
                if !known && (transport::sounds_like_request(name) || self.clients_have(name)) {
                    self.pend(Value::Ref(field), args, site);
                }
                Set::unknown()
            }
            _ => Set::unknown(),
        }
    }

    fn method_on(&mut self, receiver: &Value, name: &Name, args: &Args, site: Site) -> Set {
        match receiver {
            Value::Ref(Ref { root: Root::This(class), .. }) => self.object_call(receiver, *class, name, args, site),
            Value::Instance(instance) => {
                let class = instance.class;
                self.object_call(receiver, class, name, args, site)
            }
            Value::Class(class) => self.class_call(*class, name, args, site),
            Value::Function(closure) => self.function_method(closure, name, args, site),
            Value::Client(_) | Value::Legacy(..) => match self.reflected(receiver, name, args) {
                Some(member) => member,
                None => self.client_call(receiver, name, args, site),
            },
            Value::Method(object, method) => self.on_method(object, method, name, args, site),
            Value::Made(made) if made.path == PICKED => self.on_picked(receiver, name, args, site),
            Value::External(path) => {
                let path: Name = format!("{path}.{name}").into();
                self.external_call(&path, None, args, site)
            }
            Value::Made(made) if made.path == super::subst::CALL_OF => {
                let objects = self.scope.made_by_call(receiver);
                let mut out = Set::unknown();
                for object in objects.values() {
                    out.join(&self.method_on(object, name, args, site));
                }
                out
            }
            Value::Made(made) => {
                let path: Name = format!("{}.{name}", made.path).into();
                let made = made.clone();
                self.external_call(&path, Some(&made), args, site)
            }
            Value::Module(module) => {
                let callees = self.scope.module_member(*module, name);
                if callees.is_unknown() {
                    // `module.exports = client`: the module is the client.
                    let exported = self.scope.exported(*module);
                    if !exported.is_unknown() {
                        return self.method_call(&exported, name, args, site, name);
                    }
                }
                self.call_set(&callees, args, site)
            }
            Value::Text(_) if self.address_call(receiver, name, args, site) => Set::unknown(),
            Value::Text(_) | Value::Table(_) | Value::List(_) => self.on_plain(receiver, name, args, site),
            _ => Set::unknown(),
        }
    }

    /// A method of a text, a table or a list.
    fn on_plain(&mut self, receiver: &Value, name: &Name, args: &Args, site: Site) -> Set {
        if let Value::Table(table) = receiver
            && let Some(callees) = table.entry(name).cloned()
        {
            return self.call_set(&callees, args, site);
        }
        if let Some(set) = self.collection_method(receiver, name, args, site) {
            return set;
        }
        match strings::method(receiver, name, args) {
            Some(set) => set,
            None => self.extension(receiver, name, args, site).unwrap_or_default(),
        }
    }
}

/// `settings.get("host", DEFAULT)` of something that only a caller knows: its entry, or else the default if there is one.
fn looked_up(r: &Ref, name: &str, args: &Args, language: Language) -> Option<Set> {
    if !matches!(name, "get" | "fetch" | "pop" | "setdefault" | "getOrDefault") {
        return None;
    }
    let key = args.at(0)?.literal_text()?;
    let default = args.at(1).or_else(|| args.named("default"));
    let composite = |v: &Value| matches!(v, Value::Table(_) | Value::Function(_));
    let reads = name == "get" || name == "fetch" && language == Language::Ruby;
    if key.contains(['/', ':', ' '])
        || default.is_some_and(|set| set.values().any(composite))
        || default.is_none() && (!reads || args.positional.len() > 1 || !args.named.is_empty())
    {
        return None;
    }
    let mut out = Set::of(Value::Ref(r.field(&key.into())?));
    default.into_iter().for_each(|default| out.join(default));
    Some(out)
}
