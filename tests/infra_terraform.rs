//! Terraform as a whole: modules, provider aliases, plans, states, and the two keys that come of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use ddscope::infra;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

fn scan(folder: &str, args: &[&str]) -> (Value, i32) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/infra").join(folder);
    let mut command = Command::cargo_bin("ddscope").unwrap();
    let output = command.current_dir(folder).args(["scan", "--format", "json"]).args(args).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    (serde_json::from_slice(&output.stdout).expect(&error), output.status.code().unwrap())
}

/// `resource action operation provider` of everything declared, sorted.
fn calls(report: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for usage in report["usages"].as_array().unwrap() {
        for at in usage["evidence"].as_array().unwrap() {
            let word = |name: &str| at[name].as_str().unwrap();
            let operation = usage["operation"].as_str().unwrap();
            found.insert(format!("{} {} {operation} {}", word("resource"), word("action"), word("provider")));
        }
    }
    found
}

fn lines(found: &BTreeSet<String>) -> String {
    found.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn words(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect()
}

#[test]
fn modules_aliases_json_and_state_are_one_project() {
    let (report, status) = scan("deploy", &["."]);
    assert_eq!((status, &report["complete"]), (0, &Value::Bool(true)), "{:?}", report["problems"]);
    insta::assert_snapshot!("deploy", lines(&calls(&report)));
    let undecided: BTreeSet<String> = report["unresolved"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {}", row["line"], row["reason"].as_str().unwrap(), row["call"].as_str().unwrap()))
        .collect();
    let expected = [
        "41 module-not-downloaded module.later from acme/later/datadog",
        "49 module-not-found module.elsewhere from ../not-here/datadog",
    ];
    assert_eq!(undecided, expected.map(str::to_owned).into());
}

#[test]
fn every_provider_has_its_two_keys() {
    let (report, _) = scan("deploy", &["."]);
    let rows = report["deployments"].as_array().unwrap();
    let needs = |number: usize, key: &str| words(&rows[number][key]["required"]);
    assert_eq!([&rows[0]["provider"], &rows[1]["provider"]], ["datadog", "datadog.eu"]);
    assert_eq!(rows[0]["tool"], "terraform");
    assert_eq!(rows.len(), 2);
    for (number, row) in rows.iter().enumerate() {
        let (plan, apply) = (needs(number, "plan"), needs(number, "apply"));
        assert!(plan.iter().all(|scope| apply.contains(scope)), "{plan:?} {apply:?}");
        assert!(!plan.iter().any(|scope| scope.ends_with("_write") || scope.ends_with("_manage")), "{plan:?}");
        let because = &row["apply"]["because"];
        assert!(apply.iter().all(|scope| !words(&because[*scope]).is_empty()), "{because:?}");
    }
    assert!(needs(1, "apply").contains(&"teams_manage"));
    assert!(!needs(0, "apply").contains(&"teams_manage"));
}

#[test]
fn a_phase_leaves_out_the_rest() {
    let (plan, _) = scan("deploy", &["--phase", "plan", "."]);
    let (all, _) = scan("deploy", &["."]);
    let planned: BTreeSet<String> = calls(&all)
        .into_iter()
        .filter(|call| matches!(call.split(' ').nth(1), Some("plan" | "read" | "configure")))
        .collect();
    assert_eq!(calls(&plan), planned);
    let keys = |report: &Value, key: &str| words(&report["deployments"][0][key]["required"]).join(" ");
    assert_eq!(keys(&plan, "plan"), keys(&all, "plan"));
    assert_eq!(keys(&plan, "apply"), keys(&all, "plan"));
}

#[test]
fn a_provider_and_programs_can_be_asked_about_alone() {
    let (eu, _) = scan("deploy", &["--provider", "datadog.eu", "."]);
    assert!(!calls(&eu).is_empty());
    assert!(calls(&eu).iter().all(|call| call.ends_with(" datadog.eu")), "{:?}", calls(&eu));
    let (plan, _) = scan("programs", &["--phase", "plan", "index.ts"]);
    assert!(!calls(&plan).is_empty());
    assert!(calls(&plan).iter().all(|call| call.contains(" read ") || call.contains(" plan ")), "{:?}", calls(&plan));
}

#[test]
fn a_plan_is_taken_at_its_word() {
    let (report, status) = scan("plan", &["plan.json"]);
    assert_eq!(status, 0, "{:?}", report["problems"]);
    insta::assert_snapshot!("plan", lines(&calls(&report)));
}

#[test]
fn a_state_shown_as_json_is_refreshed_and_may_be_destroyed() {
    let text = r#"{"format_version":"1.0","terraform_version":"1.13.3","values":{"root_module":{"resources":[],"child_modules":[
        {"address":"module.a","resources":[{"address":"module.a.datadog_team.t","mode":"managed","type":"datadog_team","name":"t","values":{}}]}]}}}"#;
    let found = infra::read(&Arc::from("state.json"), text).expect("a state");
    let actions: BTreeSet<&str> = found.iter().filter_map(|it| it.call.action()).collect();
    assert_eq!(actions, ["delete", "read"].into());
    let old = r#"{"version":3,"terraform_version":"0.11.14","serial":1,"modules":[{"path":["root"],"resources":{
        "datadog_timeboard.t":{"type":"datadog_timeboard","primary":{"id":"1"}},"data.datadog_ip_ranges.r":{"type":"datadog_ip_ranges"}}}]}"#;
    let found = infra::read(&Arc::from("old.tfstate"), old).expect("a state");
    assert!(found.len() >= 3, "{found:?}");
    let error = infra::read(&Arc::from("x.tfstate"), "{\"a\": 1}").expect_err("neither");
    assert!(error.help.is_some_and(|help| help.contains("terraform show -json")));
}

