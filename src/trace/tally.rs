//! Counts requests: filters what is not Datadog's or not asked for, and keeps one entry for equal requests, so that memory
//! grows with the number of different routes and actors, not with the size of a recording.

use super::address::{self, Address};
use super::{Note, Options, Problem, Request, Skipped, Summary};
use crate::evidence::{Call, Confidence, Evidence, Observed, Origin, Place};
use crate::ir::Name;
use crate::url::Template;
use groups::{Group, Groups, KNOWN_KEPT, Sum, UNKNOWN_KEPT};
use memory::Memory;
use std::collections::BTreeMap;
use std::sync::Arc;

mod class;
mod groups;
mod memory;

/// Problems listed one by one.
const PROBLEMS_KEPT: usize = 100;
/// Bits of a record's number within its piece of a file.
const WITHIN_PIECE: u32 = 32;

/// The count so far: one a file, or one for whichever pieces of a file one processor reads.
pub struct Tally<'a> {
    options: &'a Options<'a>,
    groups: Groups,
    memory: Memory,
    /// The number of the piece that is being read, shifted; records are kept as sums of this and their number in the piece.
    base: u64,
    /// Records before each piece, once that is known.
    offsets: Vec<u64>,
    records: u64,
    skipped: BTreeMap<&'static str, (u64, u64)>,
    problems: Vec<Problem>,
    more_problems: u64,
    notes: BTreeMap<&'static str, u64>,
}

const OUTSIDE_TIME: &str = "outside of --since and --until";
const OTHER_ACTOR: &str = "another actor";
const FOLDED: &str = "requests not told apart by actor: too many combinations";
const TIMELESS: &str = "requests without a time, counted despite --since or --until";

impl<'a> Tally<'a> {
    /// An empty count.
    pub fn new(options: &'a Options<'a>) -> Self {
        Self {
            options,
            groups: Groups::default(),
            memory: Memory::default(),
            base: 0,
            offsets: Vec::new(),
            records: 0,
            skipped: BTreeMap::new(),
            problems: Vec::new(),
            more_problems: 0,
            notes: BTreeMap::new(),
        }
    }

    /// The caller's decisions.
    pub fn options(&self) -> &'a Options<'a> {
        self.options
    }

    /// Goes on with another piece of the file, in which records are numbered from 1 again.
    pub fn turn_to(&mut self, piece: u64) {
        self.base = piece << WITHIN_PIECE;
    }

    /// Tells how many records each of the pieces had.
    pub fn number(&mut self, pieces: &[u64]) {
        let before = pieces.iter().scan(0, |sum, records| {
            *sum += records;
            Some(*sum - records)
        });
        self.offsets = before.collect();
    }

    /// Notes that records up to this one (1-based) were seen.
    pub fn seen(&mut self, record: u64) {
        self.records = self.records.max(self.base + record);
    }

    /// Leaves a record out on purpose.
    pub fn skip(&mut self, record: u64, reason: &'static str) {
        self.skip_many(record, 1, reason);
    }

    /// Leaves several records out, the first of which is given.
    pub fn skip_many(&mut self, first: u64, count: u64, reason: &'static str) {
        self.add_skipped(self.base + first, count, reason);
    }

    fn add_skipped(&mut self, first: u64, count: u64, reason: &'static str) {
        let entry = self.skipped.entry(reason).or_insert((0, first));
        entry.0 += count;
        entry.1 = entry.1.min(first);
    }

    /// Notes something a reader of the result should know, once with its number of times.
    pub fn note(&mut self, note: &'static str) {
        *self.notes.entry(note).or_default() += 1;
    }

    /// Notes what could not be read.
    pub fn problem(&mut self, record: Option<u64>, what: impl Into<String>) {
        self.problems.push(Problem { record: record.map(|record| self.base + record), what: what.into() });
        if self.problems.len() >= 2 * PROBLEMS_KEPT {
            self.drop_problems();
        }
    }

    /// Keeps the first problems of the file, in whatever order they turned up.
    fn drop_problems(&mut self) {
        self.problems.sort_by_key(|problem| problem.record.unwrap_or(u64::MAX));
        self.more_problems += self.problems.len().saturating_sub(PROBLEMS_KEPT) as u64;
        self.problems.truncate(PROBLEMS_KEPT);
    }

