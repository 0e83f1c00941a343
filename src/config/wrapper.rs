//! `[[wrapper]]`: in-house wrappers, described.

use super::At;
use crate::error::{Error, Result};
use crate::ir::Name;
use crate::wrapper::{Method, Shape, Slot, Wrapper};
use serde::Deserialize;
use toml::Spanned;

/// One table as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    symbol: Spanned<String>,
    operation: Option<String>,
    operations: Option<Vec<String>>,
    path: Option<Spanned<RawSlot>>,
    method: Option<Spanned<RawSlot>>,
    base: Option<Spanned<String>>,
}

/// A position or a name.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawSlot {
    Position(usize),
    Name(String),
}

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl At {
    /// Reads a description.
    pub(super) fn wrapper(&self, row: Raw) -> Result<Wrapper> {
        let symbol = row.symbol.get_ref().trim();
        let plain = |c: char| c.is_alphanumeric() || "_.:/\\#*$-".contains(c);
        if symbol.is_empty() || !symbol.chars().all(plain) || symbol.ends_with(['.', ':', '/', '*']) {
            return Err(self
                .error(format!("`{symbol}` is no symbol"), &row.symbol)
                .help("write the call without its arguments: symbol = \"acme_datadog.Client.request\""));
        }
        let mut operations: Vec<Name> = row.operations.iter().flatten().map(Name::new).collect();
        operations.extend(row.operation.iter().map(Name::new));
        let shape = match (operations.is_empty(), row.path) {
            (false, None) => Shape::Operations(operations),
            (true, Some(path)) => {
                let method = self.method(symbol, row.method, &row.symbol)?;
                let base = row.base.map(|base| self.base(base)).transpose()?.unwrap_or_default();
                Shape::Request { path: self.slot(path)?, method, base }
            }
            (false, Some(path)) => {
                let what =
                    format!("the wrapper `{symbol}` says both which operation it calls and which argument is the path");
                return Err(self.error(what, &path).help("keep one of them"));
            }
            (true, None) => {
                let what = format!(
                    "the wrapper `{symbol}` says neither which operation it calls nor which argument is the path"
                );
                return Err(self
                    .error(what, &row.symbol)
                    .help("add operation = \"v1:ListMonitors\", or path = 0 and method = \"GET\""));
            }
        };
        let line = self.lines.span(row.symbol.span()).line;
        Ok(Wrapper::new(symbol, shape, self.file.clone(), line))
    }

    fn slot(&self, slot: Spanned<RawSlot>) -> Result<Slot> {
        let name = match slot.get_ref() {
            RawSlot::Position(at) => return Ok(Slot::Position(*at)),
            RawSlot::Name(name) => name.clone(),
        };
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            let error = self.error(format!("`{name}` is no argument"), &slot);
            return Err(error.help("write its position, from 0, or its name; calls of one fixed path are an operation"));
        }
        Ok(Slot::Named(name.into()))
    }

    /// The method: a word, an argument, or what the wrapper is called.
    fn method(&self, symbol: &str, method: Option<Spanned<RawSlot>>, at: &Spanned<String>) -> Result<Method> {
        let known =
            |word: &str| METHODS.iter().find(|m| m.eq_ignore_ascii_case(word)).map(|m| Method::Is(Name::new(m)));
        let last = symbol.rsplit(['.', ':', '/', '\\', '#']).next().unwrap_or(symbol);
        match method {
            None => known(last.trim_start_matches('_')).ok_or_else(|| {
                let what = format!("the wrapper `{symbol}` does not say with which method");
                self.error(what, at).help("add method = \"GET\", or the argument that holds it: method = 0")
            }),
            Some(slot) => match slot.get_ref() {
                RawSlot::Name(word) if word.chars().all(|c| c.is_ascii_uppercase()) => {
                    known(word).ok_or_else(|| self.no_method(word, &slot))
                }
                _ => Ok(Method::In(self.slot(slot)?)),
            },
        }
    }

    fn no_method(&self, word: &str, at: &Spanned<RawSlot>) -> Error {
        self.error(format!("`{word}` is no HTTP method"), at).help(format!("write {}", METHODS.join(", ")))
    }

    fn base(&self, base: Spanned<String>) -> Result<Name> {
        if !base.get_ref().starts_with('/') {
            let error = self.error(format!("`{}` does not begin with a slash", base.get_ref()), &base);
            return Err(error.help("write what stands before every path: base = \"/api/v1\""));
        }
        Ok(Name::new(base.get_ref().trim_end_matches('/')))
    }
}
