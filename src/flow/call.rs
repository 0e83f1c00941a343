//! Calls: which function of the program runs, what it then requests and returns, and what calls of outside things do.

use crate::ir::{Arg, Expr, ExprId, FunctionKind, Name, ParamKind};
use std::sync::Arc;

use super::exec::{Run, grounded, is_object};
use super::found::{Found, What};
use super::library;
use super::program::Resolved;
use super::request::Site;
use super::state::Pending;
use super::strings;
use super::subst::Subst;
use super::transport;
use super::value::{Args, Bindings, Closure, Cls, Fun, Instance, Made, Piece, Ref, Root, Set, Table, Text, Value};

/// Stands for `getattr(object, verb)` with a verb that only callers know.
const VERB_OF: &str = "getattr()";
/// Deepest chain of calls that one call sets off by calling what it was given.
const MAX_CALLBACKS: u16 = 40;

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
                let args = self.args(args);
                let label = self.label(*object);
                self.note_key(name);
                self.method_call(&receivers, name, &args, site, &label)
            }
            Expr::Super => {
                let args = self.args(args);
                self.super_call(None, &args, site)
            }
            Expr::Name(name) => {
                let callees = self.name(name);
                let args = self.args(args);
                self.call_set(&callees, &args, site)
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
        let (tables, others): (Vec<_>, Vec<_>) =
            objects.items.iter().cloned().partition(|i| matches!(i.value, Value::Table(_) | Value::List(_)));
        if !tables.is_empty() {
            let entries = self.index_sets(callee, &Set { items: tables }, keys);
            out.join(&self.call_set(&entries, args, site));
        }
        let others = Set { items: others };
        if others.is_unknown() {
            return out;
        }
        match keys.literals() {
            Some(names) => {
                for name in names.into_iter().map(Name::from).collect::<Vec<_>>() {
                    out.join(&self.method_call(&others, &name, args, site, label));
                }
            }
            None => self.verb_call(&others, keys, args, site),
        }
        out
    }

    /// Whether a name is a variable or parameter here, rather than a class or module.
    fn is_variable(&self, name: &Name) -> bool {
        self.local(name).is_some() || self.module.function(self.fun.id).params.iter().any(|p| p.name == *name)
    }

    /// `new X(…)` and struct literals.
    pub fn construct_expr(&mut self, id: ExprId, class: ExprId, args: &'a [Arg]) -> Set {
        let site = self.site(id);
        let types = match self.module.expr(class) {
            // A class held in a variable.
            Expr::Name(name) if self.is_variable(name) => self.name(name),
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
            out.join(&self.call_value(&item.value, args, site).within(&item.world));
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
            Value::Made(made) if made.path == VERB_OF => {
                let unknown = Set::unknown();
                let (object, verb) = (made.args.at(0).unwrap_or(&unknown), made.args.at(1).unwrap_or(&unknown));
                self.verb_call(&object.clone(), &verb.clone(), args, site);
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
            _ => Set::unknown(),
        };
        self.depth -= 1;
        out
    }

    /// Leaves a call to whoever knows what is called.
    fn pend(&mut self, callee: Value, args: &Args, site: Site) {
        let pending = Pending { callee, args: args.clone(), at: site };
        if self.out.summary.pending.len() < 32 && !self.out.summary.pending.contains(&pending) {
            self.out.summary.pending.push(pending);
        }
    }

    /// Calls a method on every value of a set.
    pub fn method_call(&mut self, receivers: &Set, name: &Name, args: &Args, site: Site, label: &Name) -> Set {
        let mut out = Set::unknown();
        let mut known = false;
        for item in &receivers.items {
            if matches!(item.value, Value::Ref(ref r) if !r.path.is_empty() || matches!(r.root, Root::Param(..))) {
                continue;
            }
            known |= !matches!(item.value, Value::Null | Value::Bool(_));
            out.join(&self.method_on(&item.value, name, args, site).within(&item.world));
        }
        for item in &receivers.items {
            if let Value::Ref(r) = &item.value
                && (!r.path.is_empty() || matches!(r.root, Root::Param(..)))
            {
                out.join(&self.method_on_ref(r, name, args, site, known, label).within(&item.world));
            }
        }
        if receivers.values().all(|v| matches!(v, Value::Null | Value::Bool(_))) {
            out.join(&self.unknown_call(name, args, site, label));
        }
        out
    }

    /// A method of something that a caller decides.
    fn method_on_ref(&mut self, r: &Ref, name: &Name, args: &Args, site: Site, known: bool, label: &Name) -> Set {
        let value = Value::Ref(r.clone());
        if let Some(set) = strings::method(&value, name, args) {
            return set;
        }
        if let Some(set) = self.collection_method(&value, name, args, site) {
            return set;
        }
        if !known {
            let found = self.unknown_call(name, args, site, label);
            if !found.is_unknown() {
                return found;
            }
        }
        match (args.positional.is_empty() && args.named.is_empty(), r.field(name)) {
            // A getter.
            (true, Some(field)) => Set::of(Value::Ref(field)),
            (_, Some(field)) => {
                if !known && transport::sounds_like_request(name) {
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
            Value::Client(_) | Value::Legacy(..) => self.client_call(receiver, name, args, site),
            Value::Method(object, method) => match name.as_str() {
                "call" | "apply" | "bind" | "invoke" | "to_proc" | "curry" | "__call__" => {
                    self.client_call(object, method, args, site)
                }
                _ => Set::unknown(),
            },
            Value::External(path) => {
                let path: Name = format!("{path}.{name}").into();
                self.external_call(&path, None, args, site)
            }
            Value::Made(made) if made.path == super::subst::CALL_OF => {
                let close = Subst { bindings: Vec::new(), receiver: None, close: true };
                let objects = close.value(&self.scope, receiver, 0);
                let mut out = Set::unknown();
                for object in
                    objects.values().filter(|o| !matches!(o, Value::Made(m) if m.path == super::subst::CALL_OF))
                {
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
                self.call_set(&callees, args, site)
            }
            Value::Text(_) if self.address_call(receiver, name, args, site) => Set::unknown(),
            Value::Text(_) | Value::Table(_) | Value::List(_) => {
                if let Value::Table(table) = receiver
                    && let Some(callees) = table.entry(name).cloned()
                {
                    return self.call_set(&callees, args, site);
                }
                if let Some(set) = self.collection_method(receiver, name, args, site) {
                    return set;
                }
                strings::method(receiver, name, args).unwrap_or_default()
            }
            _ => Set::unknown(),
        }
    }

    /// A method of an object of the program.
    fn object_call(&mut self, receiver: &Value, class: Cls, name: &Name, args: &Args, site: Site) -> Set {
        let program = self.program();
        let mut methods: Vec<Fun> = program.method(class, name).to_vec();
        let inherits_body = methods.iter().any(|f| !program.function(*f).body.is_empty());
        let own = matches!(receiver, Value::Ref(_));
        if own || !inherits_body || program.class(class).interface {
            for sub in program.descendants(class).into_iter().skip(1) {
                if let Some(more) = program.class(sub).methods.get(name) {
                    methods.extend(more.iter().filter(|f| !methods.contains(f)).copied().collect::<Vec<_>>());
                }
            }
        }
        if !methods.is_empty() {
            let mut out = Set::unknown();
            for fun in fitting(program, &methods, args) {
                let receiver = self.receiver_for(receiver, fun);
                out.join(&self.apply(&Closure::plain(fun), Some(&receiver), args, site));
            }
            return out;
        }
        let field = self.scope.field_of(receiver, name, 0);
        let callable: Set = Set { items: field.items.iter().filter(|i| is_callable(&i.value)).cloned().collect() };
        if !callable.is_unknown() {
            return self.call_set(&callable, args, site);
        }
        if !field.is_unknown() && args.positional.is_empty() && !self.scope.raw_field(class, name).is_unknown() {
            return field;
        }
        self.inherited_call(receiver, class, name, args, site)
    }

    /// A method that a class has from outside the program.
    fn inherited_call(&mut self, receiver: &Value, class: Cls, name: &Name, args: &Args, site: Site) -> Set {
        for base in self.program().external_bases(class) {
            let object = match library::instance_of(&base).items.first() {
                Some(item) => item.value.clone(),
                None => continue,
            };
            if let Value::Client(_) | Value::Legacy(..) = object {
                return self.client_call(&object, name, args, site);
            }
            let path: Name = format!("{base}().{name}").into();
            let own = self.inherited_options(receiver);
            let made = Arc::new(Made { path: format!("{base}()").into(), on: None, args: own, depth: 1 });
            return self.external_call(&path, Some(&made), args, site);
        }
        if let Some(callees) = self.accessor(receiver, name, args) {
            return callees;
        }
        self.unknown_call(name, args, site, &Name::default())
    }

    /// What a class tells the outside class that it derives from: base address and headers.
    fn inherited_options(&self, receiver: &Value) -> Args {
        let mut out = Args::default();
        for name in ["base_uri", "base_url", "headers", "prefix_url", "url_base"] {
            let set = self.scope.field_of(receiver, &name.into(), 0);
            if set.values().any(|v| matches!(v, Value::Text(_) | Value::Table(_))) {
                out.named.push((name.into(), set));
            }
        }
        out
    }

    /// `getBaseUrl()` and `baseUrl()` generated for a field.
    fn accessor(&mut self, receiver: &Value, name: &Name, args: &Args) -> Option<Set> {
        if !args.positional.is_empty() || !args.named.is_empty() {
            return None;
        }
        let mut candidates: Vec<Name> = vec![name.clone()];
        for prefix in ["get", "is", "Get"] {
            if let Some(rest) = name.strip_prefix(prefix)
                && rest.starts_with(|c: char| c.is_ascii_uppercase())
            {
                let mut chars = rest.chars();
                if let Some(first) = chars.next() {
                    candidates.push(format!("{}{}", first.to_ascii_lowercase(), chars.as_str()).into());
                    candidates.push(rest.into());
                }
            }
        }
        candidates
            .iter()
            .map(|c| self.scope.field_of(receiver, c, 0))
            .find(|s| s.values().any(|v| !matches!(v, Value::Ref(_))))
    }

    /// The receiver as the method sees it: inside the hierarchy it stays the receiver.
    fn receiver_for(&self, receiver: &Value, _fun: Fun) -> Value {
        receiver.clone()
    }

    fn class_call(&mut self, class: Cls, name: &Name, args: &Args, site: Site) -> Set {
        let methods: Vec<Fun> = self.program().method(class, name).to_vec();
        if !methods.is_empty() {
            let receiver = Value::Instance(Arc::new(Instance::any(class)));
            let mut out = Set::unknown();
            for fun in fitting(self.program(), &methods, args) {
                if self.program().function(fun).kind == FunctionKind::Constructor {
                    out.join(&self.construct(class, args, site));
                } else {
                    out.join(&self.apply(&Closure::plain(fun), Some(&receiver), args, site));
                }
            }
            return out;
        }
        if matches!(name.as_str(), "new" | "getInstance" | "instance" | "default" | "create" | "builder" | "__new__") {
            return self.construct(class, args, site);
        }
        let member = self.scope.class_member(class, name, 0);
        let callable = Set { items: member.items.iter().filter(|i| is_callable(&i.value)).cloned().collect() };
        if !callable.is_unknown() {
            return self.call_set(&callable, args, site);
        }
        if !member.is_unknown() && args.positional.is_empty() {
            return member;
        }
        if matches!(name.as_str(), "valueOf" | "values" | "fromValue") {
            return Set::of(Value::Instance(Arc::new(Instance::any(class))));
        }
        for base in self.program().external_bases(class) {
            let path: Name = format!("{base}.{name}").into();
            return self.external_call(&path, None, args, site);
        }
        self.unknown_call(name, args, site, &Name::default())
    }

    fn super_call(&mut self, name: Option<&Name>, args: &Args, site: Site) -> Set {
        let Some(class) = self.owner else { return Set::unknown() };
        let this = Value::Ref(Ref::root(Root::This(class)));
        let function = self.module.function(self.fun.id);
        let constructs = match name {
            None => function.kind == FunctionKind::Constructor,
            Some(name) => matches!(name.as_str(), "__init__" | "initialize" | "constructor"),
        };
        let name = name.cloned().unwrap_or_else(|| function.name.clone());
        let bases = self.program().class(class).bases.clone();
        let mut out = Set::unknown();
        for base in bases {
            match base {
                Resolved::Class(base) if constructs => {
                    if let Some(constructor) = self.constructor(base, args) {
                        let bindings = self.apply_constructor(constructor, &this, args, site);
                        self.inherit_fields(class, base, &bindings, site);
                    }
                }
                Resolved::Class(base) => {
                    let methods: Vec<Fun> = self.program().method(base, &name).to_vec();
                    for fun in methods {
                        out.join(&self.apply(&Closure::plain(fun), Some(&this), args, site));
                    }
                }
                Resolved::External(path) if !constructs && !path.is_empty() => {
                    let made =
                        Arc::new(Made { path: format!("{path}()").into(), on: None, args: Args::default(), depth: 1 });
                    let full: Name = format!("{path}().{name}").into();
                    out.join(&self.external_call(&full, Some(&made), args, site));
                }
                _ => {}
            }
        }
        out
    }

    /// What a base class's constructor stores from its parameters, a subclass decides by the arguments it passes.
    fn inherit_fields(&mut self, class: Cls, base: Cls, bindings: &Bindings, site: Site) {
        let names: Vec<Name> = {
            let mut names: Vec<Name> = self
                .scope
                .state
                .output(bindings.function)
                .fields
                .keys()
                .filter(|(c, _)| *c == base)
                .map(|(_, n)| n.clone())
                .collect();
            names.sort_unstable();
            names
        };
        for name in names {
            let raw = self.scope.raw_field(base, &name);
            let subst = Subst { bindings: vec![bindings], receiver: None, close: false };
            let set = subst.set(&self.scope, &raw, 0);
            if set != raw {
                self.store(&Set::of(Value::Class(class)), &name, &set, site);
            }
        }
    }

    /// The constructor that fits the arguments best, the nearest class first.
    fn constructor(&self, class: Cls, args: &Args) -> Option<Fun> {
        let program = self.program();
        program
            .ancestors(class)
            .iter()
            .find_map(|c| fitting(program, &program.class(*c).constructors, args).first().copied())
    }

    /// An object of a class of the program.
    pub fn construct(&mut self, class: Cls, args: &Args, site: Site) -> Set {
        if let Some(fun) = self.constructor(class, args) {
            let receiver = Value::Instance(Arc::new(Instance::any(class)));
            let bindings = self.apply_constructor(fun, &receiver, args, site);
            let pruned = Bindings { function: fun, args: bindings.args.iter().map(|s| self.kept(class, s)).collect() };
            let fields =
                (!args.named.is_empty()).then(|| Arc::new(Table { entries: args.named.clone(), ..Table::default() }));
            let fields = fields.filter(|_| self.program().function(fun).params.is_empty());
            return Set::of(Value::Instance(Arc::new(Instance { class, made: Some(Arc::new(pruned)), fields })));
        }
        let mut table = Table::default();
        let names: Vec<Name> = self
            .program()
            .ancestors(class)
            .iter()
            .rev()
            .flat_map(|c| self.program().class(*c).parts.clone())
            .flat_map(|(m, c)| {
                self.program().module(m).class(c).fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>()
            })
            .collect();
        for (name, set) in names.iter().zip(&args.positional) {
            table.entries.push((name.clone(), self.kept(class, set)));
        }
        for (name, set) in &args.named {
            table.entries.push((name.clone(), self.kept(class, set)));
            // Whoever meets this object without knowing which one it is sees what all of them were given.
            if set.values().any(is_object) {
                let objects = Set {
                    items: set
                        .items
                        .iter()
                        .filter(|i| is_object(&i.value))
                        .filter_map(|i| {
                            grounded(&i.value, 1).map(|value| super::value::Item { value, world: i.world.clone() })
                        })
                        .collect(),
                };
                self.store(&Set::of(Value::Class(class)), name, &objects, site);
            }
        }
        let fields = (!table.entries.is_empty()).then(|| Arc::new(table));
        Set::of(Value::Instance(Arc::new(Instance { class, made: None, fields })))
    }

    /// What an object remembers of an argument: everything if its class has to do with requests, else plain values only.
    fn kept(&self, class: Cls, set: &Set) -> Set {
        if self.scope.matters(class) {
            return prune(set, 2);
        }
        let plain = |v: &Value| !matches!(v, Value::Instance(_) | Value::Table(_) | Value::List(_));
        Set { items: prune(set, 0).items.into_iter().filter(|i| plain(&i.value)).collect() }
    }

    fn apply_constructor(&mut self, fun: Fun, receiver: &Value, args: &Args, site: Site) -> Bindings {
        let bindings = self.bindings(fun, args);
        self.contribute(&bindings);
        self.instantiate(fun, &bindings, &[], Some(receiver), site);
        bindings
    }

    /// Runs a function of the program: its requests become the caller's, its result comes back.
    pub fn apply(&mut self, closure: &Closure, receiver: Option<&Value>, args: &Args, site: Site) -> Set {
        let fun = closure.function;
        let mut all = Args::default();
        all.positional.extend(closure.partial.iter().cloned());
        all.positional.extend(args.positional.iter().cloned());
        all.named.clone_from(&args.named);
        all.spread.clone_from(&args.spread);
        let bindings = self.bindings(fun, &all);
        self.contribute(&bindings);
        let receiver = receiver.or(closure.receiver.as_ref());
        let captured: Vec<&Bindings> = closure.captured.iter().map(|b| &**b).collect();
        self.instantiate(fun, &bindings, &captured, receiver, site);
        let mut all_bindings = vec![&bindings];
        all_bindings.extend(captured);
        let summary = self.scope.summary(fun);
        let subst = Subst { bindings: all_bindings, receiver, close: false };
        let mut out = subst.set(&self.scope, &summary.returns, 0);
        if out.is_unknown() {
            out = self.declared_result(fun);
        }
        out
    }

    /// Objects of the declared result type, where the body tells nothing.
    fn declared_result(&mut self, fun: Fun) -> Set {
        let function = self.program().function(fun);
        let Some(returns) = function.returns else { return Set::unknown() };
        if fun.module == self.fun.module {
            let types = self.types(returns, 0);
            return self.scope.instances(&types);
        }
        match self.program().resolve_static(fun.module, returns, 0) {
            Resolved::External(path) if path.is_empty() => Set::unknown(),
            resolved => {
                let types = self.scope.resolved(&resolved);
                self.scope.instances(&types)
            }
        }
    }

    /// Arguments by parameter.
    pub fn bindings(&mut self, fun: Fun, args: &Args) -> Bindings {
        let function = self.program().function(fun);
        let ruby = self.program().module(fun.module).language == crate::ir::Language::Ruby;
        let mut args = args.clone();
        let block = if ruby { take_block(&mut args, function.params.len()) } else { None };
        let args = &args;
        let mut out = Vec::with_capacity(function.params.len());
        let mut next = 0;
        let mut used: Vec<&Name> = Vec::new();
        let defaults = &self.scope.summary(fun).defaults;
        for (i, param) in function.params.iter().enumerate() {
            let default = || defaults.get(i).cloned().flatten().unwrap_or_default();
            out.push(match param.kind {
                ParamKind::Rest => {
                    let rest = args.positional.get(next..).unwrap_or_default().to_vec();
                    next = args.positional.len();
                    match (rest.is_empty(), args.spread.first()) {
                        (true, Some(spread)) => spread.clone(),
                        _ => Set::of(Value::List(Arc::new(rest))),
                    }
                }
                ParamKind::Named => {
                    let mut table = Table::default();
                    for (name, set) in args.named.iter().filter(|(n, _)| !used.contains(&n)) {
                        table.entries.push((name.clone(), set.clone()));
                    }
                    for value in args.spread.iter().flat_map(Set::values) {
                        match value {
                            Value::Table(more) => table.entries.extend(more.entries.iter().cloned()),
                            Value::Ref(_) if table.entries.is_empty() => {}
                            _ => {}
                        }
                    }
                    match args.spread.as_slice() {
                        [one] if table.entries.is_empty() => one.clone(),
                        _ => Set::of(Value::Table(Arc::new(table))),
                    }
                }
                ParamKind::Normal => {
                    if i + 1 == function.params.len()
                        && let Some(block) = &block
                    {
                        block.clone()
                    } else if let Some(set) = args.named(&param.name) {
                        used.push(&param.name);
                        set.clone()
                    } else if let Some(set) = args.positional.get(next) {
                        next += 1;
                        set.clone()
                    } else if let Some(set) = self.spread_field(args, &param.name) {
                        set
                    } else if takes_rest(function, i, args, &used) {
                        // Ruby's trailing hash and options objects given as keywords.
                        Set::of(Value::Table(Arc::new(Table { entries: args.named.clone(), ..Table::default() })))
                    } else if param.default.is_some() {
                        default()
                    } else {
                        Set::of(Value::Null)
                    }
                }
            });
        }
        Bindings { function: fun, args: out }
    }

    /// A keyword that arrives in an unpacked table which only a caller knows.
    fn spread_field(&self, args: &Args, name: &Name) -> Option<Set> {
        args.spread.iter().flat_map(Set::values).find_map(|v| match v {
            Value::Ref(r) => r.field(name).map(|r| Set::of(Value::Ref(r))),
            _ => None,
        })
    }

    /// Notes what is passed, for the function's own run.
    fn contribute(&mut self, bindings: &Bindings) {
        // What tests pass is no part of what the program does.
        if self.module.test && !self.program().module(bindings.function.module).test {
            return;
        }
        for (i, set) in bindings.args.iter().enumerate() {
            let mut known = Set::unknown();
            for value in set.values() {
                if let Some(value) = grounded(value, 1)
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

    /// Takes over the requests that a function leaves to its callers.
    fn instantiate(
        &mut self,
        fun: Fun,
        bindings: &Bindings,
        captured: &[&Bindings],
        receiver: Option<&Value>,
        site: Site,
    ) {
        let summary = self.scope.summary(fun);
        if !self.out.called.contains(&fun) {
            self.out.called.push(fun);
        }
        self.out.summary.keys |= false;
        if summary.requests.is_empty() && summary.pending.is_empty() {
            return;
        }
        let mut all = vec![bindings];
        all.extend(captured);
        let subst = Subst { bindings: all, receiver, close: false };
        let name = self.program().function(fun).name.clone();
        for request in &summary.requests {
            let own = request.has_params();
            for mut filled in subst.request(&self.scope, request) {
                if own && !filled.settled {
                    filled.at = site;
                }
                if filled.steps.len() < 12 {
                    filled.steps.push((
                        format!("called through {}", if name.is_empty() { "a lambda" } else { &name }).into(),
                        site,
                    ));
                }
                self.emit(filled);
            }
        }
        if self.depth > MAX_CALLBACKS {
            return;
        }
        for pending in &summary.pending {
            let args = subst.args(&self.scope, &pending.args, 0);
            let callees = subst.value(&self.scope, &pending.callee, 0);
            if callees == Set::of(pending.callee.clone()) {
                continue;
            }
            self.depth += 4;
            for callee in callees.values() {
                match callee {
                    // Calls of a client stand where they are written.
                    Value::Method(object, name) => {
                        self.client_call(object, name, &args, pending.at);
                    }
                    // Strings and other plain objects are no functions.
                    Value::Text(_) | Value::Null | Value::Bool(_) | Value::Table(_) | Value::List(_) => {}
                    _ => {
                        self.call_value(callee, &args, site);
                    }
                }
            }
            self.depth -= 4;
        }
    }

    /// Takes over what a lambda requests on its own account: it runs, if at all, because it was made here.
    pub fn include(&mut self, fun: Fun) {
        let summary = self.scope.summary(fun);
        let own = |r: &Ref| matches!(r.root, Root::Param(f, _) if f == fun);
        for request in &summary.requests {
            if !request.refs().any(own) && !request.guards.iter().any(|g| own(g.subject())) {
                self.emit(request.clone());
            }
        }
        for pending in &summary.pending {
            let foreign = matches!(&pending.callee, Value::Ref(r) if !own(r));
            if foreign && self.out.summary.pending.len() < 32 && !self.out.summary.pending.contains(pending) {
                self.out.summary.pending.push(pending.clone());
            }
        }
    }

    fn function_method(&mut self, closure: &Closure, name: &Name, args: &Args, site: Site) -> Set {
        match name.as_str() {
            "bind" | "partial" | "curry" => {
                let mut bound = closure.clone();
                if let Some(Some(this)) = args.at(0).map(|s| s.values().next().cloned())
                    && !matches!(this, Value::Null)
                {
                    bound.receiver = Some(this);
                }
                bound.partial.extend(args.positional.iter().skip(1).cloned());
                Set::of(Value::Function(Arc::new(bound)))
            }
            "call" if self.module.language != crate::ir::Language::Ruby => {
                let rest = Args { positional: args.positional.iter().skip(1).cloned().collect(), ..args.clone() };
                self.apply(closure, None, &rest, site)
            }
            "apply" if args.positional.len() == 2 => {
                let mut rest = Args::default();
                for value in args.positional[1].values() {
                    if let Value::List(items) = value {
                        rest.positional = items.to_vec();
                    }
                }
                self.apply(closure, None, &rest, site)
            }
            _ => self.apply(closure, None, args, site),
        }
    }

    /// A method of an API object.
    fn client_call(&mut self, object: &Value, name: &Name, args: &Args, site: Site) -> Set {
        let what = match object {
            Value::Client(client) => {
                if !self.scope.catalog.is_sdk_method(client.naming, name) && is_plumbing(name) {
                    return Set::unknown();
                }
                What::Sdk(client.clone(), name.clone())
            }
            Value::Legacy(client, symbol) => {
                let full = library::join_symbol(*client, symbol, name);
                let known = self.scope.catalog.is_legacy_symbol(*client, &full);
                if !known && (is_plumbing(name) || *client == crate::evidence::Legacy::GoDatadogApi) {
                    return Set::unknown();
                }
                What::Legacy(*client, full)
            }
            _ => return Set::unknown(),
        };
        let mut steps = Vec::new();
        if let Value::Client(client) = object
            && let Some(made) = client.made
        {
            steps.push((format!("{} made", client.class.clone().unwrap_or_default()).into(), made));
        }
        steps.push((format!("{name} called").into(), site));
        let literals = literals(args);
        self.found(Found { what, at: site, fun: self.fun, likely: false, literals, steps });
        Set::unknown()
    }

    /// Notes a decided call.
    pub fn found(&mut self, found: Found) {
        if !self.out.found.contains(&found) {
            self.out.found.push(found);
        }
    }

    /// A call of something of which nothing is known but its name.
    fn unknown_call(&mut self, name: &Name, args: &Args, site: Site, label: &Name) -> Set {
        // Kotlin's extension functions.
        if self.module.language == crate::ir::Language::Kotlin
            && let Some(Resolved::Function(fun)) = self.program().resolve(self.fun.module, name)
        {
            return self.apply(&Closure::plain(fun), None, args, site);
        }
        if self.by_unique_name(name, args, site, label) {
            return Set::unknown();
        }
        self.generic_request(name, args, site, label);
        Set::unknown()
    }

    /// A call of an outside thing.
    pub fn external_call(&mut self, path: &Name, on: Option<&Arc<Made>>, args: &Args, site: Site) -> Set {
        if let Some(mut client) = library::constructed(path) {
            client.made = Some(site);
            return Set::of(Value::Client(Arc::new(client)));
        }
        if let Some(object) = library::legacy_object(path) {
            return Set::of(object);
        }
        if let Some((client, symbol)) = library::legacy_symbol(path) {
            let steps = vec![(format!("{symbol} called").into(), site)];
            let literals = literals(args);
            self.found(Found {
                what: What::Legacy(client, symbol),
                at: site,
                fun: self.fun,
                likely: false,
                literals,
                steps,
            });
            return Set::unknown();
        }
        if let Some(set) = strings::external(path, args) {
            self.callbacks(path, on, args, site);
            return set;
        }
        if let Some(set) = self.builtin(path, args, site) {
            return set;
        }
        if let Some(set) = self.declared_client(path, on, args, site) {
            return set;
        }
        let requested = self.http_call(path, on, args, site);
        let called = self.callbacks(path, on, args, site);
        // An answer is nobody's client; what matters of it is what callbacks do with it.
        if requested || (on.is_none() && !called.is_unknown()) {
            return called;
        }
        let mut out = library::result(path, on, args.clone());
        out.join(&called);
        out
    }

    /// `retrofit.create(Api)`, `Feign.builder().target(Api, url)`: an object of an interface whose methods are requests.
    fn declared_client(&mut self, path: &str, on: Option<&Arc<Made>>, args: &Args, site: Site) -> Option<Set> {
        let last = transport::last_segment(path);
        if !matches!(last, "create" | "target" | "createClient" | "build" | "newInstance") {
            return None;
        }
        let class = args.all().flat_map(Set::values).find_map(|v| match v {
            Value::Class(class) if self.program().class(*class).interface => Some(*class),
            _ => None,
        })?;
        let base = match last {
            "target" => args.at(1).cloned(),
            _ => on.and_then(|m| transport::base_of(m)),
        };
        if let Some(base) = base {
            self.store(&Set::of(Value::Class(class)), &super::annotation::BASE.into(), &base, site);
        }
        Some(Set::of(Value::Instance(Arc::new(Instance::any(class)))))
    }

    /// Functions given to an outside function: it will call them, with the arguments that follow if there are any.
    fn callbacks(&mut self, path: &Name, on: Option<&Arc<Made>>, args: &Args, site: Site) -> Set {
        let mut out = Set::unknown();
        let last = path.rsplit(['.', ':']).next().unwrap_or(path);
        for (i, set) in args.all().enumerate() {
            let functions: Vec<Value> =
                set.values().filter(|v| matches!(v, Value::Function(_) | Value::Method(..))).cloned().collect();
            for function in functions {
                if let Value::Method(object, name) = &function {
                    out.join(&self.client_call(object, name, &Args::default(), site));
                    continue;
                }
                let mut rest = Args::default();
                let lambda =
                    matches!(&function, Value::Function(c) if self.program().function(c.function).name.is_empty());
                if !lambda {
                    rest.positional = args.positional.iter().skip(i + 1).cloned().collect();
                    if matches!(last, "map" | "starmap" | "imap" | "imap_unordered" | "filter")
                        && let Some(items) = rest.positional.first().cloned()
                    {
                        rest.positional = vec![items.flat_map(|v| match v {
                            Value::List(items) => super::eval::tagged(items.iter(), u64::MAX),
                            _ => Set::unknown(),
                        })];
                    }
                    if let Some(list) = args.named("args") {
                        for value in list.values() {
                            if let Value::List(items) = value {
                                rest.positional = items.to_vec();
                            }
                        }
                    }
                    rest.named = args.named.iter().filter(|(n, _)| n != "args" && n != "target").cloned().collect();
                    if matches!(last, "partial" | "bind" | "curry") {
                        if let Value::Function(closure) = &function {
                            let mut bound = (**closure).clone();
                            bound.partial.extend(rest.positional.iter().cloned());
                            out.add(Value::Function(Arc::new(bound)));
                        }
                        continue;
                    }
                    if rest.positional.is_empty() && rest.named.is_empty() {
                        // A decorator or a registry: the function is what comes back.
                        out.add(function.clone());
                    }
                } else if let Some(on) = on {
                    rest.positional = vec![Set::of(Value::Made(on.clone()))];
                }
                if let Value::Function(closure) = &function {
                    out.join(&self.apply_callback(closure, &rest, site));
                }
            }
        }
        out
    }

    /// Calls a function that somebody else will call: parameters without an argument stay unknown.
    fn apply_callback(&mut self, closure: &Closure, args: &Args, site: Site) -> Set {
        let function = self.program().function(closure.function);
        let missing = function.params.len().saturating_sub(args.positional.len() + closure.partial.len());
        if args.positional.is_empty() && args.named.is_empty() && missing > 0 {
            let summary = self.scope.summary(closure.function);
            return Subst { bindings: Vec::new(), receiver: None, close: true }.set(&self.scope, &summary.returns, 0);
        }
        self.apply(closure, None, args, site)
    }

    /// Python's and other languages' general functions.
    fn builtin(&mut self, path: &Name, args: &Args, site: Site) -> Option<Set> {
        match path.as_str() {
            "getattr" | "Reflect.get" | "operator.attrgetter" => {
                let name = args.at(1)?;
                let object = args.at(0)?.clone();
                let Some(names) = name.literals() else {
                    let made = Made { path: VERB_OF.into(), on: None, args: args.clone(), depth: 1 };
                    return Some(Set::of(Value::Made(Arc::new(made))));
                };
                let names: Vec<Name> = names.into_iter().map(Name::from).collect();
                let mut out = Set::unknown();
                for name in names {
                    out.join(&self.scope.field_of_set(&object, &name, 0));
                }
                Some(out)
            }
            "importlib.import_module" | "__import__" => {
                let name: Name = args.at(0)?.literal_text()?.into();
                Some(match self.program().find_module(self.fun.module, &name) {
                    Some(module) => Set::of(Value::Module(module)),
                    None => Set::of(Value::External(name)),
                })
            }
            "Object.values" => Some(args.at(0)?.clone()),
            "Object.entries" | "enumerate" | "Object.keys" => {
                self.collection_method(args.at(0)?.values().next()?, &path_tail(path), args, site)
            }
            "append" => {
                let mut items = Vec::new();
                for set in &args.positional {
                    match set.items.as_slice() {
                        [super::value::Item { value: Value::List(more), .. }] => items.extend(more.iter().cloned()),
                        _ => items.push(set.clone()),
                    }
                }
                Some(Set::of(Value::List(Arc::new(items))))
            }
            "zip" | "itertools.chain" => {
                let mut out = Set::unknown();
                args.positional.iter().for_each(|s| {
                    out.join(s);
                });
                Some(out)
            }
            "new" | "make" => Some(args.at(0).map(|t| self.scope.instances(t)).unwrap_or_default()),
            _ => None,
        }
    }

    /// Methods of tables and lists; `None` if it is none.
    pub fn collection_method(&mut self, receiver: &Value, name: &Name, args: &Args, site: Site) -> Option<Set> {
        match (receiver, name.as_str()) {
            (Value::Table(table), "get" | "fetch" | "pop" | "setdefault" | "Get" | "getOrDefault" | "dig" | "at") => {
                let key = args.at(0)?;
                let mut out = match key.literal_text() {
                    Some(key) => table.entry(key).cloned().unwrap_or_else(|| table.rest.clone()),
                    None => {
                        let mut all =
                            super::eval::tagged(table.entries.iter().map(|(_, v)| v), u64::from(site.span.line) << 20);
                        all.join(&table.rest);
                        all
                    }
                };
                if out.is_unknown()
                    && let Some(default) = args.at(1)
                {
                    out.join(default);
                }
                Some(out)
            }
            (
                Value::Table(table),
                "items" | "entries" | "each_pair" | "entrySet" | "iteritems" | "Object.entries" | "iter",
            ) => {
                let pairs = table
                    .entries
                    .iter()
                    .map(|(k, v)| Set::of(Value::List(Arc::new(vec![Set::literal(k.clone()), v.clone()]))))
                    .collect();
                Some(Set::of(Value::List(Arc::new(pairs))))
            }
            (Value::Table(table), "keys" | "Object.keys") => Some(Set::of(Value::List(Arc::new(
                table.entries.iter().map(|(k, _)| Set::literal(k.clone())).collect(),
            )))),
            (Value::Table(table), "values" | "Object.values") => {
                Some(Set::of(Value::List(Arc::new(table.entries.iter().map(|(_, v)| v.clone()).collect()))))
            }
            (Value::Table(table), "merge" | "update" | "copy" | "with_indifferent_access" | "dup" | "clone") => {
                let mut table = (**table).clone();
                for value in args.all().flat_map(Set::values) {
                    if let Value::Table(more) = value {
                        table.entries.extend(more.entries.iter().cloned());
                    }
                }
                table.entries.extend(args.named.iter().cloned());
                Some(Set::of(Value::Table(Arc::new(table))))
            }
            (
                Value::List(items),
                "map" | "forEach" | "each" | "flatMap" | "filter" | "reduce" | "select" | "collect" | "each_with_index"
                | "filter_map" | "flat_map" | "for_each" | "into_iter" | "some" | "every" | "find",
            ) => {
                let items =
                    super::eval::tagged(items.iter(), u64::from(site.span.line) << 20 | u64::from(site.span.column));
                let mut out = Set::unknown();
                for function in args.all().flat_map(Set::values).filter(|v| matches!(v, Value::Function(_))) {
                    for item in &items.items {
                        let one = Args { positional: vec![Set::of(item.value.clone())], ..Args::default() };
                        out.join(&self.call_value(function, &one, site));
                    }
                }
                if args.positional.is_empty() {
                    Some(Set::of(receiver.clone()))
                } else {
                    Some(Set::of(Value::List(Arc::new(vec![out]))))
                }
            }
            (Value::List(items), "join") => {
                let separator = args.at(0).cloned().unwrap_or_else(|| Set::literal(","));
                Some(strings::join_with(items, &separator))
            }
            (Value::List(items), "first" | "shift" | "pop" | "last" | "sample") => {
                Some(super::eval::tagged(items.iter(), u64::from(site.span.line) << 20))
            }
            (Value::List(items), "concat" | "push" | "append" | "extend") => {
                let mut items = items.to_vec();
                for set in &args.positional {
                    match set.items.as_slice() {
                        [super::value::Item { value: Value::List(more), .. }] => items.extend(more.iter().cloned()),
                        _ => items.push(set.clone()),
                    }
                }
                Some(Set::of(Value::List(Arc::new(items))))
            }
            (Value::List(_), "enumerate") => Some(Set::of(receiver.clone())),
            (
                _,
                "then" | "let" | "also" | "apply" | "tap" | "use" | "with" | "run" | "and_then" | "map" | "yield_self"
                | "finally" | "catch",
            ) if !matches!(receiver, Value::Text(_)) => {
                let functions: Vec<Value> =
                    args.all().flat_map(Set::values).filter(|v| matches!(v, Value::Function(_))).cloned().collect();
                if functions.is_empty() {
                    return None;
                }
                let one = Args { positional: vec![Set::of(receiver.clone())], ..Args::default() };
                let mut out = Set::unknown();
                for function in functions {
                    out.join(&self.call_value(&function, &one, site));
                }
                Some(out)
            }
            _ => None,
        }
    }
}

/// Takes a trailing block off the arguments; it belongs to the last parameter whatever stands before.
fn take_block(args: &mut Args, params: usize) -> Option<Set> {
    let block = args.positional.last()?.values().any(|v| matches!(v, Value::Function(_)));
    (block && params > 0).then(|| args.positional.pop()).flatten()
}

/// Whether named arguments that no parameter takes belong to this one, as a table.
fn takes_rest(function: &crate::ir::Function, index: usize, args: &Args, used: &[&Name]) -> bool {
    let free = args.named.iter().any(|(n, _)| !used.contains(&n) && !function.params.iter().any(|p| p.name == *n));
    let open = function.params.iter().any(|p| p.kind == ParamKind::Named);
    let last = function.params.iter().rposition(|p| p.kind == ParamKind::Normal && p.name != "&" && p.name != "block");
    free && !open && last == Some(index)
}

fn path_tail(path: &str) -> Name {
    path.into()
}

fn is_callable(value: &Value) -> bool {
    matches!(value, Value::Function(_) | Value::Class(_) | Value::Method(..) | Value::External(_) | Value::Made(_))
}

/// Methods of API objects that are no operations.
fn is_plumbing(name: &str) -> bool {
    matches!(
        name,
        "api_client"
            | "apiClient"
            | "getApiClient"
            | "setApiClient"
            | "configuration"
            | "config"
            | "logger"
            | "class"
            | "to_s"
            | "nil?"
            | "inspect"
            | "send"
            | "is_a?"
            | "respond_to?"
            | "toString"
            | "hashCode"
            | "equals"
            | "clone"
            | "as_ref"
            | "unwrap"
            | "then"
            | "tap"
            | "new"
            | "await"
            | "datadog_host"
            | "datadog_host="
            | "bind"
            | "constructor"
    ) || name.starts_with("__")
}

/// The overloads that a call may mean: those that take this many arguments, or all.
fn fitting(program: &super::program::Program, funs: &[Fun], args: &Args) -> Vec<Fun> {
    if funs.len() < 2 {
        return funs.to_vec();
    }
    let given = args.positional.len() + args.named.len();
    let exact: Vec<Fun> = funs
        .iter()
        .copied()
        .filter(|f| {
            let params = &program.function(*f).params;
            let most = params.len();
            let least = params.iter().filter(|p| p.default.is_none() && p.kind == ParamKind::Normal).count();
            let open = params.iter().any(|p| p.kind != ParamKind::Normal);
            given >= least && (given <= most || open)
        })
        .collect();
    if exact.is_empty() { funs.to_vec() } else { exact }
}

/// The same set, objects nested deeper than `depth` without what made them.
pub fn prune(set: &Set, depth: u8) -> Set {
    set.flat_map(|value| {
        Set::of(match value {
            Value::Instance(i) if depth == 0 => Value::Instance(Arc::new(Instance::any(i.class))),
            Value::Instance(i) => Value::Instance(Arc::new(Instance {
                class: i.class,
                made: i.made.as_ref().map(|b| {
                    Arc::new(Bindings {
                        function: b.function,
                        args: b.args.iter().map(|s| prune(s, depth - 1)).collect(),
                    })
                }),
                fields: i.fields.as_ref().map(|t| {
                    Arc::new(Table {
                        entries: t.entries.iter().map(|(k, v)| (k.clone(), prune(v, depth - 1))).collect(),
                        ..Table::default()
                    })
                }),
            })),
            Value::Function(c) if depth == 0 => Value::Function(Arc::new(Closure::plain(c.function))),
            other => other.clone(),
        })
    })
}

/// Literals given to a call, by name: keyword arguments and the entries of option objects.
fn literals(args: &Args) -> Vec<(Name, Name)> {
    let mut out = Vec::new();
    collect_literals(&Name::default(), &args.named, &mut out, 0);
    for set in args.positional.iter().chain(&args.spread) {
        collect_set(&Name::default(), set, &mut out, 0);
    }
    out.sort_unstable();
    out.dedup();
    out.truncate(32);
    out
}

fn collect_literals(_owner: &Name, entries: &[(Name, Set)], out: &mut Vec<(Name, Name)>, depth: u8) {
    for (name, set) in entries {
        collect_set(name, set, out, depth);
    }
}

fn collect_set(name: &Name, set: &Set, out: &mut Vec<(Name, Name)>, depth: u8) {
    if depth > 4 || out.len() > 64 {
        return;
    }
    for value in set.values() {
        match value {
            // Only short words can be enumeration values; nothing longer is kept.
            Value::Text(t) if !name.is_empty() => {
                if let Some(text) = t.as_literal().filter(|t| {
                    !t.is_empty() && t.len() <= 32 && t.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
                }) {
                    out.push((name.clone(), text.into()));
                }
            }
            Value::External(path) if !name.is_empty() => {
                if let Some(last) = path.rsplit(['.', ':']).next().filter(|l| l.len() <= 48) {
                    out.push((name.clone(), last.into()));
                }
            }
            Value::Bool(b) if !name.is_empty() => out.push((name.clone(), if *b { "true" } else { "false" }.into())),
            Value::Table(t) => collect_literals(name, &t.entries, out, depth + 1),
            Value::Made(m) => {
                collect_literals(name, &m.args.named, out, depth + 1);
                for set in &m.args.positional {
                    collect_set(name, set, out, depth + 1);
                }
            }
            _ => {}
        }
    }
}
