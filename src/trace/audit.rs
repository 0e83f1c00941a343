//! Datadog's own Audit Trail: archives (NDJSON), answers of the audit API, events forwarded to Splunk or Elasticsearch.
//!
//! Only `Request` events have an HTTP part. What a browser session or Datadog itself asked for says nothing about what a
//! credential needs, and is left out unless sessions are wanted. Hosts are those of the web application or internal
//! ones, since Datadog writes these records itself: all paths count.

use super::json::{self, Pull, Scanner, Slice, Text, Window};
use super::lines::{self, Line};
use super::{Context, Format, Nature, Request, Strength, Tally, Who, address, time};
use crate::error::Result;
use memchr::memmem;
use std::borrow::Cow;
use std::io::BufRead;

/// The format.
pub struct Audit;

const NOT_A_REQUEST: &str = "audit event that is no request";
const SESSION: &str = "made by a browser session or by datadog itself";
const NO_AUTH: &str = "requests do not tell how they were authorised: those of browser sessions count, too";
const STRANGE_AUTH: &str = "requests were authorised in a way that this release does not know, and count";
const NO_CREDENTIAL: &str = "requests do not name their credential: no key or token can be asked for by its id";
/// Wrappers nest at most this deep: hits, hit, source, event, attributes, attributes.
const DEEPEST: u8 = 8;

impl Format for Audit {
    fn name(&self) -> &'static str {
        "audit-trail"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        if !matches!(head.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return None;
        }
        let has = |what: &str| memmem::find(head, what.as_bytes()).is_some();
        let marked = [
            "\"source\":\"audit\"",
            "\"source\": \"audit\"",
            "\"type\":\"audit\"",
            "\"type\": \"audit\"",
            "source:audit",
        ];
        if marked.iter().any(|mark| has(mark)) {
            return Some(Strength::Certain);
        }
        (has("\"evt\"") && has("\"auth_method\"")).then_some(Strength::Likely)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        if lines::are_records(input.fill_buf().unwrap_or_default()) {
            lines::parallel(input, &mut context.tally, None, &line);
            return Ok(());
        }
        let mut events = Events::new(&mut context.tally);
        let mut scanner = Scanner::new(Window::new(input));
        while scanner.peek().is_some() {
            if let Err(fault) = events.value(&mut scanner, 0) {
                let record = events.record.max(1);
                events.tally.problem(Some(record), fault.describe());
                break;
            }
        }
        Ok(())
    }
}

/// One line of an archive.
fn line(line: Line<'_>, tally: &mut Tally<'_>, event: &mut Event) {
    if line.bytes.trim_ascii().is_empty() {
        return;
    }
    tally.seen(line.number);
    event.clear();
    let mut events = Events { tally, record: line.number - 1, spare: std::mem::take(event) };
    if let Err(fault) = events.value(&mut Slice::new(line.bytes), 0) {
        let what = if line.cut { "line too long to be read".into() } else { fault.describe() };
        events.tally.problem(Some(line.number), what);
    }
    *event = events.spare;
}

const PERSONAL: &str = "personal-access-token";
const SERVICE: &str = "service-access-token";

/// How a request was authorised, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Auth {
    /// A browser session, or Datadog itself.
    Session,
    /// A key, a token, an OAuth client.
    Credential,
    /// The record does not tell.
    Untold,
    /// A word that is not known.
    Strange,
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}

/// Events on their way into a count.
pub struct Events<'a, 'b> {
    tally: &'a mut Tally<'b>,
    record: u64,
    /// An empty event whose memory is used again.
    spare: Event,
}

/// What matters of an event.
#[derive(Default)]
pub struct Event {
    /// Method.
    pub method: Text,
    /// Path.
    pub path: Text,
    /// Host.
    pub host: Text,
    /// How the request was authorised.
    pub auth: Text,
    /// The event in words.
    pub message: Text,
    /// HTTP status.
    pub status: Option<u16>,
    /// When, as written.
    pub date: Text,
    /// Seconds since 1970.
    pub time: Option<i64>,
    /// Id of the application key.
    pub application_key: Text,
    /// Id of the API key.
    pub api_key: Text,
    /// Id of the access token.
    pub token: Text,
    /// What kind of token, where the name of its field tells.
    pub token_kind: Option<&'static str>,
    /// The OAuth client.
    pub client: Text,
    /// Who.
    pub user: Text,
}

