//! Code against traffic in the report for people.

use super::{Page, count, joined, route};
use crate::evidence::{Evidence, Place};
use crate::redact::safe;
use crate::report::reconcile::{Reconciliation, Seen, requests_of};
use crate::report::style::{DIM, WARN};
use crate::report::{Detail, derivation};
use std::fmt::Write as _;

/// So many rows of one list are shown before `-v`.
const ROWS: usize = 20;

impl Page<'_> {
    /// What the code uses and was seen, and where they differ.
    pub(super) fn reconciled(&mut self) {
        let Some(it) = self.report.reconciliation() else { return };
        self.heading("Code and traffic");
        let _ = writeln!(self.out, "  in both: {}", count(it.both.len() as u64, "operation", "operations"));
        self.written(&it);
        self.seen(&it);
        self.unexplained(&it);
    }

    fn written(&mut self, it: &Reconciliation<'_>) {
        if it.code_only.is_empty() {
            return;
        }
        let number = count(it.code_only.len() as u64, "operation", "operations");
        let _ = writeln!(self.out, "  in code only: {number} {DIM}(no such request was recorded){DIM:#}");
        let rows: Vec<String> = it.code_only.iter().map(|usage| usage.operation.id.to_owned()).collect();
        let shown = if self.detail == Detail::Verbose { rows.len() } else { ROWS };
        let _ = writeln!(self.out, "    {}", joined(rows.iter(), shown));
    }

    fn seen(&mut self, it: &Reconciliation<'_>) {
        if it.traffic_only.is_empty() {
            return;
        }
        let number = count(it.traffic_only.len() as u64, "operation", "operations");
        let _ =
            writeln!(self.out, "  in traffic only: {number} {DIM}(nothing in the code explains these requests){DIM:#}");
        let all = self.detail == Detail::Verbose;
        for seen in it.traffic_only.iter().take(if all { usize::MAX } else { ROWS }) {
            self.row(seen);
        }
        self.more(it.traffic_only.len());
    }

    fn row(&mut self, seen: &Seen<'_>) {
        let requests = count(seen.requests, "request", "requests");
        let operation = seen.usage.operation;
        let first: Option<&Evidence> = seen.usage.evidence.iter().find(|e| requests_of(e).is_some());
        let first = first.map(|e| format!(", {}", derivation::place(e, &[]))).unwrap_or_default();
        let _ = writeln!(self.out, "    {}  {DIM}{}{DIM:#}  {requests}{first}", operation.id, route(operation));
        for perhaps in seen.perhaps.iter().take(3) {
            let at = match perhaps.place {
                Place::Source { file, span, .. } => format!("{}:{}", safe(file), span.line),
                Place::Record { file, record } => format!("{} record {record}", safe(file)),
            };
            let _ = writeln!(self.out, "      {DIM}perhaps {at} ({}){DIM:#}", perhaps.why);
        }
    }

    fn unexplained(&mut self, it: &Reconciliation<'_>) {
        if it.unexplained.is_empty() {
            return;
        }
        let requests = it.unexplained.iter().filter_map(|request| requests_of(&request.evidence)).sum();
        let number = count(requests, "request", "requests");
        let _ = writeln!(self.out, "  of unknown operations: {number} {WARN}that no call of the code explains{WARN:#}");
        let all = self.detail == Detail::Verbose;
        for request in it.unexplained.iter().take(if all { usize::MAX } else { ROWS }) {
            let _ = writeln!(
                self.out,
                "    {}  {DIM}{}{DIM:#}",
                safe(&request.call()),
                derivation::place(&request.evidence, &[])
            );
        }
        self.more(it.unexplained.len());
    }

    fn more(&mut self, rows: usize) {
        if rows > ROWS && self.detail != Detail::Verbose {
            let _ = writeln!(self.out, "    {DIM}and {} more (-v shows all){DIM:#}", rows - ROWS);
        }
    }
}
