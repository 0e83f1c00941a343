//! From recorded traffic to evidence: which files are recordings, read side by side, handed on in order.

use super::remark::{Matter, Remark, Remarks};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::evidence::{Evidence, Place};
use crate::input;
use crate::ir::Name;
use crate::meter::Meter;
use crate::trace::{self, Strength, Summary};
use crate::url::{Target, Template};
use rayon::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the recordings came to.
#[derive(Default)]
pub(super) struct Traffic {
    pub files: u64,
    pub requests: u64,
    pub bytes: u64,
    pub problems: Vec<Error>,
    pub remarks: Remarks,
}

/// Which of the recorded requests count; see [`trace::Options`].
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Requests of logs that do not tell the host.
    pub assume_datadog: bool,
    /// Requests that browser sessions made, too.
    pub sessions: bool,
    /// Only requests of the actor with this id.
    pub actor: Option<String>,
    /// The name under which all traffic is reported, as if it were one recording.
    pub recording: Option<String>,
    /// Not what happened before, in seconds since 1970.
    pub since: Option<i64>,
    /// Not what happened at or after, in seconds since 1970.
    pub until: Option<i64>,
    /// Names of fields in logs of JSON lines, as (method, url, host, status or time; name).
    pub fields: Vec<(String, String)>,
}

impl Options {
    fn field(&self, meaning: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == meaning).map(|(_, name)| name.as_str())
    }
}

/// How recordings are to be read.
pub(super) struct Reading<'a> {
    pub catalog: &'a Catalog,
    pub hosts: &'a [String],
    pub options: &'a Options,
}

/// A file that holds, or should hold, a recording.
struct Recording {
    path: PathBuf,
    /// Whether it was named, rather than found in a folder: then it is an error if it is no recording.
    named: bool,
}

/// Whether a file that was named among the code is a recording. `is_source`: a front end could read it, so it must be certain.
pub(super) fn is_recording(path: &Path, is_source: bool) -> bool {
    let least = if is_source { Strength::Likely } else { Strength::Weak };
    let head = input::head(path, trace::HEAD).unwrap_or_default();
    trace::recognise(&head, &path.to_string_lossy()).is_some_and(|(_, strength)| strength >= least)
}

/// So many recordings are read side by side before what they show is handed on;
const AT_ONCE: usize = 128;
/// of those that are larger than this, only one a processor: each may show a lot.
const SMALL: u64 = 256 * 1024;

/// Reads all recordings and hands on what they show, in the order of the recordings.
pub(super) fn read(
    paths: &[PathBuf],
    reading: &Reading<'_>,
    meter: &Meter,
    sink: &mut dyn FnMut(Evidence),
) -> Result<Traffic> {
    let mut recordings = Vec::new();
    let mut traffic = Traffic::default();
    for path in paths {
        gather(path, &mut recordings, &mut traffic.problems)?;
    }
    let canonical = |method: &str, url: &str| operation_key(reading.catalog, method, url);
    let asked = reading.options;
    let options = trace::Options {
        hosts: reading.hosts,
        assume_datadog: asked.assume_datadog,
        sessions: asked.sessions,
        since: asked.since,
        until: asked.until,
        actor: asked.actor.as_deref(),
        fields: trace::Fields {
            method: asked.field("method"),
            url: asked.field("url"),
            host: asked.field("host"),
            status: asked.field("status"),
            time: asked.field("time"),
        },
        canonical: &canonical,
    };
    let name: Option<Arc<str>> = asked.recording.as_deref().map(Arc::from);
    meter.expect(recordings.len());
    let mut rest = recordings.as_slice();
    while let Some((some, others)) = rest.split_at_checked(together(rest)).filter(|(some, _)| !some.is_empty()) {
        rest = others;
        let read: Vec<_> = some.par_iter().map(|recording| one(recording, name.as_ref(), &options, meter)).collect();
        for (recording, outcome) in some.iter().zip(read) {
            match outcome {
                Ok((summary, evidence)) => {
                    if traffic.take(summary, recording, name.as_ref()) {
                        evidence.into_iter().for_each(&mut *sink);
                    }
                }
                Err(error) => traffic.problems.push(error),
            }
        }
    }
    if traffic.files == 0 && traffic.problems.is_empty() {
        let place = paths.first().cloned().unwrap_or_default();
        return Err(Error::new("no recorded traffic in this folder").at(place).help(formats()));
    }
    Ok(traffic)
}

