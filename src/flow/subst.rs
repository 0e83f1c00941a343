//! Putting a caller's arguments and a receiver's fields into what a function said in terms of its parameters.

mod closed;
mod guards;
mod texts;

use crate::ir::Name;
use rustc_hash::{FxHashMap as HashMap, FxHasher};
use smallvec::smallvec;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

pub use texts::{texts_in_worlds, texts_of};

use guards::{Verdict, verb_allowed};

use super::program::Kinship;
use super::request::{Guard, Request, Site};
use super::scope::{MAX_PASSED, Scope};
use super::strings;
use super::value::{
    Alternative, Args, Bindings, Closure, DEFAULTING, Instance, Item, Made, OPTIONAL, Piece, Ref, Root, Set, Table,
    Text, Value, World,
};

/// Deepest nesting of values that is rewritten.
const MAX_DEPTH: u8 = 5;
/// How deep in other lookups all texts of a field are told apart.
const MAX_TOLD: u8 = 2;
/// Most texts or requests that one substitution yields from one.
pub const MAX_RESULTS: usize = 32;

/// Stands for the result of calling something that only a caller knows; the callee is its first argument.
pub const CALL_OF: &str = "call()";

/// The result of calling something that only a caller knows.
pub fn called(callee: Value, args: &[Set]) -> Value {
    let mut positional = vec![Set::of(callee)];
    positional.extend(args.iter().take(3).cloned());
    let args = Args { positional, ..Args::default() };
    Value::Made(Arc::new(Made { path: CALL_OF.into(), on: None, args, depth: 1 }))
}

/// What is put in.
pub struct Subst<'a> {
    /// Arguments of the call and what closures captured.
    pub bindings: Vec<&'a Bindings>,
    /// The object that the function was called on.
    pub receiver: Option<&'a Value>,
    /// Whether constructor parameters without a known argument take what all callers together pass.
    pub close: bool,
    /// The call at which a function's own choices are decided.
    pub call: Option<&'a Call<'a>>,
    /// One of the rows of a long table.
    pub row: Option<(Root, &'a Set)>,
    /// What references were found to stand for, by how deep in another lookup they were asked.
    pub known: RefCell<HashMap<(Ref, u8), Set>>,
}

/// A call whose callee made choices that its arguments may decide.
pub struct Call<'a> {
    /// What holds in the callee's alternatives.
    arms: &'a BTreeMap<Alternative, Vec<Guard>>,
    /// Tells this call's choices from those of other calls of the same function.
    mark: u64,
    /// What the caller's own callers have to decide.
    open: RefCell<BTreeMap<Alternative, Vec<Guard>>>,
    /// What is left of the callee's alternatives, as far as somebody asked.
    left: RefCell<HashMap<Alternative, Left>>,
}

/// What is left of a choice of the callee once it is known what it was called with.
#[derive(Clone, Copy)]
enum Left {
    /// It was made otherwise.
    Excluded,
    /// It may have been made like that in any case.
    Nothing,
    /// The caller's own callers decide: a choice of the caller, and which of its alternatives.
    Choice(u64, u16),
}

impl<'a> Call<'a> {
    /// A call at `site` of a function that made these choices.
    pub fn new(arms: &'a BTreeMap<Alternative, Vec<Guard>>, site: Site) -> Self {
        let mut hasher = FxHasher::default();
        site.hash(&mut hasher);
        Self { arms, mark: hasher.finish() | 1, open: RefCell::default(), left: RefCell::default() }
    }

    /// The choices that the arguments did not decide.
    pub fn into_open(self) -> BTreeMap<Alternative, Vec<Guard>> {
        self.open.into_inner()
    }
}

impl<'a> Subst<'a> {
    /// A substitution of bindings and a receiver that leaves choices alone.
    pub fn new(bindings: Vec<&'a Bindings>, receiver: Option<&'a Value>, close: bool) -> Self {
        Self { bindings, receiver, close, call: None, row: None, known: RefCell::default() }
    }

    /// A world of the callee as the caller sees it; `None` where the arguments exclude it.
    fn world(&self, scope: &Scope<'_>, world: &World) -> Option<World> {
        let Some(call) = self.call.filter(|_| *world != World::default()) else { return Some(world.clone()) };
        let mut out = World::default();
        for alternative in world.alternatives() {
            let known = call.left.borrow().get(alternative).copied();
            let left = known.unwrap_or_else(|| {
                let left = self.left_of(scope, call, alternative);
                call.left.borrow_mut().insert(*alternative, left);
                left
            });
            match left {
                Left::Nothing => {}
                Left::Choice(choice, which) => out = out.and(&World::of(choice, which))?,
                Left::Excluded => return None,
            }
        }
        Some(out)
    }

