//! What the program does, for all languages at once: string values, client objects, wrappers, requests.
//!
//! Every function is run abstractly (`exec`, `eval`, `call`) against what the round before knew of all others (`state`),
//! until nothing changes; what a function leaves open is completed by its callers (`subst`). `library`, `transport`,
//! `command` and `strings` know the outside world, `origin` whose address it is, `finish` puts the result into evidence.
//! Which operation an address or a method means is left to `resolve`.

mod anchor;
mod annotation;
mod call;
mod command;
mod deciding;
mod described;
mod eval;
mod exec;
mod finish;
mod found;
mod http;
mod library;
mod origin;
mod program;
mod request;
mod schedule;
mod scope;
mod state;
mod strings;
mod subst;
mod transport;
mod value;
mod words;

use crate::catalog::Catalog;
use crate::evidence::Evidence;
use crate::ir::Module;
use crate::wrapper::Wrapper;
use rayon::prelude::*;
use rustc_hash::FxHashSet as HashSet;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

pub use finish::Demand;

use exec::Run;
use program::Program;
use schedule::Levels;
use scope::Scope;
use state::{Key, State};
use value::Fun;

/// Sweeps from callees to callers after which the analysis stops even if something still changes.
const MAX_ROUNDS: usize = 16;
/// How often one function is run at most; data that goes in circles is cut off there.
const MAX_RUNS: u8 = 8;
/// Into how many shares a batch is cut at least: one function may take as long as a hundred others.
const SHARES: usize = 256;

/// What the engine may assume.
#[derive(Clone, Copy, Debug)]
pub struct Options<'c> {
    /// The table, for the names of the clients' methods and for knowing when a path is decided.
    pub catalog: &'c Catalog,
    /// Further hosts that are Datadog's (proxies).
    pub hosts: &'c [String],
    /// Wrappers that the project describes.
    pub wrappers: &'c [Wrapper],
}

/// The engine: a program, what is known of it, and what is still to be done.
#[derive(Debug)]
pub struct Engine<'c> {
    options: Options<'c>,
    program: Program,
    state: State,
    levels: Levels,
    /// Functions that would have to run once more.
    unfinished: BTreeSet<Fun>,
}

impl<'c> Engine<'c> {
    /// An engine that knows nothing yet.
    pub fn new(options: Options<'c>) -> Self {
        let program = Program::link(Vec::new());
        Self { options, state: State::new(&program), program, levels: Levels::default(), unfinished: BTreeSet::new() }
    }

    /// Takes in modules and analyses what they change. Neither their order nor the number of threads makes a difference.
    pub fn extend(&mut self, modules: Vec<Arc<Module>>) {
        let program = self.program.extended(modules);
        let known = program.change_since(&self.program);
        let old = std::mem::replace(&mut self.program, program);
        match known {
            Some(change) => {
                self.state.grow(&self.program);
                self.unfinished.extend(self.state.touched_by(&self.program, &change));
                let first_new = old.modules.len();
                self.unfinished.extend(self.program.functions().filter(|fun| fun.module as usize >= first_new));
            }
            None => {
                self.state = State::new(&self.program);
                self.levels.clear();
                self.unfinished = self.program.functions().collect();
            }
        }
        self.settle();
    }

    /// Runs functions until nothing changes any more. Test code tells the rest of the program nothing, so it waits until
    /// that has come to rest.
    fn settle(&mut self) {
        self.levels = schedule::levels(&self.program, &self.levels);
        let todo = std::mem::take(&mut self.unfinished);
        let (mut tests, others): (BTreeSet<Fun>, _) = todo.into_iter().partition(|fun| self.is_test(*fun));
        self.sweep(others, Some(&mut tests));
        self.sweep(tests, None);
    }

    fn is_test(&self, fun: Fun) -> bool {
        self.program.module(fun.module).test
    }

    fn at_level(&self, fun: Fun) -> (u32, Fun) {
        (self.levels.get(&fun).copied().unwrap_or(0), fun)
    }

    /// Runs functions and those that depend on what they change, callees first. With `tests`, test code is only noted there.
    fn sweep(&mut self, todo: BTreeSet<Fun>, mut tests: Option<&mut BTreeSet<Fun>>) {
        let mut next: BTreeSet<(u32, Fun)> = todo.into_iter().map(|fun| self.at_level(fun)).collect();
        for _ in 0..MAX_ROUNDS {
            let mut now = std::mem::take(&mut next);
            while let Some(&(level, _)) = now.first() {
                let above = now.split_off(&(level + 1, Fun::FIRST));
                let batch: Vec<Fun> = std::mem::replace(&mut now, above).into_iter().map(|(_, fun)| fun).collect();
                let changed = self.run(&batch);
                for fun in self.state.dependents(&changed) {
                    if self.state.run_count(fun) >= MAX_RUNS {
                        self.unfinished.insert(fun);
                    } else if let Some(tests) = tests.as_mut().filter(|_| self.is_test(fun)) {
                        tests.insert(fun);
                    } else {
                        let place = self.at_level(fun);
                        let wave = if place.0 > level { &mut now } else { &mut next };
                        wave.insert(place);
                    }
                }
            }
            if next.is_empty() {
                return;
            }
        }
        self.unfinished.extend(next.into_iter().map(|(_, fun)| fun));
    }

    /// Runs functions side by side; gives what they changed.
    fn run(&mut self, batch: &[Fun]) -> HashSet<Key> {
        let (program, state, options) = (&self.program, &self.state, &self.options);
        let mut longest_first = batch.to_vec();
        longest_first.sort_by_key(|fun| Reverse(state.took(*fun)));
        let mut results: Vec<_> = longest_first
            .par_iter()
            .with_max_len(batch.len().div_ceil(SHARES))
            .map(|&fun| {
                let start = Instant::now();
                let output = Run::run(Scope::new(program, state, options), fun);
                (fun, state.compare(fun, output, start.elapsed()))
            })
            .collect();
        results.sort_unstable_by_key(|(fun, _)| *fun);
        self.state.advance(&self.program, results)
    }

    /// Every call seen, in the order of files.
    pub fn finish(&self) -> Vec<Evidence> {
        finish::evidence(&self.program, &self.state, &self.options, &self.unfinished)
    }

    /// All that it knows, for who wants to choose when to let go of it.
    pub fn into_knowledge(self) -> impl Send + Sync + 'static {
        (self.program, self.state)
    }

    /// Functions and classes whose requests depend on their callers: files that use them matter too.
    pub fn demand(&self) -> Vec<Demand> {
        finish::demand(&self.program, &self.state, &self.options)
    }
}
