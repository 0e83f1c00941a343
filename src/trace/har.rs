//! HAR 1.2, as browsers, proxies, Polly.js and mitmproxy write it (theirs packed with zlib as `.zhar`).
//!
//! Only `log.entries[]` is looked at, and of an entry only its start, method, URL and status. Bodies are skipped unread.

use super::json::{self, Pull, Scanner, Text, Window};
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
            reader.entry.flush(reader.record, context, false);
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
        let (record, entry) = (&mut self.record, &mut self.entry);
        self.scanner.members(|scanner, key| match key {
            b"log" => scanner.members(|scanner, key| match key {
                b"entries" => scanner.elements(|scanner| {
                    *record += 1;
                    entry.start();
                    entry.read(scanner)?;
                    entry.flush(*record, context, true);
                    Ok(())
                }),
                _ => scanner.skip(),
            }),
            _ => scanner.skip(),
        })
    }
}

impl Entry {
    fn start(&mut self) {
        self.method.clear();
        self.url.clear();
        (self.status, self.time, self.open) = (None, None, true);
    }

    fn read(&mut self, scanner: &mut Scanner<Window<'_>>) -> json::Result<()> {
        scanner.members(|scanner, key| match key {
            b"startedDateTime" => {
                self.time = time::any(&scanner.text()?.bytes);
                Ok(())
            }
            b"request" => scanner.members(|scanner, key| match key {
                b"method" => scanner.scalar(&mut self.method).map(drop),
                b"url" => scanner.scalar(&mut self.url).map(drop),
                _ => scanner.skip(),
            }),
            b"response" => scanner.members(|scanner, key| match key {
                b"status" => {
                    self.status = scanner.status()?;
                    Ok(())
                }
                _ => scanner.skip(),
            }),
            _ => scanner.skip(),
        })
    }

    /// Counts the entry that was read, or says what a whole one lacks.
    fn flush(&mut self, record: u64, context: &mut Context<'_>, whole: bool) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        context.tally.seen(record);
        if self.method.is_empty() || self.url.is_empty() {
            if whole {
                context.tally.problem(Some(record), "entry without a method or a URL");
            }
            return;
        }
        context.tally.request(&Request {
            record,
            method: &self.method.lossy(),
            url: &self.url.lossy(),
            status: self.status,
            time: self.time,
            ..Request::default()
        });
    }
}
