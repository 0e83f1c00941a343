//! A pull reader for JSON of any size in constant memory: the caller walks the few paths it wants, everything else is
//! skipped at the speed of `memchr`. Not a validator: commas are optional, and what is skipped is only balanced.

use memchr::{memchr, memchr2};
use std::borrow::Cow;
use std::io::BufRead;

mod slice;
mod window;

pub use slice::Slice;
pub use window::Window;

/// Longest text kept of a string; the rest is dropped and [`Text::cut`] says so.
const LONGEST: usize = 16 * 1024;

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The text ended within a value.
    Truncated,
    /// Something other than JSON, with the offset in bytes.
    Unexpected(u64),
}

impl Fault {
    /// For messages: what is wrong.
    pub fn describe(self) -> String {
        match self {
            Self::Truncated => "the file ends in the middle of a value".into(),
            Self::Unexpected(offset) => format!("not JSON at byte {offset}"),
        }
    }
}

/// A result with a [`Fault`].
pub type Result<T> = std::result::Result<T, Fault>;

/// A decoded string, number or word.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The text; not necessarily valid UTF-8.
    pub bytes: Vec<u8>,
    /// Whether it was longer than what is kept.
    pub cut: bool,
    /// Whether it was a string (numbers, `true`, `false`, `null` are not).
    pub quoted: bool,
}

impl Text {
    /// Whether there is nothing to be read of it.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() || (!self.quoted && self.bytes == b"null")
    }

    /// The text as UTF-8, wrong bytes replaced.
    pub fn lossy(&self) -> Cow<'_, str> {
        // the check alone is much faster than looking for what to replace
        std::str::from_utf8(&self.bytes).map_or_else(|_| String::from_utf8_lossy(&self.bytes), Cow::Borrowed)
    }

    /// Empties it for the next value.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.cut = false;
        self.quoted = false;
    }

    fn push(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.bytes.len());
        self.cut |= bytes.len() > room;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// The key of a member. Longer keys than any format uses are kept as the empty key.
#[derive(Clone, Copy)]
pub struct Key {
    length: u8,
    bytes: [u8; LONGEST_KEY],
}

/// The longest key that is kept, in bytes.
const LONGEST_KEY: usize = 47;

impl Key {
    /// The key's bytes, to be matched.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

/// What readers of formats ask of a pull reader.
pub trait Pull: Sized {
    /// The next byte that is no white space, not consumed; `None` at the end.
    fn peek(&mut self) -> Option<u8>;

    /// Enters an object and calls `each` with every key; `each` must read or skip the value. Other values are skipped.
    fn members(&mut self, each: impl FnMut(&mut Self, &[u8]) -> Result<()>) -> Result<()>;

    /// Enters an array and calls `each` for every element, to read or skip it. Other values are skipped.
    fn elements(&mut self, each: impl FnMut(&mut Self) -> Result<()>) -> Result<()>;

    /// Reads a string, number or word into `text`; other values are skipped and the answer is false.
    fn scalar(&mut self, text: &mut Text) -> Result<bool>;

    /// Skips one value of any size.
    fn skip(&mut self) -> Result<()>;

    /// Reads a scalar into a new text.
    fn text(&mut self) -> Result<Text> {
        let mut text = Text::default();
        self.scalar(&mut text)?;
        Ok(text)
    }

    /// Reads a status or another small number, also written as a string.
    fn status(&mut self) -> Result<Option<u16>> {
        let mut text = Text::default();
        self.scalar(&mut text)?;
        Ok(status_in(&text.bytes))
    }
}

/// The status that a text begins with.
fn status_in(text: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(text.get(..3)?).ok()?;
    digits.parse().ok().filter(|&status| status >= 100)
}

/// The pull reader. Over a slice it copies nothing.
pub struct Scanner<R> {
    source: R,
    offset: u64,
}

impl<R: BufRead> Scanner<R> {
    /// Reads from the start of `source`.
    pub fn new(source: R) -> Self {
        Self { source, offset: 0 }
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.source.consume(count);
        self.offset += count as u64;
    }

    /// What is ahead; a reader that fails counts as ended (`unpack` remembers why).
    #[inline]
    fn ahead(&mut self) -> &[u8] {
        self.source.fill_buf().unwrap_or_default()
    }

    fn unexpected<T>(&mut self) -> Result<T> {
        if self.ahead().is_empty() { Err(Fault::Truncated) } else { Err(Fault::Unexpected(self.offset)) }
    }

