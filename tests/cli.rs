//! The command line as people and CI meet it: statuses, messages, files, pipes.

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use std::process::Stdio;

const EXAMPLE: &str = "examples/oncall-digest";

fn ddscope() -> Command {
    let mut command = Command::cargo_bin("ddscope").expect("the binary");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("RAYON_NUM_THREADS");
    command
}

/// Standard error of a run that must end with this status.
fn complaint(arguments: &[&str], folder: &Path, status: i32) -> String {
    let output = ddscope().current_dir(folder).args(arguments).output().expect("a run");
    assert_eq!(output.status.code(), Some(status), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).expect("text")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    fs::write(path, text).expect("a file");
}

const CALL: &str = "import requests\nrequests.get('https://api.datadoghq.com/api/v1/validate')\n";

#[test]
fn a_missing_path_is_named() {
    let here = folder();
    let text = complaint(&["scan", "no/such"], here.path(), 2);
    assert_eq!(
        text,
        "error: no/such: no such file or directory\n  help: name a file or folder that exists, or leave it out to scan `.`\n"
    );
    let text = complaint(&["scan", "--trace", "no.har"], here.path(), 2);
    assert!(text.starts_with("error: no.har: no such file or directory"), "{text}");
}

#[test]
fn an_empty_folder_is_an_error() {
    let here = folder();
    let text = complaint(&["scan"], here.path(), 2);
    assert!(text.starts_with("error: .: no files in this folder\n  help: "), "{text}");
    let text = complaint(&["scan", "--trace", "."], here.path(), 2);
    assert!(text.starts_with("error: .: no recorded traffic in this folder\n  help: "), "{text}");
}

#[test]
fn a_broken_recording_is_a_problem_and_the_rest_counts() {
    let here = folder();
    write(here.path(), "a.py", CALL);
    write(
        here.path(),
        "broken.har",
        r#"{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"https://api.datadoghq.com/api/v1/monitor"},"response":{"status":200}},{"request":{"me"#,
    );
    let text = complaint(&["scan", "a.py", "--trace", "broken.har"], here.path(), 2);
    assert!(text.starts_with("error: broken.har"), "{text}");
    let output = ddscope()
        .current_dir(here.path())
        .args(["scan", "a.py", "broken.har", "--format", "json"])
        .output()
        .expect("a run");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(report["complete"], false);
    assert_eq!(report["problems"][0]["file"], "broken.har");
    let operations: Vec<&str> =
        report["usages"].as_array().expect("usages").iter().filter_map(|u| u["operation"].as_str()).collect();
    assert_eq!(operations, ["v1:ListMonitors", "v1:Validate"]);
}

#[test]
fn a_file_that_is_no_recording_is_refused_with_what_would_do() {
    let here = folder();
    write(here.path(), "notes.txt", "nothing recorded here\n");
    let text = complaint(&["scan", "--trace", "notes.txt"], here.path(), 2);
    assert!(text.contains("notes.txt: ") && text.contains("help: recordings are recognised by content: har"), "{text}");
}

#[test]
fn wrong_usage_is_status_2() {
    let here = folder();
    assert!(complaint(&["scna"], here.path(), 2).contains("scan"));
    assert!(complaint(&["scan", "--explain-use", "a.py"], here.path(), 2).contains("write it like src/api.py:12"));
    assert!(complaint(&["scan", "--exclude", "a[", "."], here.path(), 2).contains("not a glob: a["));
    assert!(complaint(&["scan", "--format", "xml"], here.path(), 2).contains("json"));
}

#[test]
fn a_source_file_too_large_to_parse_makes_the_answer_partial() {
    let here = folder();
    write(here.path(), "a.py", CALL);
    let mut large = b"HOST = 'api.datadoghq.com'\n".to_vec();
    large.resize(9 << 20, b'#');
    write(here.path(), "large.py", &large);
    let text = complaint(&["scan"], here.path(), 2);
    assert_eq!(
        text,
        "error: large.py: 9 MiB are too much to parse, and it mentions Datadog\n  help: leave it out with --exclude large.py\n"
    );
    let output = ddscope().current_dir(here.path()).args(["scan", "--exclude", "large.py"]).assert().success();
    assert!(String::from_utf8_lossy(&output.get_output().stdout).contains("v1:Validate"));
}

