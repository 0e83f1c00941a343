//! Reports of parts, merged, are the report of the whole: in any order, in any grouping, byte for byte.

#![allow(clippy::panic, reason = "a panic is how a helper of a test fails")]

use assert_cmd::Command;
use ddscope::catalog::Catalog;
use ddscope::report::{Detail, FORMATS, Report};
use ddscope::scan::{Credential, Options, Scan, scan};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// What can be scanned apart: recordings, and projects that do not call each other.
const UNITS: &[&str] = &[
    "tests/fixtures/trace/audit_archive.json",
    "tests/fixtures/trace/audit.csv",
    "tests/fixtures/trace/browser.har",
    "tests/fixtures/trace/deciding.har",
    "tests/fixtures/trace/combined.log",
    "tests/fixtures/trace/terraform_debug.log",
    "tests/fixtures/trace/postman.json",
    "tests/fixtures/trace/otlp.jsonl",
    "tests/fixtures/trace/vcrpy.yaml",
    "tests/fixtures/merge/unknown.har",
    "tests/fixtures/merge/cut.har",
    "tests/fixtures/merge/shares",
    "tests/fixtures/merge/reader",
    "examples/terraform",
    "examples/oncall-digest",
];

/// The options to scan some units. Code is a folder, traffic a file.
fn options(units: &[&str]) -> Options {
    let (paths, traces): (Vec<PathBuf>, Vec<PathBuf>) = units.iter().map(PathBuf::from).partition(|path| path.is_dir());
    Options { paths, traces, ..Options::default() }
}

fn render(scan: &Scan<'_>, format: &str) -> String {
    let report = Report::new(scan, &[Credential::AppKey, Credential::Oauth], true);
    let format = FORMATS.iter().find(|known| known.name() == format).expect("a format");
    format.render(&report, Detail::Verbose)
}

fn run(options: &Options) -> Scan<'static> {
    scan(options, Catalog::builtin()).unwrap_or_else(|error| panic!("{error}"))
}

/// Writes the report of a scan and says where.
fn saved(folder: &Path, name: usize, options: &Options, format: &str) -> PathBuf {
    let path = folder.join(format!("{name}.json"));
    fs::write(&path, render(&run(options), format)).expect("a report");
    path
}

/// Merges reports two or three at a time until one is left.
fn merged(folder: &Path, mut reports: Vec<PathBuf>, picks: &[usize]) -> Scan<'static> {
    let mut picks = picks.iter().cycle();
    let mut pick = |limit: usize| picks.next().map_or(0, |number| number % limit.max(1));
    let mut name = 1000;
    while reports.len() > 3 {
        let mut some = Vec::new();
        for _ in 0..2 + pick(2) {
            let at = pick(reports.len());
            some.push(reports.swap_remove(at));
        }
        name += 1;
        let options = Options { reports: some, ..Options::default() };
        reports.push(saved(folder, name, &options, if name % 2 == 0 { "json" } else { "json-line" }));
    }
    run(&Options { reports, ..Options::default() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_come_to_the_whole(
        groups in prop::collection::vec(0usize..6, UNITS.len()),
        picks in prop::collection::vec(0usize..1000, 8),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        // group 0 is left out
        let of = |group: usize| -> Vec<&str> {
            UNITS.iter().zip(&groups).filter(|(_, of)| **of == group).map(|(unit, _)| *unit).collect()
        };
        let all: Vec<&str> = UNITS.iter().zip(&groups).filter(|(_, of)| **of > 0).map(|(unit, _)| *unit).collect();
        prop_assume!(!all.is_empty());
        let parts = (1..6).filter(|group| !of(*group).is_empty());
        let reports: Vec<PathBuf> = parts.map(|group| saved(folder.path(), group, &options(&of(group)), "json")).collect();
        let whole = run(&options(&all));
        let sum = merged(folder.path(), reports, &picks);
        for format in ["json", "text"] {
            prop_assert_eq!(render(&sum, format), render(&whole, format));
        }
    }

    #[test]
    fn pieces_of_one_recording_come_to_the_whole(cuts in prop::collection::vec(0usize..12, 1..5), picks in prop::collection::vec(0usize..1000, 4)) {
        let folder = tempfile::tempdir().expect("a folder");
        let text = fs::read_to_string("tests/fixtures/trace/audit_archive.json").expect("a fixture");
        let lines: Vec<&str> = text.lines().collect();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(lines.len())).chain([0, lines.len()]).collect();
        cuts.sort_unstable();
        let piece = |name: &str, lines: &[&str]| {
            let path = folder.path().join(name);
            fs::write(&path, lines.join("\n") + "\n").expect("a piece");
            let mut options = Options { traces: vec![path], ..Options::default() };
            options.traffic.recording = Some("archive".into());
            options
        };
        let pieces = cuts.windows(2).filter(|cut| cut[0] < cut[1]).enumerate();
        let reports = pieces.map(|(n, cut)| {
            let options = piece(&format!("{n}.log"), &lines[cut[0]..cut[1]]);
            saved(folder.path(), n, &options, "json")
        });
        let reports: Vec<PathBuf> = reports.collect();
        let sum = merged(folder.path(), reports, &picks);
        let whole = run(&piece("whole.log", &lines));
        // Where a piece starts is not known: records are counted within it. All else is the same.
        prop_assert_eq!(sum.inputs.requests, whole.inputs.requests);
        prop_assert_eq!(without_records(&sum), without_records(&whole));
    }
}

