//! `ddscope.toml`: what is read from it, and what is refused with the line and the right word.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ddscope::config::Config;
use ddscope::finding::{Code, Severity};
use ddscope::privilege::Credential;

#[test]
fn the_documented_example_is_valid() {
    let page = std::fs::read_to_string("docs/config.md").unwrap();
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let config = Config::parse(example, "ddscope.toml").unwrap();
    assert_eq!(config.credentials.len(), 2);
    assert_eq!(config.credentials[0].kind, Credential::AppKey);
    assert_eq!(config.credentials[0].allow[0].scope, "metrics_read");
    assert_eq!(config.credentials[0].scopes.as_ref().unwrap()[0].place.line(), 15);
    assert_eq!(config.credentials[1].granted_from, ["keys.json"]);
    assert_eq!(config.severities.get(&Code::ExcessScope), Some(&Severity::Error));
    assert_eq!(config.defaults.permissions, ["permissions.json"]);
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let cases = [
        "[severity]\nexces-scope = \"error\"\n",
        "[severity]\nexcess-scope = \"fatal\"\n",
        "[[credential]]\nname = \"a\"\nkind = \"api-key\"\n",
        "[[credential]]\nname = \"a\"\n\n[[credential]]\nname = \"a\"\n",
        "[[credential]]\nscopes = []\n",
        "[[credential]]\nname = \"a\"\nscope = [\"monitors_read\"]\n",
        "[defaults]\ninclude_tests = true\n",
        "[[credential]\n",
    ];
    let told: Vec<String> =
        cases.iter().map(|text| Config::parse(text, "ddscope.toml").unwrap_err().to_string()).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_configuration_cut_anywhere_is_read_or_refused() {
    let page = std::fs::read_to_string("docs/config.md").unwrap();
    let example = page.split("```toml\n").nth(1).unwrap();
    for (at, _) in example.char_indices() {
        let _ = Config::parse(&example[..at], "ddscope.toml");
    }
}

#[test]
fn a_key_value_among_the_scopes_is_not_kept() {
    let text = "[[credential]]\nname = \"a\"\nscopes = [\"0123456789abcdef0123456789abcdef01234567\"]\n";
    assert!(!format!("{:?}", Config::parse(text, "ddscope.toml").unwrap()).contains("0123456789"));
}
