//! Libraries that nobody knows, once they are handed one of Datadog's addresses: what they are asked for lies below it. So does what
//! a class asks of a superclass from outside that it hands such an address: `super("https://api.datadoghq.com", context)`.

use crate::evidence::Origin;
use crate::flow::exec::Run;
use crate::flow::origin;
use crate::flow::request::{Site, template};
use crate::flow::strings;
use crate::flow::subst::texts_of;
use crate::flow::transport;
use crate::flow::value::{Args, Cls, Made, Ref, Root, Set, Text, Value};
use crate::flow::words::Words;
use crate::ir::{Language, Name};
use crate::url::Target;
use std::sync::Arc;

/// The pseudo-field that keeps the address which a class hands to a superclass from outside.
const HANDED: &str = "handed up";
/// Most fields of a class that are looked at.
const MAX_FIELDS: usize = 64;
/// How deep in what a field was made with a host may stand.
const MAX_DEPTH: u8 = 3;

impl Run<'_> {
    /// Notes the address among what a class hands to the constructor of a superclass from outside.
    pub(in crate::flow) fn hand_up(&mut self, class: Cls, args: &Args, site: Site) {
        let mut found = Set::unknown();
        let tables = args.all().filter_map(Set::table).filter_map(|table| transport::entry(&table, transport::BASES));
        let named = transport::named(args, transport::BASES).cloned();
        for set in args.positional.iter().cloned().chain(named).chain(tables) {
            found.items.extend(set.items.into_iter().filter(|item| is_base(&item.value)));
        }
        if !found.is_unknown() {
            self.store(&Set::of(Value::Class(class)), &HANDED.into(), &found, site);
        }
    }

    /// A call of a method that a class has from outside, of which only the address is known that the class hands there.
    /// Says whether that makes it a request.
    pub(in crate::flow) fn handed_up_call(
        &mut self,
        receiver: &Value,
        class: Cls,
        name: &Name,
        args: &Args,
        site: Site,
    ) -> bool {
        if !transport::sounds_like_request(name) {
            return false;
        }
        match self.base_handed_up(receiver, class) {
            Some(base) => self.request_below(name, &base, args, site, true),
            None => false,
        }
    }

    /// A call of something that a superclass from outside keeps: `this.http.post(path, body)`. Says whether it is a request.
    pub(in crate::flow) fn kept_by_base(&mut self, r: &Ref, name: &Name, args: &Args, site: Site) -> bool {
        let (Root::This(class), [field]) = (r.root, &*r.path) else { return false };
        self.scope.look_at(class);
        let own = || {
            let mut classes = self.program().ancestors(class).into_iter();
            classes.any(|c| self.scope.has_field(c, field))
        };
        if self.program().external_bases(class).is_empty() || !transport::sounds_like_request(name) || own() {
            return false;
        }
        let this = Value::Ref(Ref::root(Root::This(class)));
        self.handed_up_call(&this, class, name, args, site)
    }

    /// Whether a bare name may be that of a method from outside, in a language where the receiver need not be written.
    pub(in crate::flow) fn is_inherited(&self, name: &Name, callees: &Set) -> bool {
        self.module.language == Language::Kotlin
            && matches!(callees.items.as_slice(), [one] if matches!(&one.value, Value::External(path) if path == name))
    }

    /// The same for a method that is called by its bare name.
    pub(in crate::flow) fn inherits_request(&mut self, name: &Name, args: &Args, site: Site) -> bool {
        let Some(class) = self.owner else { return false };
        let this = Value::Ref(Ref::root(Root::This(class)));
        self.handed_up_call(&this, class, name, args, site)
    }

    /// The address of Datadog's that a class hands to a superclass from outside, by its constructor or in a field.
    fn base_handed_up(&mut self, receiver: &Value, class: Cls) -> Option<Set> {
        if self.program().external_bases(class).is_empty() {
            return None;
        }
        let handed = self.scope.field_of(receiver, &HANDED.into(), 0);
        if let Some(base) = self.ours(&handed) {
            return Some(self.with_prefix(receiver, class, base));
        }
        for field in self.fields_of(class) {
            let set = self.scope.field_of(receiver, &field, 0);
            let hosts = hosts_in(&set, 0);
            let hosts = if names_base(&field) && hosts.is_unknown() { set } else { hosts };
            if let Some(base) = self.ours(&transport::with_scheme(&hosts)) {
                return Some(self.with_prefix(receiver, class, base));
            }
        }
        None
    }

    /// The fields that a class and its superclasses in the program declare.
    fn fields_of(&self, class: Cls) -> Vec<Name> {
        let program = self.program();
        let parts = program.ancestors(class).into_iter().flat_map(|c| program.class(c).parts.clone());
        let names = parts.flat_map(|(m, id)| program.module(m).class(id).fields.iter().map(|f| f.name.clone()));
        names.take(MAX_FIELDS).collect()
    }

    /// What of a set is an address of Datadog's, as far as its object tells.
    fn ours(&self, set: &Set) -> Option<Set> {
        let ours = |value: &Value| {
            texts_of(&Set::of(value.clone()), &Name::default())
                .iter()
                .flat_map(|text| self.closed(text))
                .any(|text| text.head().contains("://") && origin::from_url(&text, self.scope.hosts) == Origin::Datadog)
        };
        let items = set.items.iter().filter(|item| ours(&item.value)).cloned().collect();
        Some(Set { items }).filter(|set| !set.is_unknown())
    }

    /// A base with the route below it that a field names: `_baseRoute = "api/v1"`.
    fn with_prefix(&self, receiver: &Value, class: Cls, base: Set) -> Set {
        let route = |set: &Set| {
            let text = set.literal_text()?.trim_matches('/');
            matches!(text, "api/v1" | "api/v2").then(|| Set::literal(format!("/{text}")))
        };
        let names = ["_baseRoute", "baseRoute", "base_route", "basePath", "base_path", "prefix"].map(Name::new_static);
        let own = self.fields_of(class);
        let found = names.iter().chain(&own).find_map(|name| route(&self.scope.field_of(receiver, name, 0)));
        found.map_or_else(|| base.clone(), |route| transport::under(&base, &route))
    }

    /// A request to what lies below an address of Datadog's, if one of the arguments leads to an operation there; with `opens` also
    /// to one that only callers know.
    pub(super) fn request_below(&mut self, name: &Name, base: &Set, args: &Args, site: Site, opens: bool) -> bool {
        let bases = texts_of(base, &Name::default());
        let leads = |set: &Set| set.values().any(|v| matches!(v, Value::Text(text) if self.leads_on(&bases, text)));
        let named = |set: &Set| set.values().any(|v| matches!(v, Value::Ref(r) if self.says_method(r)));
        // Of a path that only a caller knows, the method's name and its place tell that it is one.
        let first = args.positional.first().filter(|_| transport::verb_in_name(name).is_some()).cloned();
        let open = |set: &Set| opens && first.as_ref() == Some(set) && set.subject().is_some();
        let request =
            transport::guessed(name, args, &leads, &named).or_else(|| transport::guessed(name, args, &open, &named));
        let Some((verbs, urls)) = request else { return false };
        let urls = Set {
            items: urls.items.into_iter().filter(|i| matches!(i.value, Value::Text(_) | Value::Ref(_))).collect(),
        };
        let urls = transport::under(base, &urls);
        self.address_given(&verbs, &urls, args, site, name, Some(Origin::Unknown));
        true
    }

    /// Whether a path below one of these leads to an operation, as far as it is known.
    fn leads_on(&self, bases: &[Text], path: &Text) -> bool {
        let head = path.head();
        if head.is_empty() || head.contains([' ', ':']) {
            return false;
        }
        bases.iter().map(|base| strings::joined(base, path, false)).flat_map(|whole| self.closed(&whole)).any(|whole| {
            let routes = self.scope.catalog.routes(None, &Target::parse(&template(&whole)));
            !routes.is_empty() || path.has_refs() && head.starts_with('/')
        })
    }

    /// A call of an object of a library that nobody knows, which was made with an address of Datadog's.
    pub(super) fn call_below(&mut self, name: &Name, on: Option<&Arc<Made>>, args: &Args, site: Site) -> bool {
        let Some(base) = self.given_base(on) else { return false };
        let prints = matches!(self.module.language, Language::Shell);
        !prints && self.request_below(name, &base, args, site, false)
    }
}

