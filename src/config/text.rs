//! Byte offsets to lines and columns.

use crate::span::Span;
use std::ops::Range;

/// Where the lines of a text start.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Indexes a text.
    pub fn new(text: &str) -> Self {
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(after).collect() }
    }

    /// 1-based line and column of a byte.
    pub fn position(&self, at: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let one = |n: usize| u32::try_from(n).unwrap_or(u32::MAX - 1) + 1;
        (one(line), one(at.saturating_sub(start)))
    }

    /// The span of a byte range.
    pub fn span(&self, range: Range<usize>) -> Span {
        let ((line, column), (end_line, end_column)) = (self.position(range.start), self.position(range.end));
        Span::new(line, column, end_line, end_column)
    }

    /// The byte at which a 1-based line starts.
    pub fn start(&self, line: u32) -> Option<usize> {
        self.starts.get(usize::try_from(line).ok()?.checked_sub(1)?).copied()
    }
}

/// Numbered lines, from 1.
pub fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1u32..).zip(text.lines())
}
