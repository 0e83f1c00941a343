//! Grants on the command line: lists, files, standard input, several keys, the kinds of a bare list, exit statuses, quiet.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;

const REQUESTS: &str = r#"{"log":{"version":"1.2","creator":{"name":"r","version":"1"},"entries":[
  {"request":{"method":"GET","url":"https://api.datadoghq.com/api/v1/monitor"},"response":{"status":200}},
  {"request":{"method":"GET","url":"https://api.datadoghq.com/api/v2/team"},"response":{"status":200}}]}}"#;

/// A folder with traffic that needs `monitors_read` and `teams_read`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.har"), REQUESTS).unwrap();
    folder
}

fn run(folder: &Path, args: &[&str], input: &str) -> (String, String, i32) {
    let mut command = Command::cargo_bin("ddscope").unwrap();
    let output = command.current_dir(folder).args(args).write_stdin(input).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn codes(folder: &Path, args: &[&str], input: &str) -> Vec<String> {
    let args = [&["check", "--trace", "t.har", "--format", "json"], args].concat();
    let (text, told, _) = run(folder, &args, input);
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {told}"));
    let found = report["findings"].as_array().unwrap().iter();
    found
        .map(|it| format!("{} {}", it["code"].as_str().unwrap(), it["scopes"][0].as_str().unwrap_or_default()))
        .collect()
}

#[test]
fn standard_input_is_a_grant_in_every_shape_of_a_list() {
    let folder = folder();
    for list in [
        "monitors_read,teams_read",
        "monitors_read teams_read\n",
        "monitors_read\nteams_read\n",
        "[\"monitors_read\", \"teams_read\"]",
        "scopes: [monitors_read, teams_read]",
        "{\"scopes\": [\"monitors_read\", \"teams_read\"]}",
    ] {
        assert_eq!(codes(folder.path(), &["--grant", "-"], list), [""; 0], "{list}");
    }
    assert_eq!(codes(folder.path(), &["--grant", "-"], "monitors_read"), ["missing-scope teams_read"]);
}

#[test]
fn lists_given_twice_are_one_credential_and_files_are_several() {
    let folder = folder();
    assert_eq!(codes(folder.path(), &["--granted", "monitors_read", "--granted", "teams_read"], ""), [""; 0]);
    std::fs::write(folder.path().join("a.txt"), "monitors_read").unwrap();
    std::fs::write(folder.path().join("b.txt"), "teams_read").unwrap();
    let found = codes(folder.path(), &["--grant", "a.txt", "--grant", "b.txt"], "");
    assert_eq!(found, ["missing-scope teams_read", "missing-scope monitors_read"]);
}

#[test]
fn the_kind_of_a_bare_list_decides_what_may_be_in_it() {
    let folder = folder();
    let granted = ["--granted", "monitors_read,teams_read,api_keys_write"];
    assert_eq!(codes(folder.path(), &granted, ""), ["excess-scope api_keys_write"]);
    let oauth = [&granted[..], &["--credential", "oauth"]].concat();
    assert_eq!(codes(folder.path(), &oauth, ""), ["scope-not-for-oauth api_keys_write"]);
}

#[test]
fn an_id_in_a_list_is_named_as_the_mistake_it_is() {
    let folder = folder();
    let granted = ["--granted", "monitors_read,teams_read,4d87d5f8-d8b1-11e9-a77a-eb9c8350d04f"];
    let (text, _, status) = run(folder.path(), &[&["check", "--trace", "t.har"], &granted[..]].concat(), "");
    assert_eq!(status, 1);
    assert!(text.contains("error[id-as-scope]") && text.contains("help: write \"monitors_downtime\""), "{text}");
}

#[test]
fn a_wrong_name_is_led_to_what_is_missing() {
    let folder = folder();
    std::fs::write(folder.path().join("t.har"), REQUESTS.replace("/api/v2/team", "/api/v1/logs/config/pipelines"))
        .unwrap();
    let granted = ["check", "--trace", "t.har", "--granted", "monitors_read,logs_config_read"];
    let (text, _, _) = run(folder.path(), &granted, "");
    assert!(text.contains("did you mean `logs_read_config`"), "{text}");
}

#[test]
fn a_role_is_not_said_to_miss_what_its_listing_hides() {
    let folder = folder();
    let role = r#"{"data":[{"type":"permissions","id":"bbbbbbbb-0000-4000-8000-000000000002","attributes":{"name":"monitors_write"}}]}"#;
    std::fs::write(folder.path().join("role.json"), role).unwrap();
    std::fs::write(folder.path().join("t.har"), REQUESTS.replace("/api/v2/team", "/api/v1/hosts")).unwrap();
    let found = codes(folder.path(), &["--grant", "role.json"], "");
    // `monitors_read` is everybody's, `hosts_read` never shown.
    assert_eq!(found, ["excess-scope monitors_write", "not-shown-permission hosts_read"]);
}

#[test]
fn exit_status_and_quiet_output_are_made_for_ci() {
    let folder = folder();
    let check = |args: &[&str]| run(folder.path(), &[&["check", "--trace", "t.har", "-q"], args].concat(), "");
    assert_eq!(check(&["--granted", "monitors_read,teams_read"]), (String::new(), String::new(), 0));
    let (text, told, status) = check(&["--granted", "monitors_read"]);
    assert_eq!((text.lines().count(), told.as_str(), status), (1, "", 1), "{text}");
    assert!(text.contains("error[missing-scope]: v2:ListTeams needs `teams_read`"), "{text}");
    let (text, told, status) = check(&[]);
    assert_eq!((text.as_str(), status), ("", 2));
    assert!(told.contains("nothing says what is granted") && told.contains("help: "), "{told}");
    let (_, told, status) = check(&["--grant", "missing.json"]);
    assert_eq!(status, 2);
    assert!(told.contains("missing.json"), "{told}");
}

#[test]
fn undecided_calls_fail_only_on_demand() {
    let folder = folder();
    std::fs::write(folder.path().join("probe.sh"), "curl \"https://api.datadoghq.com/api/v1/$1\"\n").unwrap();
    let args = ["check", ".", "--trace", "t.har", "--granted", "monitors_read,teams_read", "-q"];
    let (text, _, status) = run(folder.path(), &args, "");
    assert_eq!((text.as_str(), status), ("", 0));
    let (text, _, status) = run(folder.path(), &[&args[..], &["--deny-unresolved"]].concat(), "");
    assert_eq!(status, 1);
    assert!(text.contains("probe.sh:1:1: error[unresolved-call]"), "{text}");
}

#[test]
fn calls_that_cannot_need_a_scope_cast_no_doubt_on_it() {
    let folder = folder();
    let held = ["--granted", "monitors_read,teams_read,slos_read"];
    let said = |probe: &str| {
        let key = "-H \"DD-API-KEY: $DD_API_KEY\"";
        std::fs::write(folder.path().join("probe.sh"), format!("curl {key} \"{probe}\"\n")).unwrap();
        let found = codes(folder.path(), &[&["."], &held[..]].concat(), "");
        found.into_iter().find(|line| line.ends_with(" slos_read"))
    };
    let (sure, open) = (Some("excess-scope slos_read".to_owned()), Some("possibly-excess-scope slos_read".to_owned()));
    assert_eq!(said("https://api.datadoghq.com/api/v1/$1"), open);
    assert_eq!(said("https://api.datadoghq.com/api/v1/slo/$1/$2/$3"), open);
    assert_eq!(said("https://api.datadoghq.com/api/v2/unheard-of/$1"), open);
    assert_eq!(said("https://webhook-intake.datadoghq.com/api/v2/webhook/$1"), sure);
    assert_eq!(said("https://install.datadoghq.com/agent/$1"), sure);
    assert_eq!(said("https://api.datadoghq.com/api/v1/monitor/$1/$2/$3"), sure);
}
