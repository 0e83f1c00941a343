//! After the last round: requests that nobody completed, declarative classes, and everything found put into evidence.

use crate::evidence::{Call, Confidence, Evidence, Legacy, Origin, Place, Step};
use crate::ir::{Module, Name};
use crate::url::{Host, Target};
use rayon::prelude::*;
use rustc_hash::FxHashSet as HashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

mod leftover;
mod others;

use leftover::{Called, leftovers};

use super::anchor;
use super::call::left_open;
use super::eval::expanded;
use super::found::{Found, What};
use super::http::{is_blank, is_of_unknown};
use super::origin;
use super::program::Program;
use super::request::{Request, Site, template};
use super::scope::Scope;
use super::state::State;
use super::subst::{Subst, texts_of};
use super::transport;
use super::value::{Client, Cls, Fun, Instance, Root, Value};

/// Turns what is known after the last round into evidence, in program order.
/// Functions of which not everything is known, those in `unfinished` and those that were cut off, become calls that nobody
/// can decide wherever they have to do with Datadog.
pub fn evidence(
    program: &Program,
    state: &State,
    options: &super::Options<'_>,
    unfinished: &BTreeSet<Fun>,
) -> Vec<Evidence> {
    let funs: Vec<Fun> = program.functions().collect();
    // Lookups are counted anew for every function and class, lest the first ones use up what the others need.
    let scope = || Scope::new(program, state, options);
    let called = Called::collect(program, state);
    let mut found: Vec<Found> = funs.par_iter().flat_map_iter(|fun| state.output(*fun).found.iter().cloned()).collect();
    found.par_extend(funs.par_iter().flat_map_iter(|fun| leftovers(&scope(), &called, *fun)));
    found.par_extend(funs.par_iter().flat_map_iter(|fun| left_open(&scope(), *fun, called.is_called(*fun))));
    let classes = 0..u32::try_from(program.classes.len()).unwrap_or(u32::MAX);
    found.par_extend(classes.into_par_iter().flat_map_iter(|class| declarative(&scope(), Cls(class))));
    anchor::keep_anchored(program, &mut found);
    drop_unset(program, &mut found);
    drop_restated(program, &mut found);
    found.retain(is_worth_telling);
    others::drop_others(options.catalog, &mut found);
    others::drop_strangers(options.catalog, &mut found);
    drop_repeated(program, &mut found);
    let mut out: Vec<Evidence> = found.into_par_iter().map(|one| to_evidence(program, one)).collect();
    let short = program.functions().filter(|fun| unfinished.contains(fun) || state.output(*fun).cut);
    out.extend(short.filter(|fun| concerns_datadog(state, *fun)).map(|fun| undecided(program, fun)));
    out
}

/// Keeps the first of what is found several times at one place. What the program does is no less its own because a test
/// does the same.
fn drop_repeated(program: &Program, found: &mut Vec<Found>) {
    let test = |one: &Found| is_test(program, one.fun, one.at.module);
    let identities: Vec<_> = found.par_iter().map(|one| (one.at, test(one), identity(one))).collect();
    let mut identities = identities.into_iter();
    let mut seen = HashSet::default();
    found.retain(|_| identities.next().is_some_and(|one| seen.insert(one)));
}

/// A host or address that may be set from outside, or else is the one written down: what is written down tells what is called.
/// What tests set tells nothing of the program.
fn drop_unset(program: &Program, found: &mut Vec<Found>) {
    let address = |one: &Found| match &one.what {
        What::Http(request) => {
            let target = Target::parse(&template(&request.url));
            let path = (!is_blank(&request.url) || request.alternative).then(|| target.path.to_string());
            let test = is_test(program, one.fun, one.at.module);
            Some(((one.at, test), request.method(), path, target.host))
        }
        _ => None,
    };
    let addresses: Vec<_> = found.par_iter().map(address).collect();
    let written: HashSet<_> = addresses
        .iter()
        .flatten()
        .filter(|(.., host)| host.is_datadog())
        .flat_map(|(at, method, path, ..)| [(*at, method.clone(), path.clone()), (*at, method.clone(), None)])
        .collect();
    let mut addresses = addresses.into_iter();
    found.retain(|_| match addresses.next().flatten() {
        Some((at, method, path, Host::Hole | Host::None)) => !written.contains(&(at, method, path)),
        _ => true,
    });
}

