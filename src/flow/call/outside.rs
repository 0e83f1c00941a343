//! Calls of what is not part of the program: clients, libraries, functions that call back.

use crate::flow::call::{PICKED, collection};
use crate::flow::exec::Run;
use crate::flow::found::{Found, What};
use crate::flow::program::Resolved;
use crate::flow::request::Site;
use crate::flow::subst::Subst;
use crate::flow::value::{Args, Closure, Instance, Made, Piece, Set, Table, Value};
use crate::flow::{deciding, library, strings, transport};
use crate::ir::Name;
use std::sync::Arc;

impl<'a> Run<'a> {
    /// A method of an API object.
    pub(in crate::flow) fn client_call(&mut self, object: &Value, name: &Name, args: &Args, site: Site) -> Set {
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
        let literals = deciding::of_call(args);
        self.found(Found { what, at: site, fun: self.fun, likely: self.guessed.is_some(), literals, steps });
        Set::unknown()
    }

    /// Notes a decided call.
    pub fn found(&mut self, found: Found) {
        if !self.out.found.iter().any(|known| known.is_again(&found)) {
            self.out.found.push(found);
        }
    }

    /// A call of something of which nothing is known but its name.
    pub(in crate::flow) fn unknown_call(&mut self, name: &Name, args: &Args, site: Site, label: &Name) -> Set {
        // Kotlin's extension functions.
        if self.module.language == crate::ir::Language::Kotlin
            && let Some(Resolved::Function(fun)) = self.program().resolve(self.fun.module, name)
        {
            return self.apply(&Closure::plain(fun), None, args, site);
        }
        if let Some(default) = looked_up(name, args).or_else(|| self.settings(name, args, site)) {
            return default;
        }
        if self.described_call(&format!("{label}.{name}"), args, site)
            || self.unknown_transport(name, args, site)
            || self.by_unique_name(name, site, label)
        {
            return Set::unknown();
        }
        if let Some(answer) = self.guessed_call(name, args, site, label) {
            return answer;
        }
        if self.handed_client(name, args, site) {
            return Set::unknown();
        }
        self.generic_request(name, None, args, site, label);
        self.handed_on(name, args, site);
        if let Some(default) = default_address(args) {
            return default;
        }
        deciding::step(name, args).map(|path| library::result(&path, None, args.clone())).unwrap_or_default()
    }

