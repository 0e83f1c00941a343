//! Texts with holes, and the worlds in which values hold.

use super::{Few, Ref};
use crate::ir::Name;
use smallvec::SmallVec;

/// Text with holes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text {
    /// Pieces in order; neighbouring literals are joined.
    pub pieces: SmallVec<[Piece; 2]>,
}

/// A piece of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Piece {
    /// Known.
    Lit(Name),
    /// Decided by the caller or the receiver.
    Ref(Ref),
    /// Read from an environment variable of this name.
    Env(Name),
    /// Unknown; the name of the variable or field it came from, may be empty.
    Hole(Name),
}

impl Text {
    /// Only literal text.
    pub fn literal(text: impl Into<Name>) -> Self {
        let mut it = Self::default();
        it.push(Piece::Lit(text.into()));
        it
    }

    /// Nothing but one piece.
    pub fn piece(piece: Piece) -> Self {
        let mut it = Self::default();
        it.push(piece);
        it
    }

    /// Appends a piece.
    pub fn push(&mut self, piece: Piece) {
        match (self.pieces.last_mut(), piece) {
            (_, Piece::Lit(text)) if text.is_empty() => {}
            (Some(Piece::Lit(last)), Piece::Lit(text)) => {
                let mut joined = String::with_capacity(last.len() + text.len());
                joined.push_str(last);
                joined.push_str(&text);
                *last = joined.into();
            }
            (_, piece) => self.pieces.push(piece),
        }
    }

    /// Appends another text.
    pub fn extend(&mut self, other: &Self) {
        for piece in &other.pieces {
            self.push(piece.clone());
        }
    }

    /// The whole text where nothing is missing.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Lit(text)] => Some(text),
            _ => None,
        }
    }

    /// What in it is still to be decided by a caller or receiver.
    pub fn refs(&self) -> impl Iterator<Item = &Ref> {
        self.pieces.iter().filter_map(|p| match p {
            Piece::Ref(r) => Some(r),
            _ => None,
        })
    }

    /// Whether anything in it is still to be decided by a caller or receiver.
    pub fn has_refs(&self) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Ref(_)))
    }

    /// The literal at its start, empty if it starts with something else.
    pub fn head(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Lit(text)) => text,
            _ => "",
        }
    }
}

/// One way of several: the choice and which of its alternatives.
pub type Alternative = (u64, u16);

/// Marks choices between a value and what stands in for it where it is missing: `path = task.path; if not path: path = "/…"`.
pub const DEFAULTING: u64 = 1 << 62;

/// Marks choices whether a part of a path is there: `[host, "dashboard", id].compact.join("/")`. Who hands on what it requires, gives it.
pub const OPTIONAL: u64 = 1 << 61;

/// Which alternatives were taken on the way to a value. Values whose worlds disagree never meet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct World(Few<Alternative>);

impl World {
    /// Most choices remembered; later ones are forgotten, which only widens what may meet.
    const MAX_CHOICES: usize = 6;

    /// Both worlds at once; `None` where they exclude each other.
    pub fn and(&self, other: &Self) -> Option<Self> {
        if other.0.is_empty() {
            return Some(self.clone());
        }
        if self.0.is_empty() {
            return Some(other.clone());
        }
        let mut both: SmallVec<[Alternative; Self::MAX_CHOICES]> = SmallVec::from_slice(&self.0);
        for &(choice, alternative) in &other.0 {
            match both.binary_search_by_key(&choice, |c| c.0) {
                Ok(i) if both[i].1 != alternative => return None,
                Ok(_) => {}
                Err(i) if both.len() < Self::MAX_CHOICES => both.insert(i, (choice, alternative)),
                Err(_) => {}
            }
        }
        Some(if both.len() == self.0.len() { self.clone() } else { Self(both.into_iter().collect()) })
    }

    /// The world of one choice.
    pub fn of(choice: u64, alternative: u16) -> Self {
        Self(Few::one((choice, alternative)))
    }

    /// Whether a branch of the program gives this value beside others, rather than a default for a missing one.
    pub fn is_branch(&self) -> bool {
        self.0.iter().any(|(choice, _)| choice & DEFAULTING == 0)
    }

    /// The alternatives taken that `keep` names.
    pub fn filtered(&self, keep: &dyn Fn(&Alternative) -> bool) -> Self {
        Self(self.0.iter().filter(|a| keep(a)).copied().collect())
    }

    /// The alternatives taken.
    pub fn alternatives(&self) -> &[Alternative] {
        &self.0
    }
}
