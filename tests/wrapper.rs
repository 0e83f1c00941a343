//! `[[wrapper]]` of `ddscope.toml`: what is described is found, and mistakes in the description are named with their line.

use ddscope::catalog::Catalog;
use ddscope::config::Config;
use ddscope::scan::{Options, scan};
use std::path::{Path, PathBuf};

fn described() -> Config {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wrapper/ddscope.toml");
    Config::parse(&std::fs::read_to_string(file).expect("the fixture"), "ddscope.toml").expect("a valid description")
}

/// (file, line, operation) of everything found in the fixture.
fn found(config: Config) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wrapper");
    let options = Options { paths: vec![folder], wrappers: config.wrappers, ..Options::default() };
    let scan = scan(&options, Catalog::builtin()).expect("a scan");
    assert!(scan.resolution.unresolved.is_empty(), "{:?}", scan.resolution.unresolved);
    let mut lines = Vec::new();
    for usage in &scan.resolution.usages {
        for evidence in &usage.evidence {
            let file = PathBuf::from(&**evidence.place.file());
            let file = file.file_name().expect("a name").to_string_lossy().into_owned();
            lines.push(format!("{file}:{} {}", evidence.place.line(), usage.operation.id));
        }
    }
    lines.sort();
    lines
}

fn complaint(text: &str) -> String {
    let error = match Config::parse(text, "ddscope.toml") {
        Err(error) => error,
        Ok(config) => {
            let options =
                Options { paths: vec![PathBuf::from(file!())], wrappers: config.wrappers, ..Options::default() };
            scan(&options, Catalog::builtin()).expect_err("a complaint")
        }
    };
    error.to_string()
}

#[test]
fn described_calls_are_evidence_like_any_other() {
    assert_eq!(
        found(described()),
        [
            "hosts.ts:4 v1:ListHosts",
            "main.go:10 v1:CreateEvent",
            "main.go:15 v1:SubmitServiceCheck",
            "report.py:18 v1:DeleteMonitor",
            "report.py:16 v1:ListMonitors",
            "report.py:7 v1:MuteHost",
        ]
        .map(str::to_owned)
        .into_iter()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
}

#[test]
fn without_a_description_the_same_code_calls_nothing() {
    assert_eq!(found(Config::default()), Vec::<String>::new());
}

#[test]
fn mistakes_are_named_with_their_line_and_what_to_write() {
    let wrapper = |rest: &str| complaint(&format!("[[wrapper]]\nsymbol = \"acme.send\"\n{rest}\n"));
    insta::assert_snapshot!(
        [
            complaint("[[wrapper]]\nsymbol = \"send()\"\noperation = \"v1:ListMonitors\"\n"),
            wrapper(""),
            wrapper("operation = \"v1:ListMonitor\""),
            wrapper("operation = \"v1:ListMonitors\"\npath = 0"),
            wrapper("path = 0"),
            wrapper("path = 0\nmethod = \"FETCH\""),
            wrapper("path = \"/api/v1/monitor\"\nmethod = \"GET\""),
            wrapper("path = 0\nmethod = \"GET\"\nbase = \"api/v1\""),
            wrapper("paths = 0"),
        ]
        .join("\n\n")
    );
}
