//! The recordings that the official clients' source distributions carry for their test server: `recordings[].interactions[]`.
//!
//! They have no host; all of it is Datadog's API, intakes included.

use super::json::{self, Pull, Scanner, Text, Window};
use super::{Context, Format, Nature, Request, Strength};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct TestServer;

impl Format for TestServer {
    fn name(&self) -> &'static str {
        "test-server"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        json::has_top_key(head, |key| key == b"recordings").then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut record = 0;
        let mut scanner = Scanner::new(Window::new(input));
        let read = scanner.members(|scanner, key| match key {
            b"recordings" => scanner.elements(|scanner| {
                scanner.members(|scanner, key| match key {
                    b"interactions" => scanner.elements(|scanner| {
                        record += 1;
                        interaction(scanner, record, context)
                    }),
                    _ => scanner.skip(),
                })
            }),
            _ => scanner.skip(),
        });
        if let Err(fault) = read {
            context.tally.problem(Some(record.max(1)), fault.describe());
        }
        Ok(())
    }
}

fn interaction(scanner: &mut Scanner<Window<'_>>, record: u64, context: &mut Context<'_>) -> json::Result<()> {
    let (mut method, mut path, mut status) = (Text::default(), Text::default(), None);
    let read = scanner.members(|scanner, key| match key {
        b"request" => scanner.members(|scanner, key| match key {
            b"method" => scanner.scalar(&mut method).map(drop),
            b"path" => scanner.scalar(&mut path).map(drop),
            _ => scanner.skip(),
        }),
        b"response" => scanner.members(|scanner, key| match key {
            b"status" => {
                status = scanner.status()?;
                Ok(())
            }
            _ => scanner.skip(),
        }),
        _ => scanner.skip(),
    });
    context.tally.seen(record);
    if !method.is_empty() && !path.is_empty() {
        context.tally.request(&Request {
            record,
            method: &method.lossy(),
            url: &path.lossy(),
            status,
            nature: Nature::Datadog,
            ..Request::default()
        });
    } else if read.is_ok() {
        context.tally.problem(Some(record), "interaction without a method or a path");
    }
    read
}
