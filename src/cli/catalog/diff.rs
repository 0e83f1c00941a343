//! `ddscope catalog diff`: what changed between two tables, as text or JSON, and which calls of a project that touches.

use crate::catalog::diff::{Aspect, Change, Diff};
use crate::catalog::line::{Line, list, quote, rows};
use crate::catalog::{Catalog, Operation, json};
use crate::cli::{Common, Format, Outcome};
use crate::error::Result;
use crate::input::text_file;
use crate::report::style::{BOLD, DIM, SCOPE, WARN, count, joined};
use crate::scan::{Options, scan};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Arguments of `ddscope catalog diff`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The older table, a file in the format of data/scopes.json; `builtin` for the compiled one
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The newer table
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Code and recordings: tell which of their calls the changes touch
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The format of the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// A call of the project that a change touches.
struct Touched {
    change: Change,
    places: Vec<(String, u64)>,
}

/// Runs the command. A finding is a call that a change touches.
pub fn run(args: &Args, common: &Common, outcome: &mut Outcome) -> Result<()> {
    let (old, new) = (table(&args.old, common)?, table(&args.new, common)?);
    let diff = Diff::new(old, new);
    let touched = if args.paths.is_empty() { None } else { Some(touched(&args.paths, old, &diff, outcome)?) };
    outcome.findings = touched.as_ref().is_some_and(|touched| !touched.is_empty());
    outcome.text = match args.format {
        Format::Json => as_json(old, new, &diff, touched.as_deref()),
        Format::Text => as_text(old, new, &diff, touched.as_deref()),
    };
    Ok(())
}

/// A table to compare. It lives as long as the process, as the compiled one does.
fn table(path: &Path, common: &Common) -> Result<&'static Catalog> {
    if path.as_os_str() == "builtin" {
        return common.table();
    }
    let table = Catalog::read(&text_file(path)?).map_err(|error| error.at(path))?;
    Ok(Box::leak(Box::new(table)))
}

/// Scans the paths with the older table, which is the one the project was written against.
fn touched(paths: &[PathBuf], old: &'static Catalog, diff: &Diff, outcome: &mut Outcome) -> Result<Vec<Touched>> {
    let options = Options { paths: paths.to_vec(), ..Options::default() };
    let scan = scan(&options, old)?;
    outcome.problems.extend(scan.problems.iter().cloned());
    let mut touched = Vec::new();
    for usage in &scan.resolution.usages {
        let Some(change) = diff.touching(usage.operation.id) else { continue };
        let places = usage.evidence.iter().map(|e| (e.place.file().to_string(), e.place.line())).collect();
        touched.push(Touched { change: *change, places });
    }
    Ok(touched)
}