#[test]
fn cut_and_broken_files_do_no_harm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/infra");
    let files = ["deploy/main.tf", "deploy/modules/service/more.tf.json", "deploy/terraform.tfstate", "plan/plan.json"];
    for file in files {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let name: Arc<str> = file.into();
        let whole = infra::read(&name, &String::from_utf8_lossy(&bytes)).expect("a whole file");
        assert!(!whole.is_empty(), "{file}");
        for cut in (0..bytes.len()).step_by(7) {
            drop(infra::read(&name, &String::from_utf8_lossy(&bytes[..cut])));
            let mut flipped = bytes.clone();
            flipped[cut] ^= 0x55;
            drop(infra::read(&name, &String::from_utf8_lossy(&flipped)));
        }
    }
    let yaml = std::fs::read(folder.join("programs/k8s/monitor.yaml")).unwrap();
    let name: Arc<str> = "monitor.yaml".into();
    assert!(!infra::manifest::read(&name, &String::from_utf8_lossy(&yaml)).is_empty());
    for cut in (0..yaml.len()).step_by(5) {
        drop(infra::manifest::read(&name, &String::from_utf8_lossy(&yaml[..cut])));
        let mut flipped = yaml.clone();
        flipped[cut] ^= 0x55;
        drop(infra::manifest::read(&name, &String::from_utf8_lossy(&flipped)));
    }
    assert!(infra::manifest::read(&name, &"- ".repeat(20_000)).is_empty());
    for (name, open) in [("deep.tf.json", "{\"resource\":"), ("deep.tfstate", "[")] {
        assert!(infra::read(&Arc::from(name), &open.repeat(100_000)).is_err());
    }
    let circle = "module \"a\" { source = \"./\" }\nlocals {\n a = local.b\n b = local.a\n}\nresource \"datadog_team\" \"t\" {\n count = local.a\n}\n";
    assert!(!infra::read(&Arc::from("circle.tf"), circle).expect("valid").is_empty());
}

#[test]
fn programs_manifests_tasks_and_commands_declare_too() {
    let (report, status) = scan("programs", &["."]);
    assert_eq!((status, &report["complete"]), (0, &Value::Bool(true)), "{:?}", report["problems"]);
    let mut found = BTreeSet::new();
    for usage in report["usages"].as_array().unwrap() {
        for at in usage["evidence"].as_array().unwrap() {
            let word = |name: &str| at[name].as_str().unwrap_or("-");
            let operation = usage["operation"].as_str().unwrap();
            let place = format!("{}:{}", word("file"), at["line"]);
            found.insert(format!(
                "{place} {} {} {} {operation} {}",
                word("kind"),
                word("resource"),
                word("action"),
                word("provider")
            ));
        }
    }
    for row in report["unresolved"].as_array().unwrap() {
        let word = |name: &str| row[name].as_str().unwrap();
        found.insert(format!("{}:{} {} {} {}", word("file"), row["line"], word("kind"), word("reason"), word("call")));
    }
    insta::assert_snapshot!("programs", lines(&found));
}
