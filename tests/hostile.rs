//! Files and folders made to hurt: nothing hangs, nothing fills memory, and what was left out is said. `.ci/hostile` does the
//! same with gigabytes.

#![cfg(unix)]
#![allow(clippy::panic, reason = "a panic is how a helper of a test fails")]

use assert_cmd::Command;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

const CALL: &str = "import requests\nrequests.get('https://api.datadoghq.com/api/v1/monitor')\n";

fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("good.py"), CALL).expect("a file");
    folder
}

fn fifo(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

/// Runs in a folder; exit status, standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("ddscope").expect("the program");
    let output = command.current_dir(folder).args(arguments).timeout(Duration::from_secs(60)).output().expect("a run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn ignore_files_that_are_no_files_cost_their_folder() {
    for name in [".gitignore", ".ignore", ".ddscopeignore"] {
        let tree = tree();
        let inner = tree.path().join("inner");
        fs::create_dir(&inner).expect("a folder");
        fs::write(inner.join("lost.py"), CALL).expect("a file");
        fifo(&inner.join(name));
        let (status, out, err) = run(tree.path(), &["scan"]);
        assert_eq!(status, 2, "{out}{err}");
        assert!(out.contains("good.py:2") && !out.contains("lost.py"), "{out}");
        assert!(err.contains(&format!("inner/{name}: not a regular file")), "{err}");
        let (status, out, err) = run(&inner, &["scan"]);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        fs::remove_file(inner.join(name)).expect("a FIFO");
        symlink("/dev/zero", inner.join(name)).expect("a link");
        assert_eq!(run(tree.path(), &["scan"]).0, 2, "{name}");
        let (status, out, err) = run(tree.path(), &["scan", "--no-ignore"]);
        assert!(status == 0 && out.contains("lost.py:2"), "{out}{err}");
    }
}

#[test]
fn globs_by_the_megabyte_are_refused() {
    let tree = tree();
    fs::write(tree.path().join(".gitignore"), "*a*b*c*\n".repeat(100_000)).expect("a file");
    let (status, _, err) = run(tree.path(), &["scan"]);
    assert_eq!(status, 2);
    assert!(err.contains("globs are not read") && err.contains("--no-ignore"), "{err}");
}

#[test]
fn fifos_devices_and_loops_are_passed_over() {
    let tree = tree();
    for name in ["a.py", "b.tf", "Makefile", "no-ending"] {
        fifo(&tree.path().join(name));
    }
    symlink("/dev/zero", tree.path().join("zero.py")).expect("a link");
    symlink(tree.path(), tree.path().join("loop")).expect("a link");
    symlink("self.py", tree.path().join("self.py")).expect("a link");
    let (status, out, err) = run(tree.path(), &["scan"]);
    assert!(status == 0 && out.contains("good.py:2"), "{out}{err}");
    let (status, _, err) = run(tree.path(), &["scan", "a.py"]);
    assert!(status == 2 && err.contains("neither a file nor a folder"), "{err}");
    for device in ["/dev/zero", "a.py"] {
        let (status, _, err) = run(tree.path(), &["explain", "--catalog", device, "monitors_read"]);
        assert!(status == 2 && err.contains("not a regular file"), "{err}");
    }
}

#[test]
fn a_file_whose_tree_would_fill_memory_is_a_problem() {
    let tree = tree();
    fs::write(tree.path().join("list.py"), format!("import datadog\nx = [{}]\n", "1, ".repeat(700_000)))
        .expect("a file");
    // As long, but few words and signs.
    fs::write(tree.path().join("text.py"), format!("{CALL}x = '{}'\n", "a".repeat(2_100_000))).expect("a file");
    let tags = "1, ".repeat(1_100_000);
    fs::write(tree.path().join("tags.tf"), format!("resource \"datadog_monitor\" \"m\" {{\n  tags = [{tags}]\n}}\n"))
        .expect("a file");
    let (status, out, err) = run(tree.path(), &["scan", "-v"]);
    assert_eq!(status, 2, "{err}");
    assert!(out.contains("good.py:2") && out.contains("text.py:2"), "{out}");
    for name in ["list.py", "tags.tf"] {
        assert!(err.lines().any(|line| line.contains(name) && line.contains("too much to parse")), "{err}");
    }
}

#[test]
fn syntax_that_is_not_read_is_said() {
    let tree = tree();
    fs::write(tree.path().join("broken.py"), format!("{CALL}def f(:\n    ((((\n}}}} class\n{CALL}")).expect("a file");
    let (status, out, err) = run(tree.path(), &["scan"]);
    assert_eq!(status, 0, "{err}");
    assert!(
        out.contains("broken.py:2")
            && out.contains("broken.py: syntax that cannot be read; calls near it may be missing (1)"),
        "{out}"
    );
}

#[test]
fn a_file_of_which_nothing_is_read_is_a_problem() {
    let tree = tree();
    // The grammar of Kotlin does not come to an end on it; brackets of Rust that do not match leave no tree at all.
    let circles = include_bytes!("fixtures/fuzz/scan/kt/scanner-in-circles");
    let circles = String::from_utf8_lossy(circles).replace('\0', " ");
    fs::write(tree.path().join("circles.kt"), circles).expect("a file");
    fs::write(tree.path().join("torn.rs"), "use datadog_api_client::datadogV1;\n\nfn f() { (]\n").expect("a file");
    let (status, out, err) = run(tree.path(), &["scan", "--format", "json"]);
    assert_eq!(status, 2, "{err}");
    assert!(out.contains("\"complete\":false") || out.contains("\"complete\": false"), "{out}");
    assert!(out.contains("good.py"), "{out}");
    assert!(err.contains("circles.kt: cannot be parsed") && err.contains("torn.rs:3: cannot be parsed"), "{err}");
    assert!(err.contains("help: leave it out with --exclude torn.rs"), "{err}");
}

#[test]
fn a_run_that_is_stopped_leaves_the_old_report_and_nothing_else() {
    let tree = tree();
    fs::write(tree.path().join("report.txt"), "old").expect("a file");
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("ddscope"))
        .current_dir(tree.path())
        // Standard input stays open, so it waits for more traffic.
        .args(["scan", "good.py", "--trace", "-", "-o", "report.txt"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("a run");
    let stop = std::process::Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status();
    assert!(stop.expect("kill").success());
    assert_eq!(child.wait().expect("an end").code(), None, "the signal ended it");
    assert_eq!(fs::read_to_string(tree.path().join("report.txt")).expect("a file"), "old");
    assert_eq!(fs::read_dir(tree.path()).expect("a folder").count(), 2, "nothing is left behind");
}

/// File systems of other kinds refuse such names.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_read_and_shown() {
    use std::os::unix::ffi::OsStrExt as _;
    let tree = tree();
    let folder = tree.path().join(std::ffi::OsStr::from_bytes(b"\xff\xfe"));
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join(std::ffi::OsStr::from_bytes(b"\xffodd.py")), CALL).expect("a file");
    let (status, out, err) = run(tree.path(), &["scan"]);
    assert!(status == 0 && out.contains("good.py:2") && out.contains("odd.py:2"), "{out}{err}");
    let (status, out, err) = run(&folder, &["scan", "--format", "json"]);
    assert!(status == 0 && out.contains("\u{fffd}odd.py"), "{out}{err}");
}

#[test]
fn names_of_files_do_not_steer_terminals() {
    let tree = tree();
    let name = "\u{1b}[31mred.py";
    fs::write(tree.path().join(name), format!("import datadog\nx = [{}]\n", "1, ".repeat(700_000))).expect("a file");
    let (status, _, err) = run(tree.path(), &["scan"]);
    assert_eq!(status, 2);
    assert!(err.contains("[31mred.py") && !err.contains('\u{1b}'), "{err:?}");
}

/// What nests within a text is not counted when a file is looked at before it is parsed.
#[test]
fn types_nested_in_an_attributes_text_are_not_followed() {
    let tree = tree();
    let text = format!(
        "use datadog_api_client::datadog;\n#[derive(Deserialize)]\nstruct Settings {{\n    #[serde(default = \"{}\")]\n    url: String,\n}}\n",
        "Vec<".repeat(200_000)
    );
    fs::write(tree.path().join("settings.rs"), text).expect("a file");
    let (status, out, err) = run(tree.path(), &["scan"]);
    assert!(status == 0 && out.contains("good.py:2"), "{out}{err}");
}
