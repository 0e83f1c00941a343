//! HAR 1.2, as browsers, proxies, Polly.js and mitmproxy write it (theirs packed with zlib as `.zhar`).
//!
//! Only `log.entries[]` is looked at, and of an entry only its start, method, URL and status. Bodies are skipped unread.

use super::json::{self, Scanner, Text, Window};
use super::{Context, Format, Request, Strength, time};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct Har;

impl Format for Har {
    fn name(&self) -> &'static str {
        "har"
    }

    fn recognise(&self, head: &[u8], file_name: &str) -> Option<Strength> {
        let mut scanner = Scanner::new(head);
        if scanner.peek() != Some(b'{') {
            return None;
        }
        let _ = scanner.object();
        // a few producers put a key of their own before `log`
        for _ in 0..8 {
            let Ok(Some(key)) = scanner.key() else { break };
            if key.bytes() == b"log" && scanner.peek() == Some(b'{') {
                return Some(Strength::Certain);
            }
            if scanner.skip().is_err() {
                break;
            }
        }
        (file_name.ends_with(".har") || file_name.ends_with(".zhar")).then_some(Strength::Weak)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut reader = Entries { scanner: Scanner::new(Window::new(input)), record: 0, entry: Entry::default() };
        if let Err(fault) = reader.log(context) {
            // the entry that was being read may be whole as far as it matters
            reader.flush(context, false);
            context.tally.problem(Some(reader.record.max(1)), fault.describe());
        }
        Ok(())
    }
}

/// What matters of an entry.
#[derive(Default)]
struct Entry {
    method: Text,
    url: Text,
    status: Option<u16>,
    time: Option<i64>,
    open: bool,
}

struct Entries<'a> {
    scanner: Scanner<Window<'a>>,
    record: u64,
    entry: Entry,
}

impl Entries<'_> {
    fn log(&mut self, context: &mut Context<'_>) -> json::Result<()> {
        if !self.scanner.object()? {
            return Ok(());
        }
        while let Some(key) = self.scanner.key()? {
            if key.bytes() != b"log" {
                self.scanner.skip()?;
            } else if self.scanner.object()? {
                while let Some(key) = self.scanner.key()? {
                    match key.bytes() {
                        b"entries" => self.entries(context)?,
                        _ => self.scanner.skip()?,
                    }
                }
            }
        }
        Ok(())
    }

    fn entries(&mut self, context: &mut Context<'_>) -> json::Result<()> {
        if !self.scanner.array()? {
            return Ok(());
        }
        while self.scanner.element()? {
            self.record += 1;
            self.entry.open = true;
            self.entry.status = None;
            self.entry.time = None;
            self.entry.method.bytes.clear();
            self.entry.url.bytes.clear();
            self.read_entry()?;
            self.flush(context, true);
        }
        Ok(())
    }

    fn read_entry(&mut self) -> json::Result<()> {
        if !self.scanner.object()? {
            return Ok(());
        }
        while let Some(key) = self.scanner.key()? {
            match key.bytes() {
                b"startedDateTime" => {
                    let mut text = Text::default();
                    self.scanner.scalar(&mut text)?;
                    self.entry.time = time::any(&text.bytes);
                }
                b"request" => self.read_request()?,
                b"response" => self.read_response()?,
                _ => self.scanner.skip()?,
            }
        }
        Ok(())
    }

    fn read_request(&mut self) -> json::Result<()> {
        if !self.scanner.object()? {
            return Ok(());
        }
        while let Some(key) = self.scanner.key()? {
            match key.bytes() {
                b"method" => self.scanner.scalar(&mut self.entry.method).map(drop)?,
                b"url" => self.scanner.scalar(&mut self.entry.url).map(drop)?,
                _ => self.scanner.skip()?,
            }
        }
        Ok(())
    }

    fn read_response(&mut self) -> json::Result<()> {
        if !self.scanner.object()? {
            return Ok(());
        }
        while let Some(key) = self.scanner.key()? {
            match key.bytes() {
                b"status" => self.entry.status = self.scanner.status()?,
                _ => self.scanner.skip()?,
            }
        }
        Ok(())
    }

    /// Counts the entry that was read, or says what a whole one lacks.
    fn flush(&mut self, context: &mut Context<'_>, whole: bool) {
        if !std::mem::take(&mut self.entry.open) {
            return;
        }
        context.tally.seen(self.record);
        if self.entry.method.bytes.is_empty() || self.entry.url.bytes.is_empty() {
            if whole {
                context.tally.problem(Some(self.record), "entry without a method or a URL");
            }
            return;
        }
        context.tally.request(&Request {
            record: self.record,
            method: &self.entry.method.lossy(),
            url: &self.entry.url.lossy(),
            status: self.entry.status,
            time: self.entry.time,
            ..Request::default()
        });
    }
}
