//! The Audit Trail as CSV. People choose the columns, and the header names them by path (`@http.method`) or by label; where
//! only the message was exported, the message tells the request.

use super::audit::{Event, Events};
use super::{Context, Format, Strength};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct AuditCsv;

/// Bytes kept of a field and fields kept of a row.
const LONGEST: usize = 16 * 1024;
const WIDEST: usize = 512;

impl Format for AuditCsv {
    fn name(&self) -> &'static str {
        "audit-csv"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let mut rows = Rows { input: &mut &head[..] };
        let header = rows.next()?;
        if header.len() < 2 {
            return None;
        }
        let columns: Vec<Column> = header.iter().map(|name| Column::named(name)).collect();
        let has = |wanted: Column| columns.contains(&wanted);
        if has(Column::Method)
            && has(Column::Path)
            && (has(Column::Auth) || has(Column::ApplicationKey) || has(Column::ApiKey))
        {
            return Some(Strength::Likely);
        }
        let message = columns.iter().position(|column| *column == Column::Message)?;
        let mut told = false;
        for _ in 0..20 {
            let Some(row) = rows.next() else { break };
            told |= row.get(message).is_some_and(|text| text.contains(" request made to /"));
        }
        told.then_some(Strength::Likely)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut rows = Rows { input };
        let Some(header) = rows.next() else { return Ok(()) };
        let columns: Vec<Column> = header.iter().map(|name| Column::named(name)).collect();
        let mut events = Events::new(&mut context.tally);
        while let Some(row) = rows.next() {
            if row.iter().all(String::is_empty) {
                continue;
            }
            if row.len() != columns.len() {
                events.lost("row with another number of fields than the header");
                continue;
            }
            let mut event = Event::default();
            for (column, value) in columns.iter().zip(row) {
                column.store(&mut event, value);
            }
            events.count(&event);
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Method,
    Path,
    Host,
    Status,
    Time,
    Auth,
    Message,
    ApplicationKey,
    ApiKey,
    Client,
    Token,
    User,
    Nothing,
}

impl Column {
    fn named(name: &str) -> Self {
        let plain: String = name.trim().trim_start_matches('@').to_ascii_lowercase().replace([' ', '_', '-'], ".");
        match plain.as_str() {
            "http.method" | "method" => Self::Method,
            "http.url.details.path" | "http.path" | "url.path" | "path" | "endpoint" | "route.path" => Self::Path,
            "http.url.details.host" | "host" => Self::Host,
            "http.status.code" | "status.code" => Self::Status,
            "date" | "timestamp" | "time" => Self::Time,
            "auth.method" | "authentication.method" => Self::Auth,
            "message" | "content" => Self::Message,
            "metadata.application.key.id" | "application.key.id" | "application.key" | "app.key.id" => {
                Self::ApplicationKey
            }
            "metadata.api.key.id" | "api.key.id" | "api.key" => Self::ApiKey,
            "metadata.oauth.client.uuid" | "oauth.client.uuid" | "oauth.client" => Self::Client,
            "metadata.personal.access.token.id" | "personal.access.token.id" => Self::Token,
            "usr.email" | "user.email" | "user" | "usr.id" | "usr.uuid" => Self::User,
            _ => Self::Nothing,
        }
    }

    fn store(self, event: &mut Event, value: String) {
        let text = match self {
            Self::Method => &mut event.method,
            Self::Path => &mut event.path,
            Self::Host => &mut event.host,
            Self::Auth => &mut event.auth,
            Self::Message => &mut event.message,
            Self::ApplicationKey => &mut event.application_key,
            Self::ApiKey => &mut event.api_key,
            Self::Client => &mut event.client,
            Self::Token => &mut event.token,
            Self::User => &mut event.user,
            Self::Status => {
                event.status = value.trim().parse().ok();
                return;
            }
            Self::Time => {
                event.time = super::time::any(value.trim().as_bytes());
                return;
            }
            Self::Nothing => return,
        };
        text.bytes = value.into_bytes();
    }
}

/// Rows of comma-separated values; fields in quotes may hold anything, and are kept up to a limit.
struct Rows<'a> {
    input: &'a mut dyn BufRead,
}

impl Rows<'_> {
    fn next(&mut self) -> Option<Vec<String>> {
        let (mut row, mut field) = (Vec::new(), Vec::new());
        let (mut quoted, mut any, mut was_quote) = (false, false, false);
        loop {
            let ahead = self.input.fill_buf().unwrap_or_default();
            if ahead.is_empty() {
                return any.then(|| {
                    row.push(finished(&mut field));
                    row
                });
            }
            let mut used = 0;
            for &byte in ahead {
                used += 1;
                any = true;
                match byte {
                    b'"' if quoted => (quoted, was_quote) = (false, true),
                    b'"' => {
                        // a doubled quote within quotes is a quote
                        if was_quote && field.len() < LONGEST {
                            field.push(byte);
                        }
                        (quoted, was_quote) = (true, false);
                    }
                    b',' if !quoted => {
                        was_quote = false;
                        if row.len() < WIDEST {
                            row.push(finished(&mut field));
                        }
                    }
                    b'\n' if !quoted => {
                        self.input.consume(used);
                        row.push(finished(&mut field));
                        return Some(row);
                    }
                    _ if field.len() < LONGEST => field.push(byte),
                    _ => {}
                }
            }
            self.input.consume(used);
        }
    }
}

fn finished(field: &mut Vec<u8>) -> String {
    let text = String::from_utf8_lossy(field).trim_end_matches('\r').to_owned();
    field.clear();
    text
}
