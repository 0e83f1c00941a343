//! What people at a terminal and in shells meet: places to write to, links, statistics, completions, manual pages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use clap::CommandFactory as _;
use std::fs;
use std::path::Path;

const EXAMPLE: &str = "examples/oncall-digest";

fn ddscope() -> Command {
    let mut command = Command::cargo_bin("ddscope").unwrap();
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .env_remove("FORCE_HYPERLINK")
        .env_remove("COLUMNS");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[cfg(unix)]
#[test]
fn written_files_can_be_read_as_any_others_and_keep_their_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let (plain, to) = (folder.path().join("plain"), folder.path().join("report.txt"));
    fs::write(&plain, "").unwrap();
    ddscope().args(["scan", EXAMPLE, "-o"]).arg(&to).assert().success();
    assert_eq!(mode(&to), mode(&plain));
    fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
    ddscope().args(["scan", EXAMPLE, "-o"]).arg(&to).assert().success();
    assert_eq!(mode(&to), 0o600);
    let link = folder.path().join("link.txt");
    std::os::unix::fs::symlink(&to, &link).unwrap();
    ddscope().args(["scan", EXAMPLE, "-q", "-o"]).arg(&link).assert().success();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "a link stays a link");
    assert!(fs::read_to_string(&to).unwrap().starts_with("app-key: "));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("ddscope"))
        .args(["explain", "monitors_read"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).starts_with("error: cannot write to standard output: no space left on device\n  help: ")
    );
    let output = ddscope().args(["explain", "monitors_read", "-o", "/dev/full"]).assert().code(2);
    let told = text(&output.get_output().stderr);
    assert!(told.starts_with("error: /dev/full: cannot write: no space left on device\n  help: "), "{told}");
}

#[test]
fn links_are_for_terminals_only() {
    let run = |arguments: &[&str], force: bool| {
        let mut command = ddscope();
        if force {
            command.env("FORCE_HYPERLINK", "1");
        }
        text(&command.args(["scan", EXAMPLE]).args(arguments).output().unwrap().stdout)
    };
    let linked = run(&["--color", "always"], true);
    assert!(linked.contains("\u{1b}]8;;file:///") && linked.contains("/digest/api.py#19\u{1b}\\"), "{linked:?}");
    for (arguments, force) in [(&["--color", "always"][..], false), (&[], true), (&["--color", "never"], true)] {
        let plain = run(arguments, force);
        assert!(!plain.contains("]8;;") && plain.contains("examples/oncall-digest/digest/api.py:19"), "{plain:?}");
    }
}

#[test]
fn a_width_that_is_asked_for_breaks_what_people_read_and_nothing_else() {
    let run = |arguments: &[&str], width: &str| {
        let output = ddscope().args(arguments).env("COLUMNS", width).output().unwrap();
        text(&output.stdout)
    };
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let check: &[&str] = &["check", EXAMPLE, "--granted", "metrics_read"];
    for arguments in [&["scan", EXAMPLE], &["explain", "monitors_write"], check] {
        let whole = text(&ddscope().args(arguments).output().unwrap().stdout);
        let narrow = run(arguments, "60");
        assert!(widest(&whole) > 80 && narrow != whole, "{whole}");
        assert_eq!(words(&narrow), words(&whole), "only white space differs");
        // Quoted code and names that are longer stay whole.
        let code = |line: &&str| !line.contains('│') && !line.contains("┌─") && line.contains(' ');
        let long = narrow.lines().filter(code).filter(|line| line.trim().contains(' ') && line.chars().count() > 60);
        assert_eq!(long.collect::<Vec<_>>(), [""; 0]);
    }
    let json: &[&str] = &["scan", EXAMPLE, "--format", "json"];
    assert_eq!(run(json, "60"), text(&ddscope().args(json).output().unwrap().stdout));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.txt");
    ddscope().args(["scan", EXAMPLE, "-o"]).arg(&file).env("COLUMNS", "60").assert().success();
    assert!(widest(&fs::read_to_string(&file).unwrap()) > 80, "files keep their lines");
}