/// A HAR of so many different requests that no table knows, all words.
fn unknown(from: u32, to: u32) -> String {
    let letter = |digit: u32| char::from_digit(10 + digit % 20, 36).unwrap_or('x');
    let entry = |number: u32| {
        let word: String = (0..5).map(|place| letter(number / 20_u32.pow(place))).collect();
        format!(
            "{{\"request\":{{\"method\":\"GET\",\"url\":\"https://api.datadoghq.com/api/v2/x{word}z\"}},\"response\":{{\"status\":404}}}}"
        )
    };
    let entries: Vec<String> = (from..to).map(entry).collect();
    format!("{{\"log\":{{\"version\":\"1.2\",\"entries\":[{}]}}}}", entries.join(","))
}

#[test]
fn undecided_requests_beyond_the_limit_are_counted_whatever_the_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let parts = [(0, 6_000), (4_000, 9_000), (8_000, 13_000)];
    let trace = |number: usize, (from, to): (u32, u32)| {
        let path = folder.path().join(format!("{number}.har"));
        fs::write(&path, unknown(from, to)).expect("a file");
        path
    };
    let traces: Vec<PathBuf> = parts.iter().enumerate().map(|(number, part)| trace(number, *part)).collect();
    let mut options = Options { traces, ..Options::default() };
    // one recording, so that what two parts have in common is counted together
    options.traffic.recording = Some("all".into());
    let whole = run(&options);
    assert_eq!(whole.resolution.unresolved.len(), 10_000);
    let listed: u64 =
        whole.resolution.unresolved.iter().filter_map(|u| Some(u.evidence.observed.as_ref()?.count)).sum();
    assert_eq!(listed + whole.resolution.unlisted, 16_000);
    let expected = render(&whole, "json-line");
    assert!(expected.contains("\"unlisted\":") && expected.contains("undecided requests more are not listed"));
    let saved: Vec<PathBuf> = options
        .traces
        .iter()
        .enumerate()
        .map(|(number, trace)| {
            saved(folder.path(), number, &Options { traces: vec![trace.clone()], ..options.clone() }, "json-line")
        })
        .collect();
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let reports = order.iter().map(|at| saved[*at].clone()).collect();
        assert!(render(&run(&Options { reports, ..Options::default() }), "json-line") == expected, "{order:?}");
    }
}

fn without_records(scan: &Scan<'_>) -> Vec<String> {
    let text = render(scan, "json");
    let report: serde_json::Value = serde_json::from_str(&text).expect("json");
    let mut rows: Vec<String> = Vec::new();
    for usage in report["usages"].as_array().expect("usages") {
        for evidence in usage["evidence"].as_array().expect("evidence") {
            let mut evidence = evidence.clone();
            evidence.as_object_mut().expect("a row").remove("record");
            rows.push(format!("{} {evidence}", usage["operation"]));
        }
    }
    rows.sort();
    rows
}

