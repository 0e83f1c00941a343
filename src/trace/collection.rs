//! What collections of requests have in common: they are small documents, full of variables, and declare calls rather than
//! record them. Variables that the file itself defines are filled in, others are holes.

use super::json::{self, Pull, Scanner};
use super::{Context, Nature, Request};
use saphyr_parser::{Event, Parser};
use std::collections::BTreeMap;
use std::io::{BufRead, Read};

/// Largest collection read, in bytes; Datadog's own has 10 MB.
const LARGEST: u64 = 32 * 1024 * 1024;
const DEEPEST: usize = 64;
/// Values kept of one document.
const MOST: usize = 2_000_000;

/// A document.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// A string, number or word.
    Scalar(String),
    /// A sequence.
    List(Vec<Tree>),
    /// Keys and values in order.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// The value of a key.
    pub fn at(&self, key: &str) -> Option<&Tree> {
        match self {
            Self::Map(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.at(key)? {
            Self::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a key; none if it is no list.
    pub fn list(&self, key: &str) -> &[Tree] {
        match self.at(key) {
            Some(Self::List(elements)) => elements,
            _ => &[],
        }
    }

    /// Reads JSON.
    pub fn from_json(bytes: &[u8]) -> json::Result<Self> {
        let mut left = MOST;
        Self::json(&mut Scanner::new(bytes), 0, &mut left)
    }

    fn json(scanner: &mut Scanner<&[u8]>, depth: usize, left: &mut usize) -> json::Result<Self> {
        *left = left.saturating_sub(1);
        match scanner.peek() {
            Some(b'{' | b'[') if depth >= DEEPEST || *left == 0 => {
                scanner.skip()?;
                Ok(Self::Scalar(String::new()))
            }
            Some(b'{') => {
                let mut members = Vec::new();
                scanner.members(|scanner, key| {
                    let key = String::from_utf8_lossy(key).into_owned();
                    members.push((key, Self::json(scanner, depth + 1, left)?));
                    Ok(())
                })?;
                Ok(Self::Map(members))
            }
            Some(b'[') => {
                let mut elements = Vec::new();
                scanner.elements(|scanner| {
                    elements.push(Self::json(scanner, depth + 1, left)?);
                    Ok(())
                })?;
                Ok(Self::List(elements))
            }
            _ => Ok(Self::Scalar(scanner.text()?.lossy().into_owned())),
        }
    }

    /// Reads the first document of YAML; aliases are empty.
    pub fn from_yaml(text: &str) -> Result<Self, String> {
        let mut open: Vec<(Vec<Tree>, bool)> = vec![(Vec::new(), false)];
        let mut count = 0;
        for event in Parser::new_from_str(text) {
            let (event, _) = event.map_err(|error| format!("not YAML: {error}"))?;
            count += 1;
            if open.len() > DEEPEST || count > MOST {
                return Err("nested too deep or too large".into());
            }
            let value = match event {
                Event::MappingStart(..) => {
                    open.push((Vec::new(), true));
                    continue;
                }
                Event::SequenceStart(..) => {
                    open.push((Vec::new(), false));
                    continue;
                }
                Event::Scalar(text, ..) => Self::Scalar(text.into_owned()),
                Event::Alias(_) => Self::Scalar(String::new()),
                Event::MappingEnd | Event::SequenceEnd => {
                    let Some((values, mapping)) = open.pop() else { break };
                    if mapping { Self::map(values) } else { Self::List(values) }
                }
                Event::DocumentEnd => break,
                _ => continue,
            };
            if let Some((values, _)) = open.last_mut() {
                values.push(value);
            }
        }
        open.pop().and_then(|(mut values, _)| values.pop()).ok_or_else(|| "empty document".into())
    }

    fn map(values: Vec<Tree>) -> Self {
        let mut members = Vec::with_capacity(values.len() / 2);
        let mut values = values.into_iter();
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            if let Self::Scalar(key) = key {
                members.push((key, value));
            }
        }
        Self::Map(members)
    }
}

/// The whole document, unless it is too large for a collection; then the reason is noted.
pub fn whole(input: &mut dyn BufRead, context: &mut Context<'_>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // errors count as the end, `unpack` remembers them
    let _ = input.take(LARGEST + 1).read_to_end(&mut bytes);
    if bytes.len() as u64 > LARGEST {
        context.tally.problem(None, format!("larger than {} MiB, not read as a collection", LARGEST >> 20));
        return None;
    }
    Some(bytes)
}

/// Requests and variables of a collection on the way into the count.
#[derive(Default)]
pub struct Collection {
    variables: BTreeMap<String, String>,
    requests: Vec<Declared>,
}

/// A request as written.
pub struct Declared {
    /// 1-based number or line.
    pub record: u64,
    /// Method as written.
    pub method: String,
    /// URL as written, with its variables.
    pub url: String,
    /// The value of a `Host` header.
    pub host: String,
}

impl Collection {
    /// Defines a variable; the first definition counts.
    pub fn define(&mut self, name: &str, value: &str) {
        if !value.is_empty() && self.variables.len() < 10_000 {
            self.variables.entry(variable(name).to_owned()).or_insert_with(|| value.to_owned());
        }
    }

    /// Adds a request as the next record.
    pub fn add(&mut self, method: &str, url: &str) {
        let record = self.requests.len() as u64 + 1;
        self.push(Declared { record, method: method.to_owned(), url: url.to_owned(), host: String::new() });
    }

    /// Adds a request with its place.
    pub fn push(&mut self, request: Declared) {
        self.requests.push(request);
    }

    /// Counts all requests.
    pub fn count(self, context: &mut Context<'_>) {
        for request in &self.requests {
            context.tally.request(&Request {
                record: request.record,
                method: &self.expand(&request.method, 0),
                url: &without_parameters(&self.expand(&request.url, 0)),
                host: &self.expand(&request.host, 0),
                nature: Nature::ClientTests,
                declared: true,
                ..Request::default()
            });
        }
    }

    /// Fills in `{{variables}}`; unknown ones and template tags are holes.
    fn expand(&self, text: &str, depth: u8) -> String {
        let mut whole = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
            let close = if rest[start..].starts_with("{{") { "}}" } else { "%}" };
            let Some(end) = rest[start + 2..].find(close).map(|end| end + 2) else { break };
            whole.push_str(&rest[..start]);
            match self.variables.get(variable(&rest[start + 2..start + end])) {
                Some(value) if depth < 4 && whole.len() < 16 * 1024 => whole.push_str(&self.expand(value, depth + 1)),
                _ => whole.push_str("{}"),
            }
            rest = &rest[start + end + 2..];
        }
        whole.push_str(rest);
        whole
    }
}

/// A variable's name without what tools put around it (`{{ _.name }}`).
fn variable(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix("_.").unwrap_or(name)
}

/// Path parameters (`/monitor/:monitor_id`) as holes.
fn without_parameters(url: &str) -> String {
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    let mut whole = String::with_capacity(url.len());
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            whole.push('/');
        }
        let parameter = segment.len() > 1 && segment.starts_with(':');
        whole.push_str(if parameter { "{}" } else { segment });
    }
    if let Some(query) = query {
        whole.push('?');
        whole.push_str(query);
    }
    whole
}