fn as_json(old: &Catalog, new: &Catalog, diff: &Diff, touched: Option<&[Touched]>) -> String {
    let table = |catalog: &Catalog| {
        let line =
            Line::default().raw("release", &quote(catalog.release())).raw("released", &quote(catalog.released()));
        line.raw("operations", &catalog.operations().len().to_string()).end()
    };
    let names = |scopes: &[&'static crate::catalog::Scope]| list(&scopes.iter().map(|s| s.name).collect::<Vec<_>>());
    let operations = |operations: &[&Operation]| rows(operations.iter().map(|operation| json::operation(operation)));
    let mut line = Line::default()
        .raw("schema", &quote("ddscope.catalog-diff/1"))
        .raw("old", &table(old))
        .raw("new", &table(new))
        .raw("added", &operations(&diff.added))
        .raw("removed", &operations(&diff.removed))
        .raw("changed", &rows(diff.changed.iter().map(change_json)))
        .raw("scopes_added", &names(&diff.scopes_added))
        .raw("scopes_removed", &names(&diff.scopes_removed))
        .raw(
            "scopes_changed",
            &rows(diff.scopes_changed.iter().map(|(before, after)| {
                Line::default().raw("old", &json::scope(before)).raw("new", &json::scope(after)).end()
            })),
        );
    if let Some(touched) = touched {
        line = line.raw("touched", &rows(touched.iter().map(touched_json)));
    }
    line.end() + "\n"
}

fn change_json(change: &Change) -> String {
    let aspects: Vec<&str> = change.aspects().into_iter().map(Aspect::name).collect();
    Line::default()
        .raw("id", &quote(change.new.id))
        .raw("aspects", &list(&aspects))
        .raw("old", &json::operation(change.old))
        .raw("new", &json::operation(change.new))
        .end()
}

fn touched_json(touched: &Touched) -> String {
    let places = touched
        .places
        .iter()
        .map(|(file, line)| Line::default().raw("file", &quote(file)).raw("line", &line.to_string()).end());
    let places: Vec<String> = places.collect();
    Line::default()
        .raw("operation", &quote(touched.change.new.id))
        .raw("places", &format!("[{}]", places.join(",")))
        .end()
}

fn as_text(old: &Catalog, new: &Catalog, diff: &Diff, touched: Option<&[Touched]>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{BOLD}{} → {}{BOLD:#}", old.release(), new.release());
    if diff.is_empty() {
        out.push_str("the tables are the same\n");
    }
    let requirements: Vec<&Change> = diff.demands().collect();
    section(&mut out, "other requirements", requirements.len());
    for change in requirements {
        change_text(&mut out, change, &[Aspect::Oauth, Aspect::AppKey, Aspect::Auth]);
    }
    restated(&mut out, diff);
    let retired: Vec<&Change> = diff.retired().collect();
    section(&mut out, "retired", retired.len());
    for change in retired {
        let next = change.new.successor.map(|id| format!(", use {id}")).unwrap_or_default();
        let _ = writeln!(out, "  {}  {DIM}{} {}{DIM:#}{next}", change.new.id, change.new.method, change.new.path);
    }
    let moved: Vec<&Change> = diff.changed.iter().filter(|change| change.aspects().contains(&Aspect::Route)).collect();
    section(&mut out, "moved", moved.len());
    for change in moved {
        change_text(&mut out, change, &[Aspect::Route]);
    }
    for (title, operations) in [("added", &diff.added), ("removed", &diff.removed)] {
        section(&mut out, title, operations.len());
        for operation in operations {
            let _ = writeln!(out, "  {}  {DIM}{} {}{DIM:#}", operation.id, operation.method, operation.path);
        }
    }
    for (title, scopes) in [("new scopes", &diff.scopes_added), ("scopes gone", &diff.scopes_removed)] {
        section(&mut out, title, scopes.len());
        for scope in scopes {
            let _ = writeln!(out, "  {SCOPE}{}{SCOPE:#}", scope.name);
        }
    }
    if let Some(touched) = touched {
        touched_text(&mut out, touched);
    }
    out
}

/// Requirements without scopes that are stated in another way, many of them alike when the documents' defaults change.
fn restated(out: &mut String, diff: &Diff) {
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for change in diff.changed.iter().filter(|change| !change.concerns_scopes()) {
        for aspect in [Aspect::Oauth, Aspect::AppKey].into_iter().filter(|aspect| change.aspects().contains(aspect)) {
            let how = format!("{} {} → {}", aspect.name(), aspect.of(change.old), aspect.of(change.new));
            alike.entry(how).or_default().push(change.new.id);
        }
    }
    section(out, "stated otherwise", alike.values().map(Vec::len).sum());
    for (how, ids) in alike {
        let _ = writeln!(out, "  {how}\n    {}", joined(ids.iter(), 3));
    }
}

fn section(out: &mut String, title: &str, size: usize) {
    if size > 0 {
        let _ = writeln!(out, "\n{BOLD}{title}{BOLD:#} ({size})");
    }
}

fn change_text(out: &mut String, change: &Change, aspects: &[Aspect]) {
    let _ = writeln!(out, "  {}  {DIM}{} {}{DIM:#}", change.new.id, change.new.method, change.new.path);
    for aspect in change.aspects().into_iter().filter(|aspect| aspects.contains(aspect)) {
        let _ = writeln!(out, "    {:<8} {} → {}", aspect.name(), aspect.of(change.old), aspect.of(change.new));
    }
}

fn touched_text(out: &mut String, touched: &[Touched]) {
    if touched.is_empty() {
        out.push_str("\nnone of your calls is touched\n");
        return;
    }
    let calls: usize = touched.iter().map(|touched| touched.places.len()).sum();
    let _ = writeln!(out, "\n{WARN}your calls that this touches{WARN:#} ({})", count(calls as u64, "place", "places"));
    for one in touched {
        change_text(out, &one.change, &Aspect::ALL);
        for (file, line) in &one.places {
            let _ = writeln!(out, "    {file}:{line}");
        }
    }
}
