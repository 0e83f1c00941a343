//! From recordings to reports: every format shows the same operations, and no output shows a key.

use crate::agree::requests;
use crate::convert::{Sent, Tells, WRITERS};
use assert_cmd::Command;
use ddscope::catalog::Catalog;
use ddscope::report::{Detail, FORMATS, Report};
use ddscope::scan::{Credential, Options, Scan, scan};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn scanned(traces: Vec<PathBuf>) -> Scan<'static> {
    scan(&Options { traces, ..Options::default() }, Catalog::builtin()).unwrap_or_else(|error| panic!("{error}"))
}

/// Requests by operation, or by reason where it is undecided, and by refusal where the format tells statuses.
fn used(scan: &Scan<'_>, tells: Tells) -> BTreeMap<(String, bool), u64> {
    let usages = scan.resolution.usages.iter();
    let decided = usages.flat_map(|usage| usage.evidence.iter().map(|e| (usage.operation.id.to_owned(), e)));
    let open = scan.resolution.unresolved.iter().map(|it| (it.reason.to_owned(), &it.evidence));
    let mut sums = BTreeMap::new();
    for (what, evidence) in decided.chain(open) {
        let observed = evidence.observed.as_deref().expect("traffic is observed");
        let denied = tells == Tells::All && matches!(observed.status, Some(401 | 403));
        *sums.entry((what, denied)).or_default() += observed.count;
    }
    sums
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// One request as Bruno writes it, which has one a file.
fn bruno(it: &Sent) -> Vec<u8> {
    let (verb, path, key) = (it.method.to_lowercase(), &it.path, &it.key);
    format!(
        "meta {{\n  name: one\n  type: http\n}}\n\n{verb} {{\n  url: https://api.datadoghq.com{path}\n}}\n\nheaders {{\n  DD-API-KEY: {key}\n}}\n"
    )
    .into_bytes()
}

#[test]
fn every_format_gives_the_same_usages() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = requests();
    // with `DDSCOPE_REQUESTS`, the first format is what the others are compared with
    let expected = |tells: Tells, found: &BTreeMap<(String, bool), u64>| {
        let mut sums = BTreeMap::new();
        for (sent, operation) in &all {
            let Some(operation) = operation else { return found.clone() };
            let denied = tells == Tells::All && matches!(sent.status, 401 | 403);
            *sums.entry((operation.clone(), denied)).or_default() += 1;
        }
        sums
    };
    let sent: Vec<Sent> = all.iter().map(|(sent, _)| sent.clone()).collect();
    let mut first: BTreeMap<(String, bool), u64> = BTreeMap::new();
    for (format, file, tells, writer) in WRITERS {
        let scan = scanned(vec![write(folder.path(), file, &writer(&sent))]);
        let found = used(&scan, *tells);
        if first.is_empty() {
            first = expected(Tells::All, &found);
        }
        let mut wanted: BTreeMap<(String, bool), u64> = BTreeMap::new();
        for ((what, denied), count) in &first {
            *wanted.entry((what.clone(), *denied && *tells == Tells::All)).or_default() += count;
        }
        assert_eq!(found, wanted, "{format} in {file}");
        assert!(scan.problems.is_empty(), "{file}: {:?}", scan.problems);
    }
    for (sent, operation) in all.iter().take(50).filter_map(|(sent, operation)| Some((sent, operation.as_ref()?))) {
        let scan = scanned(vec![write(folder.path(), "one.bru", &bruno(sent))]);
        let found: Vec<(String, bool)> = used(&scan, Tells::NoStatus).into_keys().collect();
        assert_eq!(found, [(operation.clone(), false)], "{sent:?}");
    }
}

/// Keys of every shape that Datadog has given them.
fn keys() -> [String; 6] {
    let hex = "0123456789abcdef0123456789abcdef";
    let tail = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6";
    let prefixed = |prefix: &str| format!("{prefix}_{tail}");
    [hex.into(), format!("{hex}01234567"), format!("pub{hex}"), prefixed("ddapp"), prefixed("ddpat"), prefixed("ddsat")]
}

