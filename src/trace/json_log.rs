//! Access logs of one JSON object a line, with whatever names people gave the fields: nginx, Envoy, Caddy, Traefik, load
//! balancers of the clouds. Names of other making are told with `--log-field`.

use super::json::{self, Pull, Slice, Text};
use super::lines::{self, Filter, Line};
use super::{Context, Fields, Format, Request, Strength, Tally, time};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct JsonLog;

const NOT_DATADOG: &str = "line without a host of datadog's (--assume-datadog or --host count others)";
const NO_REQUEST: &str = "line without a request";
/// Objects within objects that are looked into.
const DEEPEST: u8 = 4;

impl Format for JsonLog {
    fn name(&self) -> &'static str {
        "json-log"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let first = head.trim_ascii_start().split(|&byte| byte == b'\n').next()?;
        if first.first() != Some(&b'{') {
            return None;
        }
        let mut found = Entry::default();
        // a first line longer than the head is still recognised by what it begins with
        let _ = found.read(&mut Slice::new(first), &Fields::default(), 0);
        (!found.method.is_empty() && !found.url.is_empty()).then_some(Strength::Likely)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let filter = Filter::datadog(context.options, NOT_DATADOG);
        lines::parallel(input, &mut context.tally, filter.as_ref(), &line);
        Ok(())
    }
}

fn line(line: Line<'_>, tally: &mut Tally<'_>, entry: &mut Entry) {
    tally.seen(line.number);
    if line.bytes.trim_ascii().is_empty() {
        return;
    }
    entry.clear();
    if let Err(fault) = entry.read(&mut Slice::new(line.bytes), &tally.options().fields, 0) {
        let what = if line.cut { "line too long to be read".into() } else { fault.describe() };
        tally.problem(Some(line.number), what);
    }
    entry.count(line.number, tally);
}

#[derive(Default)]
struct Entry {
    method: Text,
    url: Text,
    host: Text,
    status: Option<u16>,
    time: Option<i64>,
    /// What is read only to be understood.
    spare: Text,
}

/// What a field means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Method,
    Url,
    Host,
    Status,
    Time,
    RequestLine,
    Nothing,
}

impl Entry {
    /// Empties it for the next line.
    fn clear(&mut self) {
        [&mut self.method, &mut self.url, &mut self.host].into_iter().for_each(Text::clear);
        (self.status, self.time) = (None, None);
    }

    fn read(&mut self, scanner: &mut Slice<'_>, fields: &Fields<'_>, depth: u8) -> json::Result<()> {
        if depth > DEEPEST {
            return scanner.skip();
        }
        scanner.members(|scanner, key| {
            let meaning = meaning(key, fields);
            if scanner.peek() == Some(b'{') {
                return self.read(scanner, fields, depth + 1);
            }
            match meaning {
                Meaning::Nothing => scanner.skip(),
                Meaning::Status => {
                    self.status = self.status.or(scanner.status()?);
                    Ok(())
                }
                Meaning::Time => {
                    scanner.scalar(&mut self.spare)?;
                    self.time = self.time.or_else(|| time::any(&self.spare.bytes));
                    Ok(())
                }
                Meaning::RequestLine => {
                    self.request_line(&scanner.text()?);
                    Ok(())
                }
                Meaning::Method => first(&mut self.method, scanner),
                Meaning::Url => first(&mut self.url, scanner),
                Meaning::Host => first(&mut self.host, scanner),
            }
        })
    }

    /// nginx's `$request`: `GET /path HTTP/1.1`.
    fn request_line(&mut self, text: &Text) {
        let mut parts = text.bytes.split(|&byte| byte == b' ');
        if let (Some(method), Some(url), Some(_)) = (parts.next(), parts.next(), parts.next()) {
            self.method.bytes = method.to_vec();
            self.url.bytes = url.to_vec();
        }
    }

    fn count(&self, record: u64, tally: &mut Tally<'_>) {
        if self.method.is_empty() || self.url.is_empty() {
            return tally.skip(record, NO_REQUEST);
        }
        tally.request(&Request {
            record,
            method: &self.method.lossy(),
            url: &self.url.lossy(),
            host: &self.host.lossy(),
            status: self.status,
            time: self.time,
            ..Request::default()
        });
    }
}

/// The first of several fields with one meaning counts.
fn first(text: &mut Text, scanner: &mut Slice<'_>) -> json::Result<()> {
    if text.is_empty() { scanner.scalar(text).map(drop) } else { scanner.skip() }
}

fn meaning(key: &[u8], fields: &Fields<'_>) -> Meaning {
    let told = [
        (fields.method, Meaning::Method),
        (fields.url, Meaning::Url),
        (fields.host, Meaning::Host),
        (fields.status, Meaning::Status),
        (fields.time, Meaning::Time),
    ];
    if let Some((_, meaning)) = told.iter().find(|(name, _)| name.is_some_and(|name| name.as_bytes() == key)) {
        return *meaning;
    }
    // where a name was told, the usual ones mean something else
    let usual = usual(key);
    if told.iter().any(|(name, meaning)| name.is_some() && *meaning == usual) { Meaning::Nothing } else { usual }
}

fn usual(key: &[u8]) -> Meaning {
    match key {
        b"method"
        | b"request_method"
        | b"http_method"
        | b"requestMethod"
        | b"req_method"
        | b"verb"
        | b"RequestMethod"
        | b"cs-method"
        | b"http.method"
        | b"http.request.method" => Meaning::Method,
        b"path" | b"request_uri" | b"uri" | b"url" | b"request_path" | b"request_url" | b"requestUrl"
        | b"RequestPath" | b"cs-uri-stem" | b"http.url" | b"url.full" | b"url.path" | b"original" => Meaning::Url,
        b"host"
        | b"authority"
        | b":authority"
        | b"http_host"
        | b"vhost"
        | b"request_host"
        | b"requested_server_name"
        | b"RequestHost"
        | b"x-host-header"
        | b"upstream_host_name"
        | b"http.host"
        | b"url.domain" => Meaning::Host,
        b"status" | b"status_code" | b"response_code" | b"statusCode" | b"http_status" | b"DownstreamStatus"
        | b"sc-status" | b"http.status_code" => Meaning::Status,
        b"time" | b"timestamp" | b"ts" | b"time_iso8601" | b"@timestamp" | b"start_time" | b"time_local" | b"msec"
        | b"StartUTC" => Meaning::Time,
        b"request" => Meaning::RequestLine,
        _ => Meaning::Nothing,
    }
}
