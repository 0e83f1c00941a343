//! The one error type of the crate: what failed, where, and what to type instead.

use crate::redact::printable;
use std::fmt;
use std::path::PathBuf;

/// A failure that ends a run or a part of it. Rendered as `what: where` plus an optional `help:` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What failed, in lower case, without a final period.
    pub what: String,
    /// The file concerned, if any.
    pub path: Option<PathBuf>,
    /// 1-based line (or record) within the file, if known.
    pub line: Option<u64>,
    /// Something the user can type or change.
    pub help: Option<String>,
}

/// A result with the crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that only says what failed.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), path: None, line: None, help: None }
    }

    /// Adds the file concerned.
    #[must_use]
    pub fn at(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds the 1-based line or record.
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Adds what to type or change.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}", printable(&path.to_string_lossy()))?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
            write!(f, ": ")?;
        }
        // Both may quote the input.
        write!(f, "{}", printable(&self.what))?;
        for (number, line) in self.help.iter().flat_map(|help| help.lines()).enumerate() {
            write!(f, "\n{}{}", if number == 0 { "  help: " } else { "" }, printable(line))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
