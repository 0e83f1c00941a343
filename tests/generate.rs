//! `generate` in every form, and each form read back by what understands it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use ddscope::emit::EMITTERS;
use ddscope::privilege::Listing;
use ddscope::privilege::grants;
use regex::Regex;
use std::fs;
use std::path::{Path, PathBuf};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check/project")
}

const DETAILS: [&str; 12] = [
    "--name",
    "nightly \"export\" ${x}",
    "--id",
    "0f5c3a52-7a3b-4a7e-9b6a-3f0d5d4f1a01",
    "--service-account",
    "0f5c3a52-7a3b-4a7e-9b6a-3f0d5d4f1a0a",
    "--expires",
    "2027-01-31T00:00:00Z",
    "--client-id",
    "dddddddd-0000-4000-8000-000000000001",
    "--redirect-uri",
    "http://127.0.0.1:8000/callback",
];

fn generate(folder: &Path, args: &[&str]) -> (String, String, i32) {
    let mut command = Command::cargo_bin("ddscope").unwrap();
    let output = command.current_dir(folder).arg("generate").args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn form(name: &str) -> String {
    let (text, told, status) = generate(&project(), &[&["src", "--format", name], &DETAILS[..]].concat());
    assert_eq!(status, 0, "{name}: {told}");
    text
}

#[test]
fn every_form_of_one_project() {
    let mut all = String::new();
    for emitter in EMITTERS {
        let text = form(emitter.name());
        assert!(text.ends_with('\n'), "{}", emitter.name());
        all.push_str(&format!("# {}: {}\n{text}\n", emitter.name(), emitter.about()));
    }
    let all = Regex::new(r"client [0-9.]+ \([0-9-]+\)").unwrap().replace_all(&all, "client RELEASE (DAY)").into_owned();
    let all = Regex::new(r"opens \d+|and \d+ changing").unwrap().replace_all(&all, "N").into_owned();
    insta::assert_snapshot!(all);
}

#[test]
fn what_is_generated_reads_back_as_the_grant_it_makes() {
    let names: Vec<String> = form("names").lines().map(str::to_owned).collect();
    for format in ["names", "json", "comma", "app-key", "app-key-update", "service-account-key", "pat", "sat"] {
        let found = grants::parse(&form(format), format, &Listing::default()).unwrap();
        let scopes: Vec<String> = found[0].scopes().iter().map(|granted| granted.name.to_string()).collect();
        assert_eq!(scopes, names, "{format}");
    }
    let scopes = |format: &str| {
        let found = grants::parse(&form(format), format, &Listing::default()).unwrap();
        found[0].scopes().iter().map(|granted| granted.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(scopes("authorize-url"), scopes("oauth-scope"));
}

#[test]
fn terraform_is_valid_and_without_interpolation() {
    for format in ["terraform", "terraform-service-account-key", "terraform-service-token", "terraform-role"] {
        let body: hcl_edit::structure::Body = form(format).parse().unwrap_or_else(|error| panic!("{format}: {error}"));
        let resource = body.get_blocks("resource").next().unwrap();
        let name = resource.body.get_attribute("name").unwrap().value.as_str().map(str::to_owned);
        assert_eq!(name.as_deref(), Some("nightly \"export\" ${x}"), "{format}");
    }
}

#[test]
fn a_generated_configuration_passes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::copy(project().join("src/exporter.py"), folder.path().join("src/exporter.py")).unwrap();
    let (text, _, _) = generate(folder.path(), &["--format", "config", "--include-tests"]);
    fs::write(folder.path().join("ddscope.toml"), text).unwrap();
    let mut command = Command::cargo_bin("ddscope").unwrap();
    let output = command.current_dir(folder.path()).args(["check", "-q"]).output().unwrap();
    // The ignore comment of the fixture has nothing left to ignore.
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| line.contains("stale-ignore")), "{text}");
}

#[test]
fn a_lacking_detail_is_named() {
    for (format, flag) in [
        ("app-key-update", "--id"),
        ("pat", "--expires"),
        ("authorize-url", "--client-id"),
        ("terraform-service-token", "--service-account"),
    ] {
        let (_, told, status) = generate(&project(), &["src", "--format", format]);
        assert_eq!(status, 2, "{format}");
        assert!(told.contains(&format!("help: give {flag}")), "{format}: {told}");
    }
}

#[test]
fn an_empty_list_never_becomes_an_unscoped_key() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.py"), "print(1)\n").unwrap();
    for format in ["app-key", "terraform", "pulumi", "sat"] {
        let (text, told, status) = generate(folder.path(), &["--format", format]);
        assert_eq!((text.as_str(), status), ("", 2), "{format}");
        assert!(told.contains("unscoped"), "{told}");
    }
}

#[test]
fn read_only_leaves_out_what_changes_something() {
    let (text, told, _) = generate(&project(), &["src", "--read-only"]);
    assert_eq!(text, "dashboards_read\nmonitors_read\n");
    assert!(told.contains("--read-only"), "{told}");
}

