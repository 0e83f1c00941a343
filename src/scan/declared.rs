//! From files that declare resources to evidence: each with an anchor word is read once, independently of the others.
//!
//! What the blocks mean is left to `infra`.

use crate::error::Error;
use crate::evidence::Evidence;
use crate::infra;
use crate::input::{self, Content, Declaration, Skipped, Strength, Tree};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the declarations came to.
#[derive(Default)]
pub(super) struct Declared {
    pub evidence: Vec<Evidence>,
    pub analyzed: u64,
    pub bytes: u64,
    pub skipped: Vec<Skipped>,
    pub problems: Vec<Error>,
}

/// Reads every declaration of a tree.
pub(super) fn read(tree: &Tree) -> Declared {
    let read: Vec<Declared> = tree.declarations.par_iter().map(one).collect();
    let mut all = Declared::default();
    for file in read {
        all.evidence.extend(file.evidence);
        all.analyzed += file.analyzed;
        all.bytes += file.bytes;
        all.skipped.extend(file.skipped);
        all.problems.extend(file.problems);
    }
    all
}

fn one(found: &Declaration) -> Declared {
    let (content, bytes) = input::read_declaration(found);
    let mut it = Declared { bytes, ..Declared::default() };
    match content {
        Content::Text(text, Strength::Strong) => {
            // A parser that panics costs the file, not the run.
            match catch_unwind(AssertUnwindSafe(|| infra::read(&found.shown, &text))) {
                Ok(Ok(evidence)) => {
                    it.analyzed = 1;
                    it.evidence = evidence;
                }
                Ok(Err(error)) => it.problems.push(error),
                Err(_) => it.problems.push(
                    Error::new("the reader of Terraform failed on the file, which is a bug in ddscope")
                        .at(&*found.shown)
                        .help(format!("leave it out with --exclude {}, and please report it", found.shown)),
                ),
            }
        }
        Content::Text(..) => {}
        Content::Skipped(reason) => it.skipped.push(Skipped { file: found.shown.clone(), reason }),
        Content::Failed(error) => it.problems.push(error),
    }
    it
}
