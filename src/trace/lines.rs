//! Lines of text of any length in constant memory, one after another or in pieces on all processors.

use super::tally::Memory;
use super::{Options, Tally};
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::sync::mpsc;

/// Bytes of a piece that one processor reads.
const PIECE: usize = 4 * 1024 * 1024;
/// Longest line that is read whole; of longer ones the rest is passed over.
const LONGEST: usize = 16 * 1024 * 1024;
/// Pieces under way at once, whatever the number of processors: this bounds the memory.
const UNDER_WAY: usize = 12;

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

/// Whether JSON text has one record a line: the first line is whole and another one follows.
pub fn are_records(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let Some(end) = memchr::memchr(b'\n', head) else { return false };
    let (first, rest) = (head[..end].trim_ascii_end(), head[end..].trim_ascii_start());
    first.len() > 1 && first.ends_with(b"}") && first.starts_with(b"{") && matches!(rest.first(), None | Some(b'{'))
}

/// Reads a line: counts what is in it.
pub type Reader<'a> = dyn Fn(Line<'_>, &mut Tally<'_>) + Sync + 'a;

/// Lines worth reading.
pub struct Filter {
    needles: AhoCorasick,
    reason: &'static str,
}

impl Filter {
    /// Lines with one of the needles; the others are left out for `reason`. `None` if the needles are too many or too long.
    pub fn new(needles: &[&str], reason: &'static str) -> Option<Self> {
        Some(Self { needles: AhoCorasick::new(needles).ok()?, reason })
    }

    /// Lines that can hold a request to Datadog, by its hosts or, if hosts do not matter, by its paths.
    pub fn datadog(options: &Options<'_>, reason: &'static str) -> Option<Self> {
        if options.assume_datadog {
            return Self::new(&["api/", "oauth2/"], reason);
        }
        let mut needles = vec!["datadoghq.", "ddog-gov.com", "datad0g.com", "prod.dog"];
        // logs write hosts in lower case, or as they were configured
        let hosts: Vec<String> = options.hosts.iter().map(|host| super::address::host_of(host).to_owned()).collect();
        let lower: Vec<String> = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        needles.extend(hosts.iter().chain(&lower).map(String::as_str));
        Self::new(&needles, reason)
    }
}

/// Reads all lines in pieces on all processors; the result is the same as reading one after another.
pub fn parallel(input: &mut dyn BufRead, tally: &mut Tally<'_>, filter: Option<&Filter>, read: &Reader<'_>) {
    let (done, finished) = mpsc::channel();
    let limit = UNDER_WAY.min(rayon::current_num_threads() + 1);
    let mut order =
        Order { tally, waiting: BTreeMap::new(), next: 0, offset: 0, free: Vec::new(), memories: Vec::new(), out: 0 };
    rayon::in_place_scope(|scope| {
        let mut pieces = Pieces { input, carried: Vec::new() };
        let mut index = 0;
        while let Some(piece) = pieces.next(order.free.pop().unwrap_or_default()) {
            let mut fresh = order.tally.fresh(order.memories.pop().unwrap_or_default());
            if order.out < limit {
                order.out += 1;
                let done = done.clone();
                scope.spawn(move |_| {
                    let lines = piece.read(&mut fresh, filter, read);
                    // nobody listens only if the reading itself was given up
                    let _ = done.send((index, fresh, lines, piece.bytes));
                });
            } else {
                // not waiting for others: within a pool of one thread nobody else would do the work
                let lines = piece.read(&mut fresh, filter, read);
                order.take(index, fresh, lines, piece.bytes, false);
            }
            index += 1;
            while let Ok((index, fresh, lines, bytes)) = finished.try_recv() {
                order.take(index, fresh, lines, bytes, true);
            }
        }
    });
    drop(done);
    for (index, fresh, lines, bytes) in finished {
        order.take(index, fresh, lines, bytes, true);
    }
}

