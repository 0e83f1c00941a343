//! What the fuzz targets do with their input, through the public interface only.
//!
//! Nothing here needs a fuzzer: `tests/regressions.rs` runs the same functions over everything that was ever found. An input
//! is good if nothing panics, hangs or contradicts itself; what the answer is, the other tests say.

use ddscope::catalog::import::{facts, import, openapi};
use ddscope::catalog::table::Table;
use ddscope::catalog::{Catalog, overlay};
use ddscope::config::Config;
use ddscope::evidence::{Evidence, Place};
use ddscope::ir::Module;
use ddscope::privilege::{Credential, Listing};
use ddscope::report::{self, Detail, Report};
use ddscope::resolve::{Resolution, Resolver};
use ddscope::scan::{Inputs, Scan};
use ddscope::source::{FRONT_ENDS, File};
use ddscope::trace::{self, Context, FORMATS, Options, Summary, Tally};
use ddscope::{flow, infra};
use std::sync::Arc;

/// A target by name, run on one input; `subject` picks the language or format, as [`subjects`] lists them.
pub fn run(target: &str, subject: &str, bytes: &[u8]) {
    match target {
        "front_end" => drop(lower(subject, bytes)),
        "scan" => scan(subject, bytes),
        "trace" => read(subject, bytes),
        "recording" => recording(bytes),
        "infra" => drop(infra::read(&Arc::from(subject), &String::from_utf8_lossy(bytes))),
        "grants" => grants(subject, &String::from_utf8_lossy(bytes)),
        "config" => config(subject, &String::from_utf8_lossy(bytes)),
        "catalog" => catalog(subject, &String::from_utf8_lossy(bytes)),
        other => assert!(other.is_empty(), "no target is named {other}"),
    }
}

/// What a target tells apart: file names, or formats of traffic.
pub fn subjects(target: &str) -> Vec<&'static str> {
    match target {
        "front_end" | "scan" => {
            let mut names: Vec<&str> = FRONT_ENDS.iter().filter_map(|it| it.endings().first().copied()).collect();
            // Endings that a front end reads in a way of their own.
            names.extend(["ipynb", "js", "tsx"]);
            names
        }
        "trace" => FORMATS.iter().map(|format| format.name()).collect(),
        "infra" => vec!["main.tf"],
        "grants" => vec!["grants.json", "grants.tf", "permissions"],
        "config" => vec!["ddscope.toml", "baseline"],
        "catalog" => vec!["openapi.yaml", "table.json", "permissions.tsv", "legacy_clients.tsv", "scopes_page.tsv"],
        _ => vec![""],
    }
}

fn lower(ending: &str, bytes: &[u8]) -> Vec<Module> {
    let text = Arc::new(String::from_utf8_lossy(bytes).into_owned());
    let name = if ending.starts_with(|first: char| first.is_ascii_uppercase()) {
        ending.to_owned()
    } else {
        format!("a.{ending}")
    };
    let front_end = FRONT_ENDS.iter().find(|it| it.endings().contains(&ending));
    front_end.map(|it| it.lower(&File { path: name.into(), text })).unwrap_or_default()
}

/// One file all the way: lowered, analysed, resolved, solved, reported in every format.
fn scan(ending: &str, bytes: &[u8]) {
    let lines = String::from_utf8_lossy(bytes).bytes().filter(|byte| *byte == b'\n').count() + 1;
    let modules = lower(ending, bytes).into_iter().map(Arc::new).collect();
    let catalog = Catalog::builtin();
    let mut engine = flow::Engine::new(flow::Options { catalog, hosts: &[], wrappers: &[] });
    engine.extend(modules);
    let evidence = engine.finish();
    let resolution = reported(evidence);
    // proc-macro2 gives no places while fuzzing; as a test, the same inputs have them.
    #[allow(unexpected_cfgs, reason = "cargo fuzz sets it")]
    if cfg!(fuzzing) && ending == "rs" {
        return;
    }
    let shown = resolution.usages.iter().flat_map(|usage| &usage.evidence);
    for evidence in shown.chain(resolution.unresolved.iter().map(|call| &call.evidence)) {
        if let Place::Source { span, .. } = &evidence.place {
            assert!(span.line >= 1 && span.line as usize <= lines, "line {} of {lines}", span.line);
        }
    }
}

fn reported(evidence: Vec<Evidence>) -> Resolution {
    let catalog = Catalog::builtin();
    let mut resolver = Resolver::new(catalog);
    evidence.into_iter().for_each(|one| resolver.add(one));
    let (inputs, resolution) = (Inputs::default(), resolver.finish());
    let scan = Scan {
        catalog,
        inputs,
        resolution,
        problems: Vec::new(),
        remarks: Vec::new(),
        asked: None,
        remains: Default::default(),
    };
    let report = Report::new(&scan, &Credential::ALL, true);
    for format in report::FORMATS {
        assert!(format.render(&report, Detail::default()).ends_with('\n'), "{} ends with a newline", format.name());
    }
    scan.resolution
}

fn options() -> Options<'static> {
    Options { assume_datadog: true, sessions: true, ..Options::plain() }
}

/// One format, whether or not it would have been recognised.
fn read(name: &str, bytes: &[u8]) {
    let Some(format) = FORMATS.iter().find(|format| format.name() == name) else { return };
    let options = options();
    let mut context = Context { tally: Tally::new(&options), options: &options };
    let mut input = bytes;
    let _ = format.read(&mut input, &mut context);
    let (mut summary, mut counted) = (Summary::default(), 0);
    let mut sink = |one: Evidence| counted += one.observed.as_deref().map_or(0, |observed| observed.count);
    context.tally.finish(&Arc::from("input"), &mut summary, &mut sink);
    assert_eq!(counted, summary.requests, "requests handed on and requests counted");
}

/// A file of traffic as it comes: unpacked, recognised, read, reported.
fn recording(bytes: &[u8]) {
    let mut evidence = Vec::new();
    let mut reader = bytes;
    let summary = trace::read("input", &mut reader, &options(), &mut |one| evidence.push(one));
    let counted: u64 = evidence.iter().filter_map(|one| one.observed.as_deref()).map(|observed| observed.count).sum();
    assert_eq!(counted, summary.requests, "requests handed on and requests counted");
    assert!(summary.format.is_some() || !summary.problems.is_empty(), "nothing was read and nothing is said");
    drop(reported(evidence));
}

fn grants(file: &str, text: &str) {
    let mut listing = Listing::default();
    if file == "permissions" {
        let _ = listing.add(text);
        return;
    }
    let _ = ddscope::privilege::grants::parse(text, file, &listing);
    let _ = ddscope::privilege::grants::parse_argument(text);
}

fn config(file: &str, text: &str) {
    if file == "baseline" {
        let _ = ddscope::privilege::baseline::Baseline::parse(text, file);
    } else {
        let _ = Config::parse(text, file);
    }
}

fn catalog(file: &str, text: &str) {
    match file {
        "openapi.yaml" => {
            if let Ok(document) = openapi::read(text) {
                let _ = import(Table::default(), &[document], "1.0.0", "2026-01-01");
            }
        }
        // A table that is used stays in memory for good, hence only its check is run.
        "table.json" => {
            if let Ok(table) = overlay::parse(text) {
                let _ = ddscope::catalog::rules::check(&table);
            }
        }
        _ => facts::apply(&mut Table::default(), &[(file.to_owned(), text.to_owned())]),
    }
}
