//! Groups of equal requests, bounded in number. Past a limit the last groups in the order of ranks are folded into coarser ones,
//! those that come later as well. Since that order is none of time, the same groups are kept whatever the order of requests, and
//! whichever way they were counted in parts; and what is kept apart is counted in full.

use super::class::{Class, Key, Kind, Rank, Route};
use super::least;
use super::memory::Last;
use crate::trace::Request;
use rustc_hash::{FxHashMap, FxHashSet};

/// Groups told apart by actor.
const ACTORS_KEPT: usize = 12_000;
/// Groups on routes of the table; it has some 2,000.
pub const KNOWN_KEPT: usize = 8_000;
/// Groups on unknown routes.
pub const UNKNOWN_KEPT: usize = 10_000;
/// So much of a limit, as a divisor, is let go beyond it before folding, which so is rare.
const SLACK: usize = 8;
/// The kinds that are limited.
const LIMITED: [(Kind, usize); 3] =
    [(Kind::Actor, ACTORS_KEPT), (Kind::Known, KNOWN_KEPT), (Kind::Unknown, UNKNOWN_KEPT)];

/// Equal requests: what they have in common, and what is reported of the first of them.
#[derive(Clone, Debug)]
pub struct Group {
    pub class: Class,
    pub url: Box<str>,
    /// The status of the first record.
    pub opening: Option<u16>,
}

impl Group {
    /// The group that a request opens.
    pub fn new(class: Class, status: Option<u16>, url: String) -> Self {
        Self { class, url: url.into(), opening: status.filter(|&status| status > 0) }
    }
}

/// What changes with every request of a group. Kept apart, so that what is written all the time stays close to the processor.
#[derive(Clone, Debug)]
pub struct Sum {
    /// The first record.
    pub record: u64,
    pub count: u64,
    pub redirects: u64,
    /// The lowest status, redirects aside.
    pub status: Option<u16>,
    first: i64,
    last: i64,
}

impl Sum {
    /// Nothing counted yet.
    fn starting(record: u64) -> Self {
        Self { record, count: 0, redirects: 0, status: None, first: i64::MAX, last: i64::MIN }
    }

    /// The first and the last time.
    pub fn span(&self) -> (Option<i64>, Option<i64>) {
        if self.first > self.last { (None, None) } else { (Some(self.first), Some(self.last)) }
    }

    fn add(&mut self, other: &Self) {
        self.record = self.record.min(other.record);
        self.status = least(self.status, other.status);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.count += other.count;
        self.redirects += other.redirects;
    }
}

/// All groups of a count.
#[derive(Default)]
pub struct Groups {
    all: Vec<Group>,
    /// One a group.
    sums: Vec<Sum>,
    index: FxHashMap<Class, u32>,
    sizes: [usize; 3],
    /// Groups from these ranks on are folded.
    ends: [Option<Rank>; 3],
}

impl Groups {
    /// The last actors that are told apart, as far as some are not.
    pub fn last_actors(&self) -> Last {
        let [known, _, unknown] = &self.ends;
        // an end before all actors has 0 for theirs
        let actor = |end: &Option<Rank>| end.map(|(_, actor, _)| actor);
        Last { known: actor(known), unknown: actor(unknown) }
    }

    /// Finds the group that requests of a class are counted in, or opens it. Also tells whether groups had to be folded: then
    /// all numbers told before are void.
    pub fn place(&mut self, class: Class, record: u64, open: impl FnOnce(Class) -> Group) -> (u32, bool) {
        let class = self.kept(class);
        if let Some(&at) = self.index.get(&class) {
            return (at, false);
        }
        self.insert(open(class.clone()), Sum::starting(record));
        let folded = self.fold(SLACK);
        let at = self.index.get(&self.kept(class)).copied().unwrap_or_default();
        (at, folded)
    }

    /// Counts a request in a group; `url` tells what is reported if this is its first record.
    pub fn count(&mut self, at: u32, record: u64, request: &Request<'_>, url: impl FnOnce() -> String) {
        let Some(sum) = self.sums.get_mut(at as usize) else { return };
        let status = request.status.filter(|&status| status > 0);
        if record < sum.record
            && let Some(group) = self.all.get_mut(at as usize)
        {
            sum.record = record;
            (group.url, group.opening) = (url().into(), status);
        }
        if let Some(time) = request.time {
            sum.first = sum.first.min(time);
            sum.last = sum.last.max(time);
        }
        if is_redirect(status) {
            sum.redirects += 1;
        } else {
            sum.status = least(sum.status, status);
            sum.count += 1;
        }
    }