#[test]
fn frames_of_findings_are_linked_too() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check/project");
    let run = |arguments: &[&str]| {
        let mut command = ddscope();
        let output = command.env("FORCE_HYPERLINK", "1").current_dir(&project).args(["check"]).args(arguments).output();
        text(&output.unwrap().stdout)
    };
    assert!(run(&["--color", "always"]).contains("src/exporter.py#16\u{1b}\\src/exporter.py:16:"));
    assert!(!run(&[]).contains('\u{1b}'));
}

#[test]
fn no_color_is_respected() {
    let output = ddscope().env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1").args(["scan", EXAMPLE]).output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn statistics_go_to_standard_error_and_change_nothing_else() {
    let plain = ddscope().args(["scan", EXAMPLE]).output().unwrap();
    let output = ddscope().args(["scan", EXAMPLE, "--stats"]).output().unwrap();
    assert_eq!(output.stdout, plain.stdout);
    let told = text(&output.stderr);
    for stage in ["walk", "read", "parse", "  python", "flow", "resolve", "solve", "report", "the rest", "total"] {
        assert!(told.lines().any(|line| line.starts_with(stage)), "{stage}: {told}");
    }
    assert!(plain.stderr.is_empty(), "progress is for terminals");
}

#[test]
fn quiet_says_nothing_beside_the_answer() {
    let loud = ddscope().args(["generate", "--format", "names", "--read-only", EXAMPLE]).output().unwrap();
    assert!(text(&loud.stderr).contains("note: "), "{}", text(&loud.stderr));
    let quiet = ddscope().args(["generate", "--format", "names", "--read-only", EXAMPLE, "-q"]).output().unwrap();
    assert!(quiet.stderr.is_empty());
    assert_eq!(quiet.stdout, loud.stdout);
}

#[test]
fn every_shell_gets_completions_that_it_can_read() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = ddscope().args(["completions", shell]).assert().success();
        let script = text(&output.get_output().stdout);
        assert!(script.contains("explain-use") && script.contains("generate"), "{shell}");
        // `-n` reads without running.
        if ["bash", "zsh", "fish"].contains(&shell) {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("completions");
            fs::write(&file, &script).unwrap();
            if let Ok(read) = std::process::Command::new(shell).arg("-n").arg(&file).output() {
                assert!(read.status.success(), "{shell}: {}", text(&read.stderr));
            }
        }
    }
}

/// Commands with their full names.
fn commands(of: &clap::Command, name: &str, found: &mut Vec<(String, clap::Command)>) {
    found.push((name.to_owned(), of.clone()));
    for below in of.get_subcommands().filter(|it| it.get_name() != "help") {
        commands(below, &format!("{name}-{}", below.get_name()), found);
    }
}

#[test]
fn every_command_has_a_page_with_every_option() {
    let folder = tempfile::tempdir().unwrap();
    ddscope().arg("man").arg(folder.path()).assert().success();
    let mut all = Vec::new();
    let mut whole = ddscope::cli::Cli::command();
    whole.build();
    commands(&whole, "ddscope", &mut all);
    assert!(all.len() > 8, "{}", all.len());
    for (name, command) in all {
        let page = fs::read_to_string(folder.path().join(format!("{name}.1"))).expect(&name);
        assert!(page.contains(".TH") && page.contains(".SH NAME"), "{name}");
        for option in command.get_arguments().filter(|it| !it.is_hide_set()) {
            let Some(long) = option.get_long() else { continue };
            let written = format!("\\-\\-{}", long.replace('-', "\\-"));
            assert!(page.contains(&written), "{name} lacks --{long}");
            assert!(option.get_help().is_some(), "{name}: --{long} is not explained");
        }
    }
    let told = text(&ddscope().args(["man", "no/such"]).assert().code(2).get_output().stderr);
    assert!(told.contains("help: mkdir -p no/such"), "{told}");
}
