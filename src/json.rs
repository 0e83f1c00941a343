//! JSON with places: a tree in which every value knows the line it stands on.
//!
//! For listings of keys, Terraform's JSON and the like. `serde_json` checks the text (and limits its depth) first, so the
//! reader here only walks what is known to be valid; what the values mean is left to others.

use crate::error::{Error, Result};
use crate::span::Span;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// The value.
    pub value: Value,
    /// Where.
    pub span: Span,
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// A number, as written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object; keys in the order of the text.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key.
    pub fn at(&self, key: &str) -> Option<&Node> {
        let Value::Object(fields) = &self.value else { return None };
        fields.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The value at a chain of keys.
    pub fn path(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.at(key))
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The text of a key.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        self.at(key).and_then(Self::text)
    }

    /// The elements; empty if it is no list.
    pub fn items(&self) -> &[Node] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        self.value == Value::True
    }
}

/// Reads one or more JSON values (pages of a listing one after the other, or a line each).
pub(crate) fn read(text: &str) -> Result<Vec<Node>> {
    for value in serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>() {
        value.map_err(|error| {
            // The message repeats the line, which the error carries already.
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or("not valid").to_owned();
            Error::new(format!("not valid JSON: {what}")).line(error.line() as u64)
        })?;
    }
    let mut reader = Reader { bytes: text.as_bytes(), at: 0, line: 1, line_start: 0 };
    let mut values = Vec::new();
    loop {
        reader.blank();
        if reader.at >= reader.bytes.len() {
            return Ok(values);
        }
        let before = reader.at;
        values.push(reader.value(text, 0));
        if reader.at == before {
            return Err(Error::new("not valid JSON").line(u64::from(reader.line)));
        }
    }
}

/// Deepest nesting that is kept; `serde_json` refuses more than 128 before.
const DEPTH: usize = 130;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    line_start: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while let Some(byte) = self.peek().filter(u8::is_ascii_whitespace) {
            self.at += 1;
            if byte == b'\n' {
                self.line += 1;
                self.line_start = self.at;
            }
        }
    }

    fn here(&self) -> (u32, u32) {
        (self.line, u32::try_from(self.at - self.line_start).unwrap_or(u32::MAX - 1) + 1)
    }

    fn value(&mut self, text: &str, depth: usize) -> Node {
        self.blank();
        let (line, column) = self.here();
        let value = match self.peek() {
            Some(b'{') if depth < DEPTH => self.object(text, depth),
            Some(b'[') if depth < DEPTH => self.list(text, depth),
            Some(b'"') => Value::Text(self.string(text)),
            _ => self.word(),
        };
        let (end_line, end_column) = self.here();
        Node { value, span: Span::new(line, column, end_line, end_column) }
    }

    fn object(&mut self, text: &str, depth: usize) -> Value {
        let mut fields = Vec::new();
        self.at += 1;
        loop {
            self.blank();
            match self.peek() {
                Some(b'"') => {
                    let key = self.string(text);
                    self.blank();
                    self.at += usize::from(self.peek() == Some(b':'));
                    fields.push((key, self.value(text, depth + 1)));
                }
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Value::Object(fields);
                }
                _ => return Value::Object(fields),
            }
        }
    }

    fn list(&mut self, text: &str, depth: usize) -> Value {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Value::List(items);
                }
                Some(_) => {
                    let before = self.at;
                    items.push(self.value(text, depth + 1));
                    if self.at == before {
                        return Value::List(items);
                    }
                }
                None => return Value::List(items),
            }
        }
    }

    /// The string at the cursor, unescaped.
    fn string(&mut self, text: &str) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
        self.at = self.at.min(self.bytes.len());
        let quoted = text.get(start..self.at).unwrap_or("\"\"");
        serde_json::from_str(quoted).unwrap_or_default()
    }

    fn word(&mut self) -> Value {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
            self.at += 1;
        }
        match self.bytes.get(start..self.at) {
            Some(b"null") => Value::Null,
            Some(b"true") => Value::True,
            Some(b"false") => Value::False,
            word => Value::Number(String::from_utf8_lossy(word.unwrap_or_default()).into_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_know_their_lines() {
        let values = read("{\n  \"a\": [\"x\",\n    \"\\u00e9\\\"y\"]\n}").unwrap_or_default();
        let items = values.first().and_then(|v| v.at("a")).map(Node::items).unwrap_or_default();
        assert_eq!(
            items.iter().map(|n| (n.text(), n.span.line, n.span.column)).collect::<Vec<_>>(),
            [(Some("x"), 2, 9), (Some("é\"y"), 3, 5)]
        );
    }

    #[test]
    fn pages_may_follow_each_other() {
        assert_eq!(read("{\"a\":1}\n{\"a\":null}\n").map(|values| values.len()), Ok(2));
    }

    #[test]
    fn an_error_names_the_line() {
        let error = read("{\n\"a\": }").err();
        assert_eq!(error.and_then(|e| e.line), Some(2));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]{}\",:a-c0-9\\\\ \n]{0,60}") {
            let valid = serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>().all(|v| v.is_ok());
            prop_assert_eq!(read(&text).is_ok(), valid);
        }
    }
}