impl<'a, 'b> Events<'a, 'b> {
    /// None yet.
    pub fn new(tally: &'a mut Tally<'b>) -> Self {
        Self { tally, record: 0, spare: Event::default() }
    }

    /// Passes over an event that cannot be read.
    pub fn lost(&mut self, why: &'static str) {
        self.record += 1;
        self.tally.seen(self.record);
        self.tally.problem(Some(self.record), why);
    }

    /// An event, a list of events, or an object that holds a list.
    fn value(&mut self, scanner: &mut impl Pull, depth: u8) -> json::Result<()> {
        if depth > DEEPEST {
            return scanner.skip();
        }
        match scanner.peek() {
            Some(b'[') => scanner.elements(|scanner| self.value(scanner, depth + 1)),
            Some(b'{') => {
                let mut event = std::mem::take(&mut self.spare);
                let mut lists = false;
                let read = self.event(scanner, &mut event, &mut lists, depth);
                if !lists {
                    self.count(&event);
                }
                event.clear();
                self.spare = event;
                read
            }
            _ => scanner.skip(),
        }
    }

    fn event(&mut self, scanner: &mut impl Pull, event: &mut Event, lists: &mut bool, depth: u8) -> json::Result<()> {
        if depth > DEEPEST {
            return scanner.skip();
        }
        scanner.members(|scanner, key| match key {
            b"data" | b"hits" | b"events" if matches!(scanner.peek(), Some(b'[')) => {
                *lists = true;
                self.value(scanner, depth + 1)
            }
            b"attributes" | b"event" | b"_source" | b"hits" | b"data" => self.event(scanner, event, lists, depth + 1),
            b"http" => event.http(scanner),
            b"auth_method" => scanner.scalar(&mut event.auth).map(drop),
            b"message" => scanner.scalar(&mut event.message).map(drop),
            b"date" | b"timestamp" | b"time" => {
                scanner.scalar(&mut event.date)?;
                event.time = event.time.or_else(|| time::any(&event.date.bytes));
                Ok(())
            }
            b"usr" => scanner.members(|scanner, key| match key {
                b"email" => scanner.scalar(&mut event.user).map(drop),
                b"uuid" | b"id" if event.user.is_empty() => scanner.scalar(&mut event.user).map(drop),
                _ => scanner.skip(),
            }),
            b"metadata" => event.metadata(scanner),
            _ => scanner.skip(),
        })
    }

    /// Counts an event, if it is a request that a credential made.
    pub fn count(&mut self, event: &Event) {
        self.record += 1;
        let record = self.record;
        self.tally.seen(record);
        let (method, path) = (event.method.lossy(), event.path.lossy());
        let untold = event.method.is_empty() || event.path.is_empty();
        let said = if untold { event.message.lossy() } else { Cow::Borrowed("") };
        let told = if untold { said_in(&said) } else { None };
        let (method, path, status) = told.unwrap_or((&*method, &*path, None));
        if method.is_empty() || path.is_empty() {
            return self.tally.skip(record, NOT_A_REQUEST);
        }
        let authorised = event.authorised();
        match authorised {
            Auth::Session if !self.tally.options().sessions => return self.tally.skip(record, SESSION),
            Auth::Session | Auth::Credential => {}
            Auth::Untold => self.tally.note(NO_AUTH),
            Auth::Strange => self.tally.note(STRANGE_AUTH),
        }
        let (kind, text) = event.actor();
        if matches!(kind, "" | "user") && authorised != Auth::Session {
            self.tally.note(NO_CREDENTIAL);
        }
        let id = text.lossy();
        let asked_for = self.tally.options().actor.is_some_and(|wanted| event.names(wanted));
        self.tally.request(&Request {
            record,
            method,
            url: path,
            host: &event.host.lossy(),
            status: event.status.or(status),
            time: event.time,
            actor: (!kind.is_empty()).then(|| Who { kind, id: address::redacted(&id) }),
            asked_for,
            nature: Nature::Datadog,
            ..Request::default()
        });
    }
}

