//! One block as evidence: an entry of the table for each operation, or the word that nothing is known about it.

use super::kinds::{self, Calls, Test};
use crate::evidence::{Call, Confidence, Evidence, Place, Step};
use crate::ir::{Name, Span};
use std::sync::Arc;

/// What is written for an argument.
pub(super) enum Argument {
    /// A literal: a string as it is, `true` and `false` by these words.
    Literal(String),
    /// Something decided when Terraform runs.
    Open,
}

/// A block where it stands.
pub(super) struct Block<'a> {
    pub file: &'a Arc<str>,
    /// From the first keyword to the opening brace.
    pub span: Span,
    /// `datadog_dashboard.main`, `data.datadog_role.admin`.
    pub address: String,
}

/// The evidence of a resource or data source of this type; `argument` looks up what the block says, by dotted name.
pub(super) fn declared(block: &Block<'_>, kind: &str, argument: impl Fn(&str) -> Option<Argument>) -> Vec<Evidence> {
    let Some(known) = kinds::find(kind) else {
        let near = kinds::nearest(kind).map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
        return vec![opaque(block, format!("{kind}{near}"), "unknown-type")];
    };
    // What decides between the scopes that a call may need.
    let literals: Vec<(Name, Name)> = match argument("draft_status") {
        Some(Argument::Literal(value)) => vec![("draft_status".into(), value.into())],
        _ => Vec::new(),
    };
    let called = known.calls.iter().filter(|call| happens(call, &argument));
    called
        .map(|call| {
            let declared = Call::Declared {
                vocabulary: "terraform",
                kind: Name::new(kind),
                action: Name::new(call.action),
                operation: Name::new(call.operation),
                address: Name::new(&block.address),
                provider: Name::new_static("datadog"),
            };
            Evidence { literals: literals.clone(), ..evidence(block, declared, &[&block.address, call.action]) }
        })
        .collect()
}

/// Evidence of a call of which nothing more is known.
pub(super) fn opaque(block: &Block<'_>, what: String, reason: &'static str) -> Evidence {
    evidence(block, Call::Opaque { what: Name::from(what), reason }, &[&block.address])
}

fn happens(call: &Calls, argument: impl Fn(&str) -> Option<Argument>) -> bool {
    let Some(when) = &call.when else { return true };
    match (&when.test, argument(when.argument)) {
        (Test::Unset, written) => written.is_none(),
        (Test::Set, None) => false,
        (Test::Set, Some(Argument::Literal(value))) => value != "false",
        (Test::NotFalse, Some(Argument::Literal(value))) => value != "false",
        (Test::Equals(wanted), Some(Argument::Literal(value))) => value == *wanted,
        // A required argument that cannot be seen (a dynamic block) may be anything.
        (Test::NotFalse | Test::Equals(_), None) | (_, Some(Argument::Open)) => true,
    }
}

fn evidence(block: &Block<'_>, call: Call, steps: &[&str]) -> Evidence {
    let step = |what: &&str| Step { what: Name::new(what), file: block.file.clone(), span: block.span };
    Evidence {
        call,
        place: Place::Source { file: block.file.clone(), language: None, span: block.span },
        confidence: Confidence::Certain,
        test: is_test(block.file),
        literals: Vec::new(),
        steps: steps.iter().map(step).collect(),
        observed: None,
    }
}

/// Whether the file lies in a folder of tests.
fn is_test(file: &str) -> bool {
    let mut folders = file.split('/');
    folders.next_back();
    folders.any(|folder| matches!(folder, "test" | "tests" | "testdata" | "e2e"))
}
