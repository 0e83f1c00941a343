//! `check --fix` edits scope lists and leaves everything else alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use ddscope::privilege::fix::{Edit, apply};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// The fixture in a folder of its own.
fn copied() -> tempfile::TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check/fix");
    let folder = tempfile::tempdir().unwrap();
    for name in ["ddscope.toml", "keys.tf", "traffic.har"] {
        fs::copy(from.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn check(folder: &Path, more: &[&str]) -> (String, String, i32) {
    let output = Command::cargo_bin("ddscope").unwrap().current_dir(folder).arg("check").args(more).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

#[test]
fn lists_are_corrected_and_comments_kept() {
    let folder = copied();
    let (_, before, status) = check(folder.path(), &["-q"]);
    assert_eq!((before.as_str(), status), ("", 1));
    let (left, told, _) = check(folder.path(), &["-q", "--fix"]);
    assert!(told.contains("corrected the scopes in ddscope.toml"), "{told}");
    assert!(told.contains("corrected the scopes in keys.tf"), "{told}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    insta::assert_snapshot!("fixed_toml", read("ddscope.toml"));
    insta::assert_snapshot!("fixed_tf", read("keys.tf"));
    insta::assert_snapshot!("left_after_fix", left);
    let (again, _, _) = check(folder.path(), &["-q"]);
    assert_eq!(again, left, "what --fix says is settled must be settled");
    let (toml, tf) = (read("ddscope.toml"), read("keys.tf"));
    check(folder.path(), &["--fix"]);
    assert_eq!((read("ddscope.toml"), read("keys.tf")), (toml, tf), "a second run changes nothing");
}

#[test]
fn without_the_flag_nothing_is_written() {
    let folder = copied();
    let text = fs::read_to_string(folder.path().join("ddscope.toml")).unwrap();
    check(folder.path(), &[]);
    assert_eq!(fs::read_to_string(folder.path().join("ddscope.toml")).unwrap(), text);
}

const NAMES: [&str; 6] = ["a_read", "b_read", "c_write", "d_write", "e_read", "f_read"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_layout_stays_valid_and_holds_what_it_should(
        held in proptest::sample::subsequence(NAMES.to_vec(), 0..=6),
        add in proptest::sample::subsequence(NAMES.to_vec(), 0..=3),
        remove in proptest::sample::subsequence(NAMES.to_vec(), 0..=3),
        separators in proptest::collection::vec(proptest::sample::select(vec!["", " ", "\n  ", " # why\n  ", "\n\n  # next\n  "]), 8),
        trailing in any::<bool>(),
    ) {
        let remove: Vec<&str> = remove.into_iter().filter(|name| !add.contains(name)).collect();
        let mut list = String::from("[");
        for (number, name) in held.iter().enumerate() {
            let comma = if number + 1 < held.len() || trailing { "," } else { "" };
            list.push_str(&format!("{}\"{name}\"{comma}", separators[number]));
        }
        list.push_str(separators[7]);
        list.push(']');
        let edit = Edit {
            name: "x".to_owned(),
            line: 2,
            add: add.iter().map(|name| (*name).into()).collect(),
            remove: remove.iter().map(|name| (*name).into()).collect(),
            ..Edit::default()
        };
        let mut expected: Vec<&str> = held.iter().copied().filter(|name| !remove.contains(name)).collect();
        expected.extend(add.iter().filter(|name| !held.contains(name)));
        let toml = format!("[[credential]]\nname = \"x\"\nscopes = {list} # end\nother = 1\n");
        let fixed = apply(&toml, "ddscope.toml", std::slice::from_ref(&edit)).unwrap().unwrap();
        let read: toml::Table = fixed.parse().unwrap_or_else(|error| panic!("{error}\n{toml}\n{fixed}"));
        let scopes: Vec<&str> = read["credential"][0]["scopes"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        prop_assert_eq!(&scopes, &expected, "{}\n{}", toml, fixed);
        prop_assert!(fixed.contains("# end\nother = 1\n"));
        let hcl = format!("resource \"datadog_application_key\" \"x\" {{\n  scopes = {list} # end\n  name = \"x\"\n}}\n");
        let fixed = apply(&hcl, "keys.tf", &[edit]).unwrap().unwrap();
        let body: hcl_edit::structure::Body = fixed.parse().unwrap_or_else(|error| panic!("{error}\n{hcl}\n{fixed}"));
        let block = body.get_blocks("resource").next().unwrap();
        let hcl_edit::expr::Expression::Array(array) = &block.body.get_attribute("scopes").unwrap().value else { panic!() };
        let scopes: Vec<&str> = array.iter().map(|it| it.as_str().unwrap()).collect();
        prop_assert_eq!(&scopes, &expected, "{}\n{}", hcl, fixed);
    }
}
