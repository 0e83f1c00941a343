//! Alternatives that the request decides, from source code to the scope: each file under `tests/fixtures/decided/` says
//! in a comment `needs:` which scopes an application key must have for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ddscope::catalog::Catalog;
use ddscope::privilege::{Credential, Solution, Weights, needs};
use ddscope::scan::{Options, scan};
use std::path::{Path, PathBuf};

fn solved(file: &Path) -> Solution {
    let catalog = Catalog::builtin();
    let options = Options { paths: vec![file.to_owned()], ..Options::default() };
    let found = scan(&options, catalog).unwrap();
    // Fixtures lie in a folder of tests.
    needs(&found.resolution.usages, Credential::AppKey, true, &Weights::of_catalog(catalog))
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decided");
    let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn literals_in_code_pick_the_scope_in_every_language() {
    let (mut checked, mut wrong) = (0, String::new());
    for file in fixtures() {
        let text = std::fs::read_to_string(&file).unwrap();
        let Some((_, wanted)) = text.lines().take(2).find_map(|line| line.split_once("needs: ")) else { continue };
        checked += 1;
        let mut wanted: Vec<&str> = wanted.split_whitespace().collect();
        wanted.sort_unstable();
        let found = solved(&file).required;
        if found != wanted {
            wrong.push_str(&format!("{}\n  wanted {wanted:?}\n  found  {found:?}\n", file.display()));
        }
    }
    assert!(checked >= 13, "only {checked} files say what they need");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_decided_is_said_and_so_is_what_is_assumed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decided");
    let notes = |name: &str| solved(&folder.join(name)).notes.join("\n");
    assert_eq!(
        notes("client.rb"),
        "`draft_status` is `DRAFT` in the request, hence `monitors_draft_write` for v1:CreateMonitor\n\
         `share_type` is `INVITE` in the request, hence `dashboards_invite_share` for v1:CreatePublicDashboard"
    );
    assert_eq!(
        notes("hidden.py"),
        "`share_type` decides what v1:CreatePublicDashboard needs and is not visible here: the documented first, \
         `dashboards_public_share`, is assumed"
    );
}

#[test]
fn recorded_paths_pick_the_scope() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decided");
    let found = solved(&folder.join("requests.har")).required;
    assert_eq!(found, ["cloud_cost_management_read", "security_monitoring_rules_read"]);
}

#[test]
fn the_type_of_a_monitor_decides_whether_scoped_keys_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let said = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        let mut command = assert_cmd::Command::cargo_bin("ddscope").unwrap();
        let granted = ["--granted", "monitors_read,monitors_write", "--format", "json"];
        let output = command.current_dir(folder.path()).args(["check", name]).args(granted).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let codes = report["findings"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap().to_owned());
        codes.filter(|code| code.contains("unscoped")).collect::<std::collections::BTreeSet<_>>()
    };
    let terraform = |kind: &str| {
        format!(
            "resource \"datadog_monitor\" \"m\" {{\n  name = \"m\"\n  type = {kind}\n  query = \"q\"\n  message = \"\"\n}}\n"
        )
    };
    let python = |kind: &str| {
        format!(
            "from datadog_api_client import ApiClient, Configuration\n\
             from datadog_api_client.v1.api.monitors_api import MonitorsApi\n\
             from datadog_api_client.v1.model.monitor import Monitor\n\
             from datadog_api_client.v1.model.monitor_type import MonitorType\n\n\n\
             def make(kind):\n    with ApiClient(Configuration()) as client:\n        \
             MonitorsApi(client).create_monitor(Monitor(type={kind}, query=\"q\"))\n"
        )
    };
    let java = |kind: &str| {
        format!(
            "import com.datadog.api.client.ApiClient;\nimport com.datadog.api.client.v1.api.MonitorsApi;\n\
             import com.datadog.api.client.v1.model.Monitor;\nimport com.datadog.api.client.v1.model.MonitorType;\n\
             class Make {{\n  void make(MonitorType kind) throws Exception {{\n    \
             new MonitorsApi(ApiClient.getDefaultApiClient()).createMonitor(new Monitor().type({kind}).query(\"q\"));\n  }}\n}}\n"
        )
    };
    let curl = |kind: &str| {
        format!(
            "curl -X POST https://api.datadoghq.com/api/v1/monitor -H \"DD-API-KEY: $DD_API_KEY\" \
             -d '{{\"type\": \"{kind}\", \"query\": \"q\"}}'\n"
        )
    };
    let (none, sure, open) = ([""; 0], ["unscoped-only"], ["maybe-unscoped-only"]);
    let list = |found: std::collections::BTreeSet<String>| found.into_iter().collect::<Vec<_>>();
    assert_eq!(list(said("a.tf", &terraform("\"query alert\""))), none);
    assert_eq!(list(said("a.tf", &terraform("\"log alert\""))), sure);
    assert_eq!(list(said("a.tf", &terraform("var.kind"))), open);
    assert_eq!(list(said("a.py", &python("MonitorType(\"metric alert\")"))), none);
    assert_eq!(list(said("a.py", &python("MonitorType.LOG_ALERT"))), sure);
    assert_eq!(list(said("a.py", &python("kind"))), open);
    assert_eq!(list(said("Make.java", &java("MonitorType.QUERY_ALERT"))), none);
    assert_eq!(list(said("Make.java", &java("MonitorType.LOG_ALERT"))), sure);
    assert_eq!(list(said("Make.java", &java("kind"))), open);
    assert_eq!(list(said("a.sh", &curl("log alert"))), sure);
    assert_eq!(list(said("a.sh", &curl("query alert"))), none);
}