    /// Like [`Self::peek`], past commas.
    #[inline]
    fn next_item(&mut self) -> Option<u8> {
        while let Some(byte) = self.peek() {
            if byte != b',' {
                return Some(byte);
            }
            self.consume(1);
        }
        None
    }

    /// Enters an object; any other value is skipped and the answer is false.
    pub fn object(&mut self) -> Result<bool> {
        self.enter(b'{')
    }

    /// Enters an array; any other value is skipped and the answer is false.
    pub fn array(&mut self) -> Result<bool> {
        self.enter(b'[')
    }

    fn enter(&mut self, open: u8) -> Result<bool> {
        if self.peek() == Some(open) {
            self.consume(1);
            return Ok(true);
        }
        self.skip()?;
        Ok(false)
    }

    /// The next key of the object that was entered, `None` at its end. The member's value must then be read or skipped.
    pub fn key(&mut self) -> Result<Option<Key>> {
        match self.next_item() {
            Some(b'}') => {
                self.consume(1);
                Ok(None)
            }
            Some(b'"') => {
                let key = self.quoted_key()?;
                if self.peek() != Some(b':') {
                    return self.unexpected();
                }
                self.consume(1);
                Ok(Some(key))
            }
            _ => self.unexpected(),
        }
    }

    /// Whether the array that was entered has another element, which must then be read or skipped.
    pub fn element(&mut self) -> Result<bool> {
        match self.next_item() {
            Some(b']') => {
                self.consume(1);
                Ok(false)
            }
            Some(b'}' | b':') | None => self.unexpected(),
            Some(_) => Ok(true),
        }
    }

    fn quoted_key(&mut self) -> Result<Key> {
        let mut key = Key { length: 0, bytes: [0; LONGEST_KEY] };
        let ahead = self.ahead();
        let inside = ahead.get(1..).unwrap_or_default();
        let near = &inside[..inside.len().min(key.bytes.len() + 1)];
        if let Some(end) = memchr2(b'"', b'\\', near)
            && near[end] == b'"'
        {
            key.bytes[..end].copy_from_slice(&near[..end]);
            key.length = end as u8;
            self.consume(end + 2);
            return Ok(key);
        }
        let mut text = Text::default();
        self.quoted(Some(&mut text))?;
        if text.bytes.len() <= key.bytes.len() {
            key.bytes[..text.bytes.len()].copy_from_slice(&text.bytes);
            key.length = text.bytes.len() as u8;
        }
        Ok(key)
    }

    fn word(&mut self, text: &mut Text) -> Result<()> {
        let mut any = false;
        loop {
            let ahead = self.ahead();
            let length = ahead.iter().take_while(|byte| is_word(**byte)).count();
            let whole = length < ahead.len() || ahead.is_empty();
            text.push(&ahead[..length]);
            self.consume(length);
            any |= length > 0;
            if whole {
                return if any { Ok(()) } else { self.unexpected() };
            }
        }
    }

    /// Skips brackets and all between them; depth is a number, not a stack.
    fn balanced(&mut self) -> Result<()> {
        let mut depth = 0u64;
        loop {
            let ahead = self.ahead();
            if ahead.is_empty() {
                return Err(Fault::Truncated);
            }
            let mut position = 0;
            let mut string = false;
            while let Some(&byte) = ahead.get(position) {
                match byte {
                    b'"' => {
                        // most strings end in the same buffer: no call needed to get past them
                        match memchr2(b'"', b'\\', &ahead[position + 1..]) {
                            Some(end) if ahead[position + 1 + end] == b'"' => position += end + 1,
                            _ => {
                                string = true;
                                break;
                            }
                        }
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            self.consume(position + 1);
                            return Ok(());
                        }
                    }
                    _ => {}
                }
                position += 1;
            }
            self.consume(position);
            if string {
                self.quoted(None)?;
            }
        }
    }

    /// Reads a string from its opening quote past its closing one, decoding it into `text` if that is wanted.
    fn quoted(&mut self, text: Option<&mut Text>) -> Result<()> {
        self.consume(1);
        match text {
            None => self.skip_quoted(),
            Some(text) => self.decode_quoted(text),
        }
    }

