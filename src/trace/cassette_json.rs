//! Cassettes in JSON: vcrpy with its JSON serializer, Ruby VCR, rVCR, go-vcr with a JSON marshaller.

use super::json::{self, Pull, Scanner, Text, Window};
use super::{Context, Format, Request, Strength, time};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct CassetteJson;

impl Format for CassetteJson {
    fn name(&self) -> &'static str {
        "cassette-json"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        json::has_top_key(head, is_list).then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut record = 0;
        let mut scanner = Scanner::new(Window::new(input));
        let read = scanner.members(|scanner, key| match key {
            key if is_list(key) => scanner.elements(|scanner| {
                record += 1;
                let mut interaction = Interaction::default();
                let read = interaction.read(scanner);
                interaction.count(record, context, read.is_ok());
                read
            }),
            _ => scanner.skip(),
        });
        if let Err(fault) = read {
            context.tally.problem(Some(record.max(1)), fault.describe());
        }
        Ok(())
    }
}

fn is_list(key: &[u8]) -> bool {
    matches!(key, b"interactions" | b"http_interactions" | b"Interactions")
}

#[derive(Default)]
struct Interaction {
    method: Text,
    url: Text,
    status: Option<u16>,
    time: Option<i64>,
}

impl Interaction {
    fn read(&mut self, scanner: &mut Scanner<Window<'_>>) -> json::Result<()> {
        scanner.members(|scanner, key| match key {
            b"request" | b"Request" => scanner.members(|scanner, key| match key {
                b"method" | b"Method" => scanner.scalar(&mut self.method).map(drop),
                b"uri" | b"url" | b"URL" => scanner.scalar(&mut self.url).map(drop),
                _ => scanner.skip(),
            }),
            b"response" | b"Response" => scanner.members(|scanner, key| self.response(scanner, key)),
            b"recorded_at" => {
                self.time = time::any(&scanner.text()?.bytes);
                Ok(())
            }
            _ => scanner.skip(),
        })
    }

    /// `status` is an object with a `code`, or `200 OK` beside a `code`.
    fn response(&mut self, scanner: &mut Scanner<Window<'_>>, key: &[u8]) -> json::Result<()> {
        let read = match key {
            b"status" if scanner.peek() == Some(b'{') => {
                return scanner.members(|scanner, key| match key {
                    b"code" => {
                        self.status = scanner.status()?;
                        Ok(())
                    }
                    _ => scanner.skip(),
                });
            }
            b"status" | b"code" | b"Code" | b"status_code" => scanner.status()?,
            _ => return scanner.skip(),
        };
        self.status = read.or(self.status);
        Ok(())
    }

    fn count(&self, record: u64, context: &mut Context<'_>, whole: bool) {
        context.tally.seen(record);
        if self.method.is_empty() || self.url.is_empty() {
            if whole {
                context.tally.problem(Some(record), "interaction without a method or a URL");
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
