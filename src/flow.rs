//! What the program does, for all languages at once: string values, client objects, wrappers, requests.
//!
//! Every function is run abstractly (`exec`, `eval`, `call`) against what the round before knew of all others (`state`),
//! until nothing changes; what a function leaves open is completed by its callers (`subst`). `library`, `transport`,
//! `command` and `strings` know the outside world, `origin` whose address it is, `finish` puts the result into evidence.
//! Which operation an address or a method means is left to `resolve`.

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

use crate::catalog::Catalog;
use crate::evidence::Evidence;
use crate::ir::Module;
use crate::wrapper::Wrapper;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use finish::Demand;

use exec::Run;
use program::Program;
use scope::Scope;
use state::State;
use value::Fun;

/// Sweeps from callees to callers after which the analysis stops even if something still changes.
const MAX_ROUNDS: usize = 16;
/// How often one function is run at most; data that goes in circles is cut off there.
const MAX_RUNS: u8 = 8;

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

/// What the engine found.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Every call seen, in the order of files.
    pub evidence: Vec<Evidence>,
    /// Functions and classes whose requests depend on their callers: files that use them matter too.
    pub demand: Vec<Demand>,
}

/// Analyses a whole project. The result does not depend on the order of the modules nor on the number of threads.
pub fn analyze(modules: Vec<Arc<Module>>, options: &Options<'_>) -> Analysis {
    let program = Program::link(modules);
    let levels = schedule::levels(&program);
    let mut state = State::new(&program);
    let at_level = |fun: Fun| (levels.get(&fun).copied().unwrap_or(0), fun);
    // Functions that would have to run once more.
    let mut unfinished: BTreeSet<Fun> = BTreeSet::new();
    let mut next: BTreeSet<(u32, Fun)> = program.functions().map(at_level).collect();
    for _ in 0..MAX_ROUNDS {
        let mut now = std::mem::take(&mut next);
        while let Some(&(level, _)) = now.first() {
            let above = now.split_off(&(level + 1, Fun::FIRST));
            let batch: Vec<Fun> = std::mem::replace(&mut now, above).into_iter().map(|(_, fun)| fun).collect();
            let results: Vec<_> = batch
                .par_iter()
                .with_min_len(8)
                .map(|&fun| (fun, Run::run(Scope::new(&program, &state, options), fun)))
                .collect();
            let changed = state.advance(&program, results);
            for fun in state.dependents(&changed) {
                if state.run_count(fun) < MAX_RUNS {
                    let wave = if at_level(fun).0 > level { &mut now } else { &mut next };
                    wave.insert(at_level(fun));
                } else {
                    unfinished.insert(fun);
                }
            }
        }
        if next.is_empty() {
            break;
        }
    }
    unfinished.extend(next.into_iter().map(|(_, fun)| fun));
    Analysis {
        evidence: finish::evidence(&program, &state, options, &unfinished),
        demand: finish::demand(&program, &state, options),
    }
}