/// A request that is written down as an object and made in plain sight is the one that is made: that one is reported where its
/// address is written down, too.
fn drop_restated(program: &Program, found: &mut Vec<Found>) {
    let stated = |one: &Found| matches!(&one.what, What::Http(request) if request.stated);
    let same = |one: &Found| match &one.what {
        What::Http(request) => {
            let path = Target::parse(&template(&request.url)).path.to_string();
            Some((one.at.module, is_test(program, one.fun, one.at.module), request.method(), path))
        }
        _ => None,
    };
    let made: HashSet<_> = found.iter().filter(|one| !stated(one)).filter_map(same).collect();
    found.retain(|one| !stated(one) || same(one).is_none_or(|it| !made.contains(&it)));
}

/// Whether a function makes requests that are Datadog's as far as can be told.
fn concerns_datadog(state: &State, fun: Fun) -> bool {
    let output = state.output(fun);
    let ours = |request: &Request| matches!(request.origin, Origin::Datadog | Origin::LikelyDatadog);
    let calls = |found: &Found| match &found.what {
        What::Http(request) => ours(request),
        What::Sdk(..) | What::Legacy(..) => true,
    };
    output.summary.requests.iter().any(ours) || output.found.iter().any(calls)
}

/// What stands for the calls of a function that was not followed to its end.
fn undecided(program: &Program, fun: Fun) -> Evidence {
    let module = program.module(fun.module);
    let span = program.function(fun).span;
    let what = "followed no further: too much depends on it".into();
    Evidence {
        call: Call::Http {
            method: None,
            url: crate::url::Template::unknown(),
            origin: Origin::LikelyDatadog,
            cli: false,
            alternative: false,
        },
        place: Place::Source { file: module.file.clone(), language: Some(module.language), span },
        confidence: Confidence::Possible,
        test: is_test(program, fun, fun.module),
        literals: Vec::new(),
        steps: vec![Step { what, file: module.file.clone(), span }],
        observed: None,
    }
}

/// What makes two finds at one place the same.
#[derive(PartialEq, Eq, Hash)]
enum Identity {
    Sdk(Arc<Client>, Name),
    Legacy(Legacy, Name),
    Http(Name, String, bool),
}

fn identity(found: &Found) -> Identity {
    match &found.what {
        What::Sdk(client, method) => Identity::Sdk(client.clone(), method.clone()),
        What::Legacy(client, symbol) => Identity::Legacy(*client, symbol.clone()),
        What::Http(request) => Identity::Http(
            request.method().unwrap_or_default(),
            template(&request.url).to_string(),
            request.alternative,
        ),
    }
}

/// A function or class of which more uses are wanted, because what it requests is its callers' to decide.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// Its name: who uses it mentions it.
    pub name: Name,
    /// Names that its users are likely to mention too: its class, what derives from that, the files of both. They tell
    /// users from namesakes where the name is a common one.
    pub near: Vec<Name>,
}

