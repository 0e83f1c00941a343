//! Lines broken at the width of the terminal, so that what belongs together stays aligned.
//!
//! Part of the binary, not of the library: what goes into a pipe or a file keeps its lines, whoever looks at it.

use std::borrow::Cow;
use std::io::IsTerminal;
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// Narrower terminals get lines of this width, and break them themselves.
const NARROWEST: usize = 40;
/// How far the rest of a line without columns is set in.
const HANGING: usize = 4;

/// The width to fit: `COLUMNS` if it is set, else that of the terminal, if it is one.
pub fn width(stream: &impl IsTerminal) -> Option<usize> {
    asked().or_else(|| measured(stream)).map(|columns| columns.max(NARROWEST))
}

/// The width for what is said beside the result: the terminal's, if it is one.
pub fn width_of_messages(stream: &impl IsTerminal) -> Option<usize> {
    let measured = measured(stream)?;
    Some(asked().unwrap_or(measured).max(NARROWEST))
}

fn asked() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}

fn measured(stream: &impl IsTerminal) -> Option<usize> {
    let (terminal_size::Width(columns), _) = stream.is_terminal().then(terminal_size::terminal_size)??;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}

/// The text with long lines broken between words; names and paths stay whole, quoted code stays as it is.
pub fn fitted(text: &str, width: usize) -> Cow<'_, str> {
    if text.lines().all(|line| display_width(line) <= width) {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        // Frames around code point at columns.
        let whole = display_width(line) <= width || line.contains('│') || line.contains("┌─");
        let broken = if whole { Cow::Borrowed(line) } else { Cow::Owned(broken(line, width)) };
        format!("{broken}{end}")
    });
    Cow::Owned(lines.collect())
}

fn broken(line: &str, width: usize) -> String {
    let plain = anstream::adapter::strip_str(line).to_string();
    let words = plain.trim_start();
    let indent = plain.len() - words.len();
    // A line of columns goes on below its second one, if that leaves room.
    let second = words.find("  ").map(|at| {
        let gap = words.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        indent + display_width(words.get(..at).unwrap_or_default()) + gap
    });
    let column = second.filter(|column| *column <= width / 3).unwrap_or(indent + HANGING);
    let (first, hanging) = (" ".repeat(indent), " ".repeat(column.min(width / 2)));
    let options = Options::new(width)
        .initial_indent(&first)
        .subsequent_indent(&hanging)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(line.trim_start(), options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ddscope::report::style::{DIM, linked};

    #[test]
    fn short_lines_stay() {
        assert!(matches!(fitted("a\n  b\n", 40), Cow::Borrowed("a\n  b\n")));
    }

    #[test]
    fn long_lines_hang_below_their_second_column() {
        let text = "read   twelve files, three of which may talk to Datadog\n  help: give the answer of GET /api/v2/permissions\n";
        assert_eq!(
            fitted(text, 40),
            "read   twelve files, three of which may\n       talk to Datadog\n  help: give the answer of GET\n      /api/v2/permissions\n"
        );
    }

    #[test]
    fn escapes_take_no_room_and_stay_whole() {
        let link = linked("src/a.py:3", "src/a.py", 3);
        let text = format!("    {link} {DIM}(likely){DIM:#} and also {link}\n");
        assert_eq!(fitted(&text, 44), text);
        let cut = fitted(&text, 40);
        assert_eq!(
            anstream::adapter::strip_str(&cut).to_string(),
            "    src/a.py:3 (likely) and also\n        src/a.py:3\n"
        );
        assert_eq!(cut.matches(&link).count(), 2, "{cut:?}");
    }

    #[test]
    fn names_and_frames_are_not_broken() {
        let name = "a".repeat(60);
        let text = format!("  {name}\n3 │ {name} {name}\n");
        assert_eq!(fitted(&text, 40), text);
    }
}