#[test]
fn reports_do_not_depend_on_threads() {
    let run = |threads: &str, format: &str| {
        let output = ddscope()
            .env("RAYON_NUM_THREADS", threads)
            .args(["scan", EXAMPLE, "tests/fixtures/source", "--format", format])
            .output();
        output.expect("a run").stdout
    };
    for format in ["json", "text"] {
        let one = run("1", format);
        assert!(one.len() > 500, "{}", String::from_utf8_lossy(&one));
        for threads in ["2", "7"] {
            assert!(one == run(threads, format), "{format} with {threads} threads differs");
        }
    }
}

#[test]
fn an_output_file_is_replaced_whole_and_has_no_colours() {
    let here = folder();
    let to = here.path().join("report.txt");
    write(here.path(), "report.txt", "old");
    ddscope().args(["scan", EXAMPLE, "--color", "always", "--output"]).arg(&to).assert().success().stdout("");
    let text = fs::read_to_string(&to).expect("the report");
    assert!(text.contains("Scopes needed") && !text.contains('\u{1b}'), "{text}");
    let names: Vec<_> =
        fs::read_dir(here.path()).expect("the folder").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(names, ["report.txt"]);
    let text = complaint(&["scan", "a.py", "-o", "no/such/report.txt"], &example_copy(here.path()), 2);
    assert!(text.starts_with("error: no/such/report.txt: cannot write"), "{text}");
}

fn example_copy(folder: &Path) -> std::path::PathBuf {
    let to = folder.join("copy");
    write(&to, "a.py", CALL);
    to
}

#[test]
fn colours_follow_the_flag() {
    let run = |when: &str| ddscope().args(["scan", EXAMPLE, "--color", when]).output().expect("a run").stdout;
    assert!(run("always").contains(&0x1b));
    assert!(!run("never").contains(&0x1b));
    assert!(!run("auto").contains(&0x1b), "a pipe is no terminal");
}

