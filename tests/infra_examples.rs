//! The Terraform examples: every scope of the good one is justified, every mistake of the other is found.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use ddscope::privilege::{Grant, Listing};
use serde_json::Value;
use std::collections::BTreeSet;

fn run(command: &str, folder: &str) -> (Value, i32) {
    let config = format!("{folder}/ddscope.toml");
    let mut ddscope = Command::cargo_bin("ddscope").unwrap();
    let output = ddscope.args([command, folder, "--config", &config, "--format", "json"]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    (serde_json::from_slice(&output.stdout).expect(&error), output.status.code().unwrap())
}

/// `credential code scopes` of every finding that is more than a note.
fn findings(report: &Value) -> BTreeSet<String> {
    let rows = report["findings"].as_array().unwrap().iter().filter(|row| row["severity"] != "note");
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or("-").to_owned();
    let scopes = |row: &Value| {
        let scopes = row["scopes"].as_array().unwrap().iter().map(|scope| scope.as_str().unwrap());
        scopes.collect::<Vec<_>>().join(",")
    };
    rows.map(|row| format!("{} {} {}", word(row, "credential"), word(row, "code"), scopes(row))).collect()
}

#[test]
fn the_example_holds_what_it_needs_and_every_scope_is_justified() {
    let (report, status) = run("check", "examples/terraform");
    assert_eq!((status, findings(&report)), (0, BTreeSet::new()));
    let deployments = report["deployments"].as_array().unwrap();
    let named = |name: &str| deployments.iter().find(|it| it["provider"] == name).expect("a provider");
    let strings = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    for (credential, key) in [("plan", "plan"), ("apply", "apply")] {
        let needs = &named("datadog")[key];
        let grant = report["grants"].as_array().unwrap().iter().find(|it| it["name"] == credential).expect("a grant");
        let granted: BTreeSet<String> = strings(&grant["granted"]).into_iter().collect();
        let required = strings(&needs["required"]);
        assert_eq!(granted, required.iter().cloned().collect(), "{credential}");
        for scope in &required {
            let because = strings(&needs["because"][scope]);
            assert!(!because.is_empty(), "{scope}");
            for operation in because {
                let usage = report["usages"].as_array().unwrap().iter().find(|it| it["operation"] == *operation);
                let evidence = usage.expect("a usage")["evidence"].as_array().unwrap();
                assert!(evidence.iter().any(|at| at["provider"] == "datadog" && at["line"].as_u64() > Some(0)));
            }
        }
    }
    let plan = strings(&named("datadog")["plan"]["required"]);
    assert!(plan.iter().all(|scope| !scope.ends_with("_write") && !scope.ends_with("_manage")), "{plan:?}");
    let admin = strings(&named("datadog.admin")["apply"]["required"]);
    assert_eq!(admin, ["service_account_write", "user_access_manage", "user_access_read"]);
}

#[test]
fn every_planted_mistake_is_found_and_nothing_else() {
    let (report, status) = run("check", "examples/terraform-mistakes");
    assert_eq!(status, 1);
    let expected = [
        "apply excess-scope logs_read_index_data",
        "apply missing-scope dashboards_write",
        "apply missing-scope monitors_draft_write,monitors_write",
        "apply unknown-scope monitor_write",
        "bare unscoped-key dashboards_read,dashboards_write,monitors_read,monitors_write,service_account_write,user_access_read,user_app_keys",
        "empty unscoped-key dashboards_read,dashboards_write,monitors_read,monitors_write,service_account_write,user_access_read,user_app_keys",
        "ids id-as-scope data.datadog_permissions:monitors_read",
        "ids missing-scope dashboards_read",
        "ids missing-scope monitors_read",
        "plan excess-scope monitors_write",
    ];
    assert_eq!(findings(&report), expected.map(str::to_owned).into());
    let undecided = report["unresolved"].as_array().unwrap().iter().map(|row| row["call"].as_str().unwrap());
    let undecided: Vec<&str> = undecided.collect();
    assert_eq!(
        undecided,
        ["datadog_dashbord (did you mean datadog_dashboard?)", "module.alerts from acme/alerts/datadog"]
    );
    // The misspelt scope stands in the default of a variable in another place than the key.
    let misspelt = report["findings"].as_array().unwrap().iter().find(|row| row["code"] == "unknown-scope").unwrap();
    assert!(misspelt.to_string().contains("examples/terraform-mistakes/keys.tf"));
}

#[test]
fn the_page_shows_what_the_commands_print() {
    trycmd::TestCases::new().case("docs/terraform.md");
}

/// Name and scopes of every grant of a text, problems behind a `!`.
fn grants(file: &str, text: &str) -> Vec<String> {
    let found = ddscope::privilege::grants::parse(text, file, &Listing::default()).expect("grants");
    let words = |grant: &Grant| {
        let scopes: Vec<&str> = grant.scopes().iter().map(|scope| scope.name.as_str()).collect();
        let unscoped = if grant.is_unscoped() { " unscoped" } else { "" };
        let problems = grant.problems.iter().map(|problem| format!(" ! {problem}")).collect::<String>();
        format!("{}: {}{unscoped}{problems}", grant.name, scopes.join(" "))
    };
    found.iter().map(words).collect()
}

#[test]
fn declared_lists_are_computed_and_what_cannot_be_is_said() {
    let text = r#"
variable "read" { default = ["monitors_read"] }
variable "unset" {}
locals {
  names = concat(var.read, ["slos_read"])
  keys  = { eu = { scopes = ["events_read"] }, us = { scopes = [] } }
}
data "datadog_permissions" "all" {}
resource "datadog_application_key" "a" { scopes = distinct(local.names) }
resource "datadog_application_key" "b" {
  for_each = local.keys
  scopes   = each.value.scopes
}
resource "datadog_application_key" "c" { scopes = var.unset }
resource "datadog_application_key" "d" { scopes = concat(["metrics_read"], var.unset) }
resource "datadog_application_key" "e" { scopes = null }
resource "datadog_application_key" "f" { scopes = [for name in local.names : data.datadog_permissions.all.permissions[name]] }
resource "datadog_role" "r" {
  dynamic "permission" {
    for_each = toset(local.names)
    content { id = data.datadog_permissions.all.permissions[permission.value] }
  }
  permission { id = data.datadog_permissions.all.permissions.monitors_write }
}
"#;
    insta::assert_snapshot!("declared", grants("nowhere/keys.tf", text).join("\n"));
    let json = r#"{"locals": {"s": ["monitors_read"]}, "resource": {"datadog_application_key": {"j": {"scopes": "${local.s}"}}}}"#;
    assert_eq!(grants("nowhere/keys.tf.json", json), ["datadog_application_key.j: monitors_read"]);
}

#[test]
fn keys_of_pulumi_and_of_states_are_read_too() {
    let yaml = "name: x\nruntime: yaml\nresources:\n  ci:\n    type: datadog:ApplicationKey\n    properties:\n      name: ci\n      scopes:\n        - monitors_read\n";
    assert_eq!(grants("Pulumi.yaml", yaml), ["ci: monitors_read"]);
    let typescript = "import * as datadog from \"@pulumi/datadog\";\nconst scopes = [\"monitors_read\", \"slos_read\"];\nnew datadog.ApplicationKey(\"ci\", { name: \"ci\", scopes });\nnew datadog.ApplicationKey(\"all\", { name: \"all\" });\n";
    assert_eq!(
        grants("index.ts", typescript),
        ["ApplicationKey ci: monitors_read slos_read", "ApplicationKey all:  unscoped"]
    );
    let python = "import pulumi_datadog as datadog\n\nkey = datadog.ServiceAccountApplicationKey(\"ci\", scopes=[\"monitors_read\"], service_account_id=\"1\")\n";
    assert_eq!(grants("__main__.py", python), ["ServiceAccountApplicationKey ci: monitors_read"]);
    let go = "package main\n\nimport (\n\t\"github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog\"\n\t\"github.com/pulumi/pulumi/sdk/v3/go/pulumi\"\n)\n\nfunc main() {\n\tpulumi.Run(func(ctx *pulumi.Context) error {\n\t\t_, err := datadog.NewApplicationKey(ctx, \"ci\", &datadog.ApplicationKeyArgs{Scopes: pulumi.StringArray{pulumi.String(\"monitors_read\"), pulumi.String(\"slos_read\")}})\n\t\treturn err\n\t})\n}\n";
    assert_eq!(grants("main.go", go), ["ApplicationKey ci: monitors_read slos_read"]);
    let state = r#"{"version": 4, "terraform_version": "1.13.3", "serial": 1, "resources": [{"mode": "managed", "type": "datadog_application_key",
        "name": "ci", "instances": [{"attributes": {"key": "0123456789abcdef0123456789abcdef01234567", "scopes": ["monitors_read"]}}]}]}"#;
    assert_eq!(grants("terraform.tfstate", state), ["datadog_application_key.ci: monitors_read"]);
}

#[test]
fn fixing_leaves_computed_lists_and_their_findings() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["main.tf", "keys.tf", "more.tf", "ddscope.toml"] {
        std::fs::copy(format!("examples/terraform-mistakes/{file}"), folder.path().join(file)).unwrap();
    }
    let mut ddscope = Command::cargo_bin("ddscope").unwrap();
    let output = ddscope.current_dir(folder.path()).args(["check", "--fix", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let left = findings(&report);
    assert!(left.iter().any(|finding| finding.starts_with("apply unknown-scope")), "{left:?}");
    assert!(!left.iter().any(|finding| finding.starts_with("plan ")), "{left:?}");
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("the scopes of apply are not a plain list in keys.tf"), "{notes}");
    let fixed = std::fs::read_to_string(folder.path().join("keys.tf")).unwrap();
    assert!(fixed.contains("concat([\"dashboards_read\", \"monitors_read\"], var.extra_scopes)"), "{fixed}");
    assert!(fixed.contains("scopes   = [\"dashboards_read\", \"monitors_read\"]"), "{fixed}");
}
