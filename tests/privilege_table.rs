//! The solver and the weights on the real table.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use ddscope::catalog::Catalog;
use ddscope::ir::Name;
use ddscope::privilege::compare::requirement;
use ddscope::privilege::takeover::TAKEOVER;
use ddscope::privilege::{Credential, Kind, Solution, Use, Weights, solve};
use std::time::{Duration, Instant};

fn whole_table(credential: Credential, weights: &Weights) -> Solution {
    let operations = Catalog::builtin().operations().iter();
    let uses: Vec<Use<'_>> = operations
        .map(|operation| Use {
            operation: operation.id,
            requirement: requirement(operation, credential),
            literals: &[],
        })
        .collect();
    solve(&uses, weights)
}

#[test]
fn the_whole_table_is_solved_exactly_and_the_same_every_time() {
    let weights = Weights::of_catalog(Catalog::builtin());
    for credential in Credential::ALL {
        let found = whole_table(credential, &weights);
        assert!(found.exact, "{}", credential.name());
        assert!(found.required.len() > 50, "{}", found.required.len());
        let held = |name: &Name| found.required.binary_search(name).is_ok();
        assert!(found.formula.iter().all(|demand| demand.any_of.iter().any(held)));
        assert_eq!(whole_table(credential, &weights), found);
    }
}

#[test]
fn the_whole_table_is_solved_fast() {
    let weights = Weights::of_catalog(Catalog::builtin());
    let best = (0..5).map(|_| {
        let start = Instant::now();
        let found = whole_table(Credential::AppKey, &weights);
        assert!(!found.required.is_empty());
        start.elapsed()
    });
    let best = best.min().unwrap();
    // The budget is 10 ms for a release build; this one is not optimised and the machine may be busy.
    assert!(best < Duration::from_millis(500), "{best:?}");
    println!("whole table: {best:?}");
}

#[test]
fn every_scope_of_every_solution_is_justified() {
    let weights = Weights::of_catalog(Catalog::builtin());
    let found = whole_table(Credential::Oauth, &weights);
    for scope in &found.required {
        assert!(!found.because[scope].is_empty(), "{scope}");
    }
    assert_eq!(found.forced.len() + found.chosen.len(), found.required.len());
    assert_eq!(found.proof.len(), found.required.len() + 1);
}

#[test]
fn kinds_dominate_counts_whatever_the_table_holds() {
    let catalog = Catalog::builtin();
    let weights = Weights::of_catalog(catalog);
    let sum = |kind: Kind| {
        let of_kind =
            catalog.scopes().iter().map(|scope| weights.weight(scope.name)).filter(|weight| weight.kind == kind);
        of_kind.map(|weight| weight.privilege()).sum::<u64>()
    };
    let least = |kind: Kind| {
        let of_kind =
            catalog.scopes().iter().map(|scope| weights.weight(scope.name)).filter(|weight| weight.kind == kind);
        of_kind.map(|weight| weight.privilege()).min().unwrap_or(u64::MAX)
    };
    assert!(sum(Kind::Read) < least(Kind::Other));
    assert!(sum(Kind::Read) + sum(Kind::Other) < least(Kind::Write));
    assert!(sum(Kind::Read) + sum(Kind::Other) + sum(Kind::Write) < least(Kind::Takeover));
}

#[test]
fn take_over_scopes_are_scopes() {
    for (name, _) in TAKEOVER {
        assert!(Catalog::builtin().scope(name).is_some(), "{name} is in no list");
    }
}

#[test]
fn weights_of_known_choices() {
    let weights = Weights::of_catalog(Catalog::builtin());
    let less = |a: &str, b: &str| {
        let (a_weight, b_weight) = (weights.weight(a), weights.weight(b));
        assert!(a_weight.privilege() < b_weight.privilege(), "{a}: {a_weight}; {b}: {b_weight}");
    };
    less("billing_read", "billing_edit");
    less("monitors_write", "org_management");
    less("telemetry_rules_read", "org_group_write");
    less("org_app_keys_read", "user_app_keys");
    less("security_monitoring_filters_write", "logs_modify_indexes");
}
