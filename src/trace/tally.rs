//! Counts requests: filters what is not Datadog's or not asked for, and keeps one entry for equal requests, so that memory
//! grows with the number of different routes and actors, not with the size of a recording.

use super::address::{self, Address};
use super::{Note, Options, Problem, Request, Skipped, Summary};
use crate::evidence::{Call, Confidence, Evidence, Observed, Origin, Place};
use crate::ir::Name;
use crate::url::Template;
pub use class::Memory;
use class::{Class, Key, Route};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

mod class;

/// Different requests of which no route is known that are kept apart.
const UNKNOWN_KEPT: usize = 10_000;
/// Groups of equal requests; past this many, new ones are no longer told apart by actor.
const GROUPS_KEPT: usize = 12_000;
/// Problems listed one by one.
const PROBLEMS_KEPT: usize = 100;

/// Equal requests.
#[derive(Clone, Debug)]
struct Group {
    class: Class,
    record: u64,
    url: Arc<str>,
    status: Option<u16>,
    first: Option<i64>,
    last: Option<i64>,
    count: u64,
    redirects: u64,
}

impl Group {
    /// The group that a request opens.
    fn new(class: Class, request: &Request<'_>, address: Address<'_>) -> Self {
        Self {
            class,
            record: request.record,
            url: class::url(address).into(),
            status: request.status.filter(|&status| status > 0),
            first: None,
            last: None,
            count: 0,
            redirects: 0,
        }
    }
}

/// How many counts there were, from 1.
static COUNTS: AtomicU64 = AtomicU64::new(1);

/// The count so far: one a file, or one a piece of a file that is read in parallel.
pub struct Tally<'a> {
    options: &'a Options<'a>,
    groups: Vec<Group>,
    index: FxHashMap<Class, usize>,
    unknown: FxHashSet<Arc<str>>,
    memory: Memory,
    /// Tells this count from all others that have used the memory.
    number: u64,
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
            groups: Vec::new(),
            index: FxHashMap::default(),
            unknown: FxHashSet::default(),
            memory: Memory::default(),
            number: COUNTS.fetch_add(1, Ordering::Relaxed),
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

    /// An empty count under the same decisions, which goes on with what another one found out about requests.
    pub fn fresh(&self, memory: Memory) -> Self {
        Self { memory, ..Self::new(self.options) }
    }

    /// Takes what was found out about requests, for the next count.
    pub fn take_memory(&mut self) -> Memory {
        std::mem::take(&mut self.memory)
    }

    /// Notes that records up to this one (1-based) were seen.
    pub fn seen(&mut self, record: u64) {
        self.records = self.records.max(record);
    }

    /// Leaves a record out on purpose.
    pub fn skip(&mut self, record: u64, reason: &'static str) {
        self.skip_many(record, 1, reason);
    }

    /// Leaves several records out, the first of which is given.
    pub fn skip_many(&mut self, first: u64, count: u64, reason: &'static str) {
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
        if self.problems.len() < PROBLEMS_KEPT {
            self.problems.push(Problem { record, what: what.into() });
        } else {
            self.more_problems += 1;
        }
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
        let class = match self.memory.class(request, address, self.options) {
            Err(reason) => return self.skip(request.record, reason),
            Ok(known) if known.count == self.number => {
                let index = known.index;
                return self.count(index, request);
            }
            Ok(known) => known.class.clone(),
        };
        let index = match self.index.get(&class) {
            Some(index) => *index,
            None => self.place(Group::new(class, request, address)),
        };
        if let Some(known) = self.memory.last() {
            (known.count, known.index) = (self.number, index);
        }
        self.count(index, request);
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

    fn count(&mut self, index: usize, request: &Request<'_>) {
        let Some(group) = self.groups.get_mut(index) else { return };
        group.last = group.last.max(request.time);
        group.first = least(group.first, request.time);
        if is_redirect(request.status) {
            group.redirects += 1;
        } else {
            // a redirect that came first gave the group its status
            let so_far = group.status.filter(|_| group.count > 0);
            group.status = least(so_far, request.status.filter(|&status| status > 0));
            group.count += 1;
        }
    }

    /// Finds the group of equal requests or opens it; groups past the limits are folded into coarser ones.
    fn place(&mut self, mut group: Group) -> usize {
        if let Some(&index) = self.index.get(&group.class) {
            return index;
        }
        if self.groups.len() >= GROUPS_KEPT && group.class.key().actor.is_some() {
            group.class = Class::new(Key { actor: None, folded: true, ..group.class.key().clone() });
        }
        if let Route::Unknown(path) = &group.class.key().route
            && !self.unknown.contains(path)
        {
            if self.unknown.len() < UNKNOWN_KEPT {
                self.unknown.insert(Arc::clone(path));
            } else {
                group.class = Class::rest();
            }
        }
        if let Some(&index) = self.index.get(&group.class) {
            return index;
        }
        let index = self.groups.len();
        self.index.insert(group.class.clone(), index);
        self.groups.push(group);
        index
    }

    /// Adds the count of a later piece of the same file, whose records start after `offset` others.
    pub fn absorb(&mut self, later: Tally<'_>, offset: u64) {
        self.seen(later.records + offset);
        for (reason, (count, first)) in later.skipped {
            self.skip_many(first + offset, count, reason);
        }
        for (note, times) in later.notes {
            *self.notes.entry(note).or_default() += times;
        }
        for problem in later.problems {
            self.problem(problem.record.map(|record| record + offset), problem.what);
        }
        self.more_problems += later.more_problems;
        for group in later.groups {
            let Group { status, first, last, count, redirects, .. } = group;
            let empty =
                Group { record: group.record + offset, first: None, last: None, count: 0, redirects: 0, ..group };
            let index = self.place(empty);
            let Some(sum) = self.groups.get_mut(index) else { continue };
            if count > 0 {
                sum.status = least(sum.status.filter(|_| sum.count > 0), status);
            }
            sum.count += count;
            sum.redirects += redirects;
            sum.first = least(sum.first, first);
            sum.last = sum.last.max(last);
        }
    }

    /// Hands out the evidence in the order of first records, and writes the rest into the summary.
    pub fn finish(mut self, file: &Arc<str>, summary: &mut Summary, sink: &mut dyn FnMut(Evidence)) {
        let mut groups = std::mem::take(&mut self.groups);
        drop_redirects(&mut groups);
        groups
            .sort_by(|a, b| (a.record, &a.url, &a.class.key().method).cmp(&(b.record, &b.url, &b.class.key().method)));
        for group in groups {
            let count = if group.count > 0 { group.count } else { group.redirects };
            if group.class.key().folded {
                *self.notes.entry(FOLDED).or_default() += count;
            }
            if group.class.key().route == Route::Rest {
                let what =
                    format!("{count} requests on more than {UNKNOWN_KEPT} different unknown paths are not listed");
                self.problem(None, what);
                continue;
            }
            summary.requests += count;
            sink(evidence(group, count, file));
        }
        summary.records = self.records;
        summary.skipped.extend(self.skipped.into_iter().map(|(reason, (count, first))| Skipped {
            reason,
            count,
            first,
        }));
        summary.notes.extend(self.notes.into_iter().map(|(what, count)| Note { what, count }));
        summary.problems.extend(self.problems);
        if self.more_problems > 0 {
            let what = format!("and {} more problems", self.more_problems);
            summary.problems.push(Problem { record: None, what });
        }
    }
}

