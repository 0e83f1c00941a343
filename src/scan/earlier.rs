//! Reports of earlier runs, read back: what they found is counted as if their inputs were scanned again.
//!
//! Only JSON reports of this release of the program and of its table are taken, since other ones decided calls in another
//! way. Adding up is left to `resolve`, which makes the order of reports not matter.

use super::remark::{Matter, Remark, Remarks};
use super::{Asked, Inputs, TrafficOptions};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::evidence::{Actor, Call, Confidence, Evidence, Observed, Place};
use crate::input::{self, Skipped};
use crate::ir::{Language, Name};
use crate::privilege::Credential;
use crate::resolve::{Resolver, Unresolved};
use crate::span::Span;
use serde_json::Deserializer;
use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::Path;
use std::sync::{Arc, Mutex};

mod rows;

use rows::{Document, EvidenceRow, PlaceRow, SeenRow, UnresolvedRow};

/// Everything that reports add to.
pub(super) struct Sum<'c> {
    pub resolver: Resolver<'c>,
    pub inputs: Inputs,
    pub problems: Vec<Error>,
    pub remarks: Remarks,
    pub asked: Option<Asked>,
    pub filter: Filter<'c>,
}

/// Which of the traffic in reports counts. A sum of requests is in a span of time if one of them can be.
pub(super) struct Filter<'a>(pub &'a TrafficOptions);

impl Filter<'_> {
    fn takes(&self, evidence: &Evidence) -> bool {
        let Some(observed) = &evidence.observed else { return true };
        let TrafficOptions { actor, since, until, .. } = self.0;
        let before = since.is_some_and(|since| observed.time.is_some_and(|last| last < since));
        let after = until.is_some_and(|until| observed.first.is_some_and(|first| first >= until));
        let other = actor.as_ref().is_some_and(|id| observed.actor.as_ref().is_none_or(|by| by.id != id.as_str()));
        !before && !after && !other
    }
}

/// Different words that may stand for kinds and reasons in all reports of one run.
const WORDS: usize = 1000;

/// Adds all reports of a file (one, or one after the other as pipelines write them) or of a folder.
pub(super) fn add(path: &Path, catalog: &Catalog, sum: &mut Sum<'_>) -> Result<()> {
    if path != Path::new("-") && input::is_folder(path)? {
        let (files, unreadable) = input::files_below(path);
        if let Some(error) = unreadable.into_iter().next() {
            return Err(error);
        }
        let is_report = |path: &Path| path.extension().is_some_and(|end| end == "json" || end == "jsonl");
        let mut reports = files.iter().filter(|path| is_report(path)).peekable();
        if reports.peek().is_none() {
            return Err(Error::new("no reports in this folder").at(path).help(HELP));
        }
        return reports.try_for_each(|path| file(path, catalog, sum));
    }
    file(path, catalog, sum)
}

const HELP: &str = "write one with ddscope scan --format json";

fn file(path: &Path, catalog: &Catalog, sum: &mut Sum<'_>) -> Result<()> {
    let shown = input::shown(path);
    let reader = BufReader::with_capacity(1 << 16, input::open_trace(path)?);
    let mut count = 0;
    for document in Deserializer::from_reader(reader).into_iter::<Document>() {
        let document = document.map_err(|error| {
            let line = u64::try_from(error.line()).unwrap_or_default();
            let what = format!("not a whole report of ddscope ({})", plain(&error));
            Error::new(what).at(&*shown).line(line.max(1)).help(HELP)
        })?;
        count += 1;
        one(document, catalog, sum).map_err(|error| error.at(&*shown))?;
    }
    if count == 0 {
        return Err(Error::new("an empty file is no report").at(&*shown).help(HELP));
    }
    Ok(())
}

/// What serde says, without the place, which is told apart.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).replace('`', "")
}

fn one(document: Document, catalog: &Catalog, sum: &mut Sum<'_>) -> Result<()> {
    comparable(&document, catalog)?;
    let asked = asked(&document)?;
    let so_far = sum.asked.get_or_insert_default();
    let kinds: BTreeSet<Credential> = so_far.credentials.iter().chain(&asked.credentials).copied().collect();
    so_far.credentials = kinds.into_iter().collect();
    so_far.include_tests |= asked.include_tests;
    let inputs = &mut sum.inputs;
    inputs.files += document.inputs.files;
    inputs.recordings += document.inputs.recordings;
    inputs.analyzed += document.inputs.analyzed.saturating_sub(document.inputs.recordings);
    inputs.bytes += document.inputs.bytes;
    inputs.requests += document.inputs.requests;
    for skipped in document.inputs.skipped {
        inputs.skipped.push(Skipped { file: skipped.file, reason: word(&skipped.reason)? });
    }
    for row in document.inputs.remarks {
        let matter = if row.left_out { Matter::LeftOut } else { Matter::Note };
        let (text, records, files, file) = (row.text, row.records, row.files, row.file);
        sum.remarks.add(Remark { matter, text, records, files, file });
    }
    for row in document.problems {
        let path = row.file.map(Into::into);
        sum.problems.push(Error { what: row.what, path, line: row.line, help: row.help });
    }
    for usage in document.usages {
        let operation = catalog.operation(&usage.operation).ok_or_else(|| {
            Error::new(format!("the table has no operation {}", usage.operation)).help("name the same --catalog FILE")
        })?;
        for row in usage.evidence {
            let evidence = evidence(row, operation.id)?;
            if sum.filter.takes(&evidence) {
                sum.resolver.recall_use(operation, evidence);
            }
        }
    }
    for row in document.unresolved {
        let unresolved = unresolved(row)?;
        if sum.filter.takes(&unresolved.evidence) {
            sum.resolver.recall_unresolved(unresolved);
        }
    }
    sum.resolver.recall_unlisted(document.unlisted);
    Ok(())
}

