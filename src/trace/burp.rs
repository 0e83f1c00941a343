//! Burp Suite's "save items": XML with one `item` a request.

use super::{Context, Format, Request, Strength, time};
use crate::error::Result;
use base64::Engine;
use memchr::memmem;
use std::io::BufRead;

/// The format.
pub struct Burp;

/// Longest text of an element that is kept.
const LONGEST: usize = 64 * 1024;

impl Format for Burp {
    fn name(&self) -> &'static str {
        "burp"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let head = &head[..head.len().min(8192)];
        (memmem::find(head, b"<items").is_some() && head.trim_ascii_start().starts_with(b"<"))
            .then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut source = Source { input };
        let (mut item, mut tag, mut text) = (Item::default(), Vec::new(), Vec::new());
        let (mut record, mut closed) = (0, false);
        while source.until(b"<", Some(&mut text), LONGEST) {
            tag.clear();
            if !source.until(b">", Some(&mut tag), LONGEST) {
                break;
            }
            if let Some(mut inside) = tag.strip_prefix(b"![CDATA[") {
                // the content may hold `>`: it goes on to `]]>`
                let mut whole = inside.strip_suffix(b"]]");
                if let Some(content) = whole.take() {
                    inside = content;
                    text.extend_from_slice(inside);
                } else {
                    text.extend_from_slice(inside);
                    text.push(b'>');
                    source.until(b"]]>", Some(&mut text), LONGEST);
                }
                continue;
            }
            if tag.starts_with(b"/") {
                closed |= tag == b"/items";
                item.take(&tag[1..], &text);
                if tag == b"/item" {
                    item.count(record, context);
                    item = Item::default();
                }
            } else if tag == b"item" {
                record += 1;
                item = Item { open: true, ..Item::default() };
            } else {
                item.encoded = memmem::find(&tag, b"base64=\"true\"").is_some();
            }
            text.clear();
        }
        if item.open {
            context.tally.problem(Some(record), "the file ends in the middle of an item");
        } else if !closed {
            context.tally.problem(Some(record.max(1)), "the file ends before the end of its list");
        }
        Ok(())
    }
}

/// What matters of an item.
#[derive(Default)]
struct Item {
    open: bool,
    encoded: bool,
    url: String,
    method: String,
    host: String,
    status: Option<u16>,
    time: Option<i64>,
    request: Vec<u8>,
}

impl Item {
    fn take(&mut self, name: &[u8], text: &[u8]) {
        let plain = || unescaped(&String::from_utf8_lossy(text));
        match name {
            b"url" => self.url = plain(),
            b"method" => self.method = plain(),
            b"host" => self.host = plain(),
            b"status" => self.status = plain().trim().parse().ok(),
            b"time" => self.time = spelled(&plain()),
            b"request" if self.encoded => {
                // only the beginning is wanted: whole groups of four characters of it
                let head: Vec<u8> =
                    text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(8192).collect();
                let head = &head[..head.len() / 4 * 4];
                self.request = base64::engine::general_purpose::STANDARD.decode(head).unwrap_or_default();
            }
            b"request" => self.request = plain().into_bytes(),
            _ => {}
        }
    }

    fn count(&mut self, record: u64, context: &mut Context<'_>) {
        context.tally.seen(record);
        let raw = String::from_utf8_lossy(&self.request);
        let mut lines = raw.lines();
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
        let method = if self.method.is_empty() { method } else { &self.method };
        let url = if self.url.is_empty() { target } else { &self.url };
        let header = lines.find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("host")));
        let host = if self.host.is_empty() { header.map_or("", |(_, value)| value) } else { &self.host };
        if method.is_empty() || url.is_empty() {
            return context.tally.problem(Some(record), "item without a method or a URL");
        }
        let (status, time) = (self.status, self.time);
        context.tally.request(&Request { record, method, url, host, status, time, ..Request::default() });
    }
}

/// `Fri Jul 03 10:11:12 UTC 2026`, as Java writes times.
fn spelled(text: &str) -> Option<i64> {
    let mut fields = text.split_whitespace().skip(1);
    let (month, day, clock, _zone, year) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    time::header(format!("{day} {month} {year} {clock} UTC").as_bytes())
}

fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

struct Source<'a> {
    input: &'a mut dyn BufRead,
}

impl Source<'_> {
    /// Reads past `end`, keeping at most `limit` bytes of what is before it; false at the end of the file.
    fn until(&mut self, end: &[u8], mut keep: Option<&mut Vec<u8>>, limit: usize) -> bool {
        let Some(&last) = end.last() else { return false };
        // the bytes before the last one of `end`, as they came
        let mut tail = Vec::new();
        loop {
            let ahead = self.input.fill_buf().unwrap_or_default();
            if ahead.is_empty() {
                return false;
            }
            let at = memchr::memchr(last, ahead);
            let piece = &ahead[..at.map_or(ahead.len(), |at| at + 1)];
            if let Some(keep) = &mut keep {
                let room = limit.saturating_sub(keep.len());
                keep.extend_from_slice(&piece[..piece.len().min(room)]);
            }
            tail.extend_from_slice(&piece[piece.len().saturating_sub(end.len())..]);
            tail.drain(..tail.len().saturating_sub(end.len()));
            let used = piece.len();
            self.input.consume(used);
            if at.is_some() && tail == end {
                if let Some(keep) = keep
                    && keep.ends_with(end)
                {
                    keep.truncate(keep.len() - end.len());
                }
                return true;
            }
        }
    }
}
