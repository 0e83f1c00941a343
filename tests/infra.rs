//! Terraform: which blocks count, what they call, and what is said of those that cannot be read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use ddscope::catalog::Catalog;
use ddscope::evidence::{Call, Evidence};
use ddscope::infra::{self, kinds};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

fn read(text: &str) -> Vec<Evidence> {
    infra::read(&Arc::from("main.tf"), text).expect("valid Terraform")
}

/// `action operation` of every declared call but those of the provider itself, sorted.
fn calls(text: &str) -> Vec<String> {
    let mut calls: Vec<String> = read(text)
        .iter()
        .filter(|evidence| evidence.call.action() != Some("configure"))
        .map(|evidence| match &evidence.call {
            Call::Declared { vocabulary: "terraform", action, operation, .. } => format!("{action} {operation}"),
            other => panic!("{other:?}"),
        })
        .collect();
    calls.sort();
    calls
}

fn scan(folder: &str) -> (Value, i32) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut command = Command::cargo_bin("ddscope").unwrap();
    let output = command.current_dir(folder).args(["scan", "--format", "json", "."]).output().unwrap();
    (serde_json::from_slice(&output.stdout).expect("a report"), output.status.code().unwrap())
}

/// `file:line:column operation` of what was found in Terraform, sorted.
fn places(report: &Value) -> Vec<String> {
    let mut places = Vec::new();
    for usage in report["usages"].as_array().unwrap() {
        for at in usage["evidence"].as_array().unwrap().iter().filter(|at| at["kind"] == "terraform") {
            let (file, operation) = (at["file"].as_str().unwrap(), usage["operation"].as_str().unwrap());
            places.push(format!("{file}:{}:{} {operation}", at["line"], at["column"]));
        }
    }
    places.sort();
    // Several actions of a block may call the same operation.
    places.dedup();
    places
}

#[test]
fn every_type_of_the_provider_is_reachable() {
    let catalog = Catalog::builtin();
    let (mut resources, mut data_sources, mut retired) = (0, 0, 0);
    for kind in kinds::all() {
        let (keyword, name) = match kind.name.strip_prefix("data.") {
            Some(name) => ("data", name),
            None => ("resource", kind.name),
        };
        let found = read(&format!("# first\n{keyword} \"{name}\" \"it\" {{\n}}\n"));
        assert!(!found.is_empty(), "{} calls nothing", kind.name);
        for evidence in &found {
            assert_eq!(evidence.place.line(), 2);
            let Call::Declared { kind: declared, operation, action, .. } = &evidence.call else {
                panic!("{}: {:?}", kind.name, evidence.call)
            };
            assert_eq!(declared, if action == "configure" { "provider.datadog" } else { kind.name });
            assert!(operation.contains(' ') || catalog.operation(operation).is_some(), "{}: {operation}", kind.name);
        }
        match (keyword, kind.last_release) {
            (_, Some(_)) => retired += 1,
            ("data", None) => data_sources += 1,
            _ => resources += 1,
        }
    }
    assert_eq!((resources, data_sources, retired), (154, 82, 7));
    assert!(kinds::all().is_sorted_by(|a, b| a.name < b.name));
}

