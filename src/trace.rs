//! Recorded traffic: finds the format of a recording by its content and turns its records into evidence.
//!
//! One file a format under `trace/`, each entered once in [`FORMATS`]. Opening files, walking folders and asking the table
//! which operation a request is are left to others; a reader sees bytes and hands back evidence and what it had to leave.

use crate::error::Result;
use crate::evidence::Evidence;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

mod access;
mod address;
mod audit;
mod audit_csv;
mod bruno;
mod burp;
mod cassette;
mod cassette_json;
mod collection;
mod curl_command;
mod curl_trace;
mod har;
mod http_file;
mod insomnia;
mod json;
mod json_log;
mod lines;
mod mitmproxy;
mod mockserver;
mod postman;
mod request;
mod spans;
mod squid;
mod tally;
mod test_server;
mod time;
mod transcript;
mod unpack;
mod w3c;

pub use request::{Nature, Request, Who};
pub use tally::Tally;

/// A format of recorded traffic. Register it in [`FORMATS`].
pub trait Format: Sync {
    /// Name as reported, kebab-case.
    fn name(&self) -> &'static str;

    /// Whether the beginning of a file (unpacked, at most [`HEAD`] bytes) or, failing that, its name is of this format.
    fn recognise(&self, head: &[u8], file_name: &str) -> Option<Strength>;

    /// Reads all records. What cannot be read is noted in the context; an error ends the file, what came before is kept.
    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()>;
}

/// How sure a format is that a file is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Only if nobody else claims it.
    Weak,
    /// Looks like it.
    Likely,
    /// Carries the format's own marks.
    Certain,
}

/// Every format, in the order of precedence among equally sure ones.
pub static FORMATS: &[&dyn Format] = &[
    &har::Har,
    &cassette::CassetteYaml,
    &cassette_json::CassetteJson,
    &mockserver::MockServer,
    &test_server::TestServer,
    &mitmproxy::Mitmproxy,
    &burp::Burp,
    &audit::Audit,
    &audit_csv::AuditCsv,
    &spans::DATADOG,
    &spans::OTLP,
    &spans::JAEGER,
    &spans::ZIPKIN,
    &access::AccessLog,
    &w3c::W3c,
    &squid::Squid,
    &json_log::JsonLog,
    &curl_trace::CurlTrace,
    &postman::Postman,
    &insomnia::Insomnia,
    &bruno::Bruno,
    &http_file::HttpFile,
    &transcript::Transcript,
    &curl_command::CurlCommand,
];

/// How much of a file a format may look at to recognise it, in bytes.
pub const HEAD: usize = 64 * 1024;

/// What the caller decides about reading traffic.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Hosts that stand for Datadog: proxies, mocks, test servers. Compared without port and case.
    pub hosts: &'a [String],
    /// Count requests of formats that do not tell the host (access logs) as Datadog's.
    pub assume_datadog: bool,
    /// Count requests that a browser session or Datadog itself made, where the format tells them from those of credentials.
    pub sessions: bool,
    /// Leave out what happened before, in seconds since 1970.
    pub since: Option<i64>,
    /// Leave out what happened at or after, in seconds since 1970.
    pub until: Option<i64>,
    /// Only requests of the actor with this id.
    pub actor: Option<&'a str>,
    /// Names of fields in logs of JSON lines, besides the usual ones.
    pub fields: Fields<'a>,
    /// A number for the route that a method and URL (or path) fall on, `None` for unknown routes. Requests on one route are
    /// counted together, which is what keeps memory constant.
    pub canonical: &'a (dyn Fn(&str, &str) -> Option<usize> + Sync),
}

impl Options<'_> {
    /// Nothing filtered, no proxies, no route known.
    pub fn plain() -> Options<'static> {
        Options {
            hosts: &[],
            assume_datadog: false,
            sessions: false,
            since: None,
            until: None,
            actor: None,
            fields: Fields::default(),
            canonical: &|_, _| None,
        }
    }
}

