//! The JSON report against its committed schema.

use assert_cmd::Command;
use serde_json::Value;

fn report(arguments: &[&str]) -> Value {
    let mut command = Command::cargo_bin("ddscope").expect("the binary");
    let output = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["scan", "--format", "json"])
        .args(arguments)
        .output()
        .expect("a run");
    serde_json::from_slice(&output.stdout).expect("the report is JSON")
}

fn schema() -> jsonschema::Validator {
    let text = include_str!("../docs/report.schema.json");
    jsonschema::validator_for(&serde_json::from_str(text).expect("json")).expect("a schema")
}

#[test]
fn every_report_is_as_the_schema_says() {
    let schema = schema();
    let runs: [&[&str]; 5] = [
        &["examples/oncall-digest"],
        &["examples/oncall-digest", "--include-tests", "--credential", "role"],
        &["tests/fixtures/source", "--trace", "tests/fixtures/trace"],
        &["tests/fixtures/trace/browser.har"],
        &["LICENSE"],
    ];
    for arguments in runs {
        let report = report(arguments);
        let errors: Vec<String> = schema.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{arguments:?}\n{}", errors.join("\n"));
    }
}

#[test]
fn every_required_scope_is_justified_by_places() {
    let report = report(&["examples/oncall-digest"]);
    let operations: Vec<&str> =
        report["usages"].as_array().expect("usages").iter().filter_map(|u| u["operation"].as_str()).collect();
    assert!(operations.len() >= 5, "{operations:?}");
    for kind in ["app-key", "oauth"] {
        let needs = &report["credentials"][kind];
        let required = needs["required"].as_array().expect("required");
        assert!(!required.is_empty());
        for scope in required.iter().filter_map(Value::as_str) {
            let because = needs["because"][scope].as_array().unwrap_or_else(|| panic!("{scope} is not justified"));
            assert!(because.iter().filter_map(Value::as_str).all(|o| operations.contains(&o)), "{scope}: {because:?}");
        }
    }
}

#[test]
fn the_schema_refuses_what_it_should() {
    let mut report = report(&["examples/oncall-digest"]);
    report["usages"][0]["confidence"] = "sure".into();
    assert!(!schema().is_valid(&report));
}

/// A finished `check` or `audit` in a folder of fixtures.
fn judged(folder: &str, arguments: &[&str]) -> Value {
    let mut command = Command::cargo_bin("ddscope").expect("the binary");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check").join(folder);
    let output = command.current_dir(folder).args(arguments).args(["--format", "json"]).output().expect("a run");
    serde_json::from_slice(&output.stdout).expect("the report is JSON")
}

#[test]
fn findings_of_every_code_and_every_audit_are_as_the_schema_says() {
    let schema = schema();
    let check = |report: &Value, what: &str| {
        let errors: Vec<String> = schema.iter_errors(report).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{what}\n{}", errors.join("\n"));
        assert!(report["grants"].is_array() && report["findings"].is_array(), "{what}");
    };
    for code in ddscope::finding::Code::ALL {
        check(&judged(code.name(), &["check", "--config", "bad.toml"]), code.name());
    }
    check(&judged("project", &["audit", "src", "--grant", "keys.json"]), "audit");
}

#[test]
fn the_schema_refuses_broken_findings_and_grants() {
    let whole = judged("project", &["check"]);
    assert!(schema().is_valid(&whole));
    let broken: [fn(&mut Value); 4] = [
        |report| report["findings"][0]["severity"] = "fatal".into(),
        |report| report["findings"][0]["places"][0]["colour"] = "red".into(),
        |report| report["grants"][0]["unscoped"] = "no".into(),
        |report| drop(report.as_object_mut().map(|report| report.remove("grants"))),
    ];
    for breaks in broken {
        let mut report = whole.clone();
        breaks(&mut report);
        assert!(!schema().is_valid(&report));
    }
}