    /// Adds the groups of another part of the same file.
    pub fn absorb(&mut self, other: Self) {
        if self.all.is_empty() {
            *self = other;
            return;
        }
        for (end, others) in self.ends.iter_mut().zip(other.ends) {
            *end = least(*end, others);
        }
        drop(other.index);
        self.refill();
        for (group, sum) in other.all.into_iter().zip(other.sums) {
            self.add(group, sum);
            self.fold(SLACK);
        }
    }

    /// The groups, folded as the limits want it, in the order of first records, which are numbered anew.
    pub fn finish(mut self, renumber: impl Fn(u64) -> u64) -> Vec<(Group, Sum)> {
        self.fold(0);
        drop(self.index);
        let numbered = |sum: Sum| Sum { record: renumber(sum.record), ..sum };
        let mut all: Vec<(Group, Sum)> = self.all.into_iter().zip(self.sums.into_iter().map(numbered)).collect();
        drop_redirects(&mut all);
        all.sort_by(|(a, of_a), (b, of_b)| {
            (of_a.record, &a.url, &a.class.key().method).cmp(&(of_b.record, &b.url, &b.class.key().method))
        });
        all
    }

    /// The class that requests of a class are counted in.
    fn kept(&self, mut class: Class) -> Class {
        while let Some(end) = self.ends.get(class.kind() as usize).copied().flatten()
            && class.rank() >= end
        {
            class = class.folded();
        }
        class
    }

    fn insert(&mut self, group: Group, sum: Sum) {
        if let Some(size) = self.sizes.get_mut(group.class.kind() as usize) {
            *size += 1;
        }
        // so many never are: see the limits
        let at = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.index.insert(group.class.clone(), at);
        self.all.push(group);
        self.sums.push(sum);
    }

    fn add(&mut self, mut group: Group, sum: Sum) {
        group.class = self.kept(group.class);
        let at = self.index.get(&group.class).map(|at| *at as usize);
        let same = at.and_then(|at| Some((self.all.get_mut(at)?, self.sums.get_mut(at)?)));
        let Some((same, so_far)) = same else { return self.insert(group, sum) };
        if sum.record < so_far.record {
            (same.url, same.opening) = (group.url, group.opening);
        }
        so_far.add(&sum);
    }

    /// Puts every group where it belongs by now.
    fn refill(&mut self) {
        self.index.clear();
        self.sizes = [0; 3];
        let (all, sums) = (std::mem::take(&mut self.all), std::mem::take(&mut self.sums));
        for (group, sum) in all.into_iter().zip(sums) {
            self.add(group, sum);
        }
    }

    /// Folds what is beyond a limit by more than `1/slack`. Where it ends does not depend on how often that is done.
    fn fold(&mut self, slack: usize) -> bool {
        let mut folded = false;
        for (kind, limit) in LIMITED {
            let most = limit + limit.checked_div(slack).unwrap_or(0);
            if self.sizes.get(kind as usize).is_none_or(|size| *size <= most) {
                continue;
            }
            let of_kind = self.all.iter().filter(|group| group.class.kind() == kind);
            let mut ranks: Vec<Rank> = of_kind.map(|group| group.class.rank()).collect();
            let (_, end, _) = ranks.select_nth_unstable(limit);
            if let Some(place) = self.ends.get_mut(kind as usize) {
                *place = Some(*end);
            }
            self.refill();
            folded = true;
        }
        folded
    }
}

/// A redirect is followed by the request proper, which counts whether it was denied or not; redirects alone are kept.
fn drop_redirects(all: &mut Vec<(Group, Sum)>) {
    if all.iter().all(|(_, sum)| sum.count > 0) {
        return;
    }
    let plain = |group: &Group| Key { denied: 0, ..group.class.key().clone() };
    let followed: FxHashSet<Key> = all.iter().filter(|(_, sum)| sum.count > 0).map(|(group, _)| plain(group)).collect();
    all.retain(|(group, sum)| sum.count > 0 || !followed.contains(&plain(group)));
}

fn is_redirect(status: Option<u16>) -> bool {
    matches!(status, Some(301 | 302 | 303 | 307 | 308))
}

/// Whether a group stands for all that is not listed.
pub fn is_rest(group: &Group) -> bool {
    group.class.key().route == Route::Rest
}
