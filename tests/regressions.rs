//! Everything the fuzz targets ever found, and a few inputs built to hurt, run through the targets' own functions.
//!
//! A finding is kept as `tests/fixtures/fuzz/TARGET/SUBJECT/NAME`; `fuzz/README.md` says how it gets there.

#![allow(clippy::panic, reason = "a panic is how a helper of a test fails")]

#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

const TARGETS: [&str; 8] = ["front_end", "scan", "trace", "recording", "infra", "grants", "config", "catalog"];

/// Parsers that recurse need the stack that a run gives them.
fn deep(run: impl FnOnce() + Send) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build();
    pool.expect("a thread").install(run);
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path()).collect();
    found.sort();
    found
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[test]
fn what_fuzzing_found_stays_fixed() {
    deep(|| {
        for target in entries(&fixtures().join("fuzz")) {
            assert!(TARGETS.contains(&name(&target).as_str()), "no target is named {}", target.display());
            for subject in entries(&target) {
                let known = targets::subjects(&name(&target));
                let subject_name = name(&subject);
                assert!(subject_name == "any" || known.contains(&subject_name.as_str()), "{}", subject.display());
                for input in entries(&subject) {
                    let bytes = fs::read(&input).expect("an input");
                    println!("{}", input.display());
                    targets::run(&name(&target), &subject_name, &bytes);
                }
            }
        }
    });
}

/// Ten thousand levels of everything that nests, closed and left open.
#[test]
fn deep_nesting_is_survived() {
    let rows = fs::read_to_string(fixtures().join("hostile/nesting.tsv")).expect("the list");
    deep(|| {
        for row in rows.lines().filter(|row| !row.starts_with('#')) {
            let columns: Vec<String> = row.split('\t').map(|column| column.replace("\\n", "\n")).collect();
            let [target, subject, before, open, close] = columns.as_slice() else { panic!("five columns: {row}") };
            println!("{row}");
            let opened = format!("{before}{}", open.repeat(10_000));
            targets::run(target, subject, opened.as_bytes());
            targets::run(target, subject, format!("{opened}1{}", close.repeat(10_000)).as_bytes());
        }
    });
}