    /// Counts a request, or leaves it out with the reason.
    pub fn request(&mut self, request: &Request<'_>) {
        self.seen(request.record);
        if let Some(reason) = self.filtered(request) {
            return self.skip(request.record, reason);
        }
        let mut address = Address::parse(request.url);
        if address.host.is_empty() {
            address.host = address::host_of(request.host.trim());
        }
        let asked = match self.memory.ask(request, address, self.options, self.groups.last_actors()) {
            Err(reason) => return self.skip(request.record, reason),
            Ok(asked) => asked,
        };
        let record = self.base + request.record;
        let place = match self.memory.place(asked) {
            Some(place) => place,
            None => {
                let Some(class) = self.memory.class(asked) else { return };
                let open = |class| Group::new(class, request.status, class::url(address));
                let (place, folded) = self.groups.place(class, record, open);
                if folded {
                    self.memory.forget_places();
                }
                self.memory.remember(asked, place);
                place
            }
        };
        self.groups.count(place, record, request, || class::url(address));
    }

    fn filtered(&mut self, request: &Request<'_>) -> Option<&'static str> {
        let options = self.options;
        if options.since.is_some() || options.until.is_some() {
            match request.time {
                Some(time) if options.since.is_some_and(|since| time < since) => return Some(OUTSIDE_TIME),
                Some(time) if options.until.is_some_and(|until| time >= until) => return Some(OUTSIDE_TIME),
                Some(_) => {}
                None => self.note(TIMELESS),
            }
        }
        if let Some(wanted) = options.actor
            && !request.asked_for
            && request.actor.is_none_or(|actor| actor.id != wanted)
        {
            return Some(OTHER_ACTOR);
        }
        None
    }

    /// Adds the count of other pieces of the same file.
    pub fn absorb(&mut self, other: Tally<'_>) {
        self.records = self.records.max(other.records);
        for (reason, (count, first)) in other.skipped {
            self.add_skipped(first, count, reason);
        }
        for (note, times) in other.notes {
            *self.notes.entry(note).or_default() += times;
        }
        self.problems.extend(other.problems);
        self.more_problems += other.more_problems;
        self.drop_problems();
        self.groups.absorb(other.groups);
    }

    /// Hands out the evidence in the order of first records, and writes the rest into the summary.
    pub fn finish(mut self, file: &Arc<str>, summary: &mut Summary, sink: &mut dyn FnMut(Evidence)) {
        let offsets = std::mem::take(&mut self.offsets);
        let numbered = |record: u64| match offsets.get((record >> WITHIN_PIECE) as usize) {
            Some(before) => before + (record & ((1 << WITHIN_PIECE) - 1)),
            None => record,
        };
        for (group, sum) in std::mem::take(&mut self.groups).finish(numbered) {
            let count = if sum.count > 0 { sum.count } else { sum.redirects };
            if group.class.key().folded {
                *self.notes.entry(FOLDED).or_default() += count;
            }
            if groups::is_rest(&group) {
                let most = format!("{UNKNOWN_KEPT} different unknown ones or {KNOWN_KEPT} known ones");
                self.problem(None, format!("{count} requests are not listed: there are more than {most}"));
                continue;
            }
            summary.requests += count;
            sink(evidence(&group, &sum, count, file));
        }
        self.drop_problems();
        summary.records = numbered(self.records);
        summary.skipped.extend(self.skipped.into_iter().map(|(reason, (count, first))| Skipped {
            reason,
            count,
            first: numbered(first),
        }));
        summary.notes.extend(self.notes.into_iter().map(|(what, count)| Note { what, count }));
        let problems = self.problems.into_iter();
        summary.problems.extend(problems.map(|it| Problem { record: it.record.map(numbered), ..it }));
        if self.more_problems > 0 {
            let what = format!("and {} more problems", self.more_problems);
            summary.problems.push(Problem { record: None, what });
        }
    }
}

fn evidence(group: &Group, sum: &Sum, count: u64, file: &Arc<str>) -> Evidence {
    let key = group.class.key();
    let confidence = if key.origin == Origin::Datadog { Confidence::Certain } else { Confidence::Likely };
    let (first, last) = sum.span();
    let mut url = Template::default();
    for (index, text) in group.url.split("{}").enumerate() {
        if index > 0 {
            url.push_hole();
        }
        url.push_text(text);
    }
    let literals = key.deciding.then_some(address::DECIDING).map(|(name, value)| (Name::new(name), Name::new(value)));
    Evidence {
        call: Call::Http { method: Some(key.method.clone()), url, origin: key.origin, cli: false, alternative: false },
        place: Place::Record { file: Arc::clone(file), record: sum.record },
        confidence,
        test: false,
        literals: literals.into_iter().collect(),
        steps: Vec::new(),
        observed: Some(Box::new(Observed {
            status: if sum.count > 0 { sum.status } else { group.opening },
            actor: key.actor.as_deref().cloned(),
            time: last,
            first,
            count,
            declared: key.declared,
        })),
    }
}

/// The smaller of two values of which one may be missing.
fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
