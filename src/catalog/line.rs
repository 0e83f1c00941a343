//! JSON on one line, written field by field: for the table itself and for what is shown of it.

use std::fmt::Write as _;

/// An object being written. Fields that say nothing are left out, except by [`Line::raw`].
#[derive(Clone, Debug, Default)]
pub struct Line(String);

impl Line {
    /// A field whose value is JSON already.
    #[must_use]
    pub fn raw(mut self, name: &str, value: &str) -> Self {
        let comma = if self.0.is_empty() { '{' } else { ',' };
        let _ = write!(self.0, "{comma}{}:{value}", quote(name));
        self
    }

    /// A text, left out if empty.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.raw(name, &quote(value)) }
    }

    /// A text, left out if absent.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<&str>) -> Self {
        self.text(name, value.unwrap_or(""))
    }

    /// `true`, left out if false.
    #[must_use]
    pub fn truth(self, name: &str, value: bool) -> Self {
        if value { self.raw(name, "true") } else { self }
    }

    /// A list of texts, left out if empty.
    #[must_use]
    pub fn list(self, name: &str, values: &[impl AsRef<str>]) -> Self {
        if values.is_empty() { self } else { self.raw(name, &list(values)) }
    }

    /// The object.
    pub fn end(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }
}

/// A list of texts.
pub fn list(values: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| quote(value.as_ref())).collect();
    format!("[{}]", quoted.join(","))
}

/// A list of values that are JSON already, each on a line of its own.
pub fn rows(values: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = values.into_iter().collect();
    if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", lines.join(",\n")) }
}

/// A text.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
