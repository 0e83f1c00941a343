//! Every project under `tests/fixtures/source/<language>/<case>/` against the comments in it, both ways.
//!
//! * `expect: v1:ListMonitors v1:GetMonitor`: evidence for exactly these operations starts on this line;
//! * `expect-test: …`: the same, seen as test code;
//! * `expect-unresolved` and `expect-unresolved: GET /api/v1/{}`: an undecided call is reported on this line.
//!
//! Any comment token may stand before. `SOURCE_CASE=python/client cargo test --test source` runs the cases whose name
//! contains the word.

use ddscope::catalog::Catalog;
use ddscope::scan::{Options, scan};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// One expected or found thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fact {
    file: String,
    line: u64,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Uses(String),
    UsesInTest(String),
    Unresolved,
    UnresolvedCall(String),
}

impl std::fmt::Display for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        match &self.what {
            What::Uses(operation) => write!(f, "{operation}"),
            What::UsesInTest(operation) => write!(f, "{operation} (in test code)"),
            What::Unresolved => write!(f, "an undecided call"),
            What::UnresolvedCall(call) => write!(f, "undecided {call}"),
        }
    }
}

#[test]
fn every_case_finds_what_its_comments_say_and_nothing_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/source");
    let wanted = std::env::var("SOURCE_CASE").unwrap_or_default();
    let (mut cases, mut failed, mut report) = (0, 0, String::new());
    for language in folders(&root) {
        for case in folders(&language) {
            let name = case.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
            if !name.contains(&wanted) {
                continue;
            }
            cases += 1;
            let differences = run(&case);
            if !differences.is_empty() {
                failed += 1;
                let _ = writeln!(report, "\n{name}\n{differences}");
            }
        }
    }
    assert!(cases > 0, "no cases below {}", root.display());
    assert!(failed == 0, "{failed} of {cases} cases differ\n{report}");
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).expect("a folder of fixtures can be listed");
    let mut folders: Vec<PathBuf> = entries.map(|e| e.expect("entry").path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    folders
}

/// What differs, a line each; empty if nothing.
fn run(case: &Path) -> String {
    // Paths are reported relative to the working directory, as a user of that project would see them; else every
    // case would lie under `tests/` and be test code. This file has one test, so that nobody else is disturbed.
    std::env::set_current_dir(case).expect("the case's folder");
    let options = Options { paths: vec![PathBuf::from(".")], ..Options::default() };
    let scan = scan(&options, Catalog::builtin()).expect("a scan");
    let mut differences = String::new();
    for problem in &scan.problems {
        let _ = writeln!(differences, "  problem  {problem}");
    }
    let mut found = BTreeSet::new();
    for usage in &scan.resolution.usages {
        for evidence in &usage.evidence {
            let id = usage.operation.id.to_owned();
            let what = if evidence.test { What::UsesInTest(id) } else { What::Uses(id) };
            found.insert(Fact { file: evidence.place.file().to_string(), line: evidence.place.line(), what });
        }
    }
    let undecided: BTreeSet<Fact> = scan
        .resolution
        .unresolved
        .iter()
        .map(|u| Fact {
            file: u.evidence.place.file().to_string(),
            line: u.evidence.place.line(),
            what: What::UnresolvedCall(format!("{} ({})", u.call(), u.reason)),
        })
        .collect();

    let expected = expectations(case);
    let (calls, uses): (Vec<&Fact>, Vec<&Fact>) =
        expected.iter().partition(|f| matches!(f.what, What::Unresolved | What::UnresolvedCall(_)));
    for fact in uses.iter().filter(|f| !found.contains(**f)) {
        let _ = writeln!(differences, "  missing  {fact}");
    }
    for fact in found.iter().filter(|f| !uses.contains(f)) {
        let _ = writeln!(differences, "  wrong    {fact}");
    }
    for fact in calls.iter().filter(|e| !undecided.iter().any(|f| matches(e, f))) {
        let _ = writeln!(differences, "  missing  {fact}");
    }
    for fact in undecided.iter().filter(|f| !calls.iter().any(|e| matches(e, f))) {
        let _ = writeln!(differences, "  wrong    {fact}");
    }
    differences
}

fn matches(expected: &Fact, found: &Fact) -> bool {
    if (&expected.file, expected.line) != (&found.file, found.line) {
        return false;
    }
    match (&expected.what, &found.what) {
        (What::Unresolved, _) => true,
        (What::UnresolvedCall(expected), What::UnresolvedCall(found)) => {
            let found = found.split(" (").next().unwrap_or_default();
            let (method, path) = expected.split_once(' ').unwrap_or(("", expected));
            found.starts_with(method) && found.ends_with(path)
        }
        _ => false,
    }
}

fn expectations(case: &Path) -> BTreeSet<Fact> {
    let mut facts = BTreeSet::new();
    let mut waiting = vec![case.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let file = path.strip_prefix(case).expect("below the case").to_string_lossy().replace('\\', "/");
            let bytes = fs::read(&path).expect("a fixture");
            for (index, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
                let fact = |what| Fact { file: file.clone(), line: index as u64 + 1, what };
                facts.extend(expected_on(line).into_iter().map(fact));
            }
        }
    }
    facts
}

fn expected_on(line: &str) -> Vec<What> {
    let rest = |mark: &str| line.split_once(mark).map(|(_, rest)| rest);
    let operations = |rest: &str| -> Vec<String> {
        let words = rest.split([' ', '\t', ',', '"', '\\']).map(str::trim).filter(|w| !w.is_empty());
        words.take_while(|w| w.contains(':')).map(str::to_owned).collect()
    };
    let mut all = Vec::new();
    if let Some(rest) = rest("expect:") {
        all.extend(operations(rest).into_iter().map(What::Uses));
    }
    if let Some(rest) = rest("expect-test:") {
        all.extend(operations(rest).into_iter().map(What::UsesInTest));
    }
    if let Some(rest) = rest("expect-unresolved") {
        match rest.strip_prefix(':').map(|r| r.trim().trim_end_matches("*/").trim_end_matches("-->").trim()) {
            Some(call) if !call.is_empty() => all.push(What::UnresolvedCall(call.to_owned())),
            _ => all.push(What::Unresolved),
        }
    }
    all
}
