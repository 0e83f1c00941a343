//! Calls on objects and classes of the program: methods, constructors, what superclasses and fields add.

use crate::flow::call::{fitting, prune};
use crate::flow::exec::{Run, grounded};
use crate::flow::library;
use crate::flow::program::Resolved;
use crate::flow::request::Site;
use crate::flow::subst::Subst;
use crate::flow::transport;
use crate::flow::value::{Args, Bindings, Closure, Cls, Fun, Instance, Made, Ref, Root, Set, Table, Value};
use crate::flow::words::Words;
use crate::ir::{FunctionKind, Language, Name};
use std::sync::Arc;

impl<'a> Run<'a> {
    /// A method of an object of the program.
    pub(in crate::flow) fn object_call(
        &mut self,
        receiver: &Value,
        class: Cls,
        name: &Name,
        args: &Args,
        site: Site,
    ) -> Set {
        self.scope.look_at(class);
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
                out.join(&self.apply(&Closure::plain(fun), Some(receiver), args, site));
            }
            // Declared only: whoever implements it is not here.
            if methods.iter().all(|fun| program.function(*fun).body.is_empty()) {
                self.generic_request(name, None, args, site, &Name::default());
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
    pub(in crate::flow) fn inherited_call(
        &mut self,
        receiver: &Value,
        class: Cls,
        name: &Name,
        args: &Args,
        site: Site,
    ) -> Set {
        for base in self.program().external_bases(class) {
            let object = match library::instance_of(&base).items.first() {
                Some(item) => item.value.clone(),
                None => continue,
            };
            if let Value::Client(_) | Value::Legacy(..) = object {
                return self.client_call(&object, name, args, site);
            }
            let path: Name = format!("{base}().{name}").into();
            let unknown = !transport::is_library(self.module.language, &base) || transport::role(name, &path).is_none();
            if unknown && self.handed_up_call(receiver, class, name, args, site) {
                return Set::unknown();
            }
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
    pub(in crate::flow) fn inherited_options(&self, receiver: &Value) -> Args {
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
    pub(in crate::flow) fn accessor(&mut self, receiver: &Value, name: &Name, args: &Args) -> Option<Set> {
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

    pub(in crate::flow) fn class_call(&mut self, class: Cls, name: &Name, args: &Args, site: Site) -> Set {
        self.scope.look_at(class);
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
        // A library's own class, to which the program only adds.
        if let Some(path) = self.program().opened_again(class)
            && self.program().class(class).constructors.is_empty()
            && transport::is_library(self.module.language, &path)
        {
            return self.external_call(&format!("{path}.{name}").into(), None, args, site);
        }
        if matches!(name.as_str(), "new" | "getInstance" | "instance" | "default" | "create" | "builder" | "__new__") {
            return self.construct(class, args, site);
        }
        // Rust's derived ones, of options and settings.
        if self.module.language == Language::Rust
            && matches!(
                name.as_str(),
                "parse" | "try_parse" | "parse_from" | "from_args" | "from_env" | "init_from_env"
            )
        {
            return self.construct(class, &Args::default(), site);
        }
        let member = self.scope.class_member(class, name, 0);
        let callable = Set { items: member.items.iter().filter(|i| is_callable(&i.value)).cloned().collect() };
        if !callable.is_unknown() {
            return self.call_set(&callable, args, site);
        }
        if !member.is_unknown() && args.positional.is_empty() {
            return member;
        }
        if matches!(name.as_str(), "valueOf" | "values" | "fromValue" | "entries" | "cases") {
            let members: Vec<Set> = self.scope.members_of(class);
            return match (name.as_str(), members.is_empty()) {
                (_, true) => Set::of(Value::Instance(Arc::new(Instance::any(class)))),
                ("valueOf" | "fromValue", _) => {
                    crate::flow::eval::tagged(members.iter(), u64::from(site.span.line) << 20)
                }
                _ => Set::of(Value::List(Arc::new(members))),
            };
        }
        if let Some(base) = self.program().external_bases(class).first() {
            let path: Name = format!("{base}.{name}").into();
            return self.external_call(&path, None, args, site);
        }
        self.unknown_call(name, args, site, &Name::default())
    }

    pub(in crate::flow) fn super_call(&mut self, name: Option<&Name>, args: &Args, site: Site) -> Set {
        let Some(class) = self.owner else { return Set::unknown() };
        let this = Value::Ref(Ref::root(Root::This(class)));
        let function = self.module.function(self.fun.id);
        let constructs = match name {
            None => function.kind == FunctionKind::Constructor,
            Some(name) => matches!(name.as_str(), "__init__" | "initialize" | "constructor"),
        };
        let name = name.cloned().unwrap_or_else(|| function.name.clone());
        self.scope.look_at(class);
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
                        self.out.handed_up.insert(fun);
                        out.join(&self.apply(&Closure::plain(fun), Some(&this), args, site));
                    }
                }
                Resolved::External(_) if constructs => self.hand_up(class, args, site),
                Resolved::External(path) if !path.is_empty() => {
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
    pub(in crate::flow) fn inherit_fields(&mut self, class: Cls, base: Cls, bindings: &Bindings, site: Site) {
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
            let subst = Subst::new(vec![bindings], None, false);
            let set = subst.set(&self.scope, &raw, 0);
            if set != raw {
                self.store(&Set::of(Value::Class(class)), &name, &set, site);
            }
        }
    }

    /// The constructor that fits the arguments best, the nearest class first.
    pub(in crate::flow) fn constructor(&self, class: Cls, args: &Args) -> Option<Fun> {
        self.scope.look_at(class);
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
            self.note_addresses(class, name, set, site);
            // Whoever meets this object without knowing which one it is sees what all of them were given.
            if set.values().any(Value::is_object) {
                let objects = Set {
                    items: set
                        .items
                        .iter()
                        .filter(|i| i.value.is_object())
                        .filter_map(|i| {
                            grounded(&i.value, 1)
                                .map(|value| crate::flow::value::Item { value, world: i.world.clone() })
                        })
                        .collect(),
                };
                self.store(&Set::of(Value::Class(class)), name, &objects, site);
            }
        }
        let fields = (!table.entries.is_empty()).then(|| Arc::new(table));
        Set::of(Value::Instance(Arc::new(Instance { class, made: None, fields })))
    }

    /// Addresses that literals put into a field, for whoever meets an object without knowing which one it is.
    fn note_addresses(&mut self, class: Cls, name: &Name, set: &Set, site: Site) {
        let texts =
            |i: &&crate::flow::value::Item| matches!(&i.value, Value::Text(t) if !t.has_refs() && is_address(t));
        let mut addresses = Set { items: set.items.iter().filter(texts).cloned().collect() };
        // Of a whole address only the host is the caller's: perhaps nobody here calls.
        let whole = |i: &&crate::flow::value::Item| matches!(&i.value, Value::Text(t) if is_whole(t));
        let open = Set { items: set.items.iter().filter(whole).cloned().collect() };
        if !open.is_unknown() {
            let closed = Subst::new(Vec::new(), None, true).set(&self.scope, &open, 1);
            addresses.items.extend(closed.items.iter().filter(texts).cloned());
        }
        // A builder hands its own on.
        if let ([Value::Ref(r)], Some(owner)) = (set.values().collect::<Vec<_>>().as_slice(), self.owner)
            && !r.path.is_empty()
            && names_address(name)
        {
            let any = Value::Instance(Arc::new(Instance::any(owner)));
            let closed = Subst::new(Vec::new(), Some(&any), true).set(&self.scope, set, 1);
            addresses.items.extend(closed.items.iter().filter(texts).cloned());
        }
        if !addresses.is_unknown() {
            self.store(&Set::of(Value::Class(class)), &crate::flow::scope::given(name), &addresses, site);
        }
    }

    /// What an object remembers of an argument: everything if its class has to do with requests, else plain values only.
    pub(in crate::flow) fn kept(&self, class: Cls, set: &Set) -> Set {
        if self.scope.matters(class) {
            return prune(set, 2);
        }
        let plain = |v: &Value| !matches!(v, Value::Instance(_) | Value::Table(_) | Value::List(_));
        Set { items: prune(set, 0).items.into_iter().filter(|i| plain(&i.value)).collect() }
    }

    pub(in crate::flow) fn apply_constructor(
        &mut self,
        fun: Fun,
        receiver: &Value,
        args: &Args,
        site: Site,
    ) -> Bindings {
        let bindings = self.bindings(fun, args);
        self.contribute(&bindings);
        self.instantiate(fun, &bindings, &[], Some(receiver), site);
        bindings
    }
}

pub(in crate::flow) fn is_callable(value: &Value) -> bool {
    matches!(value, Value::Function(_) | Value::Class(_) | Value::Method(..) | Value::External(_) | Value::Made(_))
}

/// Whether a field keeps an address by its name.
fn names_address(name: &str) -> bool {
    static WORDS: Words = Words::new(&["host", "url", "uri", "base", "endpoint", "site", "domain", "address"]);
    WORDS.are_in(name)
}

/// Whether a text is an address with the path of an API, of which a caller gives a part.
fn is_whole(text: &crate::flow::value::Text) -> bool {
    text.has_refs()
        && text.refs().all(|r| matches!(r.root, Root::Param(..)))
        && text.head().contains("://")
        && transport::has_api_path(text)
}

fn is_address(text: &crate::flow::value::Text) -> bool {
    let head = text.head();
    head.contains("://") || head.contains("datadoghq.") || head.starts_with("/api/")
}