/// Names that somebody gave the fields of a log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields<'a> {
    /// The method.
    pub method: Option<&'a str>,
    /// The URL or path.
    pub url: Option<&'a str>,
    /// The host.
    pub host: Option<&'a str>,
    /// The status.
    pub status: Option<&'a str>,
    /// The time.
    pub time: Option<&'a str>,
}

/// What reading one recording came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The format, `None` if no format knows the file.
    pub format: Option<&'static str>,
    /// Records seen: entries, interactions, lines, spans.
    pub records: u64,
    /// Requests to Datadog that were counted.
    pub requests: u64,
    /// Bytes read after unpacking.
    pub bytes: u64,
    /// What was left out on purpose, by reason.
    pub skipped: Vec<Skipped>,
    /// What could not be read. Not empty means the answer is partial.
    pub problems: Vec<Problem>,
    /// What a reader of the result should know.
    pub notes: Vec<Note>,
}

/// Something worth knowing about so many records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// What, in words that follow the number.
    pub what: &'static str,
    /// How many.
    pub count: u64,
}

/// Records left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Why, in plain words.
    pub reason: &'static str,
    /// How many.
    pub count: u64,
    /// The first of them, 1-based.
    pub first: u64,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The 1-based record, if it can be told.
    pub record: Option<u64>,
    /// What was lost.
    pub what: String,
}

/// What a format reader writes into.
pub struct Context<'a> {
    /// Requests so far.
    pub tally: Tally<'a>,
    /// The caller's decisions.
    pub options: &'a Options<'a>,
}

/// Reads a moment as recordings write it, to seconds since 1970.
pub fn moment(text: &str) -> Option<i64> {
    time::any(text.trim().as_bytes())
}

/// Recognises a format by the beginning of a file, unpacked if it is compressed, and by the file's name.
pub fn recognise(head: &[u8], file_name: &str) -> Option<(&'static str, Strength)> {
    let plain = unpack::head(head);
    choose(&plain, file_name).map(|(format, strength)| (format.name(), strength))
}

fn choose(head: &[u8], file_name: &str) -> Option<(&'static dyn Format, Strength)> {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name).to_ascii_lowercase();
    let base = [".gz", ".zst", ".zstd"].iter().find_map(|end| base.strip_suffix(end)).unwrap_or(&base);
    let mut best: Option<(&'static dyn Format, Strength)> = None;
    for format in FORMATS {
        if let Some(strength) = format.recognise(head, base)
            && best.is_none_or(|(_, so_far)| strength > so_far)
        {
            best = Some((*format, strength));
        }
    }
    best
}

/// Reads one recording: unpacks, recognises, hands every group of equal requests to `sink`, and tells what it came to.
/// `name` is the file as reported. Never fails: what went wrong is among the problems.
pub fn read(name: &str, reader: &mut dyn Read, options: &Options<'_>, sink: &mut dyn FnMut(Evidence)) -> Summary {
    let mut summary = Summary::default();
    let mut unpacked = match unpack::open(reader) {
        Ok(unpacked) => unpacked,
        Err(error) => {
            summary.problems.push(Problem { record: None, what: format!("cannot be read: {error}") });
            return summary;
        }
    };
    let (counter, fault) = (unpacked.counter(), unpacked.fault());
    let mut input = BufReader::with_capacity(HEAD, &mut unpacked);
    let head = unpack::peek(&mut input);
    let told = || {
        let json = options.fields.method.or(options.fields.url).is_some() && head.trim_ascii_start().starts_with(b"{");
        json.then_some((&json_log::JsonLog as &dyn Format, Strength::Weak))
    };
    let Some((format, _)) = choose(&head, name).or_else(told) else {
        let what = fault.take().unwrap_or_else(|| "format not recognised".into());
        summary.problems.push(Problem { record: None, what });
        return summary;
    };
    summary.format = Some(format.name());
    let mut context = Context { tally: Tally::new(options), options };
    let mut input = head.as_slice().chain(input);
    if let Err(error) = format.read(&mut input, &mut context) {
        context.tally.problem(error.line, error.what);
    }
    if let Some(fault) = fault.take() {
        context.tally.problem(None, fault);
    }
    summary.bytes = counter.get();
    context.tally.finish(&Arc::from(name), &mut summary, sink);
    summary
}