    /// A call of an outside thing.
    pub fn external_call(&mut self, path: &Name, on: Option<&Arc<Made>>, args: &Args, site: Site) -> Set {
        if self.described_call(path, args, site) {
            return Set::unknown();
        }
        if let Some(mut client) = library::constructed(path) {
            client.made = Some(site);
            return Set::of(Value::Client(Arc::new(client)));
        }
        if let Some(object) = library::legacy_object(path) {
            return Set::of(object);
        }
        if let Some((client, symbol)) = library::legacy_symbol(path) {
            let steps = vec![(format!("{symbol} called").into(), site)];
            let literals = deciding::of_call(args);
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
        if let Some(set) = self.declared_client(path, on, args, site).or_else(|| self.settings(path, args, site)) {
            return set;
        }
        if let Some(set) = strings::external(path, args) {
            self.callbacks(path, on, args, site);
            return set;
        }
        if let Some(set) = self.builtin(path, args, site) {
            return set;
        }
        if let Some(default) = looked_up(transport::last_segment(path), args)
            && !transport::is_library(self.module.language, path)
        {
            return default;
        }
        let requested = self.http_call(path, on, args, site);
        let called = self.callbacks(path, on, args, site);
        // An answer is nobody's client; what matters of it is what callbacks do with it.
        if requested || (on.is_none() && !called.is_unknown() && !transport::is_library(self.module.language, path)) {
            return called;
        }
        if let Some(default) = default_address(args).filter(|_| !transport::is_library(self.module.language, path)) {
            return default;
        }
        let mut out = crate::flow::described::object(self.scope.wrappers, path, args.clone());
        if out.is_unknown() {
            out = library::result(path, on, args.clone());
        }
        out.join(&called);
        out
    }

    /// `retrofit.create(Api)`, `Feign.builder().target(Api, url)`: an object of an interface whose methods are requests.
    pub(in crate::flow) fn declared_client(
        &mut self,
        path: &str,
        on: Option<&Arc<Made>>,
        args: &Args,
        site: Site,
    ) -> Option<Set> {
        let last = transport::last_segment(path);
        if !matches!(last, "create" | "target" | "createClient" | "build" | "newInstance") {
            return None;
        }
        let class = args.all().flat_map(Set::values).find_map(|v| match v {
            Value::Class(class) => {
                self.scope.look_at(*class);
                self.program().class(*class).interface.then_some(*class)
            }
            _ => None,
        })?;
        let base = match last {
            "target" => args.at(1).cloned(),
            _ => on.and_then(|m| transport::base_of(m)),
        };
        if let Some(base) = base {
            self.store(&Set::of(Value::Class(class)), &crate::flow::annotation::BASE.into(), &base, site);
        }
        Some(Set::of(Value::Instance(Arc::new(Instance::any(class)))))
    }

    /// Functions given to an outside function: it will call them, with the arguments that follow if there are any.
    pub(in crate::flow) fn callbacks(&mut self, path: &Name, on: Option<&Arc<Made>>, args: &Args, site: Site) -> Set {
        let mut out = Set::unknown();
        let last = path.rsplit(['.', ':']).next().unwrap_or(path);
        let ruby = self.module.language == crate::ir::Language::Ruby;
        self.handed_on(path, args, site);
        for (i, set) in args.all().enumerate() {
            let runs = |v: &&Value| match v {
                Value::Function(_) => true,
                Value::Method(..) => !path.starts_with("console."),
                Value::Made(made) => made.path == PICKED,
                _ => false,
            };
            let functions: Vec<Value> = set.values().filter(runs).cloned().collect();
            for function in functions {
                if let Value::Method(object, name) = &function {
                    out.join(&self.client_call(object, name, &Args::default(), site));
                    continue;
                }
                if let Value::Made(_) = &function {
                    out.join(&self.call_value(&function, &Args::default(), site));
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
                            Value::List(items) => crate::flow::eval::tagged(items.iter(), u64::MAX),
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
                } else if transport::is_library(self.module.language, path) && ruby {
                    // `connection.post { |request| … }`, `Net::HTTP.start(host) { |http| … }`
                    let mut own = args.clone();
                    own.positional.retain(|s| !s.values().any(|v| matches!(v, Value::Function(_))));
                    let made = Made {
                        path: format!("{path}()").into(),
                        on: on.cloned(),
                        args: own,
                        depth: on.map_or(1, |m| m.depth.saturating_add(1)),
                    };
                    rest.positional = vec![Set::of(Value::Made(Arc::new(made)))];
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

    /// Functions of libraries that are handed on with their arguments: `executor.submit(requests.get, url)`.
    fn handed_on(&mut self, path: &str, args: &Args, site: Site) {
        let language = self.module.language;
        for (i, set) in args.positional.iter().enumerate() {
            let follow = args.positional.get(i + 1..).unwrap_or_default();
            for value in set.values() {
                if let Value::External(function) = value
                    && !follow.is_empty()
                    && !transport::is_library(language, path)
                    && transport::is_library(language, function)
                    && transport::role(transport::last_segment(function), function).is_some()
                {
                    let rest = Args { positional: follow.to_vec(), ..Args::default() };
                    self.http_call(function, None, &rest, site);
                }
            }
        }
    }

    /// Calls a function that somebody else will call: parameters without an argument stay unknown.
    pub(in crate::flow) fn apply_callback(&mut self, closure: &Closure, args: &Args, site: Site) -> Set {
        let function = self.program().function(closure.function);
        let missing = function.params.len().saturating_sub(args.positional.len() + closure.partial.len());
        if args.positional.is_empty() && args.named.is_empty() && missing > 0 {
            let summary = self.scope.summary(closure.function);
            return Subst::new(Vec::new(), None, true).set(&self.scope, &summary.returns, 0);
        }
        self.apply(closure, None, args, site)
    }

    /// Python's and other languages' general functions.
    pub(in crate::flow) fn builtin(&mut self, path: &Name, args: &Args, site: Site) -> Option<Set> {
        match path.as_str() {
            "getattr" | "Reflect.get" | "operator.attrgetter" => {
                let name = args.at(1)?;
                let object = args.at(0)?.clone();
                let picked = self.picked(&object, &name.clone());
                Some(picked.unwrap_or_else(|| {
                    let made = Made { path: PICKED.into(), on: None, args: args.clone(), depth: 1 };
                    Set::of(Value::Made(Arc::new(made)))
                }))
            }
            // `DatadogAPIClient::V2.const_get(name)`
            constant if constant.ends_with(".const_get") => {
                let package = Value::External(constant.trim_end_matches(".const_get").into());
                self.picked(&Set::of(package), &args.at(0)?.clone())
            }
            "reflect.ValueOf" | "reflect.Indirect" => args.at(0).cloned(),
            "importlib.import_module" | "__import__" => {
                let Some(name) = args.at(0)?.literal_text() else { return self.imported_by_name(&args.at(0)?.clone()) };
                let name: Name = name.into();
                Some(match self.scope.find_module(self.fun.module, &name) {
                    Some(module) => Set::of(Value::Module(module)),
                    None => Set::of(Value::External(name)),
                })
            }
            "dict" | "collections.OrderedDict" if args.positional.is_empty() => {
                Some(Set::of(Value::Table(Arc::new(Table { entries: args.named.clone(), ..Table::default() }))))
            }
            "Map" | "Object.fromEntries" | "dict" | "collections.OrderedDict" if args.positional.len() == 1 => {
                let given = args.at(0)?;
                collection::of_pairs(given).or_else(|| (path == "dict").then(|| given.clone()))
            }
            "Map" | "collections.defaultdict" => Some(Set::of(Value::Table(Arc::default()))),
            map if self.module.language == crate::ir::Language::Rust && is_map(map, ".from") => {
                collection::of_pairs(args.at(0)?)
            }
            map if self.module.language == crate::ir::Language::Rust && is_map(map, ".new") => {
                Some(Set::of(Value::Table(Arc::default())))
            }
            "append" => {
                let mut items = Vec::new();
                for set in &args.positional {
                    match set.items.as_slice() {
                        [crate::flow::value::Item { value: Value::List(more), .. }] => {
                            items.extend(more.iter().cloned())
                        }
                        _ => items.push(set.clone()),
                    }
                }
                Some(Set::of(Value::List(Arc::new(items))))
            }
            "itertools.chain" | "array_merge" | "slices.Concat" => {
                let mut out = Set::unknown();
                args.positional.iter().for_each(|s| {
                    out.join(s);
                });
                Some(out)
            }
            "new" | "make" => Some(args.at(0).map(|t| self.scope.instances(t)).unwrap_or_default()),
            path => self.collection_function(path, args, site),
        }
    }
}

/// Whether a path is a function of one of Rust's maps.
fn is_map(path: &str, function: &str) -> bool {
    let map = path.strip_suffix(function).map(transport::last_segment);
    map.is_some_and(|map| matches!(map, "HashMap" | "BTreeMap" | "IndexMap" | "FxHashMap" | "DashMap"))
}

/// `context.getParameter("apiUrl", DEFAULT)`: a setting that is read by its name, or else the address that is written down.
fn default_address(args: &Args) -> Option<Set> {
    default(args, |text| text.contains("://"))
}

/// `settings.get("path", "/api/v1/monitor")`: the same of a path or a site, by methods that look things up and never ask a server
/// for them.
fn looked_up(name: &str, args: &Args) -> Option<Set> {
    let looks =
        matches!(name, "get" | "fetch" | "pop" | "setdefault" | "getOrDefault" | "getProperty" | "get_or_insert");
    let site = |text: &str| text.contains("datadoghq.") || text.contains("ddog-gov.");
    default(args, |text| text.starts_with('/') || text.contains("://") || site(text)).filter(|_| looks)
}

fn default(args: &Args, is_address: impl Fn(&str) -> bool) -> Option<Set> {
    let [name, rest @ ..] = args.positional.as_slice() else { return None };
    let default = match rest {
        // `config.get("datadog", "url", fallback="https://…")`
        [_] if args.named("fallback").is_some() => args.named("fallback")?,
        [default] => default,
        [] => args.named("default")?,
        _ => return None,
    };
    let host = |name: &str| ["datadoghq", ".com", ".eu"].iter().any(|part| name.contains(part));
    let plain = |name: &str| {
        !name.is_empty() && !name.contains(['/', ' ', ':']) && strings::verb(name).is_none() && !host(name)
    };
    let address = |v: &Value| matches!(v, Value::Text(t) if is_address(t.head()));
    // A default may itself be read from the environment, with a default of its own.
    let read = |v: &Value| matches!(v, Value::Text(t) if t.pieces.iter().all(|p| matches!(p, Piece::Env(_))));
    let fits = default.values().any(address) && default.values().all(|v| address(v) || read(v));
    (name.literal_text().is_some_and(plain) && fits).then(|| default.clone())
}

/// Methods of API objects that are no operations.
pub(in crate::flow) fn is_plumbing(name: &str) -> bool {
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
