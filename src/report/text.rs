//! The text report for people: what was read, which scopes are needed, why, what stays open, what to do next.

use super::style::{BOLD, DIM, SCOPE, WARN, count, grouped, joined};
use super::{Detail, Format, Report};
use crate::catalog::Operation;
use crate::evidence::{Evidence, Place};
use crate::ir::Name;
use crate::privilege::{Solution, takeover_reason};
use crate::redact::safe;
use crate::resolve::{Usage, Ways, reason};
use crate::scan::Credential;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

mod reconciled;

/// The format.
pub struct Text;

/// So many places of one operation are shown before `-v`.
const PLACES: usize = 3;
/// So many undecided calls are shown before `-v`.
const UNDECIDED: usize = 20;
/// More candidates than this tell nobody anything.
const MANY: usize = 8;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render(&self, report: &Report<'_>, detail: Detail) -> String {
        if detail == Detail::Quiet {
            return quiet(report);
        }
        let mut page = Page { report, detail, out: String::new() };
        page.head();
        if report.counted().next().is_none() {
            page.nothing();
        } else {
            page.answer();
            page.deployments();
            page.why();
            page.scopeless();
            page.unpublished();
        }
        page.undecided();
        page.reconciled();
        page.tests();
        page.notes();
        page.partial();
        page.next();
        page.out
    }
}

/// The scopes only, a line for each kind of credential.
fn quiet(report: &Report<'_>) -> String {
    let mut out = String::new();
    for (kind, solution) in &report.credentials {
        let _ = writeln!(
            out,
            "{}: {}",
            kind.name(),
            solution.required.iter().map(Name::as_str).collect::<Vec<_>>().join(" ")
        );
    }
    for it in &report.deployments {
        for (phase, solution) in [("plan", &it.plan), ("apply", &it.apply)] {
            let scopes = solution.required.iter().map(Name::as_str).collect::<Vec<_>>().join(" ");
            let _ = writeln!(out, "{} {} {phase}: {scopes}", it.tool, safe(&it.provider));
        }
    }
    out
}

