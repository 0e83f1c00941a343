//! Jupyter notebooks: the code cells of one notebook are one Python module, placed where their lines stand in the file.

use super::lower_text;
use crate::ir::{Module, Span};
use crate::source::File;
use serde_json::Value;

/// Lowers a notebook; `None` if it is none or not in Python.
pub(super) fn lower(file: &File) -> Option<Module> {
    let notebook: Value = serde_json::from_str(&file.text).ok()?;
    let language = notebook.pointer("/metadata/kernelspec/language").and_then(Value::as_str).unwrap_or("python");
    if !language.eq_ignore_ascii_case("python") {
        return None;
    }
    let mut text = String::new();
    let mut origins = Vec::new();
    let mut finder = Finder { text: &file.text, at: 0, line: 1, line_start: 0 };
    for cell in notebook.get("cells").and_then(Value::as_array)? {
        if cell.get("cell_type").and_then(Value::as_str) != Some("code") {
            continue;
        }
        for line in source_lines(cell) {
            let origin = finder.find(&line);
            // Magics and shell escapes are no Python.
            let code = if line.trim_start().starts_with(['%', '!', '?']) { "" } else { line.trim_end_matches('\n') };
            text.push_str(code);
            text.push('\n');
            origins.push(origin);
        }
    }
    let mut module = lower_text(file, &text)?;
    module.map_spans(|span| moved(span, &origins));
    Some(module)
}

/// The lines of a cell, whether it is stored as one string or as several.
fn source_lines(cell: &Value) -> Vec<String> {
    let whole = match cell.get("source") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    };
    whole.split_inclusive('\n').map(str::to_owned).collect()
}

/// Finds the lines of cells in the notebook's own text, one after the other.
struct Finder<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    line_start: usize,
}

impl Finder<'_> {
    /// The 1-based line and the number of bytes before the code on it.
    fn find(&mut self, code: &str) -> (u32, u32) {
        let quoted = serde_json::to_string(code).unwrap_or_default();
        let needle = quoted.trim_matches('"').trim_end_matches("\\n");
        if !needle.is_empty()
            && let Some(found) = self.text.get(self.at..).and_then(|rest| rest.find(needle))
        {
            let position = self.at + found;
            for (i, _) in self.text[self.at..position].match_indices('\n') {
                self.line += 1;
                self.line_start = self.at + i + 1;
            }
            self.at = position + needle.len();
            let column = u32::try_from(position - self.line_start).unwrap_or(0);
            return (self.line, column);
        }
        (self.line, 0)
    }
}

fn moved(span: Span, origins: &[(u32, u32)]) -> Span {
    let place = |line: u32, column: u32| {
        let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        match origins.get(index).or(origins.last()) {
            Some(&(line, shift)) => (line, column + shift),
            None => (line, column),
        }
    };
    let (line, column) = place(span.line, span.column);
    let (end_line, end_column) = place(span.end_line, span.end_column);
    Span::new(line, column, end_line, end_column)
}