    /// What is left of an alternative of the callee.
    fn left_of(&self, scope: &Scope<'_>, call: &Call<'_>, alternative: &Alternative) -> Left {
        let mut left = Vec::new();
        let optional = alternative.0 & OPTIONAL != 0;
        for guard in call.arms.get(alternative).into_iter().flatten() {
            // Of something that is given, but not known, it is taken that it is there.
            if optional
                && let Guard::Truthy(r, there) = guard
                && self.reference(scope, r, 0).is_some_and(|set| set.is_unknown())
            {
                if *there {
                    continue;
                }
                return Left::Excluded;
            }
            match self.guard(scope, guard) {
                Verdict::Never => return Left::Excluded,
                Verdict::Always => {}
                Verdict::If(Guard::Truthy(r, there)) if optional && scope.is_required(&r) => {
                    if !there {
                        return Left::Excluded;
                    }
                }
                Verdict::If(guard) => left.push(guard),
            }
        }
        if left.is_empty() {
            return Left::Nothing;
        }
        // Choices made twice over, as in recursion, are not told apart without end.
        let moved = alternative.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ call.mark;
        let moved = (moved & !(DEFAULTING | OPTIONAL) | alternative.0 & (DEFAULTING | OPTIONAL), alternative.1);
        call.open.borrow_mut().insert(moved, left);
        Left::Choice(moved.0, moved.1)
    }

    /// What a reference stands for; `None` to leave it as it is.
    fn reference(&self, scope: &Scope<'_>, r: &Ref, depth: u8) -> Option<Set> {
        let start = match r.root {
            Root::Param(fun, i) => match self.bindings.iter().find(|b| b.function == fun) {
                Some(bindings) => {
                    let given = bindings.args.get(usize::from(i)).cloned().unwrap_or_default();
                    match r.path.first() {
                        Some(name) => scope.with_methods(fun, i, name, given),
                        None => given,
                    }
                }
                None if self.close => return Some(scope.passed_part(r, depth)),
                None => return None,
            },
            Root::Row(..) => self.row.filter(|(root, _)| *root == r.root)?.1.clone(),
            Root::This(class) => match self.receiver? {
                Value::Ref(Ref { root: Root::This(own), path }) if path.is_empty() => {
                    return match scope.kinship(*own, class) {
                        // What a subclass overrides keeps to that subclass.
                        Kinship::Ancestor | Kinship::Sibling => None,
                        _ if *own == class => None,
                        _ => Some(Set::of(Value::Ref(Ref { root: Root::This(*own), path: r.path.clone() }))),
                    };
                }
                Value::Instance(i) if scope.kinship(i.class, class) == Kinship::Ancestor => {
                    Set::of(Value::Instance(Arc::new(Instance { class, ..(**i).clone() })))
                }
                receiver => Set::of(receiver.clone()),
            },
        };
        if r.path.is_empty() {
            return Some(start);
        }
        let lookup = (r.clone(), depth);
        if let Some(set) = self.known.borrow().get(&lookup) {
            scope.spend(1);
            return Some(set.clone());
        }
        let (set, whole) = scope.watched(|| scope.part(start, r, depth));
        if whole {
            self.known.borrow_mut().insert(lookup, set.clone());
        }
        Some(set)
    }

    /// Whether a value is a field of a receiver that this one cannot be: a sibling's override gave it.
    fn is_of_sibling(&self, scope: &Scope<'_>, value: &Value) -> bool {
        match value {
            Value::Ref(r) => self.excludes(scope, r),
            Value::Text(text) => text.refs().any(|r| self.excludes(scope, r)),
            _ => false,
        }
    }

    /// Whether something of outside is what other callers pass where this call's own argument is put in.
    fn is_of_other_call(&self, set: &Set, value: &Value) -> bool {
        let given = |r: &Ref| match r.root {
            Root::Param(fun, i) => {
                let bindings = self.bindings.iter().find(|bindings| bindings.function == fun);
                bindings.and_then(|b| b.args.get(usize::from(i))).is_some_and(|given| !given.is_unknown())
            }
            Root::This(_) | Root::Row(..) => false,
        };
        matches!(value, Value::External(_)) && set.refs().any(|r| r.stands_for(value) && given(r))
    }

    /// Whether a reference is to a receiver that this one cannot be.
    fn excludes(&self, scope: &Scope<'_>, r: &Ref) -> bool {
        let (Root::This(class), Some(receiver)) = (r.root, self.receiver) else { return false };
        match receiver {
            Value::Ref(Ref { root: Root::This(own), path }) if path.is_empty() => {
                scope.kinship(*own, class) == Kinship::Sibling
            }
            Value::Instance(i) => scope.kinship(i.class, class) == Kinship::Sibling,
            _ => false,
        }
    }

