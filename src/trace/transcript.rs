//! Exchanges in logs of clients: request line, `Host` header and status line, each on a line of its own or glued together.
//!
//! One state machine for `curl -v`, Go's request dumps (what `TF_LOG=DEBUG` shows), Python's `http.client` and urllib3,
//! Ruby's `Net::HTTP`, OkHttp, and raw HTTP. Prefixes of loggers do not matter: the request line is found anywhere in a line.

use super::address;
use super::lines::{self, Line};
use super::{Context, Format, Request, Strength, time};
use crate::error::Result;
use memchr::memmem;
use std::io::BufRead;

/// The format.
pub struct Transcript;

/// Longest piece of a line that is looked at.
const LINE: usize = 64 * 1024;
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl Format for Transcript {
    fn name(&self) -> &'static str {
        "http-transcript"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let text = String::from_utf8_lossy(head);
        let (mut requests, mut hosts) = (0, 0);
        for line in text.lines() {
            requests += u32::from(matches!(read(line), Some(Seen::Request { .. })));
            hosts += u32::from(host(line).is_some());
            if let Some(Seen::Request { url, .. }) = read(line)
                && url.contains("://")
            {
                hosts += 1;
            }
        }
        (requests > 0 && hosts > 0).then_some(Strength::Likely)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut exchanges = Exchanges::new(context);
        lines::each(input, LINE, |line| exchanges.line(line));
        exchanges.end();
        Ok(())
    }
}

/// What a line shows of an exchange.
#[derive(Debug, PartialEq, Eq)]
enum Seen<'a> {
    Request { method: &'a str, url: String, status: Option<u16>, repeats: bool },
    Status(u16),
}

/// The request whose answer may still come.
struct Pending {
    record: u64,
    method: String,
    url: String,
    host: String,
    status: Option<u16>,
    time: Option<i64>,
}

/// Puts lines together to requests.
pub struct Exchanges<'a, 'b> {
    context: &'a mut Context<'b>,
    pending: Option<Pending>,
    /// Requests sent whose answers were not seen. Answers are only told apart while there is one.
    waiting: u32,
    /// Method and path of the last request, for loggers that report a finished one again.
    last: (String, String),
}

impl<'a, 'b> Exchanges<'a, 'b> {
    /// Nothing seen yet.
    pub fn new(context: &'a mut Context<'b>) -> Self {
        Self { context, pending: None, waiting: 0, last: Default::default() }
    }

    /// Takes the next line.
    pub fn line(&mut self, line: Line<'_>) {
        self.context.tally.seen(line.number);
        // cheap test before anything is decoded
        if memchr::memchr2(b'/', b':', line.bytes).is_none() {
            return;
        }
        let text = String::from_utf8_lossy(line.bytes);
        match read(&text) {
            Some(Seen::Request { method, url, status, repeats }) => {
                if repeats && self.repeated(method, &url, status) {
                    return;
                }
                self.flush();
                self.waiting += 1;
                self.last = (method.to_owned(), path_of(&url).to_owned());
                let fields = text.split_whitespace().take(3).map(str::as_bytes);
                let time = time::iso(text.as_bytes()).or_else(|| fields.filter_map(time::iso).next());
                let (method, host) = (method.to_owned(), host(&text).unwrap_or_default().to_owned());
                self.pending = Some(Pending { record: line.number, method, url, host, status, time });
                if status.is_some() {
                    self.waiting -= 1;
                    self.flush();
                }
            }
            Some(Seen::Status(status)) => self.answer(status),
            None => {
                if let (Some(pending), Some(host)) = (&mut self.pending, host(&text))
                    && pending.host.is_empty()
                {
                    pending.host = host.to_owned();
                }
            }
        }
    }

    /// An answer belongs to the pending request if no other one is waiting.
    fn answer(&mut self, status: u16) {
        if (100..200).contains(&status) {
            return;
        }
        if self.waiting == 1
            && let Some(pending) = &mut self.pending
        {
            pending.status = Some(status);
        }
        self.waiting = self.waiting.saturating_sub(1);
        self.flush();
    }

    /// Whether a line that reports a finished request is about one that was already seen being sent.
    fn repeated(&mut self, method: &str, url: &str, status: Option<u16>) -> bool {
        if self.last != (method.to_owned(), path_of(url).to_owned()) {
            return false;
        }
        if let Some(pending) = &mut self.pending {
            pending.status = pending.status.or(status);
            self.waiting = self.waiting.saturating_sub(1);
            self.flush();
        }
        self.last = Default::default();
        true
    }