/// A folder with every key in every format: in headers, queries, paths, and where a name or an id belongs.
fn planted(folder: &Path) {
    for (number, key) in keys().iter().enumerate() {
        let paths = [
            format!("/api/v1/monitor?api_key={key}&application_key={key}"),
            format!("/api/v1/api_key/{key}"),
            format!("/api/v2/no_such_thing/{key}/x"),
            format!("/api/v1/x/%22{key}%22/y#{key}"),
            format!("/api/v1/dashboard/key={key}"),
        ];
        let one = |path: &String| Sent { method: "GET".into(), path: path.clone(), status: 403, key: key.clone() };
        let all: Vec<Sent> = paths.iter().map(one).collect();
        for (_, file, _, writer) in WRITERS {
            let bytes = writer(&all);
            write(folder, &format!("{number}_{file}"), &bytes);
            write(folder, &format!("{number}_cut_{file}"), &bytes[..bytes.len() * 2 / 3]);
        }
        for (at, sent) in all.iter().enumerate() {
            write(folder, &format!("{number}_{at}.bru"), &bruno(sent));
        }
        let event = |path: &str| {
            format!(
                "{{\"source\":\"audit\",\"message\":\"{key}\",\"attributes\":{{\"http\":{{\"method\":\"GET\",\"url_details\":{{\"path\":\"{path}\",\"host\":\"{key}\"}}}},\"auth_method\":\"{key}\",\"metadata\":{{\"application_key\":{{\"id\":\"{key}\"}}}},\"usr\":{{\"id\":\"{key}\"}}}}}}\n"
            )
        };
        write(folder, &format!("{number}_ids.json"), (event("/api/v1/monitor") + &event("/api/v2/roles")).as_bytes());
        let urls = format!(
            "GET https://{key}:{key}@api.datadoghq.com/api/v1/monitor\n\n###\n\nGET https://api.datadoghq.com/api/v1/slo?x={key}\nDD-API-KEY: {key}\n"
        );
        write(folder, &format!("{number}_users.http"), urls.as_bytes());
    }
}

#[test]
fn no_output_shows_a_planted_key() {
    let folder = tempfile::tempdir().expect("a folder");
    planted(folder.path());
    let traces = folder.path().join(".");
    let said = |what: &str, text: &str| {
        for key in keys() {
            if let Some(at) = text.find(&key) {
                panic!(
                    "{what} shows {key}: {}",
                    String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(300)..at + 60])
                );
            }
        }
    };
    let scan = scanned(vec![traces]);
    let formats: std::collections::BTreeSet<&str> =
        ddscope::trace::FORMATS.iter().map(|format| format.name()).collect();
    assert!(formats.len() >= 24 && scan.inputs.requests > 1000, "{}", scan.inputs.requests);
    said("debug", &format!("{scan:?}"));
    for detail in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
        for format in FORMATS {
            for kinds in [&[Credential::AppKey, Credential::Oauth][..], &[Credential::Role]] {
                let text = format.render(&Report::new(&scan, kinds, true), detail);
                assert!(detail == Detail::Quiet || text.contains("v1:ListMonitors"), "{text}");
                said(format.name(), &text);
            }
        }
    }
    let commands: [&[&str]; 6] = [
        &["scan", "-v"],
        &["check", "--granted", "monitors_read", "-v"],
        &["check", "--granted", "monitors_read", "--format", "sarif"],
        &["audit", "--granted", "monitors_read,metrics_read", "-v"],
        &["audit", "--granted", "monitors_read", "--format", "json"],
        &["generate", "-v"],
    ];
    for command in commands {
        let mut run = Command::cargo_bin("ddscope").expect("the binary");
        let output = run.current_dir(folder.path()).args(command).args(["--trace", "."]).output().expect("a run");
        assert!(output.stdout.len() > 20, "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        said(&format!("{command:?}"), &String::from_utf8_lossy(&output.stdout));
        said(&format!("{command:?} (errors)"), &String::from_utf8_lossy(&output.stderr));
    }
}

fn said(arguments: &[&str]) -> String {
    let mut command = Command::cargo_bin("ddscope").expect("the program");
    let trace = crate::support::folder().join("audit_archive.json");
    let output = command.args(["scan", "--trace"]).arg(trace).args(arguments).output().expect("a run");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn verbose_text_says_who_asked_and_when() {
    let text = said(&["-v"]);
    let line = text.lines().find(|line| line.contains("record 1 ")).expect("the first record");
    assert!(
        line.ends_with("by application key bbbbbbbb-0000-4000-8000-000000000002, 2026-07-03 to 2026-07-04"),
        "{line}"
    );
    assert!(text.contains("by personal access token eeeeeeee-0000-4000-8000-000000000005, 2026-07-05"), "{text}");
    let key = "cccccccc-0000-4000-8000-000000000003";
    let asked = said(&["-v", "--actor", key, "--since", "2026-07-01"]);
    assert!(asked.contains(key) && !asked.contains("bbbbbbbb-"), "{asked}");
}

#[test]
fn a_span_of_time_without_requests_is_not_taken_for_missing_code() {
    let text = said(&["--since", "2030-01-01"]);
    assert!(text.contains("none of the recorded requests counts"), "{text}");
    assert!(text.contains("outside of --since and --until") && !text.contains("--trace recorded.har"), "{text}");
}