#[test]
fn what_oauth_clients_cannot_do_is_said_with_what_it_needs_instead() {
    let folder = tempfile::tempdir().unwrap();
    let har = r#"{"log":{"version":"1.2","creator":{"name":"r","version":"1"},"entries":[
      {"request":{"method":"POST","url":"https://api.datadoghq.com/api/unstable/fleet/deployments/7/cancel"},"response":{"status":200}},
      {"request":{"method":"GET","url":"https://api.datadoghq.com/api/v2/api_keys"},"response":{"status":200}},
      {"request":{"method":"GET","url":"https://api.datadoghq.com/api/v1/monitor"},"response":{"status":200}}]}}"#;
    fs::write(folder.path().join("t.har"), har).unwrap();
    let (text, told, _) = generate(folder.path(), &["--trace", "t.har", "--format", "oauth-scope"]);
    assert_eq!(text, "monitors_read\n");
    assert!(
        told.contains("does not accept OAuth tokens: make it with an application key with `agent_upgrade_write`"),
        "{told}"
    );
    assert!(told.contains("keys need `api_keys_read`, which no OAuth client may hold"), "{told}");
}

#[test]
fn roles_take_their_ids_from_the_listing_of_the_site() {
    let folder = tempfile::tempdir().unwrap();
    let har = r#"{"log":{"version":"1.2","creator":{"name":"r","version":"1"},"entries":[
      {"request":{"method":"PUT","url":"https://api.datadoghq.com/api/v1/monitor/7"},"response":{"status":200}}]}}"#;
    fs::write(folder.path().join("t.har"), har).unwrap();
    let listing = r#"{"data":[{"type":"permissions","id":"bbbbbbbb-0000-4000-8000-000000000002","attributes":{"name":"monitors_write"}}]}"#;
    fs::write(folder.path().join("permissions.json"), listing).unwrap();
    let args = ["--trace", "t.har", "--format", "role", "--for-site", "us5.datadoghq.com"];
    let (_, told, status) = generate(folder.path(), &args);
    assert_eq!(status, 2);
    assert!(told.contains("the ids of monitors_write at us5.datadoghq.com are not known"), "{told}");
    let (text, _, status) = generate(folder.path(), &[&args[..], &["--permissions", "permissions.json"]].concat());
    assert_eq!(status, 0);
    assert!(text.contains("bbbbbbbb-0000-4000-8000-000000000002"), "{text}");
}

#[test]
fn names_that_a_site_lacks_are_warned_about() {
    let scopes = ["monitors_read".into(), "status_pages_notice_write".into()];
    let told = ddscope::emit::site::warnings(&scopes, "us5.datadoghq.com");
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("`status_pages_notice_write` is not known at us5.datadoghq.com"), "{told:?}");
    assert!(ddscope::emit::site::warnings(&scopes, "datadoghq.com").is_empty());
    let (_, told, _) = generate(&project(), &["src", "--for-site", "datadog.eu"]);
    assert!(told.contains("`datadog.eu` is no site that ddscope knows"), "{told}");
}

#[test]
fn a_form_for_another_kind_is_refused() {
    let (_, told, status) = generate(&project(), &["src", "--format", "terraform", "--credential", "oauth"]);
    assert_eq!(status, 2);
    assert!(told.contains("it is for app-key"), "{told}");
}

#[test]
fn terraform_gets_a_credential_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("worker/mute.sh", "curl -H \"DD-API-KEY: $K\" https://api.datadoghq.com/api/v2/downtime\n");
    write("ops/infra/main.tf", "resource \"datadog_role\" \"ops\" {\n  name = \"ops\"\n}\n");
    write("ops/tools/teams.sh", "curl -H \"DD-API-KEY: $K\" https://api.datadoghq.com/api/v2/team\n");
    let (text, told, status) = generate(folder.path(), &["--format", "config", "--name", "worker"]);
    assert_eq!(status, 0, "{told}");
    let config: toml::Table = text.parse().unwrap();
    let rows: Vec<(&str, Vec<&str>, Vec<&str>)> = config["credential"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let list = |key: &str| row[key].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
            (row["name"].as_str().unwrap(), list("scopes"), list("paths"))
        })
        .collect();
    assert_eq!(rows[0], ("worker", vec!["monitors_downtime", "teams_read"], vec!["ops/tools", "worker/mute.sh"]));
    assert_eq!(rows[1].0, "terraform");
    assert!(rows[1].1.contains(&"user_access_manage"), "{text}");
    assert_eq!(rows[1].2, ["ops/infra"]);
    write("ddscope.toml", &text);
    let mut command = Command::cargo_bin("ddscope").unwrap();
    let output = command.current_dir(folder.path()).args(["check", "-q"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    // What is added elsewhere is nobody's until somebody says so.
    write("cron/slo.sh", "curl -H \"DD-API-KEY: $K\" https://api.datadoghq.com/api/v1/slo\n");
    let mut command = Command::cargo_bin("ddscope").unwrap();
    let output = command.current_dir(folder.path()).args(["check", "-q"]).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        told,
        "cron/slo.sh:1:1: warning[unclaimed-call]: no credential of ddscope.toml covers this call of v1:ListSLOs\n"
    );
}
