//! Requests that nobody completed: filled with what all callers together pass, once for every class that inherits them.

use super::{is_test, push};
use crate::flow::found::Found;
use crate::flow::program::{Kinship, Program};
use crate::flow::request::{Request, Site, template};
use crate::flow::scope::Scope;
use crate::flow::state::State;
use crate::flow::subst::Subst;
use crate::flow::value::{Bindings, Cls, Fun, Instance, Piece, Ref, Root, Set, Text, Value};
use crate::url::Target;
use rustc_hash::FxHashSet as HashSet;
use std::sync::Arc;

/// Who is called by whom.
pub(super) struct Called {
    by_anyone: HashSet<Fun>,
    /// Methods that overriding ones call: other subclasses still leave them to callers that are not here.
    by_heirs: HashSet<Fun>,
}

impl Called {
    /// Gathers all calls of the program.
    pub(super) fn collect(program: &Program, state: &State) -> Self {
        let (mut by_anyone, mut by_heirs) = (HashSet::default(), HashSet::default());
        for caller in program.functions() {
            // What only tests call, the program leaves to callers that are not here.
            let test = is_test(program, caller, caller.module);
            let output = state.output(caller);
            for &fun in &output.called {
                if fun != caller && (!test || is_test(program, fun, fun.module)) {
                    if output.handed_up.contains(&fun) { &mut by_heirs } else { &mut by_anyone }.insert(fun);
                }
            }
        }
        Self { by_anyone, by_heirs }
    }

    /// Whether the program calls a function anywhere.
    pub(super) fn is_called(&self, fun: Fun) -> bool {
        self.by_anyone.contains(&fun)
    }
}

/// The requests of a function that still wait for something when all is said.
pub(super) fn leftovers(scope: &Scope<'_>, called: &Called, fun: Fun) -> Vec<Found> {
    let mut found = Vec::new();
    for request in &scope.state.summary(fun).requests {
        leftover(scope, called, fun, request, &mut found);
    }
    found
}

fn leftover(scope: &Scope<'_>, called: &Called, fun: Fun, request: &Request, found: &mut Vec<Found>) {
    if called.by_anyone.contains(&fun) && (request.has_params() || request.handed_out) {
        return;
    }
    let owner = method_around(scope.program, fun);
    let classes = match owner {
        Some((_, class)) if request.refs().any(|r| matches!(r.root, Root::This(_))) => scope.program.descendants(class),
        _ => Vec::new(),
    };
    // What heirs pass up is theirs.
    let unknown = Bindings { function: fun, args: Vec::new() };
    let by_heirs = called.by_heirs.contains(&fun) && request.has_params();
    let bindings: Vec<&Bindings> = if by_heirs { vec![&unknown] } else { Vec::new() };
    if classes.is_empty() {
        if !by_heirs {
            let subst = Subst::new(bindings, None, true);
            for (filled, _) in subst.request(scope, request) {
                push(scope, fun, filled, found);
            }
        }
        return;
    }
    let several = classes.len() > 1;
    for (i, class) in classes.iter().enumerate() {
        if several && !runs_for(scope.program, owner, *class, request) {
            continue;
        }
        let receiver = Value::Instance(Arc::new(Instance::any(*class)));
        let subst = Subst::new(bindings.clone(), Some(&receiver), true);
        for (mut filled, _) in subst.request(scope, request) {
            // The base of a hierarchy need not know what its subclasses decide.
            if (by_heirs || i == 0 && several) && !determined(scope, &filled) {
                continue;
            }
            if !request.settled
                && let Some(site) = decided_in(scope, *class, request)
            {
                filled.at = site;
            }
            if several && let Some(&(module, id)) = scope.program.class(*class).parts.first() {
                let span = scope.program.module(module).class(id).span;
                filled.tell(format!("as {} has it", scope.program.class(*class).name), Site { module, span });
            }
            push(scope, fun, filled, found);
        }
    }
}

/// The method that a function is or is written in, and its class.
fn method_around(program: &Program, fun: Fun) -> Option<(Fun, Cls)> {
    let mut at = fun;
    for _ in 0..32 {
        if let Some(owner) = program.owner(at) {
            return Some((at, owner));
        }
        at.id = program.function(at).parent?;
    }
    None
}

/// Whether an object of a class has this method, rather than one that overrides it, and is of the class that a request
/// speaks of, rather than of a more general one.
fn runs_for(program: &Program, owner: Option<(Fun, Cls)>, class: Cls, request: &Request) -> bool {
    let special = |r: &Ref| match r.root {
        Root::This(written) => program.kinship(class, written) == Kinship::Ancestor,
        Root::Param(..) | Root::Row(..) => false,
    };
    let overridden = owner.is_some_and(|(method, _)| {
        let methods = program.method(class, &program.function(method).name);
        !methods.is_empty() && !methods.contains(&method)
    });
    !overridden && !request.refs().any(special)
}

fn determined(scope: &Scope<'_>, request: &Request) -> bool {
    let target = Target::parse(&template(&request.url));
    !scope.catalog.routes(request.method().as_deref(), &target).is_empty()
}

/// Where the class decides the path: the definition of the field that fills a hole behind the base address.
fn decided_in(scope: &Scope<'_>, class: Cls, request: &Request) -> Option<Site> {
    let start = path_start(&request.url);
    let pieces = request.url.pieces.iter().enumerate().map(|(i, piece)| (i < start, piece));
    let refs = pieces.chain(request.verb.pieces.iter().map(|piece| (false, piece))).filter_map(|(base, p)| match p {
        Piece::Ref(Ref { root: Root::This(_), path }) => path.first().map(|name| (base, name)),
        _ => None,
    });
    for (base, name) in refs {
        // What stands where a base address would may be the path itself.
        let says = |set: &Set| says_something(set) && (!base || set.values().any(is_path));
        for one in scope.program.ancestors(class) {
            if let Some((set, site)) = scope.state.field(one, name) {
                if says(set) {
                    return Some(*site);
                }
                break;
            }
            if let Some(fun) = scope.program.class(one).methods.get(name).and_then(|m| m.first()) {
                if says(&scope.state.summary(*fun).returns) {
                    return Some(Site { module: fun.module, span: scope.program.function(*fun).span });
                }
                break;
            }
        }
    }
    None
}

/// The first piece that can belong to the path. Behind a scheme that is written out, pieces that only dots join are the host.
fn path_start(url: &Text) -> usize {
    let is = |i: usize, what: &dyn Fn(&str) -> bool| matches!(url.pieces.get(i), Some(Piece::Lit(l)) if what(l));
    let Some(mut at) = (0..url.pieces.len().min(2)).find(|i| is(*i, &|l| l.ends_with("://"))) else {
        // A builder's slash before what may be a whole address.
        return 1 + usize::from(is(0, &|l| l == "/"));
    };
    at += 2;
    while is(at, &|l| !l.contains('/')) {
        at += 2;
    }
    at
}

/// Whether a value is a path without a host.
fn is_path(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.head().starts_with('/'))
}

/// Whether there is any text among these that can decide a path.
fn says_something(set: &Set) -> bool {
    let said = |p: &Piece| matches!(p, Piece::Lit(l) if !l.is_empty());
    set.values().any(|v| match v {
        // A query decides no path.
        Value::Text(text) => !text.head().starts_with(['?', '&']) && text.pieces.iter().any(said),
        Value::Table(_) | Value::Instance(_) | Value::List(_) | Value::Class(_) => true,
        _ => false,
    })
}
