//! Places in source text. Spans are made by the front ends and only read by everything else.

/// A stretch of a text file: 1-based lines, 1-based columns counted in UTF-8 bytes, end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First line, counted from 1.
    pub line: u32,
    /// First column, counted from 1 in bytes.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column just after the last byte.
    pub end_column: u32,
}

impl Span {
    /// A span from 1-based line and column to an exclusive end.
    pub const fn new(line: u32, column: u32, end_line: u32, end_column: u32) -> Self {
        Self { line, column, end_line, end_column }
    }

    /// The span of a whole syntax-tree node; tree-sitter counts rows and columns from 0.
    pub fn of(node: &tree_sitter::Node<'_>) -> Self {
        let (start, end) = (node.start_position(), node.end_position());
        let one = |n: usize| u32::try_from(n).unwrap_or(u32::MAX - 1) + 1;
        Self::new(one(start.row), one(start.column), one(end.row), one(end.column))
    }

    /// Whether `line` lies inside this span.
    pub fn covers_line(&self, line: u32) -> bool {
        self.line <= line && line <= self.end_line
    }
}