/// Whether a report was made by this release with this table.
fn comparable(document: &Document, catalog: &Catalog) -> Result<()> {
    let Document { schema, tool, catalog: table, .. } = document;
    if schema != "ddscope.report/1" {
        let error = Error::new(format!("a report of the form {}, not ddscope.report/1", crate::redact::safe(schema)));
        return Err(error.help(HELP));
    }
    let version = env!("CARGO_PKG_VERSION");
    if tool.version != version {
        let what = format!("written by ddscope {}, and this is {version}", crate::redact::safe(&tool.version));
        return Err(Error::new(what).help("scan its inputs again with this release, or merge with that one"));
    }
    if table.release != catalog.release() || table.operations != catalog.operations().len() {
        let what = format!(
            "its table is of datadog-api-client {} with {} operations, this one of {} with {}",
            crate::redact::safe(&table.release),
            table.operations,
            catalog.release(),
            catalog.operations().len()
        );
        return Err(Error::new(what).help("scan its inputs again, or name the same --catalog FILE"));
    }
    Ok(())
}

fn asked(document: &Document) -> Result<Asked> {
    let named = |name: &String| Credential::named(name).ok_or_else(|| unknown(name));
    let credentials = document.credentials.keys().map(named).collect::<Result<_>>()?;
    Ok(Asked { credentials, include_tests: document.include_tests })
}

fn unknown(word: &str) -> Error {
    Error::new(format!("{} means nothing in a report of this release", crate::redact::safe(word))).help(HELP)
}

/// A place; `operation` is what a declared block calls there.
fn evidence(row: EvidenceRow, operation: &str) -> Result<Evidence> {
    let kind = word(&row.kind)?;
    let call = match (row.declared.resource, row.declared.action) {
        (Some(address), Some(action)) => Call::Declared {
            vocabulary: kind,
            kind: address.clone(),
            action,
            operation: operation.into(),
            address,
            provider: row.declared.provider,
        },
        _ => Call::Told { kind, text: Name::default(), method: None, url: None },
    };
    Ok(Evidence {
        call,
        place: place(row.place)?,
        confidence: confidence(&row.confidence)?,
        test: row.test,
        literals: row.literals.into_iter().map(|it| (it.argument, it.value)).collect(),
        steps: Vec::new(),
        observed: observed(row.seen)?,
    })
}

fn unresolved(row: UnresolvedRow) -> Result<Unresolved> {
    let UnresolvedRow { evidence: place, call, method, url, reason, candidates } = row;
    let mut evidence = evidence(place, call.rsplit_once(": ").map_or("", |(_, operation)| operation))?;
    if let Call::Told { kind, .. } = evidence.call {
        evidence.call = Call::Told { kind, text: call, method, url };
    }
    Ok(Unresolved { evidence, reason: word(&reason)?, candidates })
}

fn place(row: PlaceRow) -> Result<Place> {
    let file: Arc<str> = row.file;
    match (row.record, row.line, row.column) {
        (Some(record), None, None) => Ok(Place::Record { file, record }),
        (None, Some(line), Some(column)) => {
            let language = row.language.map(|name| Language::named(&name).ok_or_else(|| unknown(&name))).transpose()?;
            let span = Span::new(line, column, row.end_line.unwrap_or(line), row.end_column.unwrap_or(column));
            Ok(Place::Source { file, language, span })
        }
        _ => Err(Error::new(format!("{file} without line and column or record")).help(HELP)),
    }
}

fn confidence(name: &str) -> Result<Confidence> {
    let all = [Confidence::Certain, Confidence::Likely, Confidence::Possible];
    all.into_iter().find(|it| it.name() == name).ok_or_else(|| unknown(name))
}

fn observed(row: SeenRow) -> Result<Option<Box<Observed>>> {
    let Some(count) = row.count else { return Ok(None) };
    let time = |text: Option<String>| text.map(|t| crate::trace::moment(&t).ok_or_else(|| unknown(&t))).transpose();
    Ok(Some(Box::new(Observed {
        status: row.status,
        actor: row.actor.map(|actor| Actor { kind: actor.kind, id: actor.id }),
        time: time(row.last_seen)?,
        first: time(row.first_seen)?,
        count,
        declared: row.declared,
    })))
}

/// A kind or reason, which results hold as static text. There are a few dozen, each kept once for the life of the process.
fn word(text: &str) -> Result<&'static str> {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = known.get(text) {
        return Ok(known);
    }
    let is_word =
        |text: &str| text.len() <= 64 && text.bytes().all(|b| b.is_ascii_lowercase() || b"-0123456789".contains(&b));
    if known.len() >= WORDS || !is_word(text) {
        return Err(unknown(text));
    }
    let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
    known.insert(kept);
    Ok(kept)
}