struct Page<'r> {
    report: &'r Report<'r>,
    detail: Detail,
    out: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn heading(&mut self, text: &str) {
        let _ = writeln!(self.out, "\n{BOLD}{text}{BOLD:#}");
    }

    fn head(&mut self) {
        let scan = self.report.scan;
        let inputs = &scan.inputs;
        let mut read = Vec::new();
        let sources = inputs.files - inputs.recordings;
        if sources > 0 {
            let files = count(sources, "file", "files");
            read.push(format!(
                "{files}, {} of which may talk to Datadog and {} parsed",
                grouped(inputs.analyzed),
                if inputs.analyzed == 1 { "was" } else { "were" }
            ));
        }
        if inputs.recordings > 0 {
            read.push(format!(
                "{} to Datadog in {}",
                count(inputs.requests, "request", "requests"),
                count(inputs.recordings, "recording", "recordings")
            ));
        }
        if read.is_empty() {
            read.push("nothing".to_owned());
        }
        let _ = writeln!(self.out, "{BOLD}read{BOLD:#}   {}", read.join("; "));
        let release = scan.catalog.release();
        let _ = writeln!(
            self.out,
            "{BOLD}table{BOLD:#}  {} operations, as of datadog-api-client {release} ({})",
            grouped(scan.catalog.operations().len() as u64),
            scan.catalog.released()
        );
        self.skipped();
    }

    fn skipped(&mut self) {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for skipped in &self.report.scan.inputs.skipped {
            reasons.entry(skipped.reason).or_default().push(&skipped.file);
        }
        for (reason, files) in reasons {
            let shown = if self.detail == Detail::Verbose { files.len() } else { 3 };
            let list = joined(files.iter().map(|f| safe(f)), shown);
            let _ = writeln!(self.out, "{BOLD}left{BOLD:#}   {list} {DIM}({}){DIM:#}", reason.replace('-', " "));
        }
    }

    fn nothing(&mut self) {
        self.heading("No Datadog calls found");
        let inputs = &self.report.scan.inputs;
        if inputs.recordings > 0 && inputs.recordings == inputs.files {
            self.line("  none of the recorded requests counts; the notes say what was left out");
        } else if inputs.analyzed == 0 && inputs.requests == 0 {
            self.line("  no file mentions Datadog in a way that could lead to a call");
        } else {
            self.line("  the files that mention Datadog were parsed, but none of them calls its API");
        }
    }

    fn answer(&mut self) {
        self.heading("Scopes needed");
        let mut rows: Vec<(String, &Solution)> = Vec::new();
        for (kind, solution) in &self.report.credentials {
            match rows.last_mut() {
                Some((title, last)) if last.required == solution.required => {
                    title.push_str(" and ");
                    title.push_str(words(*kind));
                }
                _ => rows.push((words(*kind).to_owned(), solution)),
            }
        }
        for (title, solution) in rows {
            let _ = writeln!(self.out, "  {title}");
            if solution.required.is_empty() {
                self.line("    none");
            }
            for scope in &solution.required {
                let danger = takeover_reason(scope).map(|why| format!("  {WARN}take-over: it {why}{WARN:#}"));
                let danger = danger.unwrap_or_default();
                let _ = writeln!(self.out, "    {SCOPE}{scope}{SCOPE:#}{danger}");
            }
        }
        let credentials = &self.report.credentials;
        let mut said = BTreeSet::new();
        for (kind, solution) in credentials {
            for operation in &solution.unavailable {
                let text = format!("{} cannot call {operation} at all", words(*kind));
                let _ = writeln!(self.out, "  {WARN}note:{WARN:#} {text}");
            }
            for note in solution.notes.iter().filter(|note| !note.contains("taking over")) {
                if said.insert(note) {
                    let _ = writeln!(self.out, "  {WARN}note:{WARN:#} {note}");
                }
            }
            for choice in solution.alternatives.iter().filter(|_| self.detail == Detail::Verbose) {
                let instead = choice.instead.iter().map(Name::as_str).collect::<Vec<_>>().join(" + ");
                let _ = writeln!(
                    self.out,
                    "  {DIM}{instead} would do in place of {} for {}: {}{DIM:#}",
                    choice.scope,
                    words(*kind),
                    choice.why_not
                );
            }
        }
    }

    fn deployments(&mut self) {
        for it in &self.report.deployments {
            self.heading(&it.title());
            for (title, solution) in [("key that plans", &it.plan), ("key that applies", &it.apply)] {
                let _ = writeln!(self.out, "  {title}");
                if solution.required.is_empty() {
                    self.line("    none");
                }
                for scope in &solution.required {
                    let _ = writeln!(self.out, "    {SCOPE}{scope}{SCOPE:#}");
                }
            }
        }
    }

    fn why(&mut self) {
        let mut because: BTreeMap<&Name, BTreeSet<&Name>> = BTreeMap::new();
        for (_, solution) in &self.report.credentials {
            for (scope, operations) in &solution.because {
                because.entry(scope).or_default().extend(operations);
            }
        }
        if because.is_empty() {
            return;
        }
        self.heading("Why");
        let usages: BTreeMap<&str, &Usage> = self.report.counted().map(|u| (u.operation.id, u)).collect();
        for (scope, operations) in because {
            let needing = self.report.credentials.iter().filter(|(_, s)| s.required.contains(scope));
            let only = self.only_for(&needing.map(|(kind, _)| *kind).collect::<Vec<_>>());
            let _ = writeln!(self.out, "  {SCOPE}{scope}{SCOPE:#}{only}");
            for usage in operations.into_iter().filter_map(|id| usages.get(id.as_str())) {
                self.usage(usage, 4, "");
            }
        }
    }

    /// Says so if something holds for one of the shown kinds of credential only.
    fn only_for(&self, kinds: &[Credential]) -> String {
        match kinds {
            [one] if self.report.credentials.len() > 1 => format!("  {DIM}({} only){DIM:#}", words(*one)),
            _ => String::new(),
        }
    }

    fn usage(&mut self, usage: &Usage, indent: usize, remark: &str) {
        let operation = usage.operation;
        let route = route(operation);
        let route = if route.is_empty() { route } else { format!("  {DIM}{route}{DIM:#}") };
        let _ = writeln!(self.out, "{:indent$}{}{route}{}{remark}", "", operation.id, retired(operation));
        let counted: Vec<&Evidence> = usage.evidence.iter().filter(|e| self.report.include_tests || !e.test).collect();
        self.places(if counted.is_empty() { usage.evidence.iter().collect() } else { counted }, indent + 2);
    }

    fn places(&mut self, evidence: Vec<&Evidence>, indent: usize) {
        // What a block declares is one place, with all its actions.
        let mut places: Vec<(&Evidence, Vec<&str>)> = Vec::new();
        for it in evidence {
            let action = it.call.action();
            match places.last_mut() {
                Some((last, actions)) if action.is_some() && last.place == it.place => actions.extend(action),
                _ => places.push((it, action.into_iter().collect())),
            }
        }
        let shown = if self.detail == Detail::Verbose { places.len() } else { PLACES };
        for (it, actions) in places.iter().take(shown) {
            let asked = if self.detail == Detail::Verbose { super::derivation::asked(it) } else { String::new() };
            let _ = writeln!(self.out, "{:indent$}{}{asked}", "", super::derivation::place(it, actions));
        }
        if places.len() > shown {
            let _ = writeln!(self.out, "{:indent$}{DIM}and {} more (-v shows all){DIM:#}", "", places.len() - shown);
        }
    }

    fn scopeless(&mut self) {
        let about = "an API key alone, or any key, will do";
        self.section("Needs no scope", about, |solution| &solution.scopeless);
    }

    fn unpublished(&mut self) {
        let about = "Datadog's documents do not say what it needs; try it with a scoped key";
        self.section("Not published", about, |solution| &solution.unpublished);
    }

    /// Usages in one list of the solutions; where that holds for some of the shown credentials only, those are named.
    fn section(&mut self, title: &str, about: &str, list: impl Fn(&Solution) -> &Vec<Name>) {
        let lists: Vec<(Credential, HashSet<&str>)> = self
            .report
            .credentials
            .iter()
            .map(|(kind, s)| (*kind, list(s).iter().map(Name::as_str).collect()))
            .collect();
        let kinds = |usage: &Usage| -> Vec<Credential> {
            lists.iter().filter(|(_, list)| list.contains(usage.operation.id)).map(|(kind, _)| *kind).collect()
        };
        let usages: Vec<(&Usage, Vec<Credential>)> =
            self.report.counted().map(|u| (u, kinds(u))).filter(|(_, kinds)| !kinds.is_empty()).collect();
        if usages.is_empty() {
            return;
        }
        self.heading(title);
        let _ = writeln!(self.out, "  {DIM}{about}{DIM:#}");
        for (usage, kinds) in usages {
            self.usage(usage, 2, &self.only_for(&kinds));
        }
    }

    fn undecided(&mut self) {
        let calls = self.report.scan.resolution.unresolved.iter();
        let all = Ways::of(calls.filter(|u| self.report.include_tests || !u.evidence.test));
        if all.is_empty() {
            return;
        }
        self.heading(&format!("Undecided: {} that may need more", count(all.len() as u64, "call", "calls")));
        let shown = if self.detail == Detail::Verbose { all.len() } else { UNDECIDED };
        let mut reasons: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for it in all.iter().take(shown) {
            reasons.entry(it.first.reason).or_default().push(it);
        }
        for (id, calls) in reasons {
            let (what, help) = reason::describe(id);
            let _ = writeln!(self.out, "  {WARN}{id}{WARN:#}  {what}");
            for it in calls {
                let _ = writeln!(
                    self.out,
                    "    {}  {DIM}{}{DIM:#}",
                    super::derivation::place(&it.first.evidence, &[]),
                    safe(&it.call())
                );
                let candidates = it.candidates();
                match candidates.len() {
                    0 => {}
                    few @ 1..=MANY => {
                        let _ = writeln!(self.out, "      {DIM}could be {}{DIM:#}", joined(candidates.iter(), few));
                    }
                    many => {
                        let _ = writeln!(self.out, "      {DIM}could be any of {many} operations{DIM:#}");
                    }
                }
            }
            let _ = writeln!(self.out, "    help: {help}");
        }
        if all.len() > shown {
            let _ = writeln!(self.out, "  {DIM}and {} more (-v shows all){DIM:#}", all.len() - shown);
        }
    }

    fn tests(&mut self) {
        let usages: Vec<&Usage> = self.report.only_in_tests().collect();
        if usages.is_empty() {
            return;
        }
        self.heading("In test code only");
        let _ = writeln!(self.out, "  {DIM}not counted above; --include-tests counts it{DIM:#}");
        for usage in usages {
            self.usage(usage, 2, "");
        }
    }

    /// What was left out, and what else is to be known.
    fn notes(&mut self) {
        let notes = self.report.scan.notes();
        if !notes.is_empty() {
            self.heading("Notes");
        }
        for note in notes {
            let _ = writeln!(self.out, "  {}", safe(&note));
        }
    }

    fn partial(&mut self) {
        let problems = self.report.scan.problems.len();
        if problems > 0 {
            self.heading(&format!(
                "This answer is partial: {} could not be read",
                count(problems as u64, "input", "inputs")
            ));
        }
    }

    fn next(&mut self) {
        let mut steps: Vec<(String, &str)> = Vec::new();
        let seen: Vec<&Evidence> = self.report.counted().flat_map(|u| &u.evidence).collect();
        if self.report.counted().next().is_some() {
            steps.push(("ddscope generate".into(), "write these scopes as a key, a role, Terraform, …"));
            steps.push(("ddscope check --granted a,b".into(), "compare them with what is granted, in CI too"));
        }
        if let Some(evidence) = seen.iter().find(|e| matches!(e.place, Place::Source { .. })) {
            let at = format!("{}:{}", safe(evidence.place.file()), evidence.place.line());
            steps.push((format!("ddscope scan --explain-use {at}"), "show how that call was found"));
        }
        if self.report.scan.inputs.recordings == 0 {
            steps.push(("ddscope scan . --trace recorded.har".into(), "add what really happens"));
        }
        if self.report.scan.resolution.usages.is_empty() {
            steps.push(("ddscope scan --no-ignore".into(), "read ignored and third-party files too"));
        }
        self.heading("Next");
        let width = steps.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
        for (command, about) in steps {
            let _ = writeln!(self.out, "  {command:width$}  {DIM}{about}{DIM:#}");
        }
    }
}

fn words(kind: Credential) -> &'static str {
    match kind {
        Credential::AppKey => "application key",
        Credential::Oauth => "OAuth client",
        Credential::Role => "role",
    }
}

fn route(operation: &Operation) -> String {
    if operation.id.contains('/') { String::new() } else { format!("{} {}", operation.method, operation.path) }
}

fn retired(operation: &Operation) -> String {
    match operation.last_release {
        Some(release) => format!("  {WARN}retired, last in {release}{WARN:#}"),
        None => String::new(),
    }
}