fn ddscope(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("ddscope").expect("the binary");
    let output = command.current_dir(folder).args(arguments).output().expect("a run");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// A folder with two reports, and the report of both inputs at once.
fn two(folder: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["browser.har", "audit_archive.json"] {
        fs::copy(root.join("tests/fixtures/trace").join(name), folder.join(name)).expect("a copy");
    }
    let scan = |trace: &str, to: &str| {
        let (status, _, error) = ddscope(folder, &["scan", "--trace", trace, "--format", "json", "--output", to]);
        assert_eq!((status, error.as_str()), (0, ""));
    };
    scan("browser.har", "a.json");
    scan("audit_archive.json", "b.json");
    ddscope(folder, &["scan", "--trace", "browser.har", "--trace", "audit_archive.json", "--format", "json"]).1
}

#[test]
fn the_command_writes_the_report_of_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = two(folder.path());
    for arguments in [["merge", "a.json", "b.json"], ["merge", "b.json", "a.json"]] {
        assert_eq!(ddscope(folder.path(), &arguments), (0, whole.clone(), String::new()));
    }
    // one after the other in one file, as pipelines write them
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a report");
    fs::create_dir(folder.path().join("parts")).expect("a folder");
    fs::write(folder.path().join("parts/all.jsonl"), read("a.json") + &read("b.json")).expect("a file");
    assert_eq!(ddscope(folder.path(), &["merge", "parts"]).1, whole);
    let scanned = ddscope(folder.path(), &["scan", "--report", "parts", "--format", "json"]).1;
    assert_eq!(scanned, whole);
}

#[test]
fn what_is_no_report_of_this_release_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    two(folder.path());
    let report = fs::read_to_string(folder.path().join("a.json")).expect("a report");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let release = format!("\"release\": \"{}\"", Catalog::builtin().release());
    let cases = [
        (report.replace("ddscope.report/1", "ddscope.report/9"), "a report of the form ddscope.report/9"),
        (report.replace(&version, "\"version\": \"9.9.9\""), "written by ddscope 9.9.9"),
        (report.replace(&release, "\"release\": \"2.40.0\""), "its table is of datadog-api-client 2.40.0"),
        (report.replace("\"certain\"", "\"sure\""), "sure means nothing in a report"),
        (report.replace("\"v2:", "\"v7:"), "the table has no operation v7:"),
        (report[..report.len() / 2].to_owned(), "not a whole report of ddscope"),
        ("{}".to_owned(), "not a whole report of ddscope (missing field schema)"),
        (String::new(), "an empty file is no report"),
        ("[1]".to_owned(), "not a whole report of ddscope"),
    ];
    for (text, message) in cases {
        fs::write(folder.path().join("bad.json"), text).expect("a file");
        let (status, output, error) = ddscope(folder.path(), &["merge", "b.json", "bad.json"]);
        assert_eq!((status, output.as_str()), (2, ""), "{message}");
        assert!(error.starts_with("error: bad.json") && error.contains(message), "{message}: {error}");
        assert!(error.contains("\n  help: "), "{error}");
    }
    let (status, _, error) = ddscope(folder.path(), &["merge", "none.json"]);
    assert!(status == 2 && error.contains("none.json: no such file or directory"), "{error}");
}

#[test]
fn a_partial_part_makes_the_whole_partial() {
    let folder = tempfile::tempdir().expect("a folder");
    two(folder.path());
    fs::write(folder.path().join("cut.har"), r#"{"log":{"version":"1.2","entries":[{"request":{"me"#).expect("a file");
    assert_eq!(ddscope(folder.path(), &["scan", "--trace", "cut.har", "--format", "json", "-o", "c.json"]).0, 2);
    let (status, output, error) = ddscope(folder.path(), &["merge", "a.json", "c.json"]);
    assert_eq!(status, 2);
    assert!(output.contains("\"complete\": false") && error.starts_with("error: cut.har"), "{error}");
}

#[test]
fn earlier_reports_answer_for_a_span_of_time_and_an_actor() {
    let folder = tempfile::tempdir().expect("a folder");
    two(folder.path());
    let key = "bbbbbbbb-0000-4000-8000-000000000002";
    let used = |arguments: &[&str]| {
        let all: Vec<&str> = [&["scan", "--format", "json"], arguments].concat();
        let (_, output, error) = ddscope(folder.path(), &all);
        let report: serde_json::Value = serde_json::from_str(&output).unwrap_or_else(|_| panic!("{error}"));
        let usages = report["usages"].as_array().expect("usages").clone();
        usages.iter().map(|usage| usage["operation"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    for filter in
        [&["--actor", key][..], &["--since", "2026-07-05"], &["--until", "2026-07-04"], &["--since", "2030-01-01"]]
    {
        let traces = used(&[&["--trace", "audit_archive.json"], filter].concat());
        assert_eq!(used(&[&["--report", "b.json"], filter].concat()), traces, "{filter:?}");
    }
}
