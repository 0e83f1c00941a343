//! The pull reader for JSON that is wholly in memory: the same answers as [`Scanner`], at twice the speed, since keys need not
//! be copied and nothing has to be asked of a reader. Whatever is rare is left to [`Scanner`].

use super::{Fault, LONGEST_KEY, Pull, Result, Scanner, Text, is_word, status_in};
use memchr::memchr2;

/// Keys are looked through byte by byte that far, which is faster than a search for texts so short.
const SHORT: usize = 16;

/// The pull reader over a slice.
pub struct Slice<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Slice<'a> {
    /// Reads from the start of `text`.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn unexpected<T>(&self) -> Result<T> {
        if self.at >= self.text.len() { Err(Fault::Truncated) } else { Err(Fault::Unexpected(self.at as u64)) }
    }

    /// Like [`Pull::peek`], past commas.
    #[inline]
    fn next_item(&mut self) -> Option<u8> {
        loop {
            match self.text.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' | b',' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    /// Reads a string from its opening quote past its closing one; `None`, and nothing read, if something in it is escaped.
    #[inline]
    fn plain(&mut self) -> Result<Option<&'a [u8]>> {
        let inside = self.text.get(self.at + 1..).unwrap_or_default();
        let is_end = |byte: &u8| matches!(byte, b'"' | b'\\');
        let near = inside.get(..SHORT).unwrap_or(inside);
        let end = match near.iter().position(is_end) {
            Some(end) => end,
            None => match memchr2(b'"', b'\\', inside.get(near.len()..).unwrap_or_default()) {
                Some(end) => near.len() + end,
                None => {
                    self.at = self.text.len();
                    return Err(Fault::Truncated);
                }
            },
        };
        if inside.get(end) == Some(&b'\\') {
            return Ok(None);
        }
        self.at += end + 2;
        Ok(inside.get(..end))
    }

    /// Leaves the next value to the other reader.
    fn slowly<T>(&mut self, read: impl FnOnce(&mut Scanner<&'a [u8]>) -> Result<T>) -> Result<T> {
        let before = self.at as u64;
        let mut scanner = Scanner::new(self.rest());
        let read = read(&mut scanner);
        self.at += usize::try_from(scanner.offset).unwrap_or(usize::MAX);
        read.map_err(|fault| match fault {
            Fault::Unexpected(offset) => Fault::Unexpected(offset + before),
            Fault::Truncated => fault,
        })
    }

    #[inline]
    fn word(&mut self) -> Result<&'a [u8]> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        if length == 0 {
            return self.unexpected();
        }
        self.at += length;
        Ok(rest.get(..length).unwrap_or_default())
    }

    #[inline]
    fn skip_quoted(&mut self) -> Result<()> {
        let mut from = self.at + 1;
        loop {
            let rest = self.text.get(from..).unwrap_or_default();
            match memchr2(b'"', b'\\', rest) {
                Some(end) if rest.get(end) == Some(&b'"') => {
                    self.at = from + end + 1;
                    return Ok(());
                }
                Some(escape) => from += escape + 2,
                None => {
                    self.at = self.text.len();
                    return Err(Fault::Truncated);
                }
            }
        }
    }

    /// Skips brackets and all between them; depth is a number, not a stack.
    fn balanced(&mut self) -> Result<()> {
        let mut depth = 0u64;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    self.skip_quoted()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        Err(Fault::Truncated)
    }

    /// Enters an object or array; any other value is skipped and the answer is false.
    #[inline]
    fn enter(&mut self, open: u8) -> Result<bool> {
        if self.peek() == Some(open) {
            self.at += 1;
            return Ok(true);
        }
        self.skip()?;
        Ok(false)
    }
}

