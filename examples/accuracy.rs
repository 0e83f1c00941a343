//! Prints recall and precision on corpora that carry their own truth. For developers; see CONTRIBUTING.md.
//!
//! `accuracy examples FOLDER` reads the per-operation examples of an official client, whose file names are the operations:
//! `examples/` of the source distribution of `datadog-api-client` (Python) or of the crate (Rust).
//!
//! `accuracy cassettes TESTS` reads the recorded scenarios of the Python source distribution: `tests/v1|v2/cassettes`, with the
//! operation that each scenario is about from `tests/generated-test/test-runner-data`.
//!
//! `accuracy requests TESTS` prints the requests of those recordings, for `DDSCOPE_REQUESTS=FILE cargo test --test trace every_format`,
//! which writes them in every other format and compares what is found.

use ddscope::catalog::Catalog;
use ddscope::scan::{Options, Scan, scan};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Pair = (String, String);

const USAGE: &str = "usage: accuracy examples FOLDER | accuracy cassettes TESTS | accuracy requests TESTS   [MOST]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let most = arguments.get(2).and_then(|n| n.parse().ok()).unwrap_or(15);
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["examples", folder, ..] => examples(Path::new(folder), most),
        ["requests", folder, ..] => requests(Path::new(folder)),
        ["cassettes", folder, ..] => cassettes(Path::new(folder), most),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<Scan<'static>, String> {
    let scan = scan(options, Catalog::builtin()).map_err(|error| error.to_string())?;
    for problem in &scan.problems {
        eprintln!("problem: {problem}");
    }
    Ok(scan)
}

/// File and operation of everything found.
fn pairs(scan: &Scan<'_>) -> BTreeSet<Pair> {
    let usages = scan.resolution.usages.iter();
    usages.flat_map(|u| u.evidence.iter().map(|e| (e.place.file().to_string(), u.operation.id.to_owned()))).collect()
}

fn examples(folder: &Path, most: usize) -> Result<(), String> {
    let started = std::time::Instant::now();
    let scan = run(&Options { paths: vec![folder.to_path_buf()], no_ignore: true, ..Options::default() })?;
    let took = started.elapsed();
    let found = pairs(&scan);
    let by_name = Names::new(scan.catalog);
    let (mut truth, mut strange) = (BTreeSet::new(), BTreeSet::new());
    for path in below(folder) {
        let shown = ddscope::input::shown(&path).to_string();
        match by_name.of_file(&shown) {
            Some(operation) => drop(truth.insert((shown, operation))),
            None if shown.ends_with(".py") || shown.ends_with(".rs") => drop(strange.insert(shown)),
            None => {}
        }
    }
    println!("{} files with a known operation, {} without, {:.2} s", truth.len(), strange.len(), took.as_secs_f64());
    list(
        "judged by hand",
        found.iter().filter(|(file, _)| strange.contains(file)).map(|(file, operation)| format!("{operation}  {file}")),
        most,
    );
    let found: BTreeSet<Pair> = found.into_iter().filter(|(file, _)| !strange.contains(file)).collect();
    score(&truth, &found, most);
    let unresolved = &scan.resolution.unresolved;
    println!("{} undecided calls", unresolved.len());
    let lines = unresolved
        .iter()
        .map(|u| format!("{}:{} {} ({})", u.evidence.place.file(), u.evidence.place.line(), u.call(), u.reason));
    list("undecided", lines, most);
    Ok(())
}

fn score(truth: &BTreeSet<Pair>, found: &BTreeSet<Pair>, most: usize) {
    let hit = truth.intersection(found).count();
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    println!("recall    {:.4}  ({hit} of {})", share(hit, truth.len()), truth.len());
    println!("precision {:.4}  ({hit} of {})", share(hit, found.len()), found.len());
    list("missing", truth.difference(found).map(|(file, operation)| format!("{operation}  {file}")), most);
    list("wrong", found.difference(truth).map(|(file, operation)| format!("{operation}  {file}")), most);
}

fn list(title: &str, lines: impl Iterator<Item = impl std::fmt::Display>, most: usize) {
    for line in lines.take(most) {
        println!("  {title}: {line}");
    }
}

/// Operation ids by version and name, whatever the spelling.
struct Names(BTreeMap<(String, String), String>);

impl Names {
    fn new(catalog: &Catalog) -> Self {
        let split = |id: &str| id.split_once(':').map(|(version, name)| (version.to_owned(), fold(name)));
        Self(catalog.operations().iter().filter_map(|o| Some((split(o.id)?, o.id.to_owned()))).collect())
    }

