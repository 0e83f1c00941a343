//! Alternatives that the request decides, from source code to the scope: each file under `tests/fixtures/decided/` says
//! in a comment `needs:` which scopes an application key must have for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ddscope::catalog::Catalog;
use ddscope::privilege::{Credential, Solution, Weights, needs};
use ddscope::scan::{Options, scan};
use std::path::{Path, PathBuf};

fn solved(file: &Path) -> Solution {
    let catalog = Catalog::builtin();
    let options = Options { paths: vec![file.to_owned()], ..Options::default() };
    let found = scan(&options, catalog).unwrap();
    // Fixtures lie in a folder of tests.
    needs(&found.resolution.usages, Credential::AppKey, true, &Weights::of_catalog(catalog))
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decided");
    let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn literals_in_code_pick_the_scope_in_every_language() {
    let (mut checked, mut wrong) = (0, String::new());
    for file in fixtures() {
        let text = std::fs::read_to_string(&file).unwrap();
        let Some((_, wanted)) = text.lines().take(2).find_map(|line| line.split_once("needs: ")) else { continue };
        checked += 1;
        let mut wanted: Vec<&str> = wanted.split_whitespace().collect();
        wanted.sort_unstable();
        let found = solved(&file).required;
        if found != wanted {
            wrong.push_str(&format!("{}\n  wanted {wanted:?}\n  found  {found:?}\n", file.display()));
        }
    }
    assert!(checked >= 13, "only {checked} files say what they need");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_decided_is_said_and_so_is_what_is_assumed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decided");
    let notes = |name: &str| solved(&folder.join(name)).notes.join("\n");
    assert_eq!(
        notes("client.rb"),
        "`draft_status` is `DRAFT` in the request, hence `monitors_draft_write` for v1:CreateMonitor\n\
         `share_type` is `INVITE` in the request, hence `dashboards_invite_share` for v1:CreatePublicDashboard"
    );
    assert_eq!(
        notes("hidden.py"),
        "`share_type` decides what v1:CreatePublicDashboard needs and is not visible here: the documented first, \
         `dashboards_public_share`, is assumed"
    );
}

#[test]
fn recorded_paths_pick_the_scope() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decided");
    let found = solved(&folder.join("requests.har")).required;
    assert_eq!(found, ["cloud_cost_management_read", "security_monitoring_rules_read"]);
}
