//! A project that the engine gets to know in several steps means what it means when read at once.
//!
//! Scans depend on it: the engine asks for files while it runs and keeps what it knows of those it has.

use ddscope::catalog::Catalog;
use ddscope::flow::{Engine, Options};
use ddscope::ir::Module;
use ddscope::source::{FRONT_ENDS, File};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn a_project_read_in_steps_means_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/source");
    let (mut compared, mut report) = (0, String::new());
    for case in entries(&root).iter().flat_map(|language| entries(language)).filter(|path| path.is_dir()) {
        let modules = modules(&case);
        if modules.len() < 2 {
            continue;
        }
        let whole = calls(std::slice::from_ref(&modules));
        for (how, steps) in ways(&modules) {
            compared += 1;
            let grown = calls(&steps);
            for call in whole.symmetric_difference(&grown) {
                let side = if whole.contains(call) { "missing" } else { "wrong" };
                let _ = writeln!(report, "{} {how}: {side} {call}", case.strip_prefix(&root).expect("below").display());
            }
        }
    }
    assert!(compared > 100, "{compared} comparisons");
    assert!(report.is_empty(), "\n{report}");
}

type Modules = Vec<Arc<Module>>;

/// Ways to get to know a project: every other module later, the last ones first, one after the other.
fn ways(modules: &Modules) -> Vec<(&'static str, Vec<Modules>)> {
    let (even, odd): (Vec<_>, Vec<_>) = modules.iter().cloned().enumerate().partition(|(i, _)| i % 2 == 0);
    let plain = |part: Vec<(usize, Arc<Module>)>| -> Modules { part.into_iter().map(|(_, module)| module).collect() };
    let (even, odd) = (plain(even), plain(odd));
    let (front, back) = modules.split_at(modules.len() / 2);
    vec![
        ("even, then odd", vec![even.clone(), odd.clone()]),
        ("odd, then even", vec![odd, even]),
        ("back, then front", vec![back.to_vec(), front.to_vec()]),
        ("one by one", modules.iter().map(|module| vec![module.clone()]).collect()),
    ]
}

/// What the engine finds: place, call and how sure it is.
fn calls(steps: &[Modules]) -> BTreeSet<String> {
    let mut engine = Engine::new(Options { catalog: Catalog::builtin(), hosts: &[], wrappers: &[] });
    for step in steps {
        engine.extend(step.clone());
    }
    let evidence = engine.finish();
    evidence.iter().map(|e| format!("{:?} {:?} {:?} test {}", e.place, e.call, e.confidence, e.test)).collect()
}

fn modules(case: &Path) -> Modules {
    let mut out = Vec::new();
    let mut waiting = vec![case.to_path_buf()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(entries(&path));
            continue;
        }
        let shown = path.strip_prefix(case).expect("below the case").to_string_lossy().into_owned();
        let ending = shown.rsplit(['.', '/']).next().unwrap_or_default().to_owned();
        let front_end = FRONT_ENDS.iter().find(|front_end| front_end.endings().contains(&&*ending));
        let Some((front_end, text)) = front_end.zip(fs::read_to_string(&path).ok()) else { continue };
        let file = File { path: shown.into(), text: Arc::new(text.to_owned()) };
        if front_end.holds_code(&file.text) {
            out.extend(front_end.lower(&file).into_iter().map(Arc::new));
        }
    }
    out.sort_by(|a, b| a.file.cmp(&b.file));
    out
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}
