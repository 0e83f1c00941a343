//! The codes as a whole: names, texts, and the page made from them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use ddscope::finding::{Code, Severity, documentation};
use std::collections::BTreeSet;

#[test]
fn codes_are_sorted_kebab_case_and_described() {
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let sorted: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names, sorted.into_iter().collect::<Vec<_>>());
    for code in Code::ALL {
        let name = code.name();
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{name}");
        assert!(!code.summary().is_empty() && !code.summary().ends_with('.'), "{name}: {}", code.summary());
        // What it means, and what to do about it.
        assert!(code.description().split("\n\n").count() >= 2, "{name} says not what to do");
        assert_eq!(Code::named(name), Some(*code));
        assert_ne!(code.severity(), Severity::Off, "{name}");
    }
}

#[test]
fn a_misspelt_code_gets_the_nearest() {
    assert_eq!(Code::nearest("mising-scope"), Some(Code::MissingScope));
    assert_eq!(Code::nearest("zzz"), None);
}

#[test]
fn the_page_of_codes_is_up_to_date() {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write("docs/codes.md", documentation()).expect("docs/codes.md can be written");
    }
    let page = std::fs::read_to_string("docs/codes.md").unwrap_or_default();
    assert!(page == documentation(), "docs/codes.md is old: UPDATE_DOCS=1 cargo test --test finding_codes");
}
