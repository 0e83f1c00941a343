//! What is known of the whole program between two rounds, and how one round's findings become the next round's knowledge.
//!
//! Every round reads the state of the round before and nothing else, so that its functions can run in any order and on
//! any number of threads with the same outcome.

mod judged;
mod lookups;
mod news;

pub(in crate::flow) use judged::Judged;
pub(in crate::flow) use lookups::{Answer, Lookups};
pub use news::Outcome;
use news::Reading;

use crate::evidence::Origin;
use crate::ir::Name;
use rustc_hash::{FxHashMap as Map, FxHashSet as HashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use super::found::Found;
use super::program::{Change, Program};
use super::request::{Guard, Request, Site};
use super::value::{Alternative, Args, Cls, Fun, Set, Value};

/// Something that a function's result depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// What a function returns and requests.
    Summary(Fun),
    /// What its parameters are without an argument.
    Defaults(Fun),
    /// What a variable that other functions can see may hold.
    Variable(Fun, Name),
    /// Whether any method of a class handles Datadog's keys.
    KeysOf(Cls),
    /// Whether any function of a module does.
    KeysIn(u32),
    /// What callers pass.
    Param(Fun, u16),
    /// The objects among that.
    Objects(Fun, u16),
    /// What a field may hold.
    Field(Cls, Name),
    /// Whether a class has to do with requests.
    Matters(Cls),
    /// What methods, superclasses and subclasses a class has.
    Class(Cls),
    /// Which classes have a method of a name.
    Method(Name),
    /// Which modules there are.
    Modules,
}

/// What one run of one function found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// What it returns, in terms of its parameters and receiver.
    pub returns: Set,
    /// What holds of them in the alternatives that returned values stand in.
    pub arms: BTreeMap<Alternative, Vec<Guard>>,
    /// Requests that callers have to complete.
    pub requests: Vec<Request>,
    /// Calls of something that callers pass in.
    pub pending: Vec<Pending>,
    /// The long tables out of which it takes a row.
    pub rows: BTreeMap<u32, Arc<Vec<Set>>>,
}

/// A call whose callee is a parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pending {
    /// What is called.
    pub callee: Value,
    /// With what.
    pub args: Args,
    /// Where.
    pub at: Site,
}

/// Everything one run of one function tells the rest of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// For callers.
    pub summary: Summary,
    /// Default values of the parameters.
    pub defaults: Vec<Option<Set>>,
    /// All values that each variable which other functions can see ever has.
    pub locals: BTreeMap<Name, Set>,
    /// Whether the function handles Datadog's key headers or keys.
    pub keys: bool,
    /// Datadog calls that are decided here.
    pub found: Vec<Found>,
    /// What is stored in fields.
    pub fields: BTreeMap<(Cls, Name), (Set, Site)>,
    /// What is passed to functions.
    pub params: BTreeMap<(Fun, u16), Set>,
    /// Functions whose requests were taken over.
    pub called: Vec<Fun>,
    /// Those of them that were called as an overridden method: `super().m()` says nothing of other subclasses.
    pub handed_up: BTreeSet<Fun>,
    /// Whether the run was cut off because there was too much to look up.
    pub cut: bool,
    /// What was read, for the next round.
    pub reads: HashSet<Key>,
}

/// How often a function was run, and how long it took the last time.
#[derive(Clone, Copy, Debug, Default)]
struct Runs {
    count: u8,
    took: Duration,
}

/// What is known of the whole program.
#[derive(Debug, Default)]
pub struct State {
    /// For every module and function in it.
    outputs: Vec<Vec<Output>>,
    runs: Vec<Vec<Runs>>,
    params: Map<(Fun, u16), Set>,
    fields: Map<(Cls, Name), (Set, Site)>,
    /// Who passes something for a parameter, who stores something in a field, who reads what.
    givers: Map<(Fun, u16), BTreeSet<Fun>>,
    writers: Map<(Cls, Name), BTreeSet<Fun>>,
    readers: Map<Key, HashSet<Fun>>,
    matters: Vec<bool>,
    speaks: Vec<bool>,
    /// Modules with a function that handles Datadog's keys.
    keys: Vec<bool>,
    /// Classes with such a method.
    keys_of: Vec<bool>,
    /// What was found out by reading the rest.
    pub(super) lookups: Lookups,
    pub(super) judged: Judged,
}

impl State {
    /// Nothing known yet.
    pub fn new(program: &Program) -> Self {
        let mut it = Self::default();
        it.grow(program);
        it
    }

    /// Makes room for the functions and classes that a program has got in addition. Every function may run again.
    pub fn grow(&mut self, program: &Program) {
        for module in program.modules.iter().skip(self.outputs.len()) {
            self.outputs.push(vec![Output::default(); module.functions.len()]);
        }
        self.runs = self.outputs.iter().map(|outputs| vec![Runs::default(); outputs.len()]).collect();
        self.matters.resize(program.classes.len(), false);
        self.speaks.resize(program.classes.len(), false);
        self.keys.resize(program.modules.len(), false);
        self.keys_of.resize(program.classes.len(), false);
        self.lookups = Lookups::default();
    }

