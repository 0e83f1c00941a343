//! Running a function of the program at a call: binding arguments, taking over its requests, giving its result back.

use crate::flow::call::{PICKED, waits_elsewhere};
use crate::flow::deciding;
use crate::flow::exec::Run;
use crate::flow::program::Resolved;
use crate::flow::request::{Request, Site};
use crate::flow::subst::{Call, MAX_RESULTS, Subst};
use crate::flow::transport;
use crate::flow::value::{Args, Bindings, Closure, Fun, Instance, Piece, Ref, Root, Set, Table, Value};
use crate::ir::{self, Expr, Name, ParamKind};
use std::sync::Arc;

impl<'a> Run<'a> {
    /// Runs a function of the program: its requests become the caller's, its result comes back.
    pub fn apply(&mut self, closure: &Closure, receiver: Option<&Value>, args: &Args, site: Site) -> Set {
        let fun = closure.function;
        let mut all = Args::default();
        all.positional.extend(closure.partial.iter().cloned());
        all.positional.extend(args.positional.iter().cloned());
        all.named.clone_from(&args.named);
        all.spread.clone_from(&args.spread);
        if self.described_function(fun, &all, site) {
            return Set::unknown();
        }
        let bindings = self.bindings(fun, &all);
        self.contribute(&bindings);
        let receiver = receiver.or(closure.receiver.as_ref());
        let captured: Vec<&Bindings> = closure.captured.iter().map(|b| &**b).collect();
        self.instantiate(fun, &bindings, &captured, receiver, site);
        let mut all_bindings = vec![&bindings];
        all_bindings.extend(captured);
        let summary = self.scope.summary(fun);
        let call = Call::new(&summary.arms, site);
        let call_here = Some(&call).filter(|_| !summary.arms.is_empty() && fun != self.fun);
        let subst = Subst { call: call_here, ..Subst::new(all_bindings, receiver, false) };
        let mut out = subst.set(&self.scope, &summary.returns, 0);
        self.arms.extend(call.into_open());
        if out.is_unknown() {
            out = self.declared_result(fun);
        }
        match receiver {
            Some(Value::Instance(object)) => self.with_fields_set(object, &bindings, out),
            _ => out,
        }
    }

    /// `builder.method(verb)` that sets a field and returns its object gives the object as it is from there on.
    fn with_fields_set(&self, object: &Arc<Instance>, bindings: &Bindings, out: Set) -> Set {
        let returned = |v: &Value| matches!(v, Value::Instance(it) if it == object);
        if bindings.args.is_empty() || !out.values().any(returned) || !self.scope.matters(object.class) {
            return out;
        }
        let mut set = Vec::new();
        for ((class, field), (stored, _)) in &self.scope.state.output(bindings.function).fields {
            // Asking makes this run depend on it.
            if !self.scope.has_field(*class, field) {
                continue;
            }
            // Beside the parameter stand the objects that callers are known to pass.
            let given = stored.values().find_map(|v| match v {
                Value::Ref(Ref { root: Root::Param(fun, i), path }) if *fun == bindings.function && path.is_empty() => {
                    bindings.args.get(usize::from(*i))
                }
                _ => None,
            });
            if let Some(given) = given.filter(|_| !stored.values().any(|v| matches!(v, Value::Text(_)))) {
                set.push((field.clone(), self.kept(object.class, given)));
            }
        }
        if set.is_empty() {
            return out;
        }
        set.sort();
        let mut table = object.fields.as_deref().cloned().unwrap_or_default();
        table.entries.retain(|(name, _)| !set.iter().any(|(field, _)| field == name));
        table.entries.extend(set);
        let built = Value::Instance(Arc::new(Instance { fields: Some(Arc::new(table)), ..(**object).clone() }));
        out.flat_map(|v| Set::of(if returned(v) { built.clone() } else { v.clone() }))
    }

