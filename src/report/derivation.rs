//! How the calls at one place were found, step by step, so that users can check the analysis.

use super::style::{BOLD, DIM, SCOPE, WARN, grouped, linked};
use crate::evidence::{Call, Confidence, Evidence, Origin, Place, Step};
use crate::redact::safe;
use crate::resolve::{Resolution, reason};
use jiff::Timestamp;
use std::fmt::Write as _;

/// Renders the derivation of every call that covers this line of this file; `None` if there is none.
pub fn derivation(resolution: &Resolution, file: &str, line: u32) -> Option<String> {
    let here = |evidence: &&Evidence| match &evidence.place {
        Place::Source { file: of, span, .. } => &**of == file && span.covers_line(line),
        Place::Record { file: of, record } => &**of == file && *record == u64::from(line),
    };
    let mut out = String::new();
    for usage in &resolution.usages {
        for evidence in usage.evidence.iter().filter(here) {
            let operation = usage.operation;
            let _ =
                writeln!(out, "{SCOPE}{}{SCOPE:#}  {DIM}{} {}{DIM:#}", operation.id, operation.method, operation.path);
            match declared(evidence) {
                Some(block) => {
                    let needs = operation.app_key.to_string();
                    let needs = if needs.is_empty() { "no scope".to_owned() } else { needs };
                    let _ = writeln!(out, "  {block} → {} → {}", operation.id, needs);
                }
                None => steps(evidence, &mut out),
            }
            let test = if evidence.test { ", in test code" } else { "" };
            let _ = writeln!(out, "  {BOLD}{}{BOLD:#}{test}\n", evidence.confidence.name());
        }
    }
    for it in resolution.unresolved.iter().filter(|u| here(&&u.evidence)) {
        let _ = writeln!(out, "{WARN}{}{WARN:#}  {DIM}{}{DIM:#}", it.reason, it.call());
        steps(&it.evidence, &mut out);
        let (what, help) = reason::describe(it.reason);
        let _ = writeln!(out, "  {what}");
        if !it.candidates.is_empty() {
            let _ = writeln!(out, "  could be {}", super::style::joined(it.candidates.iter(), 12));
        }
        let _ = writeln!(out, "  help: {help}\n");
    }
    out.pop();
    (!out.is_empty()).then_some(out)
}

fn steps(evidence: &Evidence, out: &mut String) {
    let place = |step: &Step| format!("{}:{}:{}", safe(&step.file), step.span.line, step.span.column);
    let width = evidence.steps.iter().map(|step| place(step).len()).max().unwrap_or(0);
    for (number, step) in evidence.steps.iter().enumerate() {
        let _ = writeln!(out, "  {:>2}. {DIM}{:width$}{DIM:#}  {}", number + 1, place(step), safe(&step.what));
    }
    let _ = writeln!(
        out,
        "  {:>2}. {DIM}{}:{}{DIM:#}  {}",
        evidence.steps.len() + 1,
        safe(evidence.place.file()),
        evidence.place.line(),
        call(evidence)
    );
}

fn call(evidence: &Evidence) -> String {
    match &evidence.call {
        Call::Sdk { client, version, class, method } => {
            let version = version.map(|v| format!(" {v:?}").to_lowercase()).unwrap_or_default();
            let receiver = class.as_deref().map_or_else(|| "an unknown class".to_owned(), |c| safe(c).into_owned());
            format!("calls {} on {receiver} of the {client:?} client{version}", safe(method))
        }
        Call::Legacy { client, symbol } => format!("calls {} of {client:?}", safe(symbol)),
        Call::Http { method, url, origin, .. } => {
            let whose = match origin {
                Origin::Datadog => "proven to be Datadog's",
                Origin::LikelyDatadog => "inferred to be Datadog's",
                Origin::Unknown => "of unknown origin",
                Origin::Other => "another product's",
            };
            format!(
                "requests {} {}, {whose}",
                method.as_deref().unwrap_or("with an unknown method"),
                crate::redact::url(&url.to_string())
            )
        }
        Call::Declared { kind, action, .. } => format!("declares {kind}, whose {action} calls it"),
        Call::Opaque { what, .. } => format!("shows {}", safe(what)),
        Call::Told { text, .. } => format!("an earlier report has it: {}", safe(text)),
    }
}

/// `datadog_dashboard.main (dash.tf:3) → create`, for what is declared.
fn declared(evidence: &Evidence) -> Option<String> {
    let Call::Declared { address, action, .. } = &evidence.call else { return None };
    let file = safe(evidence.place.file());
    Some(format!("{} ({file}:{}) → {}", safe(address), evidence.place.line(), safe(action)))
}

/// A place in one line; what is declared there comes with its actions: `datadog_dashboard.main (dash.tf:3) → create, update`.
pub(super) fn place(evidence: &Evidence, actions: &[&str]) -> String {
    let file = safe(evidence.place.file()).into_owned();
    let mut text = match (&evidence.call, &evidence.place) {
        (Call::Declared { address, .. }, Place::Source { span, .. }) => {
            let at = linked(&format!("{file}:{}", span.line), evidence.place.file(), span.line);
            format!("{} ({at}) → {}", safe(address), safe(&actions.join(", ")))
        }
        (_, Place::Source { span, .. }) => linked(&format!("{file}:{}", span.line), evidence.place.file(), span.line),
        (_, Place::Record { record, .. }) => format!("{file} record {record}"),
    };
    if evidence.confidence == Confidence::Likely {
        let _ = write!(text, " {DIM}(likely){DIM:#}");
    }
    if let Some(observed) = &evidence.observed {
        if observed.count > 1 {
            let _ = write!(text, " {DIM}and {} more like it{DIM:#}", grouped(observed.count - 1));
        }
        if observed.status == Some(403) {
            let _ = write!(text, " {WARN}denied{WARN:#}");
        }
    }
    text
}

/// Who made recorded requests, and when: ` by application key 0ed5718a-…, 2026-07-03 to 2026-07-05`.
pub(super) fn asked(evidence: &Evidence) -> String {
    let Some(observed) = &evidence.observed else { return String::new() };
    let day = |seconds: Option<i64>| Some(Timestamp::from_second(seconds?).ok()?.strftime("%F").to_string());
    let by = observed.actor.as_ref().map(|actor| format!("by {} {}", actor.kind.replace('-', " "), safe(&actor.id)));
    let when = match (day(observed.first), day(observed.time)) {
        (Some(first), Some(last)) if first != last => Some(format!("{first} to {last}")),
        (first, last) => last.or(first),
    };
    let told: Vec<String> = by.into_iter().chain(when).collect();
    if told.is_empty() { String::new() } else { format!(" {DIM}{}{DIM:#}", told.join(", ")) }
}
