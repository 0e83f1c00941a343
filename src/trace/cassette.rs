//! Cassettes in YAML: vcrpy, Ruby VCR, go-vcr. One reader, since all say `request.method` and `request.uri` or `url`.
//!
//! Cassettes are written by machines in block style, so nesting is read off the indentation, a line at a time. That needs
//! constant memory whatever the bodies are, and is many times faster than building YAML events. Text of bodies can never be
//! taken for keys: YAML wants continued scalars deeper than the key they belong to.

use super::lines::{self, Line};
use super::{Context, Format, Request, Strength, time};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct CassetteYaml;

/// Longest piece of a line that is looked at; longer lines are bodies.
const LINE: usize = 16 * 1024;

impl Format for CassetteYaml {
    fn name(&self) -> &'static str {
        "cassette-yaml"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let mut lines = head.split(|&byte| byte == b'\n');
        // keys beside the list are few and short: `version: 2`, comments, `---`
        lines.by_ref().take(64).any(|line| is_list(line.trim_ascii_end())).then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut reader = Reader {
            context,
            stack: Vec::new(),
            scalar: None,
            value: None,
            record: Record::default(),
            number: 0,
            tops: 0,
        };
        lines::each(input, LINE, |line| reader.line(line));
        reader.end();
        Ok(())
    }
}

fn is_list(line: &[u8]) -> bool {
    [&b"interactions:"[..], b"http_interactions:", b"\"interactions\":", b":http_interactions:"]
        .iter()
        .any(|key| line.strip_prefix(*key).is_some_and(|rest| matches!(rest.trim_ascii(), b"" | b"[]")))
}

/// What is being read of an interaction.
#[derive(Default)]
struct Record {
    open: bool,
    method: String,
    url: String,
    status: Option<u16>,
    time: Option<i64>,
    answered: bool,
}

/// A value that may go on in the next lines.
struct Value {
    field: Field,
    text: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Method,
    Url,
    Status,
    FlowStatus,
    Time,
}

struct Reader<'a, 'b> {
    context: &'a mut Context<'b>,
    /// Columns and keys of the open mappings, outermost first; keys below the ones that matter are kept as `Other`.
    stack: Vec<(usize, Key)>,
    /// Column of the key whose scalar may go on in deeper lines.
    scalar: Option<usize>,
    value: Option<Value>,
    record: Record,
    number: u64,
    tops: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Interactions,
    Request,
    Response,
    Status,
    Other,
}

impl Reader<'_, '_> {
    fn line(&mut self, line: Line<'_>) {
        let mut column = line.bytes.iter().take_while(|&&byte| byte == b' ').count();
        let mut rest = line.bytes[column..].trim_ascii_end();
        if rest.is_empty() {
            return;
        }
        if let Some(of) = self.scalar {
            if column > of {
                self.go_on(rest);
                return;
            }
            self.scalar = None;
        }
        self.flush_value();
        if column == 0 && (rest == b"---" || rest == b"..." || rest.first() == Some(&b'#')) {
            return;
        }
        while let Some(after) = rest.strip_prefix(b"-").filter(|after| after.is_empty() || after[0] == b' ') {
            while self.stack.last().is_some_and(|(at, _)| *at > column) {
                self.stack.pop();
            }
            if let Some((_, Key::Interactions)) = self.stack.last() {
                self.begin();
            }
            let blank = after.iter().take_while(|&&byte| byte == b' ').count();
            column += 1 + blank;
            rest = &after[blank..];
            if rest.is_empty() || rest[0] == b'!' {
                return;
            }
        }
        self.member(column, rest);
    }

    /// A `key: value` line whose key stands in `column`.
    fn member(&mut self, column: usize, rest: &[u8]) {
        while self.stack.last().is_some_and(|(at, _)| *at >= column) {
            self.stack.pop();
        }
        let Some((key, value)) = split(rest) else {
            // a plain scalar as a list element; it may go on deeper
            self.scalar = Some(column.saturating_sub(1));
            return;
        };
        if column == 0 {
            self.tops += 1;
        }
        let field = self.field(key);
        self.stack.push((column, self.known(key)));
        let value = untagged(value);
        if value.is_empty() {
            return;
        }
        self.scalar = Some(column);
        if let Some(field) = field {
            self.value = Some(Value { field, text: value.to_vec() });
        }
    }

    /// The key as far as it is on the way to something that matters.
    fn known(&self, key: &[u8]) -> Key {
        match (self.stack.len(), key) {
            (0, b"interactions" | b"http_interactions" | b":http_interactions") => Key::Interactions,
            (1, b"request" | b":request") => Key::Request,
            (1, b"response" | b":response") => Key::Response,
            (2, b"status" | b":status") if self.within(Key::Response) => Key::Status,
            _ => Key::Other,
        }
    }