    /// Objects of the declared result type, where the body tells nothing.
    pub(in crate::flow) fn declared_result(&mut self, fun: Fun) -> Set {
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
        let defaults = self.scope.defaults(fun);
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
                ParamKind::Named => remaining_named(args, &used),
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
                    } else if let Some(set) = self.spread_item(args, next) {
                        next += 1;
                        set
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

    /// A positional argument that arrives in an unpacked list of arguments which only a caller knows.
    fn spread_item(&self, args: &Args, index: usize) -> Option<Set> {
        let index = Name::from(index.checked_sub(args.positional.len())?.to_string());
        args.spread.iter().flat_map(Set::values).find_map(|v| match v {
            Value::Ref(r) if self.is_rest(r) => r.field(&index).map(|r| Set::of(Value::Ref(r))),
            _ => None,
        })
    }

    /// Whether a reference is all remaining positional arguments of a function.
    pub(super) fn is_rest(&self, r: &Ref) -> bool {
        let Root::Param(fun, i) = r.root else { return false };
        let kind = self.program().function(fun).params.get(usize::from(i)).map(|p| p.kind);
        r.path.is_empty() && kind == Some(ParamKind::Rest)
    }

    /// A keyword that arrives in an unpacked table which only a caller knows.
    pub(in crate::flow) fn spread_field(&self, args: &Args, name: &Name) -> Option<Set> {
        args.spread.iter().flat_map(Set::values).find_map(|v| match v {
            Value::Ref(r) if self.is_rest(r) => None,
            Value::Ref(r) => r.field(name).map(|r| Set::of(Value::Ref(r))),
            _ => None,
        })
    }

    /// Takes over the requests that a function leaves to its callers.
    pub(in crate::flow) fn instantiate(
        &mut self,
        fun: Fun,
        bindings: &Bindings,
        captured: &[&Bindings],
        receiver: Option<&Value>,
        site: Site,
    ) {
        let handed = std::mem::take(&mut self.handed);
        let summary = self.scope.summary(fun);
        if !self.out.called.contains(&fun) {
            self.out.called.push(fun);
        }
        if summary.requests.is_empty() && summary.pending.is_empty() {
            return;
        }
        let mut all = vec![bindings];
        all.extend(captured);
        let subst = Subst::new(all, receiver, false);
        let function = self.program().function(fun);
        let name = function.name.clone();
        let given = function.params.iter().map(|param| &param.name).zip(&bindings.args);
        let literals = if summary.requests.is_empty() { Vec::new() } else { deciding::of_request(given) };
        let step = Name::from(format!("called through {}", if name.is_empty() { "a lambda" } else { &name }));
        for request in &summary.requests {
            let own = !handed
                && is_stated(&subst.bindings, request, name.is_empty())
                && !self.is_decided_there(fun, receiver, request);
            // The whole address comes out of an object that was made with it, perhaps for this one request.
            let built = matches!(request.url.pieces.as_slice(), [Piece::Ref(Ref { root: Root::This(_), .. })])
                && receiver.is_some_and(|object| self.gave_address(object));
            let all = subst.request(&self.scope, request);
            // There may be more than that, of which nothing else would tell.
            self.out.cut |= all.len() >= MAX_RESULTS && !request.settled;
            for (mut filled, world) in all {
                self.hold(&mut filled, &world);
                if (own || built && transport::has_api_path(&filled.url)) && !filled.settled {
                    filled.at = site;
                    // What its own branches leave open is told where it stands itself.
                    filled.alternative = false;
                }
                filled.note_world(&world);
                deciding::add(&mut filled.literals, literals.clone());
                filled.tell(step.clone(), site);
                self.told_here(filled, bindings).into_iter().for_each(|told| self.emit(told));
            }
        }
        if self.depth > MAX_CALLBACKS {
            return;
        }
        for pending in &summary.pending {
            let args = subst.args(&self.scope, &pending.args, 0);
            let callees = subst.value(&self.scope, &pending.callee, 0);
            if callees == Set::of(pending.callee.clone()) {
                self.pass_up(pending, &args);
                continue;
            }
            // The operation is decided where the path is written down, however far off the callee becomes known.
            let stated = states_path(&pending.args);
            // So is the method of a client that a name picks.
            let picks = matches!(&pending.callee, Value::Made(made) if made.path == PICKED);
            let site = if stated || picks { pending.at } else { site };
            // A callee that this function's own callers give is theirs to call, one by one.
            let given = callees
                .values()
                .any(|v| matches!(v, Value::Ref(Ref { root: Root::Param(..), path }) if path.is_empty()));
            self.depth += 4;
            for callee in callees.values() {
                match callee {
                    Value::Function(_) | Value::Class(_) | Value::External(_) if given => {}
                    // Calls of a client stand where they are written.
                    Value::Method(object, name) => {
                        self.client_call(object, name, &args, pending.at);
                    }
                    // Strings and other plain objects are no functions.
                    Value::Text(_) | Value::Null | Value::Bool(_) | Value::Table(_) | Value::List(_) => {}
                    _ => {
                        // What a block asks for stands in the block.
                        self.handed = !stated && self.is_lambda(callee);
                        self.call_value(callee, &args, site);
                        self.handed = false;
                    }
                }
            }
            self.depth -= 4;
        }
    }

    fn is_lambda(&self, value: &Value) -> bool {
        matches!(value, Value::Function(closure) if self.program().function(closure.function).name.is_empty())
    }

    /// Whether a request's operation is certain once its receiver is known, whatever it is called with: `base + "/monitor/" + id`.
    fn is_decided_there(&self, fun: Fun, receiver: Option<&Value>, request: &Request) -> bool {
        let own = |r: &Ref| matches!(r.root, Root::This(_));
        if receiver.is_none() || request.verb.has_refs() || !request.url.refs().any(own) {
            return false;
        }
        let unknown = Bindings { function: fun, args: Vec::new() };
        let filled = Subst::new(vec![&unknown], receiver, false).request(&self.scope, request);
        !filled.is_empty() && filled.iter().all(|(filled, _)| self.is_determined(filled))
    }

    /// Whether an object was made with an address whose path is written down in this very file.
    fn gave_address(&self, object: &Value) -> bool {
        let Value::Instance(object) = object else { return false };
        let given = object.made.iter().flat_map(|made| &made.args);
        let fields = object.fields.iter().flat_map(|fields| &fields.entries).map(|(_, set)| set);
        let written = |path: &str| {
            self.module.exprs().any(|(_, expr)| match expr {
                Expr::Text(pieces) => {
                    pieces.iter().any(|p| matches!(p, ir::Piece::Text(t) if path.contains(&**t) && t.contains("/v")))
                }
                _ => false,
            })
        };
        let address = |v: &Value| match v {
            Value::Text(text) if transport::has_api_path(text) => {
                text.pieces.iter().any(|p| matches!(p, Piece::Lit(lit) if lit.contains("/v") && written(lit)))
            }
            _ => false,
        };
        given.chain(fields).any(|set| set.values().any(address))
    }

    /// Takes over what a lambda requests on its own account: it runs, if at all, because it was made here.
    pub fn include(&mut self, fun: Fun) {
        let summary = self.scope.summary(fun);
        let own = |r: &Ref| matches!(r.root, Root::Param(f, _) if f == fun);
        for request in &summary.requests {
            if !request.refs().any(own) && !request.guards.iter().flat_map(|g| g.subjects()).any(own) {
                self.emit(request.clone());
            }
        }
        for pending in &summary.pending {
            let foreign = waits_elsewhere(&pending.callee, &own);
            if foreign {
                self.leave_pending(pending.clone());
            }
        }
    }

    pub(in crate::flow) fn function_method(&mut self, closure: &Closure, name: &Name, args: &Args, site: Site) -> Set {
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
}

/// Whether a call has a part in saying which operation a request is. A base address that comes out of an object was told
/// elsewhere, unless the call writes the object down. What is written down in a lambda stays there: it is called by something
/// that it is handed to.
fn is_stated(bindings: &[&Bindings], request: &Request, lambda: bool) -> bool {
    let bound = |r: &Ref| match r.root {
        Root::Param(function, i) => {
            let bindings = bindings.iter().find(|b| b.function == function)?;
            bindings.args.get(usize::from(i))
        }
        Root::This(_) | Root::Row(..) => None,
    };
    let written =
        |v: &Value| matches!(v, Value::Text(_) | Value::Table(_) | Value::Ref(Ref { root: Root::Param(..), .. }));
    let is_bound = |piece: &Piece, base: bool| match piece {
        Piece::Ref(r) => bound(r).is_some_and(|set| !base || r.path.is_empty() || set.values().any(written)),
        _ => false,
    };
    let segments = |piece: &Piece| if let Piece::Lit(lit) = piece { endpoint_segments(lit) } else { 0 };
    let named = request.url.pieces.iter().map(segments).sum::<usize>();
    // A path that is written down as a whole stays where it is, whoever says on which host it is.
    let first = request.url.pieces.first();
    let below = matches!(first, Some(Piece::Ref(r)) if r.path.last().is_some_and(|name| transport::names_base(name)));
    let enough = if lambda || below { 1 } else { 2 };
    request.verb.pieces.iter().any(|piece| is_bound(piece, false))
        || request.url.pieces.iter().enumerate().any(|(i, piece)| {
            let base = i == 0;
            is_bound(piece, base) && !(named >= enough && (base || lambda || below))
        })
}

/// How many segments of a part of an address say more than the host and the version.
fn endpoint_segments(part: &str) -> usize {
    let path = part.split_once("://").map_or(part, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let path = path.split(['?', '&']).next().unwrap_or_default();
    let says = |segment: &str| segment.bytes().any(|b| b.is_ascii_alphabetic());
    let counts = |segment: &&str| says(segment) && !matches!(*segment, "api" | "v1" | "v2" | "unstable" | "intake");
    path.split('/').filter(counts).count()
}

/// Whether arguments hold a path that nobody has to complete.
fn states_path(args: &Args) -> bool {
    let path = |set: &Set| {
        set.values()
            .any(|v| matches!(v, Value::Text(t) if !t.has_refs() && t.head().trim_start_matches('/').contains('/')))
    };
    args.all().any(|set| {
        path(set)
            || set.values().any(|v| matches!(v, Value::Table(t) if t.entries.iter().any(|(_, entry)| path(entry))))
    })
}

/// Deepest chain of calls that one call sets off by calling what it was given.
pub(in crate::flow) const MAX_CALLBACKS: u16 = 40;

/// What a parameter for all other keywords gets: those that no parameter before it used, and what is unpacked.
fn remaining_named(args: &Args, used: &[&Name]) -> Set {
    let mut table = Table::default();
    for (name, set) in args.named.iter().filter(|(n, _)| !used.contains(&n)) {
        table.entries.push((name.clone(), set.clone()));
    }
    for value in args.spread.iter().flat_map(Set::values) {
        if let Value::Table(more) = value {
            table.entries.extend(more.entries.iter().cloned());
        }
    }
    match args.spread.as_slice() {
        [one] if table.entries.is_empty() => one.clone(),
        _ => Set::of(Value::Table(Arc::new(table))),
    }
}

/// Takes a trailing block off the arguments; it belongs to the last parameter whatever stands before.
pub(in crate::flow) fn take_block(args: &mut Args, params: usize) -> Option<Set> {
    let block = args.positional.last()?.values().any(|v| matches!(v, Value::Function(_)));
    (block && params > 0).then(|| args.positional.pop()).flatten()
}

/// Whether named arguments that no parameter takes belong to this one, as a table.
pub(in crate::flow) fn takes_rest(function: &crate::ir::Function, index: usize, args: &Args, used: &[&Name]) -> bool {
    let free = args.named.iter().any(|(n, _)| !used.contains(&n) && !function.params.iter().any(|p| p.name == *n));
    let open = function.params.iter().any(|p| p.kind == ParamKind::Named);
    let last = function.params.iter().rposition(|p| p.kind == ParamKind::Normal && p.name != "&" && p.name != "block");
    free && !open && last == Some(index)
}

/// The overloads that a call may mean: those that take this many arguments, or all.
pub(in crate::flow) fn fitting(program: &crate::flow::program::Program, funs: &[Fun], args: &Args) -> Vec<Fun> {
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