impl Event {
    /// Empties it for the next event.
    fn clear(&mut self) {
        let Self { method, path, host, auth, message, date, application_key, api_key, token, client, user, .. } = self;
        for text in [method, path, host, auth, message, date, application_key, api_key, token, client, user] {
            text.clear();
        }
        (self.status, self.time, self.token_kind) = (None, None, None);
    }

    fn http(&mut self, scanner: &mut impl Pull) -> json::Result<()> {
        scanner.members(|scanner, key| match key {
            b"method" => scanner.scalar(&mut self.method).map(drop),
            b"status_code" => {
                self.status = scanner.status()?;
                Ok(())
            }
            b"url_details" => scanner.members(|scanner, key| match key {
                b"path" => scanner.scalar(&mut self.path).map(drop),
                b"host" => scanner.scalar(&mut self.host).map(drop),
                _ => scanner.skip(),
            }),
            _ => scanner.skip(),
        })
    }

    fn metadata(&mut self, scanner: &mut impl Pull) -> json::Result<()> {
        scanner.members(|scanner, key| {
            let text = match key {
                b"application_key" | b"app_key" => &mut self.application_key,
                b"api_key" => &mut self.api_key,
                b"access_token" => &mut self.token,
                b"personal_access_token" | b"pat" => {
                    self.token_kind = Some(PERSONAL);
                    &mut self.token
                }
                b"service_access_token" | b"service_account_access_token" | b"sat" => {
                    self.token_kind = Some(SERVICE);
                    &mut self.token
                }
                b"oauth_client" => &mut self.client,
                _ => return scanner.skip(),
            };
            scanner.members(|scanner, key| match key {
                b"id" | b"uuid" => scanner.scalar(text).map(drop),
                b"name" if text.is_empty() => scanner.scalar(text).map(drop),
                _ => scanner.skip(),
            })
        })
    }

    /// No document lists the values beyond these four, so tokens are told by words, and what is strange is noted.
    fn authorised(&self) -> Auth {
        match self.auth.bytes.as_slice() {
            b"SESSION" | b"SYSTEM" => return Auth::Session,
            b"API_AND_APP_KEY" | b"OAUTH_TOKEN" => return Auth::Credential,
            _ if self.auth.is_empty() => return Auth::Untold,
            _ => {}
        }
        let auth = self.auth.lossy().trim().to_ascii_uppercase();
        match auth.as_str() {
            "SESSION" | "SYSTEM" => Auth::Session,
            _ if words(&auth).any(|word| matches!(word, "PAT" | "SAT" | "TOKEN" | "KEY" | "OAUTH")) => Auth::Credential,
            _ => Auth::Strange,
        }
    }

    /// Personal or service: by the name of the token's field, else by how the request was authorised.
    fn token_kind(&self) -> &'static str {
        let auth = self.auth.lossy().to_ascii_uppercase();
        let says = |wanted: &[&str]| words(&auth).any(|word| wanted.contains(&word));
        match self.token_kind {
            Some(kind) => kind,
            None if says(&["SAT", "SERVICE"]) => SERVICE,
            None if says(&["PAT", "PERSONAL"]) => PERSONAL,
            None => "access-token",
        }
    }

    /// Whether any of its ids is this one.
    fn names(&self, wanted: &str) -> bool {
        let ids = [&self.token, &self.application_key, &self.client, &self.api_key, &self.user];
        ids.into_iter().any(|id| id.bytes == wanted.as_bytes())
    }

    /// The credential if one is named, else the user: the kind, and its id.
    fn actor(&self) -> (&'static str, &Text) {
        let named = [
            ("application-key", &self.application_key),
            ("oauth-client", &self.client),
            ("api-key", &self.api_key),
            ("user", &self.user),
        ];
        if !self.token.is_empty() {
            return (self.token_kind(), &self.token);
        }
        named.into_iter().find(|(_, id)| !id.is_empty()).unwrap_or(("", &self.user))
    }
}

/// `GET request made to /path by user with response 200`: all there is when only texts were exported.
fn said_in(message: &str) -> Option<(&str, &str, Option<u16>)> {
    let (method, rest) = message.split_once(" request made to ")?;
    let (path, rest) = rest.split_once(' ')?;
    let status = rest.rsplit_once("with response ").and_then(|(_, status)| status.trim().get(..3)?.parse().ok());
    (!method.contains(' ') && path.starts_with('/')).then_some((method, path, status))
}