/// Whether a field or a parameter is called like the base of addresses.
fn names_base(name: &str) -> bool {
    static WORDS: Words = Words::new(&["host", "url", "uri", "base", "endpoint", "site", "domain", "address"]);
    WORDS.are_in(name)
}

/// Whether a value is an address with a host that is written down: one that a subclass gives may be anybody's.
fn is_base(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.head().contains("://") || is_host(text.head()))
}

/// Whether a text is one of Datadog's hosts, without a scheme.
fn is_host(text: &str) -> bool {
    names_ours(text) && !text.contains([' ', '/'])
}

fn names_ours(text: &str) -> bool {
    text.contains(".datadoghq.") || text.contains(".ddog-gov.")
}

/// Datadog's hosts in what a field was made with: `ConfigParams.FromTuples("connection.host", "api.datadoghq.com")`.
fn hosts_in(set: &Set, depth: u8) -> Set {
    let mut out = Set::unknown();
    if depth > MAX_DEPTH {
        return out;
    }
    for value in set.values() {
        match value {
            Value::Text(text) if is_host(text.head()) || text.head().contains("://") && names_ours(text.head()) => {
                out.add(value.clone());
            }
            Value::Table(table) => table.entries.iter().for_each(|(_, set)| out.join(&hosts_in(set, depth + 1))),
            Value::List(items) => items.iter().for_each(|set| out.join(&hosts_in(set, depth + 1))),
            Value::Made(made) => made.args.all().for_each(|set| out.join(&hosts_in(set, depth + 1))),
            _ => {}
        }
    }
    out
}
