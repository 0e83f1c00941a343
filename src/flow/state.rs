//! What is known of the whole program between two rounds, and how one round's findings become the next round's knowledge.
//!
//! Every round reads the state of the round before and nothing else, so that its functions can run in any order and on
//! any number of threads with the same outcome.

use crate::evidence::Origin;
use crate::ir::{FunctionId, Name};
use rustc_hash::{FxHashMap as Map, FxHashSet as HashSet};
use std::collections::BTreeMap;

use super::found::Found;
use super::program::Program;
use super::request::{Guard, Request, Site};
use super::value::{Alternative, Args, Cls, Fun, Set, Value};

/// Something that a function's result depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// What a function returns, requests and assigns.
    Summary(Fun),
    /// What callers pass.
    Param(Fun, u16),
    /// What a field may hold.
    Field(Cls, Name),
    /// Whether a class has to do with requests.
    Matters(Cls),
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
    /// All values each local variable ever has.
    pub locals: BTreeMap<Name, Set>,
    /// Default values of the parameters.
    pub defaults: Vec<Option<Set>>,
    /// Whether the function handles Datadog's key headers or keys.
    pub keys: bool,
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
    /// Datadog calls that are decided here.
    pub found: Vec<Found>,
    /// What is stored in fields.
    pub fields: BTreeMap<(Cls, Name), (Set, Site)>,
    /// What is passed to functions.
    pub params: BTreeMap<(Fun, u16), Set>,
    /// Functions whose requests were taken over.
    pub called: Vec<Fun>,
    /// What was read, for the next round.
    pub reads: HashSet<Key>,
}

/// What is known of the whole program.
#[derive(Debug, Default)]
pub struct State {
    offsets: Vec<usize>,
    outputs: Vec<Output>,
    params: Map<(Fun, u16), Set>,
    fields: Map<(Cls, Name), (Set, Site)>,
    matters: Vec<bool>,
    speaks: Vec<bool>,
    runs: Vec<u8>,
}

impl State {
    /// Nothing known yet.
    pub fn new(program: &Program) -> Self {
        let mut offsets = Vec::with_capacity(program.modules.len() + 1);
        let mut total = 0;
        for module in &program.modules {
            offsets.push(total);
            total += module.functions.len();
        }
        offsets.push(total);
        Self {
            offsets,
            outputs: vec![Output::default(); total],
            params: Map::default(),
            fields: Map::default(),
            matters: vec![false; program.classes.len()],
            speaks: vec![false; program.classes.len()],
            runs: vec![0; total],
        }
    }

    fn index(&self, fun: Fun) -> usize {
        self.offsets[fun.module as usize] + fun.id.0 as usize
    }

    /// What a function was found to do.
    pub fn output(&self, fun: Fun) -> &Output {
        &self.outputs[self.index(fun)]
    }

    /// How often a function was run.
    pub fn run_count(&self, fun: Fun) -> u8 {
        self.runs[self.index(fun)]
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

    /// The variables of a module.
    pub fn global(&self, module: u32, name: &Name) -> Option<&Set> {
        self.summary(Fun { module, id: FunctionId(0) }).locals.get(name)
    }

    /// Takes over a round's outputs and tells what changed.
    pub fn advance(&mut self, program: &Program, results: Vec<(Fun, Output)>) -> HashSet<Key> {
        let mut changed = HashSet::default();
        let mut stores = false;
        for (fun, output) in results {
            let at = self.index(fun);
            self.runs[at] = self.runs[at].saturating_add(1);
            let old = &mut self.outputs[at];
            if old.summary != output.summary {
                changed.insert(Key::Summary(fun));
            }
            stores |= old.fields != output.fields || old.params != output.params;
            *old = output;
        }
        if stores {
            self.collect(&mut changed);
        }
        self.judge(program, &mut changed);
        changed
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
    fn judge(&mut self, program: &Program, changed: &mut HashSet<Key>) {
        let mut matters = self.matters.clone();
        let mut speaks = vec![false; self.speaks.len()];
        let mut mark = |class: Cls| {
            for class in program.ancestors(class).into_iter().chain(program.descendants(class)) {
                if let Some(one) = matters.get_mut(class.0 as usize) {
                    *one = true;
                }
            }
        };
        for fun in program.functions() {
            let output = self.output(fun);
            let works =
                !output.found.is_empty() || !output.summary.requests.is_empty() || !output.summary.pending.is_empty();
            if works && let Some(owner) = program.owner(fun) {
                mark(owner);
            }
        }
        for ((class, _), (set, _)) in &self.fields {
            // Module variables are fields of pseudo-classes.
            if class.0 as usize >= program.classes.len() {
                continue;
            }
            let holds = set.values().any(|v| match v {
                Value::Client(_) | Value::Legacy(..) | Value::Method(..) | Value::Made(_) | Value::Function(_) => true,
                Value::Instance(i) => i.class != *class && self.matters(i.class),
                _ => false,
            });
            if holds {
                mark(*class);
            }
            if let Some(one) = speaks.get_mut(class.0 as usize) {
                *one |= set.values().any(talks_to_datadog);
            }
        }
        let pairs = |old: &[bool], new: &[bool]| -> Vec<usize> {
            old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new).map(|(i, _)| i).collect()
        };
        for i in pairs(&self.matters, &matters).into_iter().chain(pairs(&self.speaks, &speaks)) {
            changed.insert(Key::Matters(Cls(u32::try_from(i).unwrap_or(u32::MAX))));
        }
        self.matters = matters;
        self.speaks = speaks;
    }

    /// Joins again what all functions store; knowledge that a later round refined does not linger.
    fn collect(&mut self, changed: &mut HashSet<Key>) {
        let mut params: Map<(Fun, u16), Set> = Map::default();
        let mut fields: Map<(Cls, Name), (Set, Site)> = Map::default();
        for output in &self.outputs {
            for (key, set) in &output.params {
                params.entry(*key).or_default().join(set);
            }
            for (key, (set, site)) in &output.fields {
                fields.entry(key.clone()).or_insert_with(|| (Set::unknown(), *site)).0.join(set);
            }
        }
        for (key, set) in &params {
            if self.params.get(key) != Some(set) {
                changed.insert(Key::Param(key.0, key.1));
            }
        }
        for (key, value) in &fields {
            if self.fields.get(key) != Some(value) {
                changed.insert(Key::Field(key.0, key.1.clone()));
            }
        }
        changed.extend(self.params.keys().filter(|k| !params.contains_key(*k)).map(|k| Key::Param(k.0, k.1)));
        changed.extend(self.fields.keys().filter(|k| !fields.contains_key(*k)).map(|k| Key::Field(k.0, k.1.clone())));
        self.params = params;
        self.fields = fields;
    }

    /// The functions that read something that changed, in program order.
    pub fn dependents(&self, program: &Program, changed: &HashSet<Key>) -> Vec<Fun> {
        if changed.is_empty() {
            return Vec::new();
        }
        program.functions().filter(|f| self.output(*f).reads.iter().any(|k| changed.contains(k))).collect()
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