/// Puts the pieces' counts together in the order of the file.
struct Order<'a, 'b> {
    tally: &'a mut Tally<'b>,
    waiting: BTreeMap<u64, (Tally<'b>, u64)>,
    next: u64,
    offset: u64,
    free: Vec<Vec<u8>>,
    memories: Vec<Memory>,
    out: usize,
}

impl<'b> Order<'_, 'b> {
    fn take(&mut self, index: u64, mut count: Tally<'b>, lines: u64, bytes: Vec<u8>, was_out: bool) {
        self.out -= usize::from(was_out);
        if self.free.len() <= UNDER_WAY {
            self.free.push(bytes);
        }
        self.memories.push(count.take_memory());
        self.waiting.insert(index, (count, lines));
        while let Some((count, lines)) = self.waiting.remove(&self.next) {
            self.tally.absorb(count, self.offset);
            self.offset += lines;
            self.next += 1;
        }
    }
}

/// Whole lines, but for a last one that was too long.
struct Piece {
    bytes: Vec<u8>,
    cut: bool,
}

impl Piece {
    /// Reads every line that passes the filter; the answer is the number of all lines.
    fn read(&self, tally: &mut Tally<'_>, filter: Option<&Filter>, read: &Reader<'_>) -> u64 {
        let (mut number, mut from, mut passed, mut first_passed) = (0, 0, 0, 0);
        while from < self.bytes.len() {
            let mut rest = &self.bytes[from..];
            if let Some(filter) = filter {
                let hit = filter.needles.find(rest).map_or(rest.len(), |hit| hit.start());
                let start = memchr::memrchr(b'\n', &rest[..hit]).map_or(0, |end| end + 1);
                let start = if hit == rest.len() { hit } else { start };
                let before = memchr::memchr_iter(b'\n', &rest[..start]).count() as u64;
                // the last line of a file may have no end
                let before = before + u64::from(start == rest.len() && !rest.ends_with(b"\n"));
                if self.cut && hit == rest.len() {
                    let last = number + before.max(1);
                    tally.problem(Some(last), "line too long to be searched whole");
                }
                if passed == 0 {
                    first_passed = number + 1;
                }
                number += before;
                passed += before;
                rest = &rest[start..];
                from += start;
            }
            if rest.is_empty() {
                break;
            }
            let end = memchr::memchr(b'\n', rest);
            let line = &rest[..end.unwrap_or(rest.len())];
            from += line.len() + 1;
            number += 1;
            read(Line { number, bytes: without_return(line), cut: self.cut && from > self.bytes.len() }, tally);
        }
        if let Some(filter) = filter.filter(|_| passed > 0) {
            tally.skip_many(first_passed, passed, filter.reason);
        }
        tally.seen(number);
        number
    }
}

/// Cuts a file into pieces.
struct Pieces<'a> {
    input: &'a mut dyn BufRead,
    carried: Vec<u8>,
}

impl Pieces<'_> {
    fn next(&mut self, mut bytes: Vec<u8>) -> Option<Piece> {
        bytes.clear();
        bytes.append(&mut self.carried);
        let mut wanted = PIECE;
        loop {
            // errors count as the end, `unpack` remembers them
            let more = wanted.saturating_sub(bytes.len()) as u64;
            bytes.reserve(more as usize);
            let _ = (&mut *self.input).take(more).read_to_end(&mut bytes);
            if bytes.len() < wanted {
                return (!bytes.is_empty()).then_some(Piece { bytes, cut: false });
            }
            if let Some(end) = memchr::memrchr(b'\n', &bytes) {
                self.carried.extend_from_slice(&bytes[end + 1..]);
                bytes.truncate(end + 1);
                return Some(Piece { bytes, cut: false });
            }
            if wanted >= LONGEST {
                self.pass_line();
                return Some(Piece { bytes, cut: true });
            }
            wanted *= 2;
        }
    }

    /// Passes over the rest of a line.
    fn pass_line(&mut self) {
        loop {
            let ahead = self.input.fill_buf().unwrap_or_default();
            let (used, found) = match memchr::memchr(b'\n', ahead) {
                Some(end) => (end + 1, true),
                None => (ahead.len(), ahead.is_empty()),
            };
            self.input.consume(used);
            if found {
                return;
            }
        }
    }
}
