//! One block as evidence: an entry of the table for each operation, or the word that nothing is known about it.

use super::kinds::{self, Calls, State, Test, When};
use crate::evidence::{Call, Confidence, Evidence, Place, Step};
use crate::ir::{Name, Span};
use std::sync::Arc;

/// What is written for an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// A literal: a string as it is, `true` and `false` by these words.
    Literal(String),
    /// Something decided when Terraform runs.
    Open,
}

/// Whether what is declared is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exists {
    /// It is.
    Yes,
    /// It is about to be created.
    No,
    /// The configuration alone does not tell.
    Unknown,
}

/// A block where it stands.
pub(super) struct Block {
    pub file: Arc<str>,
    /// From the first keyword to the opening brace.
    pub span: Span,
    /// `datadog_dashboard.main`, `data.datadog_role.admin`.
    pub address: String,
    /// The tool whose language it is.
    pub vocabulary: &'static str,
    /// The configured provider; empty where there is no such thing.
    pub provider: Name,
}

/// Looks up what a block says about an argument, by dotted name.
pub(super) type LookUp<'a> = dyn Fn(&str) -> Option<Argument> + 'a;

/// The evidence of a resource or data source of this type; `happens` tells which calls come into question.
pub(super) fn declared(
    block: &Block,
    kind: &str,
    exists: Exists,
    happens: &dyn Fn(&Calls) -> bool,
    argument: &LookUp<'_>,
) -> Vec<Evidence> {
    match kinds::find(kind) {
        Some(known) => calls(block, kind, known.calls, exists, happens, argument),
        None => vec![unknown(block, kind, kinds::nearest(kind))],
    }
}

/// The evidence of a type that nobody knows, with the nearest name.
pub(super) fn unknown(block: &Block, kind: &str, near: Option<&str>) -> Evidence {
    let near = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
    let reason = match block.vocabulary {
        "kubernetes" => "unknown-kind",
        "ansible" => "unknown-module",
        "pulumi" => "unknown-class",
        _ => "unknown-type",
    };
    opaque(block, format!("{kind}{near}"), reason)
}

/// The evidence of these calls, as far as they happen.
pub(super) fn calls(
    block: &Block,
    kind: &str,
    calls: &[Calls],
    exists: Exists,
    happens: &dyn Fn(&Calls) -> bool,
    argument: &LookUp<'_>,
) -> Vec<Evidence> {
    let called =
        calls.iter().filter(|call| happens(call) && call.when.iter().all(|when| holds(when, exists, argument)));
    let literals = literals(argument);
    called
        .map(|call| {
            let evidence = call_of(block, kind, call.action, call.operation);
            Evidence { literals: literals.clone(), ..evidence }
        })
        .collect()
}

/// What decides between the requirements of a call: whether a monitor is a draft, and of which type it is.
fn literals(argument: &LookUp<'_>) -> Vec<(Name, Name)> {
    let literal = |name: &str| match argument(name) {
        Some(Argument::Literal(value)) => Some((Name::new(name), Name::new(value))),
        _ => None,
    };
    ["draft_status", "type"].into_iter().filter_map(literal).collect()
}

/// The evidence of one call.
pub(super) fn call_of(block: &Block, kind: &str, action: &str, operation: &str) -> Evidence {
    let declared = Call::Declared {
        vocabulary: block.vocabulary,
        kind: Name::new(kind),
        action: Name::new(action),
        operation: Name::new(operation),
        address: Name::new(&block.address),
        provider: block.provider.clone(),
    };
    evidence(block, declared, &[&block.address, action])
}

/// Evidence of a call of which nothing more is known.
pub(super) fn opaque(block: &Block, what: String, reason: &'static str) -> Evidence {
    evidence(block, Call::Opaque { what: Name::from(what), reason }, &[&block.address])
}

fn holds(when: &When, exists: Exists, argument: &LookUp<'_>) -> bool {
    let (name, test) = match when {
        When::State(State::New) => return exists != Exists::Yes,
        When::State(State::Existing) => return exists != Exists::No,
        When::Argument(name, test) => (*name, test),
    };
    match (test, argument(name)) {
        (Test::Unset, written) => written.is_none(),
        (Test::Set, None) => false,
        (Test::Set, Some(Argument::Literal(value))) => value != "false" && !value.is_empty(),
        (Test::NotFalse, Some(Argument::Literal(value))) => value != "false",
        (Test::Equals(wanted), Some(Argument::Literal(value))) => value == *wanted,
        (Test::OneOf(wanted), Some(Argument::Literal(value))) => wanted.contains(&value.as_str()),
        (Test::Default(wanted), Some(Argument::Literal(value))) => value == *wanted,
        // A required argument that cannot be seen (a dynamic block) may be anything.
        (Test::NotFalse | Test::Equals(_) | Test::OneOf(_) | Test::Default(_), None) => true,
        (_, Some(Argument::Open)) => true,
    }
}

fn evidence(block: &Block, call: Call, steps: &[&str]) -> Evidence {
    let step = |what: &&str| Step { what: Name::new(what), file: block.file.clone(), span: block.span };
    Evidence {
        call,
        place: Place::Source { file: block.file.clone(), language: None, span: block.span },
        confidence: Confidence::Certain,
        test: is_test(&block.file),
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