    /// All texts that a text becomes, each in its world.
    pub fn text(&self, scope: &Scope<'_>, text: &Text, depth: u8) -> Vec<(Text, World)> {
        let mut out = vec![(Text::default(), World::default())];
        for piece in &text.pieces {
            let filled = match piece {
                Piece::Ref(r) => match self.reference(scope, r, depth) {
                    // What very many objects hold says nothing about one of them.
                    Some(set) if self.close && depth > MAX_TOLD && set.items.len() > MAX_PASSED => {
                        vec![(Text::piece(Piece::Hole(scope.label(r))), World::default())]
                    }
                    Some(set) => texts_in_worlds(&set, &scope.label(r)),
                    None => vec![(Text::piece(piece.clone()), World::default())],
                },
                piece => vec![(Text::piece(piece.clone()), World::default())],
            };
            if let [(one, world)] = filled.as_slice()
                && *world == World::default()
            {
                out.iter_mut().for_each(|(t, _)| t.extend(one));
                continue;
            }
            let mut next: Vec<(Text, World)> = Vec::new();
            scope.spend(u32::try_from(out.len() * filled.len()).unwrap_or(u32::MAX));
            for (start, world) in &out {
                for (end, other) in &filled {
                    let Some(world) = world.and(other) else { continue };
                    let mut joined = start.clone();
                    joined.extend(end);
                    if next.len() < MAX_RESULTS && !next.iter().any(|(t, w)| *t == joined && *w == world) {
                        next.push((joined, world));
                    }
                }
            }
            out = next;
        }
        out
    }

    /// A set with everything put in.
    pub fn set(&self, scope: &Scope<'_>, set: &Set, depth: u8) -> Set {
        if self.leaves_set(scope, set) {
            return set.clone();
        }
        let mut out = Set::unknown();
        for item in &set.items {
            let Some(own) = self.world(scope, &item.world) else { continue };
            if self.is_of_sibling(scope, &item.value) || self.is_of_other_call(set, &item.value) {
                continue;
            }
            out.absorb(self.value(scope, &item.value, depth).moved_into(&own));
        }
        out
    }

    /// A value with everything put in; one value may become several.
    pub fn value(&self, scope: &Scope<'_>, value: &Value, depth: u8) -> Set {
        if depth > MAX_DEPTH || !scope.spend(1) {
            return Set::of(value.clone());
        }
        match value {
            Value::Ref(r) => self.reference(scope, r, depth).unwrap_or_else(|| Set::of(value.clone())),
            Value::Text(text) if text.has_refs() => {
                let mut out = Set::unknown();
                for (text, world) in self.text(scope, text, depth) {
                    out.insert(Item { value: Value::Text(Arc::new(text)), world });
                }
                out
            }
            Value::Instance(i) if i.made.is_some() || i.fields.is_some() => {
                Set::of(Value::Instance(Arc::new(Instance {
                    class: i.class,
                    made: i.made.as_ref().map(|b| Arc::new(self.bindings(scope, b, depth + 1))),
                    fields: i.fields.as_ref().map(|t| Arc::new(self.table(scope, t, depth + 1))),
                })))
            }
            Value::Function(c) => Set::of(Value::Function(Arc::new(self.closure(scope, c, depth + 1)))),
            Value::Method(object, name) => {
                let mut out = Set::unknown();
                for object in self.value(scope, object, depth + 1).values() {
                    out.add(Value::Method(Arc::new(object.clone()), name.clone()));
                }
                out
            }
            Value::Made(m) if m.path == CALL_OF => self.call_of(scope, m, depth + 1),
            Value::Made(m) => Set::of(Value::Made(Arc::new(self.made(scope, m, depth + 1)))),
            Value::Table(t) => Set::of(Value::Table(Arc::new(self.table(scope, t, depth + 1)))),
            Value::List(items) => {
                let filled = items.iter().map(|s| self.set(scope, s, depth + 1)).collect();
                strings::list_of(strings::written_out(items, filled))
            }
            other => Set::of(other.clone()),
        }
    }

    /// What a factory makes once it is known what it was given: `cls(client)`.
    fn call_of(&self, scope: &Scope<'_>, made: &Made, depth: u8) -> Set {
        let args = self.args(scope, &made.args, depth);
        let Some(callees) = args.at(0) else { return Set::unknown() };
        callees.flat_map(|callee| match callee {
            Value::Ref(_) => Set::of(called(callee.clone(), &args.positional[1..])),
            Value::Class(class) => Set::of(Value::Instance(Arc::new(Instance::any(*class)))),
            Value::External(path) => match super::library::constructed(path) {
                Some(client) => Set::of(Value::Client(Arc::new(client))),
                None => match super::library::legacy_object(path) {
                    Some(object) => Set::of(object),
                    None => {
                        let rest = Args { positional: args.positional[1..].to_vec(), ..Args::default() };
                        super::library::result(path, None, rest)
                    }
                },
            },
            Value::Client(_) | Value::Legacy(..) => Set::of(callee.clone()),
            Value::Function(closure) => scope.summary(closure.function).returns.clone(),
            _ => Set::unknown(),
        })
    }