#[test]
fn arguments_decide_what_is_called() {
    assert_eq!(
        calls(r#"resource "datadog_synthetics_test" "t" { type = "api" }"#),
        [
            "create v1:CreateSyntheticsAPITest",
            "create v1:GetAPITest",
            "delete v1:DeleteTests",
            "read v1:GetAPITest",
            "read v1:GetTest",
            "update v1:UpdateAPITest"
        ]
    );
    let open = calls(r#"resource "datadog_synthetics_test" "t" { type = var.kind }"#);
    assert!(open.contains(&"create v1:CreateSyntheticsBrowserTest".to_owned()), "{open:?}");

    let validated = |text: &str| calls(text).iter().any(|call| call == "plan v1:ValidateMonitor");
    assert!(validated(r#"resource "datadog_monitor" "m" {}"#));
    assert!(validated(r#"resource "datadog_monitor" "m" { validate = var.validate }"#));
    assert!(!validated(r#"resource "datadog_monitor" "m" { validate = false }"#));

    let listed = |text: &str| calls(text).iter().any(|call| call == "create v2:CreateDashboardListItems");
    assert!(!listed(r#"resource "datadog_dashboard" "d" {}"#));
    assert!(listed(r#"resource "datadog_dashboard" "d" { dashboard_lists = [1] }"#));

    let rule = |source: &str| {
        calls(&format!(
            "resource \"datadog_security_notification_rule\" \"r\" {{\n selectors {{\n trigger_source = \"{source}\"\n }}\n}}"
        ))
    };
    assert!(rule("security_signals").iter().all(|call| call.contains("SignalNotificationRule")));
    assert!(rule("security_findings").iter().all(|call| call.contains("VulnerabilityNotificationRule")));
    assert_eq!(rule("security_signals").len(), 4);

    let query = calls("data \"datadog_service_level_objectives\" \"s\" {\n query = \"x\"\n}");
    assert_eq!(query, ["read v1:SearchSLO"]);
    assert_eq!(calls("data \"datadog_service_level_objectives\" \"s\" {\n}"), ["read v1:ListSLOs"]);
}

#[test]
fn blocks_count_and_comments_and_texts_do_not() {
    let (report, status) = scan("tests/fixtures/infra/project");
    assert_eq!(status, 0);
    assert_eq!(report["complete"], true);
    insta::assert_snapshot!("project", places(&report).join("\n"));
}

#[test]
fn what_is_unknown_is_said_and_no_password_with_it() {
    let (report, _) = scan("tests/fixtures/infra/project");
    let rows = report["unresolved"].as_array().unwrap();
    let said: BTreeSet<String> = rows
        .iter()
        .filter(|row| row["reason"] == "unknown-type" || row["reason"] == "module-not-downloaded")
        .map(|row| format!("{} {} {}", row["line"], row["reason"].as_str().unwrap(), row["call"].as_str().unwrap()))
        .collect();
    let expected = [
        "47 unknown-type datadog_monitr (did you mean datadog_monitor?)",
        "55 module-not-downloaded module.platform from git::https://git.example.com/acme/terraform-datadog-monitors.git",
    ];
    assert_eq!(said, expected.map(str::to_owned).into());
    assert!(!report.to_string().contains("hunter2"));
}

#[test]
fn a_broken_file_is_a_problem_and_the_others_are_read() {
    let (report, status) = scan("tests/fixtures/infra/broken");
    assert_eq!(report["complete"], false);
    assert_ne!(status, 0);
    let problems = report["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0]["file"].as_str(), problems[0]["line"].as_u64()), (Some("broken.tf"), Some(3)));
    assert!(places(&report).contains(&"fine.tf:1:1 v2:CreateDowntime".to_owned()), "{:?}", places(&report));
}

#[test]
fn odd_files_do_no_harm() {
    assert!(read("\u{feff}").is_empty());
    assert_eq!(read("\u{feff}# datadog\r\nresource \"datadog_team\" \"é\" {\r\n}\r\n")[0].place.line(), 2);
    assert!(read("resource \"datadog_monitor\" {}\ndata {}\nmodule \"x\" { source = local.datadog }\n").is_empty());
    let deep = format!("resource \"datadog_monitor\" \"x\" {{ y = {} }}", "[".repeat(100_000));
    let error = infra::read(&Arc::from("deep.tf"), &deep).expect_err("too deep");
    assert_eq!(error.line, Some(1));
}

#[test]
fn a_type_explains_itself() {
    let explain = |what: &str| {
        let output = Command::cargo_bin("ddscope").unwrap().args(["explain", what]).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (page, _) = explain("datadog_monitor");
    let create = page.lines().position(|line| line == "  create").expect("an action");
    assert!(
        page.lines().nth(create + 1).is_some_and(|l| l.contains("v1:CreateMonitor") && l.contains("monitors_write"))
    );
    assert!(page.contains("depends on validate"), "{page}");
    assert!(explain("datadog_roles").0.starts_with("data.datadog_roles "));
    assert!(explain("datadog_timeboard").0.contains("dropped it after v2.26.1"));
    assert!(explain("datadog_monitr").1.contains("ddscope explain datadog_monitor"));
}

#[test]
fn the_catalog_knows_what_declarations_call() {
    let run = |args: &[&str]| {
        let output = Command::cargo_bin("ddscope").unwrap().args(args).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    };
    let (text, status) = run(&["catalog", "check"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("has all of them"), "{text}");
}

#[test]
fn a_type_explains_itself_in_json_too() {
    let output = Command::cargo_bin("ddscope")
        .unwrap()
        .args(["explain", "datadog_dashboard", "--format", "json"])
        .output()
        .unwrap();
    let page: Value = serde_json::from_slice(&output.stdout).unwrap();
    let chains: Vec<&str> = page["calls"].as_array().unwrap().iter().map(|it| it["chain"].as_str().unwrap()).collect();
    assert!(chains.contains(&"datadog_dashboard → create → v1:CreateDashboard → dashboards_write"), "{chains:?}");
}

#[test]
fn every_other_declaration_has_its_source_and_is_found() {
    let catalog = Catalog::builtin();
    assert!(kinds::others().len() > 50);
    for other in kinds::others() {
        assert!(!other.source.is_empty());
        assert!(kinds::other(other.vocabulary, other.kind).is_some_and(|found| found.kind == other.kind));
        for call in other.calls {
            let known = call.operation.contains(' ') || catalog.operation(call.operation).is_some();
            assert!(known, "{}: {}", other.kind, call.operation);
        }
    }
}
