//! One project in every format of `check` and `audit`, and what the formats promise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use regex::Regex;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check/project")
}

fn run(folder: &Path, args: &[&str]) -> (String, String, i32) {
    let output = Command::cargo_bin("ddscope").unwrap().current_dir(folder).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// Counts and dates of the table change with it, the form does not.
fn steady(text: &str) -> String {
    let rules = [
        (r"datadog-api-client [0-9.]+ of [0-9-]+", "datadog-api-client RELEASE of DAY"),
        (r#""release": "[0-9.]+""#, r#""release": "RELEASE""#),
        (r#""released": "[0-9-]+""#, r#""released": "DAY""#),
        (r#""operations": \d+"#, r#""operations": N"#),
        (r"opens \d+", "opens N"),
        (r"and \d+ changing", "and N changing"),
    ];
    rules.iter().fold(text.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}

#[test]
fn a_project_in_every_format() {
    for format in ["text", "github", "gitlab", "markdown", "csv", "json"] {
        let (text, _, status) = run(&project(), &["check", "--format", format]);
        assert_eq!(status, 1, "{format}");
        insta::assert_snapshot!(format!("check_{format}"), steady(&text));
    }
    let (sarif, _, _) = run(&project(), &["check", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = serde_json::to_string_pretty(&sarif["runs"][0]["results"]).unwrap();
    insta::assert_snapshot!("check_sarif_results", steady(&results));
}

#[test]
fn an_audit_in_every_format() {
    for format in ["text", "csv"] {
        let (text, _, status) = run(&project(), &["audit", "src", "--grant", "keys.json", "--format", format]);
        assert_eq!(status, 1, "{format}");
        insta::assert_snapshot!(format!("audit_{format}"), steady(&text));
    }
}

#[test]
fn every_result_of_sarif_has_a_rule_a_place_and_a_fingerprint() {
    let (text, _, _) = run(&project(), &["check", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut prints = Vec::new();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(rules[index]["help"]["markdown"].as_str().unwrap().len() > 40);
        assert!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].is_string());
        prints.push(result["partialFingerprints"]["ddscope/v1"].as_str().unwrap().to_owned());
    }
    let total = prints.len();
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), total);
}

/// The fixture in a folder of its own, to be changed.
fn copied() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    for name in ["ddscope.toml", "keys.json", "src/exporter.py", "src/probe.sh"] {
        fs::copy(project().join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn fingerprints(folder: &Path) -> Vec<String> {
    let (text, _, _) = run(folder, &["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    report["findings"].as_array().unwrap().iter().map(|it| it["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn fingerprints_survive_moved_lines() {
    let folder = copied();
    let before = fingerprints(folder.path());
    let code = folder.path().join("src/exporter.py");
    let text = fs::read_to_string(&code).unwrap();
    fs::write(&code, format!("# one\n# two\n{text}")).unwrap();
    let keys = folder.path().join("keys.json");
    let text = fs::read_to_string(&keys).unwrap();
    fs::write(&keys, format!("\n\n{text}")).unwrap();
    assert_eq!(fingerprints(folder.path()), before);
}

#[test]
fn a_baseline_hides_what_is_known_and_nothing_new() {
    let folder = copied();
    let (_, _, status) = run(folder.path(), &["check", "--write-baseline", "known.json"]);
    assert_eq!(status, 0);
    let (text, _, status) = run(folder.path(), &["check", "--baseline", "known.json"]);
    assert_eq!(status, 0, "{text}");
    let code = folder.path().join("src/exporter.py");
    let text = fs::read_to_string(&code).unwrap().replace("list_monitors()", "create_monitor(body)");
    fs::write(&code, text).unwrap();
    let (text, _, status) = run(folder.path(), &["check", "--baseline", "known.json"]);
    assert_eq!(status, 0, "writing monitors is held: {text}");
    let text = fs::read_to_string(&code)
        .unwrap()
        .replace("delete_dashboard(name)  # ddscope: ignore[missing-scope]", "delete_dashboard(name)  #");
    fs::write(&code, text).unwrap();
    let (text, _, status) = run(folder.path(), &["check", "--baseline", "known.json", "-q"]);
    assert_eq!((status, text.lines().count()), (1, 1), "{text}");
    assert!(text.contains("dashboards_write"), "{text}");
}

#[test]
fn undecided_calls_fail_on_demand() {
    let args = ["check", "src/probe.sh", "--granted", "monitors_read"];
    assert_eq!(run(&project(), &args).2, 0);
    let (text, _, status) = run(&project(), &[&args[..], &["--deny-unresolved"]].concat());
    assert_eq!(status, 1);
    assert!(text.contains("error[unresolved-call]"), "{text}");
}

#[test]
fn secrets_in_quoted_lines_are_covered() {
    let folder = tempfile::tempdir().unwrap();
    let key = "0123456789abcdef0123456789abcdef";
    let line = format!("curl -s -H \"DD-API-KEY: {key}\" \"https://api.datadoghq.com/api/v1/monitor\"\n");
    fs::write(folder.path().join("a.sh"), format!("#!/bin/sh\n{line}")).unwrap();
    for format in ["text", "json", "sarif", "github", "markdown", "csv"] {
        let (text, told, _) = run(folder.path(), &["check", ".", "--granted", "slos_read", "--format", format]);
        assert!(!text.contains(key) && !told.contains(key), "{format}: {text}");
    }
}

#[test]
fn without_grants_check_says_how_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.py"), "print(1)\n").unwrap();
    let (_, told, status) = run(folder.path(), &["check"]);
    assert_eq!(status, 2);
    assert!(told.contains("ddscope generate --format config > ddscope.toml"), "{told}");
}

#[test]
fn output_is_the_same_every_time() {
    let args = ["check", "--format", "json"];
    assert_eq!(run(&project(), &args).0, run(&project(), &args).0);
}
