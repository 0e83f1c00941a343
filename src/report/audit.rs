//! The audit for people: one paragraph a credential, the worst first.

use super::style::{BOLD, DIM, WARN, joined};
use super::terminal::linked_place as located;
use super::verdict::{Verdict, VerdictFormat, counted};
use super::{Detail, checked, csv, html};
use crate::catalog::Catalog;
use crate::ir::Name;
use crate::privilege::{Comparison, Missing, Weights, takeover_reason};
use crate::redact::safe;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// The format.
pub struct Audit;

/// Every format of `audit`; the first is the default.
pub static AUDIT_FORMATS: &[&dyn VerdictFormat] = &[&Audit, &checked::CheckedJson, &csv::Csv, &html::Html("audit")];

/// So many names of one row are shown before `-v`.
const NAMES: usize = 12;

/// Sorts by what is worst: unscoped keys, then the privilege of what is held for nothing, then what is lacking.
pub fn sort_worst_first(comparisons: &mut [Comparison], catalog: &Catalog) {
    let weights = Weights::of_catalog(catalog);
    let sum = |names: &mut dyn Iterator<Item = &Name>| {
        names.map(|name| weights.weight(name).privilege()).fold(0u64, u64::saturating_add)
    };
    comparisons.sort_by_cached_key(|it| {
        let unscoped = it.grant.as_ref().is_some_and(crate::privilege::Grant::is_unscoped);
        let sure = sum(&mut it.excess.iter().filter(|excess| excess.doubts.is_empty()).map(|excess| &excess.scope));
        let open = sum(&mut it.excess.iter().filter(|excess| !excess.doubts.is_empty()).map(|excess| &excess.scope));
        (Reverse(unscoped), Reverse(sure), Reverse(open), Reverse(it.missing.len()), it.name.clone())
    });
}

impl VerdictFormat for Audit {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render(&self, verdict: &Verdict<'_>, detail: Detail) -> String {
        let mut out = String::new();
        for it in verdict.comparisons {
            if detail == Detail::Quiet {
                let _ = writeln!(out, "{}: {}", safe(&it.name), super::terminal::line_of(it));
            } else {
                out.push_str(&paragraph(it, verdict, detail == Detail::Verbose));
            }
        }
        if detail != Detail::Quiet {
            out.push_str(&foot(verdict));
        }
        out
    }
}

fn paragraph(it: &Comparison, verdict: &Verdict<'_>, all: bool) -> String {
    let mut out = format!("{BOLD}{}{BOLD:#}  {}\n", safe(&it.name), super::terminal::line_of(it));
    let facts = facts(it);
    if !facts.is_empty() {
        let _ = writeln!(out, "  {DIM}{facts}{DIM:#}");
    }
    let unscoped = it.grant.as_ref().is_some_and(crate::privilege::Grant::is_unscoped);
    if unscoped {
        let _ = writeln!(out, "  {WARN}can do all that its owner can{WARN:#}");
        row(&mut out, "needs", it.solution.required.iter().map(marked), all);
    }
    row(&mut out, "missing", lacking(&it.missing), all);
    row(&mut out, "owner lacks", lacking(&it.owner_lacks), all);
    row(&mut out, "not shown", lacking(&it.not_shown), all);
    let (sure, open): (Vec<_>, Vec<_>) = it.excess.iter().partition(|excess| excess.doubts.is_empty());
    row(&mut out, "excess", sure.iter().map(|excess| marked(&excess.scope)), all);
    row(&mut out, "possibly", open.iter().map(|excess| marked(&excess.scope)), all);
    let mut doubts: Vec<String> = open
        .iter()
        .flat_map(|excess| &excess.doubts)
        .map(|doubt| format!("{} at {}", safe(&doubt.call), located(&doubt.place)))
        .collect();
    doubts.sort();
    doubts.dedup();
    row(&mut out, "because of", doubts.into_iter(), all);
    row(
        &mut out,
        "broader",
        it.broader.iter().map(|broader| {
            let instead: Vec<&str> = broader.instead.iter().map(Name::as_str).collect();
            format!("{} where {} would do", broader.scope, instead.join(", "))
        }),
        all,
    );
    row(&mut out, "kept", it.kept.iter().map(marked), all);
    let faults = verdict.findings.iter().filter(|finding| finding.credential == it.name.as_str());
    let faults =
        faults.filter(|finding| it.held.faults.iter().any(|fault| fault.granted.name == finding.subject.as_str()));
    row(&mut out, "wrong", faults.map(|finding| safe(&finding.message).into_owned()), all);
    out.push('\n');
    out
}

