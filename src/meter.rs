//! Counts what a run does while it does it, for progress and for `--stats`.
//!
//! Costs an addition a file. What is shown of it, and where, is left to others.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The counters of one run; shared by its threads and whoever watches.
#[derive(Debug, Default)]
pub struct Meter {
    now: Mutex<Option<(&'static str, Instant)>>,
    expected: AtomicU64,
    files: AtomicU64,
    bytes: AtomicU64,
    stages: Mutex<Vec<Stage>>,
    languages: Mutex<BTreeMap<&'static str, Parsed>>,
}

/// A part of a run that has ended; equal names that follow each other are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// What was done: `walk`, `read`, `parse`, `flow`, `resolve`, …
    pub name: &'static str,
    /// How often.
    pub times: u32,
    /// How long by the clock.
    pub took: Duration,
    /// Files that it was done to.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What parsing one language came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Time of all threads together.
    pub took: Duration,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The stage.
    pub stage: &'static str,
    /// For how long already.
    pub since: Duration,
    /// Files done in it.
    pub files: u64,
    /// Files to do, if known.
    pub expected: u64,
    /// Bytes done in it.
    pub bytes: u64,
}

impl Meter {
    /// Does a part of the run and keeps how long it took.
    pub fn stage<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        for counter in [&self.expected, &self.files, &self.bytes] {
            counter.store(0, Ordering::Relaxed);
        }
        *lock(&self.now) = Some((name, start));
        let result = work();
        *lock(&self.now) = None;
        let stage = Stage {
            name,
            times: 1,
            took: start.elapsed(),
            files: self.files.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        };
        let mut stages = lock(&self.stages);
        match stages.iter_mut().find(|it| it.name == name) {
            Some(same) => {
                same.times += 1;
                same.took += stage.took;
                same.files += stage.files;
                same.bytes += stage.bytes;
            }
            None => stages.push(stage),
        }
        result
    }

    /// Says how many files the stage is about.
    pub fn expect(&self, files: usize) {
        self.expected.store(files as u64, Ordering::Relaxed);
    }

    /// So many more files turned up in the stage.
    pub fn expect_more(&self, files: usize) {
        self.expected.fetch_add(files as u64, Ordering::Relaxed);
    }

    /// So many files of the stage were found.
    pub fn found(&self, files: u64) {
        self.files.store(files, Ordering::Relaxed);
    }

    /// One file of the stage is done.
    pub fn did(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// More bytes of a file that is not done yet.
    pub fn saw(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// One file of a language is parsed.
    pub fn parsed(&self, language: &'static str, bytes: u64, took: Duration) {
        self.did(bytes);
        let mut languages = lock(&self.languages);
        let it = languages.entry(language).or_default();
        it.files += 1;
        it.bytes += bytes;
        it.took += took;
    }

    /// Where the run is, if it is in a stage.
    pub fn moment(&self) -> Option<Moment> {
        let (stage, start) = (*lock(&self.now))?;
        Some(Moment {
            stage,
            since: start.elapsed(),
            files: self.files.load(Ordering::Relaxed),
            expected: self.expected.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        })
    }

    /// The stages that have ended, in order.
    pub fn stages(&self) -> Vec<Stage> {
        lock(&self.stages).clone()
    }

    /// What was parsed, by language.
    pub fn languages(&self) -> BTreeMap<&'static str, Parsed> {
        lock(&self.languages).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_add_up_and_counters_start_anew() {
        let meter = Meter::default();
        assert_eq!(meter.moment(), None);
        meter.stage("read", || {
            meter.expect(2);
            meter.did(10);
            assert_eq!(meter.moment().map(|it| (it.stage, it.files, it.expected, it.bytes)), Some(("read", 1, 2, 10)));
            meter.did(5);
        });
        meter.stage("parse", || meter.parsed("go", 7, Duration::from_millis(1)));
        meter.stage("read", || meter.did(1));
        let stages: Vec<_> = meter.stages().iter().map(|it| (it.name, it.times, it.files, it.bytes)).collect();
        assert_eq!(stages, [("read", 2, 3, 16), ("parse", 1, 1, 7)]);
        assert_eq!(meter.languages()["go"].bytes, 7);
    }
}