/// The functions that leave something of a Datadog request to their callers, and their classes, sorted.
pub fn demand(program: &Program, state: &State, options: &super::Options<'_>) -> Vec<Demand> {
    let mut out: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    let file = |module: u32| {
        let file = &program.module(module).file;
        let name = file.rsplit('/').next().unwrap_or(file);
        Name::from(name.split('.').next().unwrap_or(name))
    };
    for fun in program.functions() {
        let requests = &state.summary(fun).requests;
        let scope = Scope::new(program, state, options);
        if is_test(program, fun, fun.module) || !requests.iter().any(|request| may_be_ours(&scope, fun, request)) {
            continue;
        }
        let function = program.function(fun);
        let mut near = BTreeSet::from([file(fun.module)]);
        let classes = program.owner(fun).map(|owner| program.descendants(owner)).unwrap_or_default();
        for class in &classes {
            let info = program.class(*class);
            near.insert(info.name.clone());
            near.extend(info.parts.iter().map(|(module, _)| file(*module)));
        }
        for class in &classes {
            let info = program.class(*class);
            let files = info.parts.iter().map(|(module, _)| file(*module));
            out.entry(info.name.clone()).or_default().extend(files);
        }
        if !function.name.starts_with("__") {
            out.entry(function.name.clone()).or_default().extend(near);
        }
    }
    let named = out.into_iter().filter(|(name, _)| name.len() > 2);
    named.map(|(name, near)| Demand { near: near.into_iter().filter(|n| *n != name).collect(), name }).collect()
}

/// Whether a request that is still open goes to Datadog as far as the program tells: by itself, or as some class makes it
/// that inherits it. A helper that knows nothing of Datadog matters only to files that do, and those are read anyway.
fn may_be_ours(scope: &Scope<'_>, fun: Fun, request: &Request) -> bool {
    let ours = |origin| matches!(origin, Origin::Datadog | Origin::LikelyDatadog);
    if ours(request.origin) {
        return true;
    }
    let Some(owner) = scope.program.owner(fun) else { return false };
    request.refs().any(|r| matches!(r.root, Root::This(_)))
        && scope.program.descendants(owner).into_iter().take(MAX_HEIRS).any(|class| {
            let receiver = Value::Instance(Arc::new(Instance::any(class)));
            let filled = Subst::new(Vec::new(), Some(&receiver), false).request(scope, request);
            ours(origin::from_name(&scope.program.class(class).name))
                || filled.iter().any(|(r, _)| ours(origin::from_url(&r.url, scope.hosts)))
        })
}

/// Subclasses looked at to see whether one of them is Datadog's.
const MAX_HEIRS: usize = 64;

fn push(scope: &Scope<'_>, fun: Fun, request: Request, found: &mut Vec<Found>) {
    match expanded(scope, None, &request, usize::MAX) {
        Some(rows) => rows.into_iter().for_each(|request| push_one(scope, fun, request, found)),
        None => push_one(scope, fun, request, found),
    }
}

fn push_one(scope: &Scope<'_>, fun: Fun, mut request: Request, found: &mut Vec<Found>) {
    match origin::from_url(&request.url, scope.hosts) {
        Origin::Other => return,
        Origin::Unknown => {}
        origin => request.origin = request.origin.min(origin),
    }
    found.push(Found::of(fun, request));
}

/// Names under which declarative clients keep their path, base address and method.
const PATHS: &[&str] = &[
    "path",
    "url_path",
    "URL_PATH",
    "endpoint",
    "resource_path",
    "PATH",
    "ENDPOINT",
    "api_path",
    "API_PATH",
    "api_resource",
];
const BASES: &[&str] = &["url_base", "base_url", "BASE_URL", "host", "api_url", "URL_BASE", "api_base", "API_BASE"];
const METHODS: &[&str] = &["rest_method", "http_method", "method", "HTTP_METHOD", "METHOD", "verb"];

