//! Colours and small words that the text formats share.

use anstyle::{AnsiColor, Style};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Display;

/// Headings.
pub const BOLD: Style = Style::new().bold();
/// What matters less.
pub const DIM: Style = Style::new().dimmed();
/// Scope names.
pub const SCOPE: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
/// What deserves a look.
pub const WARN: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

/// How a link on a place begins; the place follows, percent-encoded, with `#LINE`, and the end of the sequence. Whoever prints
/// makes an address of it, or removes it.
pub const LINK: &str = "\u{1b}]8;;ddscope:";

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Text that leads to a line of a file, on terminals that can.
pub fn linked(text: &str, file: &str, line: u32) -> String {
    format!("{LINK}{}#{line}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\", utf8_percent_encode(file, KEPT))
}

/// `1,234`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `2,000 files`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// `a, b, c and 4 more`.
pub fn joined(items: impl ExactSizeIterator<Item = impl Display>, most: usize) -> String {
    let total = items.len();
    let shown: Vec<String> = items.take(most).map(|item| item.to_string()).collect();
    let rest = total - shown.len();
    if rest == 0 { shown.join(", ") } else { format!("{} and {} more", shown.join(", "), grouped(rest as u64)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            (grouped(0), grouped(999), grouped(1000), grouped(1_234_567)),
            ("0".into(), "999".into(), "1,000".into(), "1,234,567".into())
        );
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(joined([1, 2, 3].iter(), 2), "1, 2 and 1 more");
    }
}