    fn within(&self, key: Key) -> bool {
        self.stack.last().is_some_and(|(_, last)| *last == key)
    }

    fn field(&mut self, key: &[u8]) -> Option<Field> {
        if !self.stack.first().is_some_and(|(_, key)| *key == Key::Interactions) {
            return None;
        }
        let depth = self.stack.len();
        self.record.answered |= depth == 1 && key.ends_with(b"response");
        match key {
            b"method" | b":method" if depth == 2 && self.within(Key::Request) => Some(Field::Method),
            b"uri" | b"url" | b":uri" if depth == 2 && self.within(Key::Request) => Some(Field::Url),
            b"code" if depth == 2 && self.within(Key::Response) => Some(Field::Status),
            b"code" | b":code" if depth == 3 && self.within(Key::Status) => Some(Field::Status),
            b"status" if depth == 2 && self.within(Key::Response) => Some(Field::FlowStatus),
            b"recorded_at" if depth == 1 => Some(Field::Time),
            _ => None,
        }
    }

    /// A deeper line after a scalar: more of a value that matters, or of a body.
    fn go_on(&mut self, rest: &[u8]) {
        if let Some(value) = &mut self.value
            && value.text.len() + rest.len() < LINE
        {
            if !value.text.ends_with(b"\\") {
                value.text.push(b' ');
            } else {
                value.text.pop();
            }
            value.text.extend_from_slice(rest.trim_ascii_start());
        }
    }

    fn flush_value(&mut self) {
        let Some(value) = self.value.take() else { return };
        let text = scalar(&value.text);
        match value.field {
            Field::Method => self.record.method = text,
            Field::Url => self.record.url = text,
            Field::Status => self.record.status = text.parse().ok().or(self.record.status),
            // `{code: 200, message: OK}` of older writers, `200 OK` of go-vcr
            Field::FlowStatus => {
                let digits = text.split(|character: char| !character.is_ascii_digit()).find(|part| part.len() == 3);
                self.record.status = self.record.status.or_else(|| digits?.parse().ok());
            }
            Field::Time => self.record.time = time::any(text.as_bytes()),
        }
    }

    fn begin(&mut self) {
        self.flush_record();
        self.number += 1;
        self.record = Record { open: true, ..Record::default() };
    }

    fn flush_record(&mut self) {
        let record = std::mem::take(&mut self.record);
        if !record.open {
            return;
        }
        self.context.tally.seen(self.number);
        if record.method.is_empty() || record.url.is_empty() {
            self.context.tally.problem(Some(self.number), "interaction without a method or a URL");
            return;
        }
        self.context.tally.request(&Request {
            record: self.number,
            method: &record.method,
            url: &record.url,
            status: record.status,
            time: record.time,
            ..Request::default()
        });
    }

    fn end(&mut self) {
        self.flush_value();
        let unanswered = self.record.open && !self.record.answered;
        let number = self.number;
        self.flush_record();
        if unanswered {
            self.context.tally.problem(Some(number), "the file ends in the middle of an interaction");
        } else if self.tops < 2 {
            // every recorder writes its version or name before or after the list
            self.context.tally.problem(Some(number.max(1)), "the file ends before the end of its list");
        }
    }
}

/// Splits `key: value`; keys may be quoted.
fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let quote = text.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let (key, after) = match quote {
        Some(quote) => {
            let end = memchr::memchr(quote, &text[1..])?;
            (&text[1..=end], text.get(end + 2..)?)
        }
        None => {
            let end =
                memchr::memchr_iter(b':', text).find(|&at| at > 0 && matches!(text.get(at + 1), None | Some(b' ')))?;
            (&text[..end], &text[end..])
        }
    };
    Some((key, after.strip_prefix(b":")?.trim_ascii()))
}

/// Takes a tag or an anchor off a value.
fn untagged(mut value: &[u8]) -> &[u8] {
    while matches!(value.first(), Some(b'!' | b'&')) {
        let end = value.iter().position(|&byte| byte == b' ').unwrap_or(value.len());
        value = value[end..].trim_ascii_start();
    }
    value
}

/// A scalar without its quotes and escapes.
fn scalar(text: &[u8]) -> String {
    let inside = |quote: u8| text.strip_prefix(&[quote]).map(|text| text.strip_suffix(&[quote]).unwrap_or(text));
    if let Some(single) = inside(b'\'') {
        return String::from_utf8_lossy(single).replace("''", "'");
    }
    let Some(double) = inside(b'"') else { return String::from_utf8_lossy(text).into_owned() };
    let text = String::from_utf8_lossy(double);
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        let digits = match characters.next() {
            Some('x') => 2,
            Some('u') => 4,
            Some(other) => {
                plain.push(other);
                continue;
            }
            None => break,
        };
        let code = characters.by_ref().take(digits).try_fold(0, |sum, digit| Some(sum * 16 + digit.to_digit(16)?));
        plain.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    plain
}
