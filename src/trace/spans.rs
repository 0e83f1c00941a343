//! Spans of outgoing requests: OpenTelemetry's OTLP/JSON, Jaeger, Zipkin, Datadog's spans API and trace dumps.
//!
//! All of them are objects with attributes called alike, only differently wrapped; so one walk finds any object that has
//! such attributes, whatever is around it.

use super::json::{self, Pull, Scanner, Slice, Text, Window};
use super::lines::{self, Line};
use super::{Context, Format, Request, Strength, Tally, time};
use crate::error::Result;
use memchr::memmem;
use std::io::BufRead;

/// One of the formats, which differ in their marks only.
pub struct Spans {
    name: &'static str,
    marks: &'static [&'static [&'static str]],
}

/// OpenTelemetry's file exporter and collector dumps.
pub static OTLP: Spans =
    Spans { name: "otlp", marks: &[&["\"resourceSpans\"", "\"spans\""], &["\"resource_spans\"", "\"spans\""]] };
/// Jaeger's UI and API.
pub static JAEGER: Spans = Spans { name: "jaeger", marks: &[&["\"traceID\"", "\"spanID\"", "\"tags\""]] };
/// Zipkin v2.
pub static ZIPKIN: Spans =
    Spans { name: "zipkin", marks: &[&["\"traceId\"", "\"localEndpoint\""], &["\"traceId\"", "\"remoteEndpoint\""]] };
/// Datadog's spans API and trace dumps.
pub static DATADOG: Spans = Spans {
    name: "datadog-spans",
    marks: &[&["\"resource_name\"", "\"span_id\""], &["\"span_id\"", "\"meta\"", "\"resource\""]],
};

const SERVER: &str = "span that is no outgoing request";
const OTHER: &str = "span without an HTTP request";
/// Objects within objects that are looked into.
const DEEPEST: u8 = 16;

impl Format for Spans {
    fn name(&self) -> &'static str {
        self.name
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        if !matches!(head.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return None;
        }
        let has = |mark: &&str| memmem::find(head, mark.as_bytes()).is_some();
        self.marks.iter().any(|marks| marks.iter().all(has)).then_some(Strength::Likely)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        if lines::are_records(input.fill_buf().unwrap_or_default()) {
            lines::parallel(input, &mut context.tally, None, &line);
            return Ok(());
        }
        let mut walk = Walk { tally: &mut context.tally, record: 0, line: None };
        let mut scanner = Scanner::new(Window::new(input));
        while scanner.peek().is_some() {
            if let Err(fault) = walk.value(&mut scanner, 0) {
                let record = walk.record.max(1);
                walk.tally.problem(Some(record), fault.describe());
                break;
            }
        }
        Ok(())
    }
}

fn line(line: Line<'_>, tally: &mut Tally<'_>, _: &mut ()) {
    tally.seen(line.number);
    if line.bytes.trim_ascii().is_empty() {
        return;
    }
    let mut walk = Walk { tally, record: 0, line: Some(line.number) };
    if let Err(fault) = walk.value(&mut Slice::new(line.bytes), 0) {
        let what = if line.cut { "line too long to be read".into() } else { fault.describe() };
        walk.tally.problem(Some(line.number), what);
    }
}

struct Walk<'a, 'b> {
    tally: &'a mut Tally<'b>,
    record: u64,
    line: Option<u64>,
}

/// What matters of a span.
#[derive(Default)]
struct Span {
    is_span: bool,
    kind: Text,
    method: Text,
    url: Text,
    target: Text,
    host: Text,
    resource: Text,
    status: Option<u16>,
    time: Option<i64>,
}

impl Walk<'_, '_> {
    fn value(&mut self, scanner: &mut impl Pull, depth: u8) -> json::Result<()> {
        match scanner.peek() {
            Some(b'[') if depth < DEEPEST => scanner.elements(|scanner| self.value(scanner, depth + 1)),
            Some(b'{') if depth < DEEPEST => {
                let mut span = Span::default();
                let read = self.object(scanner, &mut span, depth);
                self.count(&span, read.is_ok());
                read
            }
            _ => scanner.skip(),
        }
    }

    fn object(&mut self, scanner: &mut impl Pull, span: &mut Span, depth: u8) -> json::Result<()> {
        scanner.members(|scanner, key| match (key, scanner.peek()) {
            (b"attributes" | b"tags", Some(b'[')) => scanner.elements(|scanner| span.pair(scanner)),
            (b"attributes" | b"tags" | b"meta", Some(b'{')) => span.nested(scanner, &mut Vec::new(), 0),
            (_, Some(b'{' | b'[')) => self.value(scanner, depth + 1),
            (b"kind", _) => scanner.scalar(&mut span.kind).map(drop),
            (b"startTimeUnixNano" | b"start_time_unix_nano" | b"startTime" | b"timestamp" | b"start", _) => {
                span.time = time::any(&scanner.text()?.bytes);
                Ok(())
            }
            (b"resource", _) => scanner.scalar(&mut span.resource).map(drop),
            (b"spanId" | b"spanID" | b"span_id" | b"traceId" | b"trace_id", _) => {
                span.is_span = true;
                scanner.skip()
            }
            _ => scanner.skip(),
        })
    }