    /// The functions that a change of the program may make do something else.
    pub fn touched_by(&self, program: &Program, change: &Change) -> BTreeSet<Fun> {
        let is_touched = |key: &Key| match key {
            Key::Field(class, _) | Key::Matters(class) | Key::Class(class) | Key::KeysOf(class) => {
                change.classes.contains(class)
            }
            Key::Summary(fun) | Key::Defaults(fun) => change.modules.contains(&fun.module),
            Key::Method(name) => change.methods.contains(name),
            Key::Modules => true,
            _ => false,
        };
        let readers = self.readers.iter().filter(|(key, _)| is_touched(key)).flat_map(|(_, funs)| funs).copied();
        let inside = program.functions().filter(|fun| {
            let owned = || program.owner(*fun).is_some_and(|class| change.classes.contains(&class));
            change.modules.contains(&fun.module) || owned()
        });
        readers.chain(inside).collect()
    }

    /// What a function was found to do.
    pub fn output(&self, fun: Fun) -> &Output {
        &self.outputs[fun.module as usize][fun.id.0 as usize]
    }

    /// How often a function was run.
    pub fn run_count(&self, fun: Fun) -> u8 {
        self.runs[fun.module as usize][fun.id.0 as usize].count
    }

    /// How long the last run of a function took. Nothing but the order of work may depend on that.
    pub fn took(&self, fun: Fun) -> Duration {
        self.runs[fun.module as usize][fun.id.0 as usize].took
    }

    /// What callers see of a function.
    pub fn summary(&self, fun: Fun) -> &Summary {
        &self.output(fun).summary
    }

    /// What callers pass for a parameter.
    pub fn param(&self, fun: Fun, index: u16) -> Option<&Set> {
        self.params.get(&(fun, index))
    }

    /// What a field declared or assigned in this very class may hold, and where it got it first.
    pub fn field(&self, class: Cls, name: &Name) -> Option<&(Set, Site)> {
        self.fields.get(&(class, name.clone()))
    }

    /// Whether a function of a module handles Datadog's keys.
    pub fn keys_in(&self, module: u32) -> bool {
        self.keys.get(module as usize).copied().unwrap_or(false)
    }

    /// Whether a method of a class handles Datadog's keys.
    pub fn keys_of(&self, class: Cls) -> bool {
        self.keys_of.get(class.0 as usize).copied().unwrap_or(false)
    }

    /// Takes over what some functions were found to do and tells what changed.
    pub fn advance(&mut self, program: &Program, mut results: Vec<(Fun, Outcome)>) -> HashSet<Key> {
        let reading: Vec<_> = results.iter_mut().map(|(fun, outcome)| (*fun, outcome.take_reading())).collect();
        let mut readers = std::mem::take(&mut self.readers);
        // The two take about as long, and do not ask for each other.
        let (changed, ()) = rayon::join(|| self.take_over(program, results), || note_readers(&mut readers, reading));
        self.readers = readers;
        changed
    }

    fn take_over(&mut self, program: &Program, results: Vec<(Fun, Outcome)>) -> HashSet<Key> {
        let mut changed = HashSet::default();
        let (mut params, mut fields) = (BTreeSet::new(), BTreeSet::new());
        let ran: Vec<Fun> = results.iter().map(|(fun, _)| *fun).collect();
        for (fun, outcome) in results {
            let Outcome { output, news, took } = outcome;
            let (module, id) = (fun.module as usize, fun.id.0 as usize);
            let runs = &mut self.runs[module][id];
            *runs = Runs { count: runs.count.saturating_add(1), took };
            if output.keys {
                let class = program.owner(fun);
                if !std::mem::replace(&mut self.keys[module], true) {
                    changed.insert(Key::KeysIn(fun.module));
                }
                if let Some(class) = class.filter(|class| !std::mem::replace(&mut self.keys_of[class.0 as usize], true))
                {
                    changed.insert(Key::KeysOf(class));
                }
            }
            changed.extend(news.changed);
            news.params.note(fun, &mut params, &mut self.givers);
            news.fields.note(fun, &mut fields, &mut self.writers);
            self.outputs[module][id] = output;
        }
        for key in params {
            self.collect_param(key, &mut changed);
        }
        for key in &fields {
            if self.collect_field(key) {
                changed.insert(Key::Field(key.0, key.1.clone()));
            }
        }
        self.judge(program, &ran, &fields, &mut changed);
        self.lookups.forget(&changed);
        changed
    }

    /// Joins again what all callers pass for a parameter, so that what a later run refined does not linger.
    fn collect_param(&mut self, key: (Fun, u16), changed: &mut HashSet<Key>) {
        let mut joined = Set::unknown();
        for giver in self.givers.get(&key).into_iter().flatten() {
            if let Some(set) = self.output(*giver).params.get(&key) {
                joined.join(set);
            }
        }
        let old = if joined.is_unknown() { self.params.remove(&key) } else { self.params.insert(key, joined) };
        let new = self.params.get(&key);
        if old.as_ref() == new {
            return;
        }
        changed.insert(Key::Param(key.0, key.1));
        let objects = |set: Option<&Set>| set.into_iter().flat_map(Set::objects).cloned().collect::<Vec<_>>();
        if objects(old.as_ref()) != objects(new) {
            changed.insert(Key::Objects(key.0, key.1));
        }
    }