    fn flush(&mut self) {
        let Some(pending) = self.pending.take() else { return };
        self.context.tally.request(&Request {
            record: pending.record,
            method: &pending.method,
            url: &pending.url,
            host: &pending.host,
            status: pending.status,
            time: pending.time,
            ..Request::default()
        });
    }

    /// Counts what is left.
    pub fn end(&mut self) {
        self.flush();
    }
}

fn path_of(url: &str) -> &str {
    let path = address::Address::parse(url).path;
    if path.is_empty() { url } else { path }
}

/// Looks for a request line, a report of a finished request, or a status line.
fn read(line: &str) -> Option<Seen<'_>> {
    if let Some(seen) = arrow(line) {
        return Some(seen);
    }
    let version = memmem::find(line.as_bytes(), b"HTTP/").or_else(|| memmem::find(line.as_bytes(), b"http/"))?;
    let (before, after) = (line.get(..version)?, line.get(version + 5..)?);
    request_line(before, after).or_else(|| status_line(before, after))
}

/// `METHOD target HTTP/…`, for urllib3 with scheme and host before an opening quote and the status after the closing one.
fn request_line<'a>(before: &'a str, after: &'a str) -> Option<Seen<'a>> {
    let (start, target) = before.strip_suffix(' ')?.rsplit_once(' ')?;
    let lead = start.trim_end_matches(|character: char| character.is_ascii_uppercase());
    let method = start.get(lead.len()..)?;
    if !METHODS.contains(&method) || !(target.starts_with('/') || target.contains("://")) {
        return None;
    }
    let base = lead.strip_suffix('"').and_then(|lead| lead.strip_suffix(' ')).and_then(|lead| {
        let start = lead.rfind("https://").or_else(|| lead.rfind("http://"))?;
        lead.get(start..).filter(|base| !base.contains(' '))
    });
    match base {
        Some(base) => {
            let status = after.split_once("\" ").and_then(|(_, rest)| rest.get(..3)?.parse().ok());
            Some(Seen::Request { method, url: format!("{base}{target}"), status, repeats: true })
        }
        None => Some(Seen::Request { method, url: target.to_owned(), status: None, repeats: false }),
    }
}

/// `HTTP/1.1 200 OK`, after nothing that could be a sentence.
fn status_line<'a>(before: &str, after: &str) -> Option<Seen<'a>> {
    let code = after.split_once(' ').map(|(_, rest)| rest.get(..3).unwrap_or_default())?;
    let version = after.split(' ').next()?;
    let numeric = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let quoted = before.trim_end_matches([' ', '\'', '"', '<', '|', '-', '>']);
    let lead = quoted.is_empty() || quoted.ends_with([':', ']', '|', '<']) || before.ends_with([' ', '"', '\'']);
    code.parse().ok().filter(|code| numeric && lead && (100..600).contains(code)).map(Seen::Status)
}

/// OkHttp's `--> GET https://…` and `<-- 200 https://…`.
fn arrow(line: &str) -> Option<Seen<'_>> {
    if let Some((_, rest)) = line.split_once("--> ") {
        let mut words = rest.split(' ');
        let (method, url) = (words.next()?, words.next()?);
        if METHODS.contains(&method) && url.contains("://") {
            return Some(Seen::Request { method, url: url.to_owned(), status: None, repeats: false });
        }
    }
    let (_, rest) = line.split_once("<-- ")?;
    let code = rest.get(..3)?.parse().ok().filter(|code| (100..600).contains(code))?;
    rest.contains("://").then_some(Seen::Status(code))
}

/// The value of a `Host` header or an HTTP/2 `:authority`, also where line ends are written `\r\n`.
fn host(line: &str) -> Option<&str> {
    let bytes = line.as_bytes();
    for at in memmem::find_iter(bytes, b"ost: ") {
        let Some(start) = at.checked_sub(1).filter(|&at| matches!(bytes[at], b'H' | b'h')) else { continue };
        let boundary = start == 0 || !(bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'-');
        let escaped = start >= 2 && matches!(&bytes[start - 2..start], b"\\n");
        if boundary || escaped {
            return value(line.get(at + 5..)?);
        }
    }
    let at = memmem::find(bytes, b":authority: ")?;
    value(line.get(at + 12..)?)
}

fn value(text: &str) -> Option<&str> {
    let end =
        text.find(|character: char| character.is_whitespace() || matches!(character, '\\' | '"' | '\'' | ']' | ','));
    let host = text.get(..end.unwrap_or(text.len()))?;
    (!host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:_[]".contains(&byte)))
        .then_some(host)
}