/// A redirect is followed by the request proper, which counts whether it was denied or not; redirects alone are kept.
fn drop_redirects(groups: &mut Vec<Group>) {
    if groups.iter().all(|group| group.count > 0) {
        return;
    }
    let plain = |class: &Class| Key { denied: 0, ..class.key().clone() };
    let followed: FxHashSet<Key> =
        groups.iter().filter(|group| group.count > 0).map(|group| plain(&group.class)).collect();
    groups.retain(|group| group.count > 0 || !followed.contains(&plain(&group.class)));
}

fn evidence(group: Group, count: u64, file: &Arc<str>) -> Evidence {
    let key = group.class.key();
    let confidence = if key.origin == Origin::Datadog { Confidence::Certain } else { Confidence::Likely };
    let mut url = Template::default();
    for (index, text) in group.url.split("{}").enumerate() {
        if index > 0 {
            url.push_hole();
        }
        url.push_text(text);
    }
    let literals = key.deciding.iter().map(|(name, value)| (Name::new(name), Name::new(value))).collect();
    Evidence {
        call: Call::Http { method: Some(key.method.clone()), url, origin: key.origin, cli: false },
        place: Place::Record { file: Arc::clone(file), record: group.record },
        confidence,
        test: false,
        literals,
        steps: Vec::new(),
        observed: Some(Box::new(Observed {
            status: group.status,
            actor: key.actor.clone(),
            time: group.last,
            first: group.first,
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

fn is_redirect(status: Option<u16>) -> bool {
    matches!(status, Some(301 | 302 | 303 | 307 | 308))
}
