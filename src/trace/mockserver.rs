//! MockServer expectations and recorded request-response pairs, as the Java client's tests keep them.
//!
//! They have no host unless a `Host` header was kept, and no time unless MockServer's own log was saved.

use super::json::{self, Pull, Scanner, Text, Window};
use super::{Context, Format, Nature, Request, Strength, time};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct MockServer;

impl Format for MockServer {
    fn name(&self) -> &'static str {
        "mockserver"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let mut scanner = Scanner::new(head);
        if scanner.peek() == Some(b'[') {
            let _ = scanner.array();
            let _ = scanner.element();
        }
        if scanner.peek() != Some(b'{') {
            return None;
        }
        let mut found = false;
        // the head may end within the first element
        let _ = scanner.members(|scanner, key| {
            found |= key == b"httpRequest";
            scanner.skip()
        });
        found.then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut record = 0;
        let mut scanner = Scanner::new(Window::new(input));
        let mut one = |scanner: &mut Scanner<Window<'_>>| {
            record += 1;
            let mut pair = Pair::default();
            let read = pair.read(scanner);
            pair.count(record, context, read.is_ok());
            read
        };
        let read = if scanner.peek() == Some(b'[') { scanner.elements(one) } else { one(&mut scanner) };
        if let Err(fault) = read {
            context.tally.problem(Some(record.max(1)), fault.describe());
        }
        Ok(())
    }
}

#[derive(Default)]
struct Pair {
    method: Text,
    path: Text,
    host: Text,
    status: Option<u16>,
    time: Option<i64>,
}

impl Pair {
    fn read(&mut self, scanner: &mut Scanner<Window<'_>>) -> json::Result<()> {
        scanner.members(|scanner, key| match key {
            b"httpRequest" => scanner.members(|scanner, key| match key {
                b"method" => matcher(scanner, &mut self.method),
                b"path" => matcher(scanner, &mut self.path),
                b"headers" => host(scanner, &mut self.host),
                _ => scanner.skip(),
            }),
            b"httpResponse" => scanner.members(|scanner, key| match key {
                b"statusCode" => {
                    self.status = scanner.status()?;
                    Ok(())
                }
                _ => scanner.skip(),
            }),
            b"timestamp" => {
                self.time = time::any(&scanner.text()?.bytes);
                Ok(())
            }
            _ => scanner.skip(),
        })
    }

    fn count(&self, record: u64, context: &mut Context<'_>, whole: bool) {
        context.tally.seen(record);
        if self.method.is_empty() || self.path.is_empty() {
            if whole {
                context.tally.problem(Some(record), "request without a method or a path");
            }
            return;
        }
        context.tally.request(&Request {
            record,
            method: &self.method.lossy(),
            url: &self.path.lossy(),
            host: &self.host.lossy(),
            status: self.status,
            time: self.time,
            nature: Nature::ClientTests,
            ..Request::default()
        });
    }
}

/// A string, or a matcher object with a `value`.
fn matcher(scanner: &mut Scanner<Window<'_>>, text: &mut Text) -> json::Result<()> {
    if scanner.peek() != Some(b'{') {
        return scanner.scalar(text).map(drop);
    }
    scanner.members(|scanner, key| match key {
        b"value" => scanner.scalar(text).map(drop),
        _ => scanner.skip(),
    })
}

/// The `Host` of headers that are `{"Host": ["…"]}` or `[{"name": "Host", "values": ["…"]}]`.
fn host(scanner: &mut Scanner<Window<'_>>, host: &mut Text) -> json::Result<()> {
    if scanner.peek() == Some(b'{') {
        return scanner.members(|scanner, key| match key {
            key if key.eq_ignore_ascii_case(b"host") => scanner.elements(|scanner| scanner.scalar(host).map(drop)),
            _ => scanner.skip(),
        });
    }
    scanner.elements(|scanner| {
        let (mut name, mut value) = (Text::default(), Text::default());
        scanner.members(|scanner, key| match key {
            b"name" => scanner.scalar(&mut name).map(drop),
            b"values" => scanner.elements(|scanner| scanner.scalar(&mut value).map(drop)),
            _ => scanner.skip(),
        })?;
        if name.bytes.eq_ignore_ascii_case(b"host") {
            *host = value;
        }
        Ok(())
    })
}
