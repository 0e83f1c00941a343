//! Fuzz targets of ddscope: `cargo +nightly fuzz run TARGET`, or `fuzz/run.sh` for all of them, one after the other.
//!
//! `FUZZ_SUBJECT` picks one language or format; without it, the first byte of an input does.

use std::env;
use std::sync::LazyLock;

pub mod targets;

/// One thread, with a stack as deep as a run of the program has.
static POOL: LazyLock<rayon::ThreadPool> = LazyLock::new(|| {
    rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().expect("a thread")
});

static SUBJECT: LazyLock<Option<String>> = LazyLock::new(|| env::var("FUZZ_SUBJECT").ok());

/// Runs a target on an input.
pub fn fuzz(target: &str, bytes: &[u8]) {
    if let Some(subject) = SUBJECT.as_deref() {
        return POOL.install(|| targets::run(target, subject, bytes));
    }
    let subjects = targets::subjects(target);
    let (subject, rest) = match bytes.split_first() {
        Some((first, rest)) if subjects.len() > 1 => (subjects[usize::from(*first) % subjects.len()], rest),
        _ => (subjects[0], bytes),
    };
    POOL.install(|| targets::run(target, subject, rest));
}