#[test]
fn a_closed_pipe_is_silent() {
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("ddscope"))
        .args(["scan", "tests/fixtures/source", "-v", "--format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a run");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn loops_pipes_and_odd_bytes_do_no_harm() {
    let here = folder();
    write(here.path(), "src/a.py", CALL);
    write(here.path(), "src/odd.py", [b"# \xff\xfe\n".as_slice(), CALL.as_bytes()].concat());
    write(here.path(), "src/binary.py", [b"\0\0datadog".as_slice(), CALL.as_bytes()].concat());
    std::os::unix::fs::symlink(here.path(), here.path().join("src/loop")).expect("a link");
    std::os::unix::fs::symlink("nowhere", here.path().join("src/dangling.py")).expect("a link");
    let made = std::process::Command::new("mkfifo").arg(here.path().join("src/pipe.py")).status().expect("mkfifo");
    assert!(made.success());
    let output = ddscope()
        .current_dir(here.path())
        .args(["scan", "--format", "json"])
        .timeout(std::time::Duration::from_secs(20))
        .output();
    let output = output.expect("a run");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
    let files: Vec<&str> = report["usages"][0]["evidence"]
        .as_array()
        .expect("evidence")
        .iter()
        .filter_map(|e| e["file"].as_str())
        .collect();
    assert_eq!(files, ["src/a.py", "src/odd.py"]);
    assert_eq!(report["inputs"]["skipped"], serde_json::json!([{"file": "src/binary.py", "reason": "binary"}]));
    let text = complaint(&["scan", "src/pipe.py"], here.path(), 2);
    assert!(text.starts_with("error: src/pipe.py: neither a file nor a folder"), "{text}");
}

#[test]
fn ignored_and_third_party_files_are_left_out_unless_asked_for() {
    let here = folder();
    write(here.path(), ".gitignore", "generated/\n");
    for name in [
        "app.py",
        "generated/g.py",
        "node_modules/x/x.py",
        "vendor/modules.txt",
        "vendor/v.py",
        "sub/vendor/own.py",
        "skip/s.py",
    ] {
        write(here.path(), name, CALL);
    }
    let files = |arguments: &[&str]| -> Vec<String> {
        let output = ddscope()
            .current_dir(here.path())
            .args(["scan", "--format", "json"])
            .args(arguments)
            .output()
            .expect("a run");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
        let evidence = report["usages"][0]["evidence"].as_array().expect("evidence").clone();
        evidence.iter().filter_map(|e| e["file"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(files(&["--exclude", "skip"]), ["app.py", "sub/vendor/own.py"]);
    assert_eq!(files(&["--exclude", "skip/**", "--exclude", "app.py"]), ["sub/vendor/own.py"]);
    assert_eq!(
        files(&["--no-ignore"]),
        ["app.py", "generated/g.py", "node_modules/x/x.py", "skip/s.py", "sub/vendor/own.py", "vendor/v.py"]
    );
    assert_eq!(
        files(&["node_modules", "./node_modules/../app.py"]),
        ["app.py", "node_modules/x/x.py"],
        "a folder that is named is meant"
    );
}

#[test]
fn a_place_can_be_explained() {
    let output = ddscope()
        .args(["scan", EXAMPLE, "--explain-use", "examples/oncall-digest/digest/api.py:19"])
        .assert()
        .success();
    let text = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    assert!(text.starts_with("v2:GetScheduleOnCallUser"), "{text}");
    let text = complaint(
        &["scan", EXAMPLE, "--explain-use", "examples/oncall-digest/digest/api.py:1"],
        Path::new(env!("CARGO_MANIFEST_DIR")),
        2,
    );
    assert!(
        text.contains("no Datadog call was found here")
            && text.contains("the nearest call is at --explain-use examples/oncall-digest/digest/api.py:19"),
        "{text}"
    );
}

#[test]
fn a_place_can_be_written_in_any_way() {
    let here = folder();
    let jobs = here.path().join("jobs");
    std::fs::create_dir_all(jobs.join("src")).expect("a folder");
    let code = "import requests\n\nrequests.get(\"https://api.datadoghq.com/api/v1/monitor\")\n";
    std::fs::write(jobs.join("src/list.py"), code).expect("a file");
    let absolute = jobs.join("src/list.py");
    let absolute = absolute.to_str().expect("a path");
    for (cwd, root, file) in [
        (jobs.as_path(), ".", "src/list.py"),
        (jobs.as_path(), ".", "./src/../src/list.py"),
        (jobs.as_path(), ".", absolute),
        (jobs.join("src").as_path(), "..", "list.py"),
        (jobs.join("src").as_path(), "..", "../src/list.py"),
        (here.path(), jobs.to_str().expect("a path"), "jobs/src/list.py"),
        (here.path(), "jobs", absolute),
    ] {
        let place = format!("{file}:3");
        let output = ddscope().current_dir(cwd).args(["scan", root, "--explain-use", &place]).assert().success();
        let text = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
        assert!(text.starts_with("v1:ListMonitors"), "{place} in {}: {text}", cwd.display());
    }
}

#[test]
fn test_code_is_apart_unless_it_counts() {
    let required = |arguments: &[&str]| -> Vec<String> {
        let output = ddscope().args(["scan", EXAMPLE, "--format", "json"]).args(arguments).output().expect("a run");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
        let names = report["credentials"]["app-key"]["required"].as_array().expect("names").clone();
        names.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect()
    };
    assert!(!required(&[]).contains(&"monitors_write".to_owned()));
    assert!(required(&["--include-tests"]).contains(&"monitors_write".to_owned()));
}

#[test]
fn standard_input_is_a_recording() {
    let har = r#"{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"request":{"method":"GET","url":"https://api.datadoghq.eu/api/v2/users?page=1"},"response":{"status":403}}]}}"#;
    let output = ddscope().args(["scan", "--trace", "-", "--format", "json"]).write_stdin(har).assert().success();
    let report: serde_json::Value = serde_json::from_slice(&output.get_output().stdout).expect("json");
    assert_eq!(report["usages"][0]["operation"], "v2:ListUsers");
    assert_eq!(report["usages"][0]["evidence"][0]["file"], "-");
    assert_eq!(report["usages"][0]["evidence"][0]["denied"], true);
}

#[test]
fn a_scan_follows_the_defaults_of_the_configuration() {
    let here = folder();
    let proxied = "import requests\nrequests.get('https://dd.internal/api/v1/monitor')\n";
    write(here.path(), "src/a.py", proxied);
    write(here.path(), "old/b.py", CALL);
    let scan = || {
        let output = ddscope().current_dir(here.path()).args(["scan", "--format", "json"]).output().expect("a run");
        String::from_utf8(output.stdout).expect("text")
    };
    let (without, defaults) = (scan(), "[defaults]\nhosts = [\"dd.internal\"]\nexclude = [\"old/**\"]\n");
    assert!(without.contains("old/b.py") && !without.contains("src/a.py"), "{without}");
    write(here.path(), "ddscope.toml", defaults);
    let with = scan();
    assert!(!with.contains("old/b.py") && with.contains("src/a.py"), "{with}");
}
