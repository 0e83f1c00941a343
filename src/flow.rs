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
mod eval;
mod exec;
mod finish;
mod found;
mod http;
mod library;
mod origin;
mod program;
mod request;
mod scope;
mod state;
mod strings;
mod subst;
mod transport;
mod value;

use crate::catalog::Catalog;
use crate::evidence::Evidence;
use crate::ir::Module;
use rayon::prelude::*;
use std::sync::Arc;

pub use finish::Demand;

use exec::Run;
use program::Program;
use scope::Scope;
use state::State;
use value::Fun;

/// Rounds after which the analysis stops even if something still changes: the longest chain of wrappers, fields and
/// factories it sees through.
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
    let mut state = State::new(&program);
    let mut dirty: Vec<Fun> = program.functions().collect();
    for _ in 0..MAX_ROUNDS {
        let results: Vec<_> = dirty
            .par_iter()
            .with_min_len(16)
            .map(|&fun| (fun, Run::run(Scope::new(&program, &state, options), fun)))
            .collect();
        let changed = state.advance(&program, results);
        dirty = state.dependents(&program, &changed);
        dirty.retain(|f| state.run_count(*f) < MAX_RUNS);
        if dirty.is_empty() {
            break;
        }
    }
    Analysis {
        evidence: finish::evidence(&program, &state, options),
        demand: finish::demand(&program, &state, options),
    }
}