/// A class that derives from an outside class and declares base address and path: that class makes the request.
fn declarative(scope: &Scope<'_>, class: Cls) -> Vec<Found> {
    let mut found = Vec::new();
    let bases = scope.program.external_bases(class);
    let info = scope.program.class(class);
    let Some(&(module, id)) = info.parts.first() else { return found };
    if bases.is_empty() || !info.subclasses.is_empty() {
        return found;
    }
    let receiver = Value::Instance(Arc::new(Instance::any(class)));
    let field = |names: &[&str]| {
        names.iter().find_map(|n| {
            let name = Name::from(*n);
            let set = scope.field_of(&receiver, &name, 0);
            let text = set.values().any(|v| matches!(v, Value::Text(_)));
            text.then_some((name, set))
        })
    };
    let (Some((path_name, path)), Some((_, base))) = (field(PATHS), field(BASES)) else { return found };
    let verbs = match field(METHODS) {
        Some((_, set)) => super::strings::verbs(&set).into_iter().map(|v| v.0).collect(),
        None => vec![super::value::Text::literal("GET")],
    };
    let site = scope
        .program
        .ancestors(class)
        .iter()
        .find_map(|c| scope.state.field(*c, &path_name).map(|(_, s)| *s))
        .unwrap_or(Site { module, span: scope.program.module(module).class(id).span });
    let fun = Fun { module, id: Module::MAIN };
    for base in texts_of(&base, &Name::default()) {
        for path in texts_of(&path, &Name::default()) {
            let url = super::strings::joined(&base, &path, false);
            let from_url = origin::from_url(&url, scope.hosts);
            if !transport::has_api_path(&url) || from_url == Origin::Other {
                continue;
            }
            let named = origin::from_names([info.name.as_str(), &scope.program.module(module).file]);
            for verb in &verbs {
                let request = Request {
                    settled: true,
                    ..Request::new(
                        verb.clone(),
                        url.clone(),
                        from_url.min(named),
                        format!("declared by {}", info.name),
                        site,
                    )
                };
                found.push(Found::of(fun, request));
            }
        }
    }
    found
}

/// Requests that nothing ties to Datadog, or of which nothing but a vague name is known, are left out.
fn is_worth_telling(found: &Found) -> bool {
    let What::Http(request) = &found.what else { return true };
    if is_of_unknown(request) && !is_absolute(&request.url) {
        return transport::has_api_path(&request.url) && request.origin != Origin::Other;
    }
    match request.origin {
        Origin::Datadog => true,
        Origin::LikelyDatadog => !is_blank(&request.url) && looks_like_address(&request.url),
        Origin::Unknown => transport::has_api_path(&request.url),
        Origin::Other => false,
    }
}

/// Whether an address says its host.
fn is_absolute(url: &super::value::Text) -> bool {
    url.head().contains("://")
}

/// Whether a text can be an address at all, rather than a word or a number.
fn looks_like_address(url: &super::value::Text) -> bool {
    url.as_literal().is_none_or(|l| l.contains('/') || l.contains('.'))
}

fn to_evidence(program: &Program, found: Found) -> Evidence {
    let module = program.module(found.at.module);
    let place = Place::Source { file: module.file.clone(), language: Some(module.language), span: found.at.span };
    let mut confidence = if found.likely { Confidence::Likely } else { Confidence::Certain };
    let call = match found.what {
        What::Sdk(client, method) => {
            Call::Sdk { client: client.naming, version: client.version, class: client.class.clone(), method }
        }
        What::Legacy(client, symbol) => Call::Legacy { client, symbol },
        What::Http(request) => {
            if request.origin == Origin::Unknown {
                confidence = Confidence::Possible;
            } else if request.origin == Origin::LikelyDatadog {
                confidence = confidence.max(Confidence::Likely);
            }
            Call::Http {
                method: request.method(),
                url: template(&request.url),
                origin: request.origin,
                cli: request.cli,
                alternative: request.alternative,
            }
        }
    };
    let test = is_test(program, found.fun, found.at.module);
    let steps = found
        .steps
        .into_iter()
        .map(|(what, site)| Step { what, file: program.module(site.module).file.clone(), span: site.span })
        .collect();
    Evidence { call, place, confidence, test, literals: found.literals, steps, observed: None }
}

fn is_test(program: &Program, fun: Fun, module: u32) -> bool {
    if program.module(module).test || program.module(fun.module).test {
        return true;
    }
    let mut at = Some(fun);
    for _ in 0..32 {
        let Some(fun) = at else { return false };
        let function = program.function(fun);
        if function.test {
            return true;
        }
        at = function.parent.map(|p| Fun { module: fun.module, id: p });
    }
    false
}
