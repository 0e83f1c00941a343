//! Methods of clients that are picked by a name at run time: one undecided call each, whose candidates are the methods of its class.

use ddscope::catalog::Catalog;
use ddscope::scan::{Options, scan};
use std::path::Path;

/// What is undecided in the fixture of a language: the line, the call in words, its candidates.
fn undecided(language: &str) -> Vec<(u64, String, Vec<String>)> {
    let case =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/source").join(language).join("picked_methods");
    let options = Options { paths: vec![case], ..Options::default() };
    let result = scan(&options, Catalog::builtin()).expect("the fixture can be scanned");
    let unresolved = result.resolution.unresolved.iter();
    unresolved
        .map(|one| {
            assert_eq!(one.reason, "method-not-constant");
            let candidates = one.candidates.iter().map(ToString::to_string).collect();
            (one.evidence.place.line(), one.call(), candidates)
        })
        .collect()
}

#[test]
fn candidates_are_the_methods_of_the_class() {
    let calls = undecided("typescript");
    let (_, _, monitors) =
        calls.iter().find(|(_, call, _)| call == "MonitorsApi.{}").expect("the call of a known class");
    for operation in ["v1:ListMonitors", "v1:CreateMonitor", "v1:DeleteMonitor"] {
        assert!(monitors.iter().any(|candidate| candidate == operation), "{operation} is no candidate");
    }
    assert!(
        monitors.iter().all(|candidate| candidate.ends_with("Monitor") || candidate.contains("Monitor")),
        "{monitors:?}"
    );
}

#[test]
fn a_class_that_nobody_knows_has_no_list_of_candidates() {
    for language in ["typescript", "python", "ruby"] {
        let calls = undecided(language);
        let (_, _, candidates) = calls.iter().find(|(_, call, _)| call == "client.{}.{}").expect("a call of any class");
        assert!(candidates.is_empty(), "{language}: {candidates:?}");
    }
}

#[test]
fn a_method_that_is_picked_once_is_told_once() {
    let mut lines: Vec<u64> = undecided("typescript").into_iter().map(|(line, ..)| line).collect();
    let all = lines.len();
    lines.dedup();
    assert_eq!(lines.len(), all);
}
