//! The solver through its public face: least, exact, explained, and the same every time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use ddscope::catalog::requirement::{Clause, Requirement, State};
use ddscope::ir::Name;
use ddscope::privilege::{Kind, Opening, Solution, Use, Weights, solve};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Rows of the table live as long as the program.
fn kept<T>(rows: Vec<T>) -> &'static [T] {
    Box::leak(rows.into_boxed_slice())
}

fn published(clauses: &[&[&'static str]]) -> Requirement {
    let clause = |any_of: &&[&'static str]| Clause { any_of: kept(any_of.to_vec()), decided_by: None };
    Requirement { state: State::Published, clauses: kept(clauses.iter().map(clause).collect()) }
}

fn bare(state: State) -> Requirement {
    Requirement { state, clauses: kept(Vec::new()) }
}

fn solved(rows: &[(&str, Requirement)], weights: &Weights) -> Solution {
    let uses: Vec<Use<'_>> =
        rows.iter().map(|(operation, requirement)| Use { operation, requirement, literals: &[] }).collect();
    solve(&uses, weights)
}

fn names(list: &[Name]) -> Vec<&str> {
    list.iter().map(Name::as_str).collect()
}

#[test]
fn a_read_scope_beats_a_write_scope_and_says_why() {
    let rows = [("v2:ListQuotas", published(&[&["billing_edit", "billing_read"]]))];
    let found = solved(&rows, &Weights::default());
    assert_eq!(names(&found.required), ["billing_read"]);
    assert_eq!(names(&found.forced), ["billing_read"]);
    assert_eq!(found.alternatives.len(), 1);
    assert_eq!(names(&found.alternatives[0].instead), ["billing_edit"]);
    assert!(found.alternatives[0].why_not.starts_with("more privileged"), "{}", found.alternatives[0].why_not);
}

#[test]
fn a_scope_needed_anyway_is_reused() {
    let rows = [
        ("v2:ListQuotas", published(&[&["billing_edit", "billing_read"]])),
        ("v2:AssignSeatsUser", published(&[&["billing_edit"]])),
    ];
    let found = solved(&rows, &Weights::default());
    assert_eq!(names(&found.required), ["billing_edit"]);
    assert_eq!(names(&found.because["billing_edit"]), ["v2:AssignSeatsUser", "v2:ListQuotas"]);
}

#[test]
fn a_takeover_scope_is_the_last_resort_and_is_marked() {
    let either = published(&[&["monitors_write", "org_management"]]);
    let found = solved(&[("v2:PatchDomainAllowlist", either)], &Weights::default());
    assert_eq!(names(&found.required), ["monitors_write"]);
    let forced = solved(&[("v1:UpdateOrg", published(&[&["org_management"]]))], &Weights::default());
    assert!(
        forced.notes.iter().any(|note| note.contains("`org_management` amounts to taking over")),
        "{:?}",
        forced.notes
    );
}

#[test]
fn of_two_equal_scopes_the_first_name_is_chosen_and_the_other_named() {
    let rows = [("v2:X", published(&[&["b_read", "a_read"]]))];
    let found = solved(&rows, &Weights::default());
    assert_eq!(names(&found.chosen), ["a_read"]);
    assert_eq!(names(&found.forced), [""; 0]);
    assert_eq!(names(&found.alternatives[0].instead), ["b_read"]);
}

#[test]
fn states_are_kept_apart() {
    let rows = [
        ("v1:A", bare(State::Unpublished)),
        ("v1:B", bare(State::Unsupported)),
        ("v1:C", bare(State::NotNeeded)),
        ("v1:D", bare(State::Open)),
        ("v1:E", Requirement { state: State::Inferred, ..published(&[&["slos_read"]]) }),
    ];
    let found = solved(&rows, &Weights::default());
    assert_eq!(names(&found.unpublished), ["v1:A"]);
    assert_eq!(names(&found.unavailable), ["v1:B"]);
    assert_eq!(names(&found.scopeless), ["v1:C", "v1:D"]);
    assert_eq!(names(&found.required), ["slos_read"]);
    assert!(found.notes.iter().any(|note| note.contains("v1:E") && note.contains("assumed")), "{:?}", found.notes);
}

#[test]
fn what_the_request_decides_is_never_swapped() {
    let shares = ["dashboards_public_share", "dashboards_embed_share"];
    let clause = Clause { any_of: kept(shares.to_vec()), decided_by: Some("share_type") };
    let requirement = Requirement { state: State::Published, clauses: kept(vec![clause]) };
    let embed = [(Name::new("share_type"), Name::new("embed"))];
    let with = |literals| {
        solve(
            &[Use { operation: "v1:CreatePublicDashboard", requirement: &requirement, literals }],
            &Weights::default(),
        )
    };
    assert_eq!(names(&with(&embed).required), ["dashboards_embed_share"]);
    let blind = with(&[]);
    assert_eq!(names(&blind.required), ["dashboards_public_share"]);
    assert!(blind.notes[0].contains("`share_type` decides"), "{:?}", blind.notes);
    assert!(blind.alternatives.is_empty());
}

#[test]
fn the_proof_names_what_fails() {
    let rows = [("v1:ListMonitors", published(&[&["monitors_read"]])), ("v1:GetSLO", published(&[&["slos_read"]]))];
    insta::assert_snapshot!(solved(&rows, &Weights::default()).proof.join("\n"), @r"
    without `monitors_read`, v1:ListMonitors fails
    without `slos_read`, v1:GetSLO fails
    nothing smaller serves: every call names the one scope it accepts
    ");
}

#[test]
fn weights_count_what_a_scope_opens() {
    let (read, both) = (published(&[&["logs_read_data"]]), published(&[&["logs_read_data", "logs_write_facets"]]));
    let table = [
        Opening { method: "POST", oauth: &read, keys: &read },
        Opening { method: "POST", oauth: &both, keys: &both },
        Opening { method: "GET", oauth: &read, keys: &both },
    ];
    let weights = Weights::of_table([("logs_read_data", "read"), ("logs_write_facets", "write")], table);
    let (reader, writer) = (weights.weight("logs_read_data"), weights.weight("logs_write_facets"));
    assert_eq!((reader.kind, reader.reads, reader.writes), (Kind::Read, 2, 1));
    assert_eq!((writer.kind, writer.reads, writer.writes), (Kind::Write, 1, 1));
    assert_eq!(reader.to_string(), "read, opens 2 reading and 1 changing operations");
    assert!(writer.privilege() > 500 * reader.privilege());
}

const SCOPES: [&str; 8] =
    ["a_read", "b_read", "c_read", "d_write", "e_write", "f_other", "user_access_manage", "org_management"];

fn formulas() -> impl Strategy<Value = Vec<Vec<Vec<&'static str>>>> {
    let clause = proptest::sample::subsequence(SCOPES.to_vec(), 1..4);
    proptest::collection::vec(proptest::collection::vec(clause, 1..3), 1..8)
}

/// Every subset that satisfies all clauses, with (privilege, size).
fn satisfying(formula: &[Vec<Vec<&'static str>>]) -> Vec<((u64, usize), BTreeSet<&'static str>)> {
    let weights = Weights::default();
    let sets =
        (0u32..256).map(|mask| (0..8).filter(|n| mask >> n & 1 == 1).map(|n| SCOPES[n]).collect::<BTreeSet<_>>());
    let good = sets.filter(|set| formula.iter().flatten().all(|clause| clause.iter().any(|scope| set.contains(scope))));
    good.map(|set| ((set.iter().map(|scope| weights.weight(scope).privilege()).sum(), set.len()), set)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_brute_force_over_names(formula in formulas()) {
        let rows: Vec<(String, Requirement)> = formula.iter().enumerate().map(|(n, clauses)| {
            let slices: Vec<&[&'static str]> = clauses.iter().map(Vec::as_slice).collect();
            (format!("v1:Op{n}"), published(&slices))
        }).collect();
        let uses: Vec<Use<'_>> = rows.iter().map(|(operation, requirement)| Use { operation, requirement, literals: &[] }).collect();
        let found = solve(&uses, &Weights::default());
        let all = satisfying(&formula);
        let least = all.iter().map(|(rank, _)| *rank).min().unwrap();
        let optima: Vec<_> = all.iter().filter(|(rank, _)| *rank == least).map(|(_, set)| set).collect();
        let required: BTreeSet<&str> = found.required.iter().map(Name::as_str).collect();
        let first = optima.iter().min_by_key(|set| set.iter().collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(&required, *first);
        for scope in &found.required {
            let everywhere = optima.iter().all(|set| set.contains(scope.as_str()));
            prop_assert_eq!(found.forced.contains(scope), everywhere);
            prop_assert_eq!(found.chosen.contains(scope), !everywhere);
            prop_assert!(!found.because[scope].is_empty());
        }
        for way in &found.alternatives {
            let mut swapped = required.clone();
            swapped.remove(way.scope.as_str());
            swapped.extend(way.instead.iter().map(Name::as_str));
            prop_assert!(all.iter().any(|(_, set)| *set == swapped), "{:?} does not serve", swapped);
        }
        let mut turned = uses.clone();
        turned.reverse();
        turned.extend(uses.iter().copied());
        prop_assert_eq!(solve(&turned, &Weights::default()), found);
    }
}

#[test]
fn a_formula_of_thousands_of_clauses_is_answered_though_not_exactly() {
    let scopes: Vec<&'static str> = (0..400).map(|n| &*format!("s{n:03}_write").leak()).collect();
    let mut seed = 1u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        scopes[usize::try_from(seed >> 33).unwrap() % scopes.len()]
    };
    let rows: Vec<(String, Requirement)> =
        (0..5000).map(|n| (format!("v2:Hostile{n}"), published(&[&[next(), next(), next()]]))).collect();
    let rows: Vec<(&str, Requirement)> = rows.iter().map(|(id, need)| (id.as_str(), *need)).collect();
    let found = solved(&rows, &Weights::default());
    assert!(!found.exact);
    for demand in &found.formula {
        assert!(demand.any_of.iter().any(|scope| found.required.contains(scope)), "{:?}", demand.any_of);
    }
    let told = found.proof.last().unwrap();
    assert!(told.contains("too large to prove"), "{told}");
}
