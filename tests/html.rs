//! The page of `--format html`: what it shows, that it loads nothing, and that text of the input stays text.
//!
//! Search and filters are tried in a real browser by `tests/browser/run`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use base64::Engine as _;
use regex::Regex;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check/project")
}

fn page(folder: &Path, args: &[&str]) -> String {
    let output = Command::cargo_bin("ddscope").unwrap().current_dir(folder).args(args).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The page without its style and script, a tag a line, without what changes with the table.
fn skeleton(page: &str) -> String {
    let rules = [
        (r"(?s)<(style|script)>.*?</(style|script)>", "<$1/>"),
        (r"'sha256-[^']+'", "'sha256-HASH'"),
        (r"(?s)<svg.*?</svg>", "<svg/>"),
        (r"(?s)<ul class=.plain routes.>.*?</ul>", "<ul class=\"plain routes\"/>"),
        (r"opens \d+", "opens N"),
        (r"and \d+ changing", "and N changing"),
        (r"[\d,]+ operations, as of datadog-api-client [0-9.]+ \([0-9-]+\)", "N operations, as of RELEASE"),
        (r"datadog-api-client [0-9.]+ \([0-9-]+\)", "RELEASE"),
        (r"</strong> of \d+", "</strong> of N"),
        (r"(open|to|besides</dt><dd>) ?(<strong>)?\d+", "$1 ${2}N"),
        ("<wbr>", ""),
        (r"(</(li|p|tr|td|th|h1|h2|h3|div|dd|dt|head|meta|title|section|details|figure|label|a)>)", "$1\n"),
    ];
    rules.iter().fold(page.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}

#[test]
fn a_check_as_a_page() {
    insta::assert_snapshot!("html_check", skeleton(&page(&project(), &["check", "--format", "html"])));
}

#[test]
fn a_scan_as_a_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = page(root, &["scan", "examples/oncall-digest", "--format", "html"]);
    insta::assert_snapshot!("html_scan", skeleton(&text));
}

#[test]
fn an_audit_names_its_credentials() {
    let text = page(&project(), &["audit", "src", "--grant", "keys.json", "--format", "html"]);
    assert!(text.contains("<h3>exporter</h3>") && text.contains("2 credentials: 1 unscoped, 1 with excess"), "{text}");
}

#[test]
fn an_empty_answer_says_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.py"), "print(1)\n").unwrap();
    let text = page(folder.path(), &["scan", "--format", "html"]);
    assert!(
        text.contains("No Datadog calls found") && text.contains("Every Datadog call that was found could be decided")
    );
}

/// Names and texts that want to be markup, wherever a page can show them.
#[cfg(unix)]
#[test]
fn text_of_the_input_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = "<img src=x onerror=alert(1)>\"'`</script><script>alert(2)</script>";
    let name = "a\"><img src=x onerror=alert(3)>'&amp;<!--.py";
    let code = "import requests\nBASE = 'https://api.datadoghq.com'\n\
         requests.get(BASE + '/api/v1/</script><script>alert(4)</script>')\n\
         def f(x):\n    requests.get(BASE + '/api/v1/' + x + '/<svg onload=alert(5)>')\n\
         requests.get(BASE + '/api/v1/monitor')\n";
    fs::write(folder.path().join(name), code).unwrap();
    let keys = serde_json::json!({"data": [{"type": "application_keys", "id": hostile, "attributes": {
        "name": hostile, "scopes": ["monitors_write", hostile], "last_used_at": hostile}}]});
    fs::write(folder.path().join("keys.json"), keys.to_string()).unwrap();
    fs::write(folder.path().join("ddscope.toml"), "").unwrap();
    let commands: [&[&str]; 3] = [
        &["scan", "--format", "html"],
        &["check", ".", "--grant", "keys.json", "--format", "html"],
        &["audit", ".", "--grant", "keys.json", "--format", "html"],
    ];
    let tag = Regex::new(r#"^<[a-z0-9]+( [a-z-]+(="[^"<>]*")?)*/?>$"#).unwrap();
    let tags = Regex::new(r"<[a-z][^>]*>").unwrap();
    for command in commands {
        let text = page(folder.path(), command);
        assert!(text.contains("onerror=alert(3)"), "the file's name is shown");
        let lower = text.to_lowercase();
        for tag in ["<img", "<svg onload", "<!--", "<script>alert"] {
            assert!(!lower.contains(tag), "{command:?}: {tag}");
        }
        assert_eq!((lower.matches("<script").count(), lower.matches("</script").count()), (1, 1), "{command:?}");
        // No attribute of ours can be left: what is inside a tag has no stray quotes.
        let body = text.split("</style>").nth(1).unwrap().split("<script>").next().unwrap();
        for found in tags.find_iter(body) {
            assert!(tag.is_match(&found.as_str().replace("/>", ">")), "{command:?}: {}", found.as_str());
        }
    }
}

#[test]
fn the_policy_admits_the_pages_own_script_and_nothing_else() {
    let text = page(&project(), &["check", "--format", "html"]);
    for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
        let inside =
            text.split(&format!("<{element}>")).nth(1).unwrap().split(&format!("</{element}>")).next().unwrap();
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(inside.as_bytes()));
        assert!(text.contains(&format!("{directive} 'sha256-{hash}'")), "{directive}");
    }
    assert!(text.contains("default-src 'none'") && !text.contains("unsafe-"));
    for attribute in [" style=\"", " onclick=", " onload="] {
        assert!(!text.contains(attribute), "{attribute}");
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let text = page(&project(), &["check", "--format", "html"]);
    for loading in [" src=", "url(", "@import", "<link", "fetch(", "XMLHttpRequest", "sendBeacon"] {
        assert!(!text.contains(loading), "{loading}");
    }
    let link = Regex::new(r#"href="(https?:[^"]*)""#).unwrap();
    for found in link.captures_iter(&text) {
        assert!(found[1].starts_with("https://docs.datadoghq.com/api/latest/"), "{}", &found[1]);
    }
}

#[test]
fn every_table_has_a_caption_and_every_section_a_name() {
    let text = page(&project(), &["check", "--format", "html"]);
    assert_eq!(text.matches("<table").count(), text.matches("<caption").count());
    for id in Regex::new(r#"aria-labelledby="([^"]+)""#).unwrap().captures_iter(&text) {
        assert!(text.contains(&format!("id=\"{}\"", &id[1])), "{}", &id[1]);
    }
    for link in Regex::new(r##"href="#([^"]+)""##).unwrap().captures_iter(&text) {
        assert!(text.contains(&format!("id=\"{}\"", &link[1])), "a link leads nowhere: {}", &link[1]);
    }
    let mut ids: Vec<&str> =
        Regex::new(r#" id="([^"]+)""#).unwrap().captures_iter(&text).map(|it| it.get(1).unwrap().as_str()).collect();
    let total = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), total, "an id is given twice");
}
