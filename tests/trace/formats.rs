//! Every fixture, as evidence.

use crate::support::{fixture, run, show};
use ddscope::trace::Options;

/// Snapshots of what a fixture yields.
macro_rules! yields {
    ($($name:ident: $file:literal;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), show(&run($file, &fixture($file), &Options::plain())));
        })*
    };
}

yields! {
    har: "browser.har";
    vcrpy: "vcrpy.yaml";
    ruby_vcr: "ruby_vcr.yaml";
    go_vcr: "go_vcr.yaml";
    vcrpy_json: "vcrpy.json";
    rvcr: "rvcr.json";
    go_vcr_json: "go_vcr.json";
    mockserver: "mockserver.json";
    test_server: "test_server.json";
    audit_archive: "audit_archive.json";
    audit_answer: "audit_answer.json";
}