    /// The same for a field and all that is stored in it.
    fn collect_field(&mut self, key: &(Cls, Name)) -> bool {
        let mut joined: Option<(Set, Site)> = None;
        for writer in self.writers.get(key).into_iter().flatten() {
            if let Some((set, site)) = self.output(*writer).fields.get(key) {
                joined.get_or_insert_with(|| (Set::unknown(), *site)).0.join(set);
            }
        }
        let old = match joined {
            Some(joined) => self.fields.insert(key.clone(), joined),
            None => self.fields.remove(key),
        };
        old.as_ref() != self.fields.get(key)
    }

    /// Whether objects of a class have to do with requests.
    pub fn matters(&self, class: Cls) -> bool {
        self.matters.get(class.0 as usize).copied().unwrap_or(false)
    }

    /// Whether an object that makes requests is kept in a field of a class, and its base address is Datadog's.
    pub fn speaks(&self, class: Cls) -> bool {
        self.speaks.get(class.0 as usize).copied().unwrap_or(false)
    }

    /// Finds the classes that have to do with requests: by what their methods do and by what their fields hold.
    fn judge(&mut self, program: &Program, ran: &[Fun], fields: &BTreeSet<(Cls, Name)>, changed: &mut HashSet<Key>) {
        let mut new = false;
        for fun in ran {
            let output = self.output(*fun);
            let works =
                !output.found.is_empty() || !output.summary.requests.is_empty() || !output.summary.pending.is_empty();
            if works && let Some(owner) = program.owner(*fun) {
                new |= self.mark(program, owner, changed);
            }
        }
        let holding = |state: &Self, (class, set): (Cls, &Set)| {
            // Module variables are fields of pseudo-classes.
            let real = (class.0 as usize) < program.classes.len();
            let holds = set.values().any(|v| match v {
                Value::Client(_) | Value::Legacy(..) | Value::Method(..) | Value::Made(_) | Value::Function(_) => true,
                Value::Instance(i) => i.class != class && state.matters(i.class),
                _ => false,
            });
            real && !state.matters(class) && holds
        };
        for key in fields {
            let talks = self.fields.get(key).is_some_and(|(set, _)| set.values().any(talks_to_datadog));
            if let Some(speaks) = self.speaks.get_mut(key.0.0 as usize).filter(|speaks| talks && !**speaks) {
                *speaks = true;
                changed.insert(Key::Matters(key.0));
            }
        }
        let touched = fields.iter().filter_map(|key| self.fields.get(key).map(|(set, _)| (key.0, set)));
        let mut next: Vec<Cls> = touched.filter(|one| holding(self, *one)).map(|(class, _)| class).collect();
        loop {
            for class in next {
                new |= self.mark(program, class, changed);
            }
            if !std::mem::take(&mut new) {
                return;
            }
            // Whoever holds an object of a class that has just turned out to matter.
            let all = self.fields.iter().map(|((class, _), (set, _))| (*class, set));
            next = all.filter(|one| holding(self, *one)).map(|(class, _)| class).collect();
        }
    }

    /// Notes that a class, and all above and below it, has to do with requests. Says whether that is news.
    fn mark(&mut self, program: &Program, class: Cls, changed: &mut HashSet<Key>) -> bool {
        if self.matters(class) {
            return false;
        }
        for class in program.ancestors(class).into_iter().chain(program.descendants(class)) {
            if let Some(one) = self.matters.get_mut(class.0 as usize)
                && !std::mem::replace(one, true)
            {
                changed.insert(Key::Matters(class));
            }
        }
        true
    }

    /// The functions that read something that changed, in program order.
    pub fn dependents(&self, changed: &HashSet<Key>) -> BTreeSet<Fun> {
        changed.iter().filter_map(|key| self.readers.get(key)).flatten().copied().collect()
    }
}

/// Notes who reads what, and who no longer does.
fn note_readers(readers: &mut Map<Key, HashSet<Fun>>, reading: Vec<(Fun, Reading)>) {
    for (fun, Reading { read, unread }) in reading {
        for key in &unread {
            if let Some(readers) = readers.get_mut(key) {
                readers.remove(&fun);
            }
        }
        for key in read {
            readers.entry(key).or_default().insert(fun);
        }
    }
}

/// Whether a value makes requests below a base address that is Datadog's.
fn talks_to_datadog(value: &Value) -> bool {
    let Value::Made(made) = value else { return false };
    let Some(base) = super::transport::base_of(made) else { return false };
    super::subst::texts_of(&base, &Name::default())
        .iter()
        .any(|t| matches!(super::origin::from_url(t, &[]), Origin::Datadog | Origin::LikelyDatadog))
}
