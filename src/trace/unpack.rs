//! Unpacks what a recording comes in: gzip, zstandard, zlib, UTF-16, byte-order marks. Bounded in memory, and in time
//! against files that expand without end. Broken packing ends the text early and is remembered, so that readers of
//! formats only ever see text that stops.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// Expansion is not questioned below this many bytes.
const FREE: u64 = 256 * 1024 * 1024;
/// Above [`FREE`], text that is this many times its packed size is a bomb: logs reach 30 to 60.
const RATIO: u64 = 200;

/// Text of a recording without its packing.
pub struct Unpacked<'a> {
    inner: Box<dyn Read + 'a>,
    packed: Rc<Cell<u64>>,
    bytes: Rc<Cell<u64>>,
    fault: Rc<RefCell<Option<String>>>,
    compressed: bool,
}

/// Why the text ended early, if it did; stays valid while the text is being read.
pub struct Fault(Rc<RefCell<Option<String>>>);

impl Fault {
    /// Takes the reason.
    pub fn take(&self) -> Option<String> {
        self.0.borrow_mut().take()
    }
}

impl Unpacked<'_> {
    /// Bytes of text handed out so far.
    pub fn counter(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.bytes)
    }

    /// Where the reason stands if the text ends early.
    pub fn fault(&self) -> Fault {
        Fault(Rc::clone(&self.fault))
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.fault.borrow().is_some() {
            return Ok(0);
        }
        let read = loop {
            match self.inner.read(into) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let fault = match read {
            Ok(count) => {
                let bytes = self.bytes.get() + count as u64;
                self.bytes.set(bytes);
                if !self.compressed || bytes < FREE || bytes / RATIO < self.packed.get() {
                    return Ok(count);
                }
                format!("expands to more than {RATIO} times its size, stopped after {bytes} bytes")
            }
            Err(error) if self.compressed => format!("packed data is broken after {} bytes: {error}", self.bytes.get()),
            Err(error) => format!("cannot be read after {} bytes: {error}", self.bytes.get()),
        };
        *self.fault.borrow_mut() = Some(fault);
        Ok(0)
    }
}

/// Counts what is read from the file itself.
struct Counted<'a> {
    inner: &'a mut dyn Read,
    count: Rc<Cell<u64>>,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
    Zstd,
    Zlib,
}

fn packing(head: &[u8]) -> Packing {
    match head {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
        // zlib: deflate with a 32 KiB window; the two bytes are a multiple of 31
        [0x78, flags, ..] if (0x7800 + u16::from(*flags)) % 31 == 0 => Packing::Zlib,
        _ => Packing::None,
    }
}

/// Packings in one another that are taken off: what is downloaded packed is often packed once more on the way.
const LAYERS: usize = 3;

/// Opens the packing, found by the first bytes.
pub fn open(reader: &mut dyn Read) -> io::Result<Unpacked<'_>> {
    let packed = Rc::new(Cell::new(0));
    let mut plain: Box<dyn Read + '_> = Box::new(Counted { inner: reader, count: Rc::clone(&packed) });
    let mut compressed = false;
    let mut holds_packing: Rc<Cell<bool>> = Rc::default();
    for layer in 0..=LAYERS {
        let mut file = BufReader::with_capacity(64 * 1024, plain);
        // what cannot be read shows again, and is reported, when the text itself is read
        let packing = match file.fill_buf() {
            Ok(head) => packing(head),
            Err(error) if layer == 0 => return Err(error),
            Err(_) => Packing::None,
        };
        holds_packing.set(packing != Packing::None);
        holds_packing = Rc::default();
        let watch = Watch { packed: Rc::clone(&packed), holds_packing: Rc::clone(&holds_packing) };
        plain = match packing {
            Packing::Gzip => Box::new(Sticky::new(flate2::bufread::MultiGzDecoder::new(file), watch)),
            Packing::Zlib => Box::new(Sticky::new(flate2::bufread::ZlibDecoder::new(file), watch)),
            Packing::Zstd => Box::new(Sticky::new(Frames { state: State::Between(Some(file)) }, watch)),
            Packing::None => {
                plain = Box::new(file);
                break;
            }
        };
        compressed = true;
    }
    let inner = decode(plain)?;
    Ok(Unpacked { inner, packed, bytes: Rc::default(), fault: Rc::default(), compressed })
}

/// One layer of packing. Fails again and again once it has failed, so that looking ahead does not swallow the reason; gives up
/// where the layer within it is a bomb of which nothing comes out.
struct Sticky<R> {
    inner: R,
    failed: Option<(io::ErrorKind, String)>,
    bytes: u64,
    watch: Watch,
}

/// What tells whether a layer that holds another one is a bomb: what is packed already does not pack well.
struct Watch {
    packed: Rc<Cell<u64>>,
    holds_packing: Rc<Cell<bool>>,
}

