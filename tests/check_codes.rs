//! Every finding code has a folder with a configuration that triggers it and one that does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use ddscope::finding::Code;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn folder(code: Code) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check").join(code.name())
}

/// What `check` says in JSON, and its exit status.
fn check(folder: &Path, config: &str) -> (Value, i32) {
    let mut command = Command::cargo_bin("ddscope").unwrap();
    let output = command.current_dir(folder).args(["check", "--format", "json", "--config", config]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let value = serde_json::from_slice(&output.stdout);
    (
        value.unwrap_or_else(|error| panic!("{}: {config}: {error}\n{told}", folder.display())),
        output.status.code().unwrap(),
    )
}

fn codes(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn every_code_is_triggered_by_its_fixture_and_not_by_the_corrected_one() {
    for code in Code::ALL {
        let folder = folder(*code);
        assert!(folder.join("bad.toml").exists(), "{} has no fixture", code.name());
        let (bad, status) = check(&folder, "bad.toml");
        assert!(codes(&bad).contains(&code.name()), "{}: {:?}", code.name(), codes(&bad));
        let worst_fails = bad["findings"].as_array().unwrap().iter().any(|it| it["severity"] != "note");
        assert_eq!(status, i32::from(worst_fails), "{}", code.name());
        let (good, _) = check(&folder, "good.toml");
        assert!(!codes(&good).contains(&code.name()), "{}: {:?}", code.name(), codes(&good));
    }
}

#[test]
fn every_finding_says_where_what_and_what_to_do() {
    for code in Code::ALL {
        let (report, _) = check(&folder(*code), "bad.toml");
        for finding in report["findings"].as_array().unwrap() {
            let message = finding["message"].as_str().unwrap();
            assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
            assert!(finding["help"].is_string(), "no help: {message}");
            assert!(!finding["places"].as_array().unwrap().is_empty(), "no place: {message}");
        }
    }
}
