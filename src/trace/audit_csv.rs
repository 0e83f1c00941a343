//! The Audit Trail as CSV. People choose the columns, and the header names them by path (`@http.method`) or by label, which
//! no document lists: labels are told by their words, with a note. Where only the message was exported, the message tells the
//! request. Spreadsheets write semicolons or tabs for commas.

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
        let mut rest = head;
        let mut rows = Rows::new(separator(head), &mut rest);
        let header = rows.next()?;
        let is_label = |name: &String| {
            let inside = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '_' | '-' | '@' | '(' | ')' | '/');
            name.len() <= 80 && name.trim_start_matches('\u{feff}').chars().all(inside)
        };
        if header.len() < 2 || !header.iter().all(is_label) {
            return None;
        }
        let (columns, _) = columns(&header);
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
        let separator = separator(input.fill_buf().unwrap_or_default());
        let mut rows = Rows::new(separator, input);
        let Some(header) = rows.next() else { return Ok(()) };
        let (columns, guessed) = columns(&header);
        if guessed {
            context.tally.note(GUESSED);
        }
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

const GUESSED: &str = "header of columns that was read by its words: no document names the labels";

/// What separates the fields of the first line.
fn separator(head: &[u8]) -> u8 {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| line.iter().filter(|&&byte| byte == wanted).count();
    // of equals the last one is taken
    [b'\t', b';', b','].into_iter().max_by_key(|&separator| count(separator)).unwrap_or(b',')
}

/// The columns of a header, each meaning once, and whether words had to tell one.
fn columns(header: &[String]) -> (Vec<Column>, bool) {
    let mut columns: Vec<Column> = Vec::new();
    for name in header {
        let column = Column::named(name);
        columns.push(if columns.contains(&column) { Column::Nothing } else { column });
    }
    let mut guessed = false;
    for (at, name) in header.iter().enumerate() {
        let guess = Column::worded(name);
        if columns.get(at) == Some(&Column::Nothing) && guess != Column::Nothing && !columns.contains(&guess) {
            guessed = true;
            columns[at] = guess;
        }
    }
    (columns, guessed)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            "metadata.personal.access.token.id" | "personal.access.token.id" | "metadata.service.access.token.id" => {
                Self::Token
            }
            "usr.email" | "user.email" | "user" | "usr.id" | "usr.uuid" => Self::User,
            _ => Self::Nothing,
        }
    }

    /// By its words, for labels that nobody documents: `HTTP Method`, `Request Path`, `App Key Name`.
    fn worded(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let has = |wanted: &[&str]| wanted.iter().any(|word| words.contains(word));
        match () {
            () if has(&["auth", "authentication", "authorization", "authorisation"]) => Self::Auth,
            () if has(&["application", "app"]) && has(&["key"]) => Self::ApplicationKey,
            () if has(&["api"]) && has(&["key"]) => Self::ApiKey,
            () if has(&["oauth"]) => Self::Client,
            () if has(&["token", "pat", "sat"]) => Self::Token,
            () if has(&["method", "verb"]) => Self::Method,
            () if has(&["path", "url", "uri", "endpoint"]) && !has(&["host", "domain"]) => Self::Path,
            () if has(&["host"]) => Self::Host,
            () if has(&["status"]) && has(&["code", "http"]) => Self::Status,
            () if has(&["date", "timestamp", "time"]) => Self::Time,
            () if has(&["message", "content", "description"]) => Self::Message,
            () if has(&["email", "user", "usr", "actor"]) => Self::User,
            () => Self::Nothing,
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
    separator: u8,
    input: &'a mut dyn BufRead,
}

impl<'a> Rows<'a> {
    fn new(separator: u8, input: &'a mut dyn BufRead) -> Self {
        Self { separator, input }
    }

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
                    _ if byte == self.separator && !quoted => {
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