impl Pull for Slice<'_> {
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    #[inline]
    fn members(&mut self, mut each: impl FnMut(&mut Self, &[u8]) -> Result<()>) -> Result<()> {
        if !self.enter(b'{')? {
            return Ok(());
        }
        loop {
            match self.next_item() {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'"') => {}
                _ => return self.unexpected(),
            }
            let before = self.at;
            if let Some(key) = self.plain()? {
                if self.peek() != Some(b':') {
                    return self.unexpected();
                }
                self.at += 1;
                each(self, if key.len() > LONGEST_KEY { b"" } else { key })?;
            } else {
                self.at = before;
                // the key's name and its colon
                match self.slowly(Scanner::key)? {
                    Some(key) => each(self, key.bytes())?,
                    None => return Ok(()),
                }
            }
        }
    }

    #[inline]
    fn elements(&mut self, mut each: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        if !self.enter(b'[')? {
            return Ok(());
        }
        loop {
            match self.next_item() {
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'}' | b':') | None => return self.unexpected(),
                Some(_) => each(self)?,
            }
        }
    }

    #[inline]
    fn scalar(&mut self, text: &mut Text) -> Result<bool> {
        text.clear();
        match self.peek() {
            Some(b'"') => match self.plain()? {
                Some(plain) => {
                    text.quoted = true;
                    text.push(plain);
                    Ok(true)
                }
                None => self.slowly(|scanner| scanner.scalar(text)),
            },
            Some(b'{' | b'[') => {
                self.balanced()?;
                Ok(false)
            }
            _ => {
                text.push(self.word()?);
                Ok(true)
            }
        }
    }

    #[inline]
    fn status(&mut self) -> Result<Option<u16>> {
        match self.peek() {
            Some(b'"') => match self.plain()? {
                Some(plain) => Ok(status_in(plain)),
                None => self.slowly(Scanner::status),
            },
            Some(b'{' | b'[') => self.balanced().map(|()| None),
            _ => self.word().map(status_in),
        }
    }

    #[inline]
    fn skip(&mut self) -> Result<()> {
        match self.peek() {
            Some(b'"') => self.skip_quoted(),
            Some(b'{' | b'[') => self.balanced(),
            _ => self.word().map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All there is to see of a text, the values of two keys decoded, others skipped.
    fn seen(scanner: &mut impl Pull, into: &mut Vec<String>, depth: usize) -> Result<()> {
        match scanner.peek() {
            Some(b'{') if depth < 4 => scanner.members(|scanner, key| {
                into.push(String::from_utf8_lossy(key).into_owned());
                match key {
                    b"skip" => scanner.skip(),
                    b"status" => {
                        into.push(format!("{:?}", scanner.status()?));
                        Ok(())
                    }
                    _ => seen(scanner, into, depth + 1),
                }
            }),
            Some(b'[') if depth < 4 => scanner.elements(|scanner| seen(scanner, into, depth + 1)),
            _ => {
                let mut text = Text::default();
                let found = scanner.scalar(&mut text)?;
                into.push(format!("{found} {} {} {}", text.quoted, text.cut, text.lossy()));
                Ok(())
            }
        }
    }

    fn all(mut scanner: impl Pull) -> (Vec<String>, Result<()>) {
        let mut into = Vec::new();
        let end = seen(&mut scanner, &mut into, 0);
        (into, end)
    }

    #[test]
    fn both_readers_agree_on_texts_whole_cut_and_broken() {
        let texts = [
            r#"{"a":"x","skip":{"b":["\\\"",1,{"c":"]"}]},"status":"404 x","d\u0065":[1,-2.5e3,true,null,"é\n"]}"#,
            r#" { "status" : 200 , "a key that is longer than others are" : "a value that is longer than sixteen" } "#,
            r#"{"a":{"a":{"a":{"a":{"a":"\ud83d\ude00"}}}},"skip":"\"\\","b":[[[[[1]]]]],"c":{}}"#,
            r#"{"a key longer than any format uses, so that it is not kept as such":1,"esc\"aped":"q\/\b"}"#,
        ];
        for text in texts {
            for cut in 0..=text.len() {
                let whole = &text.as_bytes()[..cut];
                assert_eq!(all(Slice::new(whole)), all(Scanner::new(whole)), "{}", String::from_utf8_lossy(whole));
                for wrong in *b"\"\\{}[]:, x\0" {
                    let mut broken = text.as_bytes().to_vec();
                    if let Some(byte) = broken.get_mut(cut) {
                        *byte = wrong;
                    }
                    let shown = String::from_utf8_lossy(&broken).into_owned();
                    assert_eq!(all(Slice::new(&broken)), all(Scanner::new(broken.as_slice())), "{shown}");
                }
            }
        }
    }
}