    /// `…/v1/monitors/CreateMonitor_1234.py`, `…/v1_monitors_CreateMonitor_1234.rs`.
    fn of_file(&self, path: &str) -> Option<String> {
        let name = path.rsplit('/').next()?;
        let (stem, ending) = name.rsplit_once('.')?;
        let version = match ending {
            "py" => path.rsplit('/').nth(2)?,
            "rs" => stem.split('_').next()?,
            _ => return None,
        };
        let words: Vec<&str> = stem.split('_').filter(|word| !word.bytes().all(|b| b.is_ascii_digit())).collect();
        // The tag before the name may hold underscores, too: the longest name that exists is meant.
        let tries = (0..words.len()).map(|from| fold(&words.get(from..).unwrap_or_default().concat()));
        tries.into_iter().find_map(|name| self.0.get(&(version.to_owned(), name)).cloned())
    }
}

fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

fn below(folder: &Path) -> Vec<PathBuf> {
    ddscope::input::files_below(folder).0
}

fn cassettes(tests: &Path, most: usize) -> Result<(), String> {
    let truth = scenarios(&tests.join("generated-test/test-runner-data"))?;
    let traces = ["v1", "v2"].map(|v| tests.join(v).join("cassettes")).to_vec();
    let started = std::time::Instant::now();
    let scan = run(&Options { traces, ..Options::default() })?;
    println!(
        "{} requests in {} recordings, {:.2} s",
        scan.inputs.requests,
        scan.inputs.recordings,
        started.elapsed().as_secs_f64()
    );
    let mut by_file: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, operation) in pairs(&scan) {
        by_file.entry(file).or_default().insert(operation);
    }
    let resolved: u64 = scan.resolution.usages.iter().flat_map(|u| &u.evidence).map(weight).sum();
    let undecided: u64 = scan.resolution.unresolved.iter().map(|u| weight(&u.evidence)).sum();
    println!("resolved  {resolved}, undecided {undecided}");
    let lines =
        scan.resolution.unresolved.iter().map(|u| format!("{} {} ({})", u.evidence.place.file(), u.call(), u.reason));
    list("undecided", lines, most);
    let (mut right, mut all, mut misses) = (0, 0, Vec::new());
    let (none, folders) = (BTreeSet::new(), ["v1", "v2"].map(|v| tests.join(v).join("cassettes")));
    let recordings =
        folders.iter().flat_map(|folder| below(folder)).filter(|path| path.extension().is_some_and(|e| e == "yaml"));
    for file in recordings.map(|path| ddscope::input::shown(&path).to_string()) {
        let Some(expected) = truth.get(&key(&file)) else { continue };
        let operations = by_file.get(&file).unwrap_or(&none);
        all += 1;
        if expected.iter().any(|e| operations.iter().any(|o| o.split('@').next() == Some(e))) {
            right += 1;
        } else {
            misses.push(format!("{file}: {expected:?}, found {operations:?}"));
        }
    }
    println!(
        "scenarios {:.4}  ({right} of {all} show the operation they are about)",
        f64::from(right) / f64::from(all.max(1))
    );
    list("missing", misses.iter(), most);
    Ok(())
}

/// Prints method, path and status of every recorded request.
fn requests(tests: &Path) -> Result<(), String> {
    let folders = ["v1", "v2"].map(|v| tests.join(v).join("cassettes"));
    for path in
        folders.iter().flat_map(|folder| below(folder)).filter(|path| path.extension().is_some_and(|e| e == "yaml"))
    {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        // The recorder writes one field a line, in this order.
        let mut sent: Option<(&str, &str)> = None;
        let mut method = "";
        for line in text.lines() {
            if let Some(verb) = line.strip_prefix("    method: ") {
                method = verb;
            } else if let Some(url) = line.strip_prefix("    uri: ") {
                sent = url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| (method, &rest[at..])));
            } else if let Some(code) = line.strip_prefix("      code: ")
                && let Some((method, path)) = sent.take()
            {
                println!("{method}\t{path}\t{code}");
            }
        }
    }
    Ok(())
}

fn weight(evidence: &ddscope::evidence::Evidence) -> u64 {
    evidence.observed.as_ref().map_or(1, |o| o.count)
}

/// Version and name under which a scenario's recording is kept.
fn key(path: &str) -> (String, String) {
    let version = path.split('/').find(|part| matches!(*part, "v1" | "v2")).unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
    (version.to_owned(), name.to_owned())
}

/// Operations by scenario. Several scenarios may have one name.
fn scenarios(folder: &Path) -> Result<BTreeMap<(String, String), BTreeSet<String>>, String> {
    let mut truth: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for path in below(folder) {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        let field = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
        let (Some(version), Some(scenario), Some(operation)) =
            (field("version"), field("scenario"), field("operation_id"))
        else {
            continue;
        };
        // As pytest-bdd names tests after scenarios.
        let name: String = scenario.replace(' ', "_").chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
        let name = format!("test_{}", name.to_lowercase().trim_start_matches(|c: char| c.is_ascii_digit()));
        truth.entry((version.to_owned(), name)).or_default().insert(format!("{version}:{operation}"));
    }
    if truth.is_empty() { Err(format!("no scenarios below {}", folder.display())) } else { Ok(truth) }
}