    fn bindings(&self, scope: &Scope<'_>, b: &Bindings, depth: u8) -> Bindings {
        Bindings { function: b.function, args: b.args.iter().map(|s| self.set(scope, s, depth)).collect() }
    }

    fn closure(&self, scope: &Scope<'_>, c: &Closure, depth: u8) -> Closure {
        let mut captured: Vec<Arc<Bindings>> =
            c.captured.iter().map(|b| Arc::new(self.bindings(scope, b, depth))).collect();
        // A closure that leaves the function whose parameters it sees takes their values along.
        for bindings in &self.bindings {
            if scope.encloses(bindings.function, c.function)
                && !captured.iter().any(|b| b.function == bindings.function)
            {
                let args = bindings.args.iter().map(|s| super::call::prune(s, 1)).collect();
                captured.push(Arc::new(Bindings { function: bindings.function, args }));
            }
        }
        Closure {
            function: c.function,
            receiver: match &c.receiver {
                Some(receiver) => self.value(scope, receiver, depth).values().next().cloned(),
                None => None,
            },
            captured,
            partial: c.partial.iter().map(|s| self.set(scope, s, depth)).collect(),
        }
    }

    fn made(&self, scope: &Scope<'_>, m: &Made, depth: u8) -> Made {
        if depth > MAX_DEPTH {
            return m.clone();
        }
        Made {
            path: m.path.clone(),
            on: m.on.as_ref().map(|on| Arc::new(self.made(scope, on, depth + 1))),
            args: self.args(scope, &m.args, depth),
            depth: m.depth,
        }
    }

    fn table(&self, scope: &Scope<'_>, t: &Table, depth: u8) -> Table {
        let mut out = Table {
            entries: t.entries.iter().map(|(k, v)| (k.clone(), self.set(scope, v, depth))).collect(),
            rest: self.set(scope, &t.rest, depth),
            spread: Set::unknown(),
        };
        let own = out.entries.len();
        for item in &t.spread.items {
            let given = self.set(scope, &Set { items: smallvec![item.clone()] }, depth);
            // What is spread later is put on top.
            for (key, set) in given.table().map(|more| overlaid(&mut out, more)).into_iter().flatten() {
                if out.entries[..own].iter().any(|(known, _)| *known == key) {
                    continue;
                }
                out.entries.retain(|(known, _)| *known != key);
                out.entries.push((key, set));
            }
            given.values().filter(|value| matches!(value, Value::Ref(_))).for_each(|value| {
                out.spread.add(value.clone());
            });
        }
        out
    }

    /// Arguments with everything put in.
    pub fn args(&self, scope: &Scope<'_>, args: &Args, depth: u8) -> Args {
        let mut out = Args {
            positional: args.positional.iter().map(|s| self.set(scope, s, depth)).collect(),
            named: args.named.iter().map(|(n, s)| (n.clone(), self.set(scope, s, depth))).collect(),
            spread: Vec::new(),
        };
        for spread in args.spread.iter().map(|s| self.set(scope, s, depth)) {
            match spread.items.as_slice() {
                // The remaining arguments, now that a caller has told them.
                [Item { value: Value::List(items), .. }] => out.positional.extend(items.iter().cloned()),
                _ => out.spread.push(spread),
            }
        }
        out
    }

    /// All requests that a request becomes, each in its world; none where a guard excludes it.
    pub fn request(&self, scope: &Scope<'_>, request: &Request) -> Vec<(Request, World)> {
        if request.refs().any(|r| self.excludes(scope, r)) {
            return Vec::new();
        }
        let held = self.held(scope, &request.guards);
        let mut out = Vec::new();
        if held.is_empty() {
            return out;
        }
        let urls = self.text(scope, &request.url, 0);
        for (verb, world) in self.text(scope, &request.verb, 0) {
            if !verb_allowed(&request.verb, &verb, &request.guards) {
                continue;
            }
            for (url, other) in &urls {
                let Some(world) = world.and(other) else { continue };
                for (guards, other) in &held {
                    if let Some(world) = world.and(other)
                        && out.len() < MAX_RESULTS
                    {
                        let (verb, url, guards) = (verb.clone(), url.clone(), guards.clone());
                        out.push((Request { verb, url, guards, ..request.clone() }, world));
                    }
                }
            }
        }
        out
    }
}

/// Joins what a table has under unknown keys with another's, and gives the entries of that.
fn overlaid(table: &mut Table, more: Table) -> Vec<(Name, Set)> {
    table.rest.join(&more.rest);
    table.spread.join(&more.spread);
    more.entries
}
