//! Lines of text of any length in constant memory, one after another or in pieces on all processors.

use super::{Options, Tally};
use aho_corasick::AhoCorasick;
use std::io::BufRead;
use std::sync::{Mutex, PoisonError, mpsc};

/// Bytes of a piece that one processor reads.
const PIECE: usize = 512 * 1024;
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

/// Reads a line: counts what is in it. Has something of its own to write to, one for each processor.
pub type Reader<'a, S> = dyn Fn(Line<'_>, &mut Tally<'_>, &mut S) + Sync + 'a;

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
pub fn parallel<S: Default + Send>(
    input: &mut dyn BufRead,
    tally: &mut Tally<'_>,
    filter: Option<&Filter>,
    read: &Reader<'_, S>,
) {
    let options = tally.options();
    let workers: Mutex<Vec<(Tally<'_>, S)>> = Mutex::default();
    let idle = || workers.lock().unwrap_or_else(PoisonError::into_inner);
    let work = |piece: &Piece, index: u64| {
        let worker = idle().pop();
        let (mut count, mut own) = worker.unwrap_or_else(|| (Tally::new(options), S::default()));
        count.turn_to(index);
        let lines = piece.read(&mut count, filter, &mut |line, count| read(line, count, &mut own));
        idle().push((count, own));
        lines
    };
    let (done, finished) = mpsc::channel();
    let limit = UNDER_WAY.min(rayon::current_num_threads() + 1);
    let mut order = Order::default();
    rayon::in_place_scope(|scope| {
        let mut pieces = Pieces { input, carried: Vec::new() };
        while let Some(piece) = pieces.next(order.free.pop().unwrap_or_default()) {
            let index = order.begin();
            // a long line is not kept while others are read
            if order.out < limit && piece.bytes.len() <= PIECE {
                order.out += 1;
                let done = done.clone();
                let work = &work;
                scope.spawn(move |_| {
                    let lines = work(&piece, index);
                    // nobody listens only if the reading itself was given up
                    let _ = done.send((index, lines, piece.bytes));
                });
            } else {
                // not waiting for others: within a pool of one thread nobody else would do the work
                let lines = work(&piece, index);
                order.end(index, lines, piece.bytes);
            }
            while let Ok((index, lines, bytes)) = finished.try_recv() {
                order.out -= 1;
                order.end(index, lines, bytes);
            }
        }
    });
    drop(done);
    for (index, lines, bytes) in finished {
        order.end(index, lines, bytes);
    }
    drop(order.free);
    for (count, _) in workers.into_inner().unwrap_or_else(PoisonError::into_inner) {
        tally.absorb(count);
    }
    tally.number(&order.lines);
}

/// What became of the pieces so far.
#[derive(Default)]
struct Order {
    /// Lines of each.
    lines: Vec<u64>,
    /// Buffers to be used again.
    free: Vec<Vec<u8>>,
    /// Pieces that others are reading.
    out: usize,
}

impl Order {
    fn begin(&mut self) -> u64 {
        self.lines.push(0);
        self.lines.len() as u64 - 1
    }

    fn end(&mut self, index: u64, lines: u64, bytes: Vec<u8>) {
        if let Some(known) = usize::try_from(index).ok().and_then(|index| self.lines.get_mut(index)) {
            *known = lines;
        }
        if self.free.len() <= UNDER_WAY && bytes.len() <= PIECE {
            self.free.push(bytes);
        }
    }
}

/// Whole lines, but for a last one that was too long.
struct Piece {
    /// Begins with the lines; what follows is left from earlier ones.
    bytes: Vec<u8>,
    length: usize,
    cut: bool,
}

impl Piece {
    /// Reads every line that passes the filter; the answer is the number of all lines.
    fn read(
        &self,
        tally: &mut Tally<'_>,
        filter: Option<&Filter>,
        read: &mut dyn FnMut(Line<'_>, &mut Tally<'_>),
    ) -> u64 {
        let bytes = self.bytes.get(..self.length).unwrap_or(&self.bytes);
        let (mut number, mut from, mut passed, mut first_passed) = (0, 0, 0, 0);
        while from < bytes.len() {
            let mut rest = &bytes[from..];
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
            read(Line { number, bytes: without_return(line), cut: self.cut && from > bytes.len() }, tally);
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
        let mut filled = self.carried.len();
        let mut wanted = PIECE.max(filled);
        loop {
            // zeroed once: buffers are used again and again
            bytes.resize(bytes.len().max(wanted), 0);
            if let Some(start) = bytes.get_mut(..self.carried.len()) {
                start.copy_from_slice(&self.carried);
                self.carried.clear();
            }
            filled += self.fill(bytes.get_mut(filled..wanted).unwrap_or_default());
            if filled < wanted {
                return (filled > 0).then_some(Piece { bytes, length: filled, cut: false });
            }
            if let Some(end) = memchr::memrchr(b'\n', &bytes[..filled]) {
                self.carried.extend_from_slice(&bytes[end + 1..filled]);
                return Some(Piece { bytes, length: end + 1, cut: false });
            }
            if wanted >= LONGEST {
                self.pass_line();
                return Some(Piece { bytes, length: filled, cut: true });
            }
            wanted *= 2;
        }
    }

    /// Fills a buffer as far as the file goes. Errors count as its end, `unpack` remembers them.
    fn fill(&mut self, buffer: &mut [u8]) -> usize {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.input.read(rest) {
                Ok(0) | Err(_) => break,
                Ok(count) => filled += count,
            }
        }
        filled
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
