//! Comparisons as CSV: one row a credential and scope, for spreadsheets and joins.

use super::Detail;
use super::terminal::located;
use super::verdict::{Verdict, VerdictFormat};
use crate::ir::Name;
use crate::privilege::{Comparison, takeover_reason};

/// The format.
pub struct Csv;

const HEADER: [&str; 10] =
    ["credential", "id", "kind", "scope", "status", "take_over", "operations", "place", "last_used", "owner"];

impl VerdictFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn render(&self, verdict: &Verdict<'_>, _: Detail) -> String {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        // Writing to memory cannot fail, and every row has as many fields as the header.
        let _ = writer.write_record(HEADER);
        for it in verdict.comparisons {
            for row in rows(it) {
                let _ = writer.write_record(row.map(|field| harmless(&field)));
            }
        }
        String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
    }
}

fn rows(it: &Comparison) -> Vec<[String; 10]> {
    let mut found = Vec::new();
    let mut row = |scope: &str, status: &str, operations: &[Name], place: String| {
        let grant = it.grant.as_ref();
        let kind = grant.map_or(it.credential.name(), |grant| grant.source.noun());
        found.push([
            it.name.clone(),
            grant.and_then(|grant| grant.id.as_ref()).map(ToString::to_string).unwrap_or_default(),
            kind.to_owned(),
            scope.to_owned(),
            status.to_owned(),
            if takeover_reason(scope).is_some() { "yes" } else { "no" }.to_owned(),
            operations.iter().map(Name::as_str).collect::<Vec<_>>().join(" "),
            place,
            grant.and_then(|grant| grant.last_used.clone()).unwrap_or_default(),
            grant.and_then(|grant| grant.owner.as_ref()).map(|owner| owner.id.to_string()).unwrap_or_default(),
        ]);
    };
    let unscoped = it.grant.as_ref().is_some_and(|grant| grant.is_unscoped());
    if unscoped {
        row("", "unscoped", &[], it.grant.as_ref().map(|grant| located(&grant.place)).unwrap_or_default());
    }
    for scope in &it.solution.required {
        let missing = it.missing.iter().any(|lack| lack.scope == *scope);
        let held = it.held.scopes.get(scope);
        let status = match (missing, held.is_some() || unscoped, it.grant.is_some()) {
            (true, ..) => "missing",
            (_, true, _) => "needed",
            (_, _, true) => "met-otherwise",
            _ => "required",
        };
        let operations = it.solution.because.get(scope).map(Vec::as_slice).unwrap_or_default();
        row(scope, status, operations, held.map(|granted| located(&granted.place)).unwrap_or_default());
    }
    for broader in &it.broader {
        row(&broader.scope, "broader", &[], located(&broader.granted.place));
    }
    for excess in &it.excess {
        let status = if excess.doubts.is_empty() { "excess" } else { "possibly-excess" };
        row(&excess.scope, status, &[], located(&excess.granted.place));
    }
    found
}

/// Spreadsheets run what starts like a formula.
fn harmless(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() }
}
