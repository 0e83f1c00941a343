//! `ddscope catalog` and `ddscope explain` as they are typed.

use assert_cmd::Command;
use serde_json::Value;

fn run(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("ddscope").expect("the binary");
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().expect("a run");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn json(arguments: &[&str]) -> Value {
    let (status, out, complaint) = run(arguments);
    assert_eq!((status, complaint.as_str()), (0, ""));
    serde_json::from_str(&out).expect("json")
}

fn ids(value: &Value) -> Vec<&str> {
    value["operations"].as_array().expect("operations").iter().filter_map(|row| row["id"].as_str()).collect()
}

#[test]
fn explains_every_kind_of_thing() {
    let things = [
        "metrics_read",
        "built_in_features",
        "v1:CreatePublicDashboard",
        "v2:DeleteActionConnection",
        "v2:ListOrgGroups",
        "v2:SubmitLog",
        "v2:ListFleetClusters",
        "GET /api/v1/monitor/123",
        "https://http-intake.logs.datadoghq.eu/api/v2/logs",
        "MonitorsApi.list_monitors_with_pagination",
        "datadogV2.UsersApi.ListUsers",
        "updateSLOCorrectionWithHttpInfo",
        "api.Monitor.mute",
        "dog monitor mute_all",
        "IP Ranges",
    ];
    let mut pages = String::new();
    for thing in things {
        let (status, out, complaint) = run(&["explain", thing]);
        assert_eq!((status, complaint.as_str()), (0, ""), "{thing}");
        pages += &format!("$ ddscope explain {thing}\n{out}\n");
    }
    insta::assert_snapshot!(pages);
}

#[test]
fn says_what_was_meant() {
    let wrong = [
        vec!["explain", "monitor_read"],
        vec!["explain", "PUT", "/api/v1/monitor"],
        vec!["explain", "/api/v1/monitors"],
        vec!["explain", "listMonitorz"],
        vec!["explain", "qqqqqqq"],
        vec!["explain", "ddapp_abcdefghijklmnopqrstuvwxyz0123456789"],
        vec!["catalog", "list", "--scope", "dashboard_read"],
        vec!["catalog", "list", "--group", "monitor"],
        vec!["catalog", "diff", "no-such-file", "builtin"],
        vec!["catalog", "diff", "Cargo.toml", "builtin"],
        vec!["catalog", "import", "Cargo.toml", "--release", "1"],
    ];
    let mut said = String::new();
    for arguments in wrong {
        let (status, out, complaint) = run(&arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}");
        said += &format!("$ ddscope {}\n{complaint}\n", arguments.join(" "));
    }
    assert!(!said.contains("abcdefghijklmnop0123") && !said.contains("error: nothing is named `ddapp_abc"));
    insta::assert_snapshot!(said);
}

#[test]
fn lists_in_the_form_of_the_contract() {
    let all = json(&["catalog", "list", "--format", "json"]);
    assert_eq!((all["release"].as_str(), all["released"].as_str()), (Some("2.62.0"), Some("2026-10-13")));
    assert_eq!(ids(&all).len(), ddscope::catalog::Catalog::builtin().operations().len());
    assert_eq!(all["scopes"].as_array().map(Vec::len), Some(430));
    let keys = |value: &Value| value.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    for row in all["operations"].as_array().expect("operations") {
        assert_eq!(keys(row), ["app-key", "auth", "group", "id", "method", "oauth", "path", "status"]);
        let state = |name: &str| row[name]["state"].as_str().unwrap_or_default().to_owned();
        assert!(["published", "unpublished", "unsupported", "not-needed"].contains(&state("oauth").as_str()), "{row}");
        let of_keys = state("app-key");
        assert!(["published", "inferred", "open", "unpublished", "not-needed"].contains(&of_keys.as_str()), "{row}");
        assert_eq!(
            row["app-key"]["clauses"] == Value::Array(vec![]),
            !["published", "inferred"].contains(&of_keys.as_str())
        );
    }
    for row in all["scopes"].as_array().expect("scopes") {
        assert_eq!(keys(row), ["group", "kind", "listed", "name", "oauth", "restricted"]);
    }
}

#[test]
fn lists_what_was_asked_for() {
    let of = |arguments: &[&str]| {
        let whole: Vec<&str> =
            ["catalog", "list", "--format", "json"].into_iter().chain(arguments.iter().copied()).collect();
        json(&whole)
    };
    let slo = of(&["--scope", "slos_corrections"]);
    assert!(ids(&slo).contains(&"v1:CreateSLOCorrection") && ids(&slo).len() < 10, "{slo}");
    assert!(slo["scopes"].as_array().is_some_and(|scopes| scopes.iter().any(|s| s["name"] == "slos_corrections")));
    assert_eq!(ids(&of(&["--group", "ip ranges"])), ["v1:GetIPRanges"]);
    assert_eq!(ids(&of(&["--auth", "public"])).len(), 5);
    assert_eq!(ids(&of(&["--method", "put", "--path", "/api/v1/monitor/"])), ["v1:UpdateMonitor"]);
    assert!(ids(&of(&["--status", "retired"])).contains(&"v2:ListTagPolicies@2.57.0"));
    assert!(
        of(&["--unpublished"])["operations"]
            .as_array()
            .expect("rows")
            .iter()
            .all(|row| row["app-key"]["state"] == "unpublished")
    );
    let (_, text, _) = run(&["catalog", "list", "--group", "Webhooks Integration"]);
    insta::assert_snapshot!(text);
}

#[test]
fn explains_for_programs() {
    let answer = json(&["explain", "v1:CreateMonitor", "--format", "json"]);
    assert_eq!((answer["kind"].as_str(), ids(&answer)), (Some("operation"), vec!["v1:CreateMonitor"]));
    let codes: Vec<&str> =
        answer["notes"].as_array().expect("notes").iter().filter_map(|n| n["code"].as_str()).collect();
    assert!(codes.contains(&"log-monitors-unscoped-key-only") && codes.contains(&"request-decides"), "{codes:?}");
    let route = json(&["explain", "GET https://api.datadoghq.com/api/v1/monitor/1", "--format", "json"]);
    assert_eq!(route["matches"][0]["match"], "exact");
    let scope = json(&["explain", "user_access_manage", "--format", "json"]);
    assert_eq!(scope["notes"][0]["code"], "take-over");
    assert!(ids(&scope).contains(&"v2:CreateRole"));
    let list = json(&["catalog", "list", "--scope", "user_access_manage", "--format", "json"]);
    assert_eq!(scope["operations"], list["operations"]);
}

#[test]
fn compares_tables_and_the_calls_they_touch() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let data = include_str!("../data/scopes.json");
    let line = data.lines().find(|line| line.starts_with("{\"id\":\"v1:ListMonitors\"")).expect("a row");
    let old = data.replace(line, &line.replace("monitors_read", "standard")).replacen("\"2.62.0\"", "\"2.61.9\"", 1);
    std::fs::write(path("old.json"), old).expect("a file");
    let code = "import requests\nrequests.get('https://api.datadoghq.com/api/v1/monitor')\n";
    std::fs::write(path("uses.py"), code).expect("a file");
    std::fs::write(path("other.py"), "print('nothing')\n").expect("a file");

    let diff = json(&["catalog", "diff", &path("old.json"), "builtin", "--format", "json"]);
    assert_eq!(diff["changed"].as_array().map(Vec::len), Some(1));
    assert_eq!(diff["changed"][0]["aspects"], serde_json::json!(["oauth", "app-key"]));
    assert_eq!(diff["changed"][0]["old"]["oauth"]["clauses"], serde_json::json!([["standard"]]));
    let (status, text, _) = run(&["catalog", "diff", &path("old.json"), "data/scopes.json", &path("other.py")]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("none of your calls is touched"), "{text}");
    let (status, text, _) = run(&["catalog", "diff", &path("old.json"), "data/scopes.json", &path("uses.py")]);
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("oauth    standard → monitors_read") && text.contains("uses.py:2"), "{text}");
    let (_, text, _) = run(&["catalog", "diff", "builtin", "builtin"]);
    assert_eq!(text, "2.62.0 → 2.62.0\nthe tables are the same\n");
}

#[test]
fn imports_documents_and_facts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (one, two) = ("tests/fixtures/catalog/one.yaml", "tests/fixtures/catalog/two.yaml");
    let make = |arguments: &[&str]| {
        let (status, out, complaint) = run(arguments);
        assert_eq!((status, complaint.as_str()), (0, ""));
        out
    };
    let first = make(&["catalog", "import", one, "--release", "1.0.0", "--released", "2030-01-01", "--base", "none"]);
    std::fs::write(path("one.json"), &first).expect("a file");
    let base = path("one.json");
    let again = make(&["catalog", "import", one, "--release", "1.0.0", "--base", &base]);
    assert_eq!(first, again);
    let facts = "tests/fixtures/catalog/facts";
    let next =
        ["catalog", "import", two, "--release", "1.1.0", "--released", "2030-02-01", "--base", &base, "--facts", facts];
    insta::assert_snapshot!(make(&next));
}
