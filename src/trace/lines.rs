//! Lines of text of any length in constant memory, one after another or in pieces on all processors.

use std::io::BufRead;

/// A line without its end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// 1-based number.
    pub number: u64,
    /// Its bytes, at most the limit.
    pub bytes: &'a [u8],
    /// Whether it was longer.
    pub cut: bool,
}

/// Calls `each` with every line, cut to `limit` bytes.
pub fn each(input: &mut dyn BufRead, limit: usize, mut each: impl FnMut(Line<'_>)) {
    let mut partial: Vec<u8> = Vec::new();
    let mut cut = false;
    let mut number = 0;
    loop {
        // a reader that fails counts as ended, `unpack` remembers why
        let ahead = input.fill_buf().unwrap_or_default();
        if ahead.is_empty() {
            if !partial.is_empty() {
                each(Line { number: number + 1, bytes: without_return(&partial), cut });
            }
            return;
        }
        let end = memchr::memchr(b'\n', ahead);
        let piece = &ahead[..end.unwrap_or(ahead.len())];
        let room = limit.saturating_sub(partial.len());
        if end.is_some() && partial.is_empty() && piece.len() <= limit {
            number += 1;
            each(Line { number, bytes: without_return(piece), cut: false });
        } else {
            cut |= piece.len() > room;
            partial.extend_from_slice(&piece[..piece.len().min(room)]);
            if end.is_some() {
                number += 1;
                each(Line { number, bytes: without_return(&partial), cut });
                partial.clear();
                cut = false;
            }
        }
        let used = piece.len() + usize::from(end.is_some());
        input.consume(used);
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
