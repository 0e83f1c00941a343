//! Every shape a grant comes in, read from real-looking files; and what is refused, with its reason.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, clippy::indexing_slicing)]

use ddscope::evidence::Place;
use ddscope::privilege::grants::{self, Grant, Holding, Listing, Source};
use std::fmt::Write as _;
use std::path::Path;

fn text(name: &str) -> String {
    grants::read_text(&Path::new("tests/fixtures/grants").join(name)).unwrap()
}

fn read(name: &str) -> Vec<Grant> {
    grants::parse(&text(name), name, &listing()).unwrap_or_else(|error| panic!("{error}"))
}

fn listing() -> Listing {
    let mut listing = Listing::default();
    listing.add(&text("permissions.json")).unwrap();
    listing
}

/// One grant a paragraph, as a reader would want to see it.
fn shown(found: &[Grant]) -> String {
    let mut out = String::new();
    for grant in found {
        let _ = write!(out, "{} `{}`", grant.source.noun(), grant.name);
        if let Some(id) = grant.id.as_ref().filter(|id| id.as_str() != grant.name) {
            let _ = write!(out, " id {id}");
        }
        match &grant.holding {
            Holding::Unscoped { why } => drop(write!(out, " unscoped ({why})")),
            Holding::Scopes(list) => {
                for scope in list {
                    let _ = write!(out, "\n  {} {}", scope.name, line_of(&scope.place));
                }
            }
        }
        let owner = grant.owner.as_ref().map(|owner| format!("owner {} {:?}", owner.id, owner.permissions));
        let used = grant.last_used.as_ref().map(|at| format!("used {at}"));
        let expires = grant.expires.as_ref().map(|at| format!("expires {at}"));
        let flags = [(grant.disabled, "disabled"), (grant.without_defaults, "without defaults")];
        let flags = flags.into_iter().filter(|(on, _)| *on).map(|(_, word)| word.to_owned());
        for line in owner.into_iter().chain(used).chain(expires).chain(flags).chain(grant.problems.clone()) {
            let _ = write!(out, "\n  - {line}");
        }
        out.push('\n');
    }
    out
}

fn line_of(place: &Place) -> String {
    match place {
        Place::Source { span, .. } => format!("{}:{}", span.line, span.column),
        Place::Record { record, .. } => record.to_string(),
    }
}

#[test]
fn every_shape_is_read() {
    let names = [
        "application_keys.json",
        "application_key_created.json",
        "application_key_body.json",
        "access_tokens.json",
        "oauth_token.json",
        "oauth_token_scopes.json",
        "oauth_authorizations.json",
        "oauth_restriction.json",
        "oauth_restriction_none.json",
        "authorize_url.txt",
        "permissions.json",
        "role.json",
        "roles.json",
        "current_user.json",
        "users.json",
        "list.json",
        "list_object.json",
        "list.txt",
        "list_status.txt",
        "keys.tf",
    ];
    let all: Vec<String> = names.iter().map(|name| format!("# {name}\n{}", shown(&read(name)))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn no_reader_repeats_a_key_value() {
    for name in ["application_key_created.json", "application_keys_v1.json", "list_with_key.txt", "oauth_token.json"] {
        let told = match grants::parse(&text(name), name, &Listing::default()) {
            Ok(found) => format!("{found:?}"),
            Err(error) => error.to_string(),
        };
        assert!(!told.contains("0123456789abcdef0123"), "{name}: {told}");
        assert!(!told.contains("not-a-real-token") && !told.contains("eyJhbGci"), "{name}: {told}");
    }
}

#[test]
fn what_is_refused_says_where_and_what_to_give() {
    let cases = [
        ("v1.json", text("application_keys_v1.json")),
        ("key.txt", text("list_with_key.txt")),
        ("word.txt", "monitors_read\nmonitors/read\n".to_owned()),
        ("broken.json", "{\"data\": [\n  {\"type\": }\n]}".to_owned()),
        ("other.json", "{\"hello\": 1}".to_owned()),
        ("empty.json", "{\"data\": []}".to_owned()),
        ("deep.json", "[".repeat(5000)),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(name, text)| grants::parse(text, name, &Listing::default()).unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn pages_in_one_array_or_one_after_the_other_are_one_listing() {
    let page = text("application_keys.json");
    assert_eq!(grants::parse(&format!("[{page},{page}]"), "x", &Listing::default()).unwrap().len(), 8);
    assert_eq!(grants::parse(&format!("{page}\n{page}"), "x", &Listing::default()).unwrap().len(), 8);
}

#[test]
fn every_fixture_cut_anywhere_gives_an_answer_or_an_error() {
    for entry in std::fs::read_dir("tests/fixtures/grants").unwrap() {
        let whole = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for (at, _) in whole.char_indices() {
            let _ = grants::parse(&whole[..at], "cut", &Listing::default());
        }
    }
}

#[test]
fn a_declared_key_without_scopes_is_unscoped() {
    let place = Place::Source { file: "keys.tf".into(), language: None, span: Default::default() };
    assert!(Grant::declared("ci", Source::ApplicationKey, None, place.clone()).is_unscoped());
    assert!(Grant::declared("ci", Source::ApplicationKey, Some(Vec::new()), place).is_unscoped());
}
