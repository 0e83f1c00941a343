//! URLs with holes: what is known of an address that code builds or a trace records.

use crate::ir::Name;
use std::fmt;

mod host;
mod target;

pub use host::{Host, special_of_pattern};
pub use target::Target;

/// Text with holes. Neighbouring texts are joined, neighbouring holes are one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Template {
    pieces: Vec<Piece>,
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Piece {
    /// Known text.
    Text(Name),
    /// Unknown text, possibly empty.
    Hole,
}

impl Template {
    /// A template without holes.
    pub fn literal(text: impl Into<Name>) -> Self {
        let mut it = Self::default();
        it.push_text(&text.into());
        it
    }

    /// Nothing but a hole.
    pub fn unknown() -> Self {
        Self { pieces: vec![Piece::Hole] }
    }

    /// Appends text.
    pub fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            let mut joined = String::with_capacity(last.len() + text.len());
            joined.push_str(last);
            joined.push_str(text);
            *last = joined.into();
        } else {
            self.pieces.push(Piece::Text(text.into()));
        }
    }

    /// Appends a hole.
    pub fn push_hole(&mut self) {
        if self.pieces.last() != Some(&Piece::Hole) {
            self.pieces.push(Piece::Hole);
        }
    }

    /// The same address with its query told from its path: one that begins with `&` is the rest of a query whose beginning
    /// another branch writes.
    #[must_use]
    pub fn with_query(mut self) -> Self {
        let first = self.pieces.iter_mut().find_map(|piece| match piece {
            Piece::Text(text) => text.find(['?', '&', '#']).map(|at| (text, at)),
            Piece::Hole => None,
        });
        if let Some((text, at)) = first
            && let Some(query) = text.get(at..).and_then(|rest| rest.strip_prefix('&'))
        {
            *text = format!("{}?{query}", text.get(..at).unwrap_or_default()).into();
        }
        self
    }

    /// The pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The whole text, if there are no holes.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Template {
    /// Holes are written `{}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => f.write_str(text)?,
                Piece::Hole => f.write_str("{}")?,
            }
        }
        Ok(())
    }
}