    /// Looks for the quote that an even number of backslashes precedes.
    fn skip_quoted(&mut self) -> Result<()> {
        let mut odd = false;
        loop {
            let ahead = self.ahead();
            if ahead.is_empty() {
                return Err(Fault::Truncated);
            }
            let mut position = 0;
            loop {
                let Some(found) = memchr(b'"', &ahead[position..]) else {
                    let run = backslashes(&ahead[position..]);
                    odd = (run % 2 == 1) != (odd && run == ahead.len() - position);
                    position = ahead.len();
                    break;
                };
                let run = backslashes(&ahead[position..position + found]);
                let escaped = (run % 2 == 1) != (odd && run == found);
                odd = false;
                position += found + 1;
                if !escaped {
                    self.consume(position);
                    return Ok(());
                }
            }
            self.consume(position);
        }
    }

    fn decode_quoted(&mut self, text: &mut Text) -> Result<()> {
        loop {
            let ahead = self.ahead();
            if ahead.is_empty() {
                return Err(Fault::Truncated);
            }
            let plain = memchr2(b'"', b'\\', ahead);
            let length = plain.unwrap_or(ahead.len());
            text.push(&ahead[..length]);
            let stop = plain.map(|at| ahead[at]);
            self.consume(length + usize::from(stop.is_some()));
            match stop {
                None => {}
                Some(b'"') => return Ok(()),
                Some(_) => self.escape(text)?,
            }
        }
    }

    fn byte(&mut self) -> Result<u8> {
        let byte = *self.ahead().first().ok_or(Fault::Truncated)?;
        self.consume(1);
        Ok(byte)
    }

    fn escape(&mut self, text: &mut Text) -> Result<()> {
        let byte = self.byte()?;
        match byte {
            b'n' => text.push(b"\n"),
            b't' => text.push(b"\t"),
            b'r' => text.push(b"\r"),
            b'b' | b'f' => {}
            b'u' => {
                let mut unit = 0u32;
                for _ in 0..4 {
                    let digit = (self.byte()? as char).to_digit(16);
                    let Some(digit) = digit else { return self.unexpected() };
                    unit = unit * 16 + digit;
                }
                // a surrogate pair is of no interest to any reader here: two replacement characters
                let character = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                text.push(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => text.push(&[other]),
        }
        Ok(())
    }
}

impl<R: BufRead> Pull for Scanner<R> {
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            let ahead = self.ahead();
            if ahead.is_empty() {
                return None;
            }
            match ahead.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
                Some(0) => return Some(ahead[0]),
                Some(blank) => {
                    let found = ahead[blank];
                    self.consume(blank);
                    return Some(found);
                }
                None => {
                    let blank = ahead.len();
                    self.consume(blank);
                }
            }
        }
    }

    #[inline]
    fn members(&mut self, mut each: impl FnMut(&mut Self, &[u8]) -> Result<()>) -> Result<()> {
        if self.object()? {
            while let Some(key) = self.key()? {
                each(self, key.bytes())?;
            }
        }
        Ok(())
    }

    #[inline]
    fn elements(&mut self, mut each: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        if self.array()? {
            while self.element()? {
                each(self)?;
            }
        }
        Ok(())
    }

    fn scalar(&mut self, text: &mut Text) -> Result<bool> {
        text.clear();
        match self.peek() {
            Some(b'"') => {
                text.quoted = true;
                // half a text would be taken for a whole one
                self.quoted(Some(text)).inspect_err(|_| text.clear())?;
                Ok(true)
            }
            Some(b'{' | b'[') => {
                self.skip()?;
                Ok(false)
            }
            _ => {
                self.word(text)?;
                Ok(true)
            }
        }
    }

    fn skip(&mut self) -> Result<()> {
        match self.peek() {
            Some(b'"') => self.quoted(None),
            Some(b'{' | b'[') => self.balanced(),
            _ => self.word(&mut Text::default()),
        }
    }
}

/// Length of the run of backslashes at the end.
fn backslashes(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| **byte == b'\\').count()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_')
}

/// Whether the object that `head` begins with has such a key at its top, as far as the head goes.
pub fn has_top_key(head: &[u8], wanted: impl Fn(&[u8]) -> bool) -> bool {
    let mut scanner = Scanner::new(head);
    if scanner.peek() != Some(b'{') {
        return false;
    }
    let mut found = false;
    // the head usually ends within the list in question
    let _ = scanner.members(|scanner, key| {
        found |= wanted(key);
        if found { Err(Fault::Truncated) } else { scanner.skip() }
    });
    found
}
