//! A buffer between a pull reader and whatever it reads from.

use std::io::{self, BufRead, Read};

/// A buffer over a reader, for a pull reader; cheap to ask for what is ahead.
pub struct Window<'a> {
    input: &'a mut dyn BufRead,
    buffer: Vec<u8>,
    position: usize,
    end: usize,
}

impl<'a> Window<'a> {
    /// A window over a reader.
    pub fn new(input: &'a mut dyn BufRead) -> Self {
        Self { input, buffer: vec![0; 256 * 1024], position: 0, end: 0 }
    }
}

impl Read for Window<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ahead = self.fill_buf()?;
        let count = ahead.len().min(into.len());
        into[..count].copy_from_slice(&ahead[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Window<'_> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position == self.end {
            self.position = 0;
            self.end = self.input.read(&mut self.buffer)?;
        }
        Ok(&self.buffer[self.position..self.end])
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.position = (self.position + count).min(self.end);
    }
}
