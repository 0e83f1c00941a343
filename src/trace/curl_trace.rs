//! Dumps of `curl --trace` and `curl --trace-ascii`: headers that were sent, put together from numbered pieces, then read
//! like any other exchange.

use super::lines::{self, Line};
use super::transcript::Exchanges;
use super::{Context, Format, Strength};
use crate::error::Result;
use memchr::memmem;
use std::io::BufRead;

/// The format.
pub struct CurlTrace;

/// Headers kept of one block.
const LONGEST: usize = 64 * 1024;

impl Format for CurlTrace {
    fn name(&self) -> &'static str {
        "curl-trace"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        memmem::find(head, b"=> Send header, ").map(|_| Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut dump = Dump { exchanges: Exchanges::new(context), block: Vec::new(), wanted: false, start: 0, next: 0 };
        lines::each(input, 4096, |line| dump.line(line));
        dump.flush();
        dump.exchanges.end();
        Ok(())
    }
}

struct Dump<'a, 'b> {
    exchanges: Exchanges<'a, 'b>,
    block: Vec<u8>,
    wanted: bool,
    start: u64,
    next: usize,
}

impl Dump<'_, '_> {
    fn line(&mut self, line: Line<'_>) {
        let bytes = line.bytes;
        let sent = memmem::find(bytes, b"=> Send header, ").is_some();
        if sent || memmem::find(bytes, b"<= Recv header, ").is_some() || is_event(bytes) {
            // received headers come in blocks of one line each, sent ones in a single block
            self.flush();
            self.wanted = sent || memmem::find(bytes, b"<= Recv header, ").is_some();
            self.start = line.number;
            self.next = 0;
            return;
        }
        if self.wanted && self.block.len() < LONGEST {
            self.piece(bytes);
        }
    }

    /// `0010: text` or `0010: 47 45 54 20 … GET `.
    fn piece(&mut self, bytes: &[u8]) {
        let Some(colon) = memmem::find(bytes, b": ").filter(|&at| (4..=8).contains(&at)) else { return };
        let offset = std::str::from_utf8(&bytes[..colon]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let (Some(offset), rest) = (offset, &bytes[colon + 2..]) else { return };
        // the ASCII dump leaves line ends out of the text, but not out of the offsets
        if offset == self.next + 2 {
            self.block.extend_from_slice(b"\r\n");
        }
        match hexadecimal(rest) {
            Some(decoded) => {
                self.next = offset + decoded.len();
                self.block.extend_from_slice(&decoded);
            }
            None => {
                self.next = offset + rest.len();
                self.block.extend_from_slice(rest);
            }
        }
    }

    fn flush(&mut self) {
        for text in self.block.split(|&byte| byte == b'\n') {
            let bytes = text.strip_suffix(b"\r").unwrap_or(text);
            self.exchanges.line(Line { number: self.start, bytes, cut: false });
        }
        self.block.clear();
        self.wanted = false;
    }
}

/// Lines between blocks: `== Info: …`, `=> Send data, …`, also after a time.
fn is_event(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(40)];
    [&b"== Info:"[..], b"=> Send ", b"<= Recv "].iter().any(|mark| memmem::find(head, mark).is_some())
}

/// Sixteen or fewer bytes as pairs of digits, then the same as text.
fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(16);
    for triple in text.chunks(3).take(16) {
        let [high, low, b' '] = triple else { break };
        let digit = |byte: u8| (byte as char).to_digit(16);
        match (digit(*high), digit(*low)) {
            (Some(high), Some(low)) => decoded.push((high * 16 + low) as u8),
            _ => break,
        }
    }
    // the text column begins in column 48 whatever the number of bytes
    (!decoded.is_empty() && text.len() >= 48 && text.len() == 48 + decoded.len()).then_some(decoded)
}