/// Requests of one key are counted together: those of one operation, as far as the address decides.
fn operation_key(catalog: &Catalog, method: &str, url: &str) -> Option<usize> {
    let target = Target::parse(&Template::literal(url));
    let best = catalog.routes(Some(method), &target).into_iter().min_by_key(|m| (m.quality, m.operation.id))?;
    // what a path parameter decides must not be counted together; the same in every run, since it orders what is kept
    let mut key = DefaultHasher::new();
    (best.operation.id, best.operation.decided_in(url)).hash(&mut key);
    Some(key.finish() as usize)
}

/// How many of the next recordings are read side by side.
fn together(recordings: &[Recording]) -> usize {
    let mut large = 0;
    let fits = |recording: &&Recording| {
        large += usize::from(input::size(&recording.path).is_none_or(|size| size > SMALL));
        large <= rayon::current_num_threads()
    };
    recordings.iter().take(AT_ONCE).take_while(fits).count().max(recordings.len().min(1))
}

impl Traffic {
    /// Adds what one recording came to; false if it turned out to be none.
    fn take(&mut self, summary: Summary, recording: &Recording, name: Option<&Arc<str>>) -> bool {
        if summary.format.is_none() && !recording.named && summary.problems.iter().all(|p| p.record.is_none()) {
            return false;
        }
        let shown = input::shown(&recording.path);
        self.files += 1;
        self.requests += summary.requests;
        self.bytes += summary.bytes;
        let notes = summary.notes.iter().map(|note| (Matter::Note, note.what, note.count));
        let left = summary.skipped.iter().map(|skipped| (Matter::LeftOut, skipped.reason, skipped.count));
        for (matter, text, records) in notes.chain(left) {
            let file = Arc::clone(name.unwrap_or(&shown));
            self.remarks.add(Remark { matter, text: Name::new_static(text), records, files: 1, file });
        }
        self.problems.extend(summary.problems.into_iter().map(|problem| explained(problem, &shown, summary.format)));
        true
    }
}

fn gather(path: &Path, recordings: &mut Vec<Recording>, problems: &mut Vec<Error>) -> Result<()> {
    if path == Path::new("-") {
        recordings.push(Recording { path: path.to_path_buf(), named: true });
        return Ok(());
    }
    if !input::is_folder(path)? {
        recordings.push(Recording { path: path.to_path_buf(), named: true });
        return Ok(());
    }
    let (files, unreadable) = input::files_below(path);
    problems.extend(unreadable);
    recordings.extend(files.into_iter().map(|path| Recording { path, named: false }));
    Ok(())
}

/// `name` stands for the recording's own name in what it shows.
fn one(
    recording: &Recording,
    name: Option<&Arc<str>>,
    options: &trace::Options<'_>,
    meter: &Meter,
) -> Result<(Summary, Vec<Evidence>)> {
    let shown = input::shown(&recording.path);
    let mut reader = Counted { inner: input::open_trace(&recording.path)?, meter };
    let mut evidence = Vec::new();
    let mut keep = |mut it: Evidence| {
        if let (Some(name), Place::Record { file, .. }) = (name, &mut it.place) {
            *file = Arc::clone(name);
        }
        evidence.push(it);
    };
    let read = || trace::read(&shown, &mut reader, options, &mut keep);
    let read = catch_unwind(AssertUnwindSafe(read));
    meter.did(0);
    match read {
        Ok(summary) => Ok((summary, evidence)),
        Err(_) => {
            Err(Error::new("the reader of this format failed on the file, which is a bug in ddscope").at(&*shown))
        }
    }
}

/// A reader that tells how far it is.
struct Counted<'m, R> {
    inner: R,
    meter: &'m Meter,
}

impl<R: io::Read> io::Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect(|bytes| self.meter.saw(*bytes as u64))
    }
}

fn explained(problem: trace::Problem, shown: &str, format: Option<&'static str>) -> Error {
    let what = match format {
        Some(format) => format!("{} (read as {format})", problem.what),
        None => problem.what,
    };
    let error = Error { line: problem.record, ..Error::new(what).at(shown) };
    if format.is_none() {
        error.help(formats())
    } else {
        error.help("what came before was counted; record it again, or repair it, to get the rest")
    }
}

fn formats() -> String {
    let names: Vec<&str> = trace::FORMATS.iter().map(|f| f.name()).collect();
    format!("recordings are recognised by content: {}", names.join(", "))
}
