//! Where a piece of script stands in its file.

use crate::ir::Span;

/// For each line of a piece of script: its line in the file and how many bytes stand before it there.
#[derive(Clone, Debug, Default)]
pub(in crate::source) struct Lines {
    /// (1-based line in the file, columns to add); empty when the piece is the file.
    starts: Vec<(u32, u32)>,
}

impl Lines {
    /// A table with an entry for each line of the piece.
    pub fn new(starts: Vec<(u32, u32)>) -> Self {
        Self { starts }
    }

    /// The same place in the file.
    pub fn place(&self, span: Span) -> Span {
        let (line, column) = self.point(span.line, span.column);
        let (end_line, end_column) = self.point(span.end_line, span.end_column);
        Span::new(line, column, end_line, end_column)
    }

    /// The file's line and column of a line and column of the piece.
    pub fn point(&self, line: u32, column: u32) -> (u32, u32) {
        let index = (line as usize).saturating_sub(1);
        match self.starts.get(index).or(self.starts.last()) {
            Some((start, shift)) => (*start, column.saturating_add(*shift)),
            None => (line, column),
        }
    }

    /// The table for a text that begins inside this piece, at a 1-based line and column, and has `count` lines.
    pub fn within(&self, line: u32, column: u32, count: usize) -> Self {
        let starts = (0..u32::try_from(count).unwrap_or(u32::MAX)).map(|i| {
            let (line, column) = self.point(line.saturating_add(i), if i == 0 { column } else { 1 });
            (line, column.saturating_sub(1))
        });
        Self { starts: starts.collect() }
    }
}