    fn count(&mut self, span: &Span, whole: bool) {
        if !span.is_span && span.method.is_empty() {
            return;
        }
        self.record += 1;
        let record = self.line.unwrap_or(self.record);
        self.tally.seen(record);
        let (resource, url, target) = (span.resource.lossy(), span.url.lossy(), span.target.lossy());
        let named = resource.split_once(' ').filter(|(_, path)| path.starts_with('/')).unwrap_or_default();
        let method = if span.method.is_empty() { named.0.into() } else { span.method.lossy() };
        let url = [&*url, &*target, named.1].into_iter().find(|url| !url.is_empty()).unwrap_or_default();
        if method.is_empty() || url.is_empty() {
            if whole {
                self.tally.skip(record, OTHER);
            }
            return;
        }
        let kind = span.kind.lossy();
        let outgoing = kind.is_empty() || kind == "3" || kind.to_ascii_lowercase().ends_with("client");
        if !outgoing {
            return self.tally.skip(record, SERVER);
        }
        self.tally.request(&Request {
            record,
            method: &method,
            url: &with_holes(url),
            host: &span.host.lossy(),
            status: span.status,
            time: span.time,
            ..Request::default()
        });
    }
}

impl Span {
    /// `{"key": …, "value": …}`, where OTLP wraps the value once more.
    fn pair(&mut self, scanner: &mut impl Pull) -> json::Result<()> {
        let (mut name, mut value) = (Text::default(), Text::default());
        scanner.members(|scanner, key| match key {
            b"key" => scanner.scalar(&mut name).map(drop),
            b"value" if scanner.peek() == Some(b'{') => scanner.members(|scanner, key| match key {
                b"stringValue" | b"intValue" | b"string_value" | b"int_value" => scanner.scalar(&mut value).map(drop),
                _ => scanner.skip(),
            }),
            b"value" => scanner.scalar(&mut value).map(drop),
            _ => scanner.skip(),
        })?;
        self.attribute(&name.bytes, value);
        Ok(())
    }

    /// Attributes as an object; objects within objects are names with dots.
    fn nested(&mut self, scanner: &mut impl Pull, path: &mut Vec<u8>, depth: u8) -> json::Result<()> {
        if depth > 4 {
            return scanner.skip();
        }
        scanner.members(|scanner, key| {
            let length = path.len();
            // user-defined attributes of Datadog's spans are below `custom`
            if !(key == b"custom" && path.is_empty()) {
                if length > 0 {
                    path.push(b'.');
                }
                path.extend_from_slice(key);
            }
            match scanner.peek() {
                Some(b'{') => self.nested(scanner, path, depth + 1)?,
                Some(b'[') => scanner.skip()?,
                _ => {
                    let value = scanner.text()?;
                    self.attribute(path, value);
                }
            }
            path.truncate(length);
            Ok(())
        })
    }

    /// Newer names are preferred to older ones under `http/dup`; both say the same.
    fn attribute(&mut self, name: &[u8], value: Text) {
        if value.is_empty() {
            return;
        }
        let text = match name {
            b"http.request.method" | b"http.method" => &mut self.method,
            b"url.full" | b"http.url" => &mut self.url,
            b"http.target" | b"url.path" | b"http.path" | b"http.url_details.path" => &mut self.target,
            b"server.address"
            | b"http.host"
            | b"net.peer.name"
            | b"http.url_details.host"
            | b"peer.hostname"
            | b"out.host" => &mut self.host,
            b"span.kind" => &mut self.kind,
            b"resource_name" => &mut self.resource,
            b"http.response.status_code" | b"http.status_code" => {
                self.status = String::from_utf8_lossy(&value.bytes).parse().ok();
                return;
            }
            b"span_id" => {
                self.is_span = true;
                return;
            }
            b"start_timestamp" => {
                self.time = time::any(&value.bytes);
                return;
            }
            _ => return,
        };
        if text.is_empty() {
            *text = value;
        }
    }
}

/// Tracers replace ids in URLs by a question mark; one that stands for a whole segment is a hole, not a query.
fn with_holes(url: &str) -> String {
    let mut whole = url.replace("/?/", "/{}/").replace("/?/", "/{}/");
    if whole.ends_with("/?") {
        whole.truncate(whole.len() - 1);
        whole.push_str("{}");
    }
    whole
}