impl<R> Sticky<R> {
    fn new(inner: R, watch: Watch) -> Self {
        Self { inner, failed: None, bytes: 0, watch }
    }
}

impl<R: Read> Read for Sticky<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some((kind, what)) = &self.failed {
            return Err(io::Error::new(*kind, what.clone()));
        }
        let read = match self.inner.read(into) {
            Ok(count) => {
                self.bytes += count as u64;
                let Watch { packed, holds_packing } = &self.watch;
                let bomb = holds_packing.get() && self.bytes > FREE / 16 && self.bytes / RATIO > packed.get();
                if bomb { Err(io::Error::other("one packing within another expands without end")) } else { Ok(count) }
            }
            error => error,
        };
        read.inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.failed = Some((error.kind(), error.to_string()));
            }
        })
    }
}

/// Unpacks the beginning of a file as far as it goes.
pub fn head(head: &[u8]) -> Vec<u8> {
    let mut reader = head;
    let mut plain = Vec::new();
    if let Ok(unpacked) = open(&mut reader) {
        // a cut beginning of packed data is expected, what came before the cut is kept
        let _ = unpacked.take(super::HEAD as u64).read_to_end(&mut plain);
    }
    plain
}

/// Fills a buffer with the beginning of the text.
pub fn peek(input: &mut dyn Read) -> Vec<u8> {
    let mut head = Vec::new();
    let _ = input.take(super::HEAD as u64).read_to_end(&mut head);
    head
}

/// One zstandard frame after another; `ruzstd` reads a single one.
struct Frames<R: BufRead> {
    state: State<R>,
}

enum State<R: BufRead> {
    Between(Option<R>),
    Within(Box<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.state {
                State::Within(decoder) => {
                    let read = decoder.read(into)?;
                    if read > 0 || into.is_empty() {
                        return Ok(read);
                    }
                    let State::Within(decoder) = std::mem::replace(&mut self.state, State::Between(None)) else {
                        return Ok(0);
                    };
                    self.state = State::Between(Some((*decoder).into_inner()));
                }
                State::Between(reader) => {
                    let Some(mut reader) = reader.take() else { return Ok(0) };
                    if !skip_skippable(&mut reader)? {
                        return Ok(0);
                    }
                    let decoder = ruzstd::decoding::StreamingDecoder::new(reader).map_err(io::Error::other)?;
                    self.state = State::Within(Box::new(decoder));
                }
            }
        }
    }
}

/// Passes over skippable frames (magic `0x184D2A5?`, then a length); whether anything follows.
fn skip_skippable(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let ahead = reader.fill_buf()?;
        match ahead {
            [] => return Ok(false),
            [first, 0x2a, 0x4d, 0x18, ..] if first & 0xf0 == 0x50 => {}
            _ => return Ok(true),
        }
        let mut header = [0; 8];
        reader.read_exact(&mut header)?;
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
        io::copy(&mut reader.take(u64::from(length)), &mut io::sink())?;
    }
}

/// Takes off a byte-order mark and turns UTF-16 (what PowerShell writes) into UTF-8.
fn decode<'a>(plain: Box<dyn Read + 'a>) -> io::Result<Box<dyn Read + 'a>> {
    let mut text = BufReader::with_capacity(64 * 1024, plain);
    let mut mark = Vec::new();
    // broken packing shows again, and is reported, when the text itself is read
    let _ = (&mut text).take(3).read_to_end(&mut mark);
    let big = match mark.as_slice() {
        [0xef, 0xbb, 0xbf] => return Ok(Box::new(text)),
        [0xff, 0xfe, ..] => false,
        [0xfe, 0xff, ..] => true,
        _ => return Ok(Box::new(io::Cursor::new(mark).chain(text))),
    };
    let rest = io::Cursor::new(mark.split_off(2)).chain(text);
    Ok(Box::new(Wide { inner: BufReader::new(rest), big, ready: Vec::new(), position: 0, high: None }))
}

/// UTF-16 as UTF-8; lone surrogates become U+FFFD.
struct Wide<R: Read> {
    inner: BufReader<R>,
    big: bool,
    ready: Vec<u8>,
    position: usize,
    high: Option<u16>,
}

impl<R: Read> Wide<R> {
    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.position = 0;
        let mut raw = Vec::with_capacity(8192);
        (&mut self.inner).take(8192).read_to_end(&mut raw)?;
        let mut units: Vec<u16> = self.high.take().into_iter().collect();
        for pair in raw.chunks(2) {
            let pair = [pair[0], pair.get(1).copied().unwrap_or(0)];
            units.push(if self.big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) });
        }
        if raw.len() == 8192 && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            self.high = units.pop();
        }
        let mut buffer = [0; 4];
        for decoded in char::decode_utf16(units) {
            let character = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        }
        Ok(())
    }
}

impl<R: Read> Read for Wide<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.position == self.ready.len() {
            self.refill()?;
        }
        let rest = &self.ready[self.position..];
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.position += count;
        Ok(count)
    }
}