/// One labelled list, a name a line.
fn row(out: &mut String, label: &str, items: impl Iterator<Item = String>, all: bool) {
    let items: Vec<String> = items.collect();
    let shown = if all { items.len() } else { items.len().min(NAMES) };
    for (number, item) in items.iter().take(shown).enumerate() {
        let label = if number == 0 { label } else { "" };
        let _ = writeln!(out, "  {label:<11} {item}");
    }
    if items.len() > shown {
        let _ = writeln!(out, "  {:<11} {DIM}and {} more; -v shows all{DIM:#}", "", items.len() - shown);
    }
}

/// Owner, last use, expiry.
fn facts(it: &Comparison) -> String {
    let mut facts = Vec::new();
    if let Some(grant) = &it.grant {
        facts.extend(grant.id.as_ref().filter(|id| **id != it.name).map(|id| format!("id {}", safe(id))));
        facts.extend(
            grant.owner.as_ref().filter(|owner| !owner.id.is_empty()).map(|owner| format!("owner {}", safe(&owner.id))),
        );
        facts.extend(grant.last_used.as_ref().map(|at| format!("last used {}", safe(at))));
        facts.extend(grant.expires.as_ref().map(|at| format!("expires {}", safe(at))));
        facts.extend(grant.disabled.then(|| "disabled".to_owned()));
        facts.push(format!("read from {}", located(&grant.place)));
    }
    facts.extend(it.last_seen.map(|at| format!("last seen in traffic {}", day(at))));
    facts.join(" · ")
}

/// A day in UTC.
fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| "at an odd time".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}

/// A name, with the reason if it amounts to taking over.
fn marked(name: &Name) -> String {
    takeover_reason(name)
        .map_or_else(|| name.to_string(), |reason| format!("{name}  {WARN}take-over: it {reason}{WARN:#}"))
}

/// Names in a column, and who needs each.
fn lacking(lacks: &[Missing]) -> impl Iterator<Item = String> {
    let width = lacks.iter().map(|lack| lack.scope.len()).max().unwrap_or(0);
    lacks.iter().map(move |lack| {
        let danger = takeover_reason(&lack.scope).map(|reason| format!("  {WARN}take-over: it {reason}{WARN:#}"));
        let calls = joined(lack.operations.iter(), 3);
        format!("{:width$}  {DIM}{calls}{DIM:#}{}", lack.scope, danger.unwrap_or_default())
    })
}

fn foot(verdict: &Verdict<'_>) -> String {
    let unscoped = verdict
        .comparisons
        .iter()
        .filter(|it| it.grant.as_ref().is_some_and(crate::privilege::Grant::is_unscoped))
        .count();
    let excess =
        verdict.comparisons.iter().filter(|it| it.excess.iter().any(|excess| excess.doubts.is_empty())).count();
    let lacking = verdict.comparisons.iter().filter(|it| !it.missing.is_empty()).count();
    let total = counted(verdict.comparisons.len(), "credential").unwrap_or_default();
    let parts = [(unscoped, "unscoped"), (excess, "with excess"), (lacking, "with something missing")];
    let parts: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let parts = if parts.is_empty() { "each holds what it needs".to_owned() } else { parts.join(", ") };
    let partial =
        if verdict.report.scan.complete() { "" } else { "; the answer is partial: not everything could be read" };
    format!("{BOLD}{total}{BOLD:#}: {parts}{partial} {DIM}(table of {}){DIM:#}\n", verdict.table())
}
