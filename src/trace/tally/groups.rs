//! Groups of equal requests, bounded in number. Past a limit the last groups in the order of ranks are folded into coarser ones,
//! those that come later as well. Since that order is none of time, the same groups are kept whatever the order of requests, and
//! whichever way they were counted in parts; and what is kept apart is counted in full.

use super::class::{Class, Kind, Rank, Route};
use super::least;
use crate::trace::Request;
use rustc_hash::{FxHashMap, FxHashSet};

/// Groups told apart by actor.
const ACTORS_KEPT: usize = 12_000;
/// Groups on routes of the table; it has some 2,000.
pub const KNOWN_KEPT: usize = 8_000;
/// Groups on unknown routes.
pub const UNKNOWN_KEPT: usize = 10_000;
/// The kinds that are limited.
const LIMITED: [(Kind, usize); 3] =
    [(Kind::Actor, ACTORS_KEPT), (Kind::Known, KNOWN_KEPT), (Kind::Unknown, UNKNOWN_KEPT)];

/// Equal requests.
#[derive(Clone, Debug)]
pub struct Group {
    pub class: Class,
    /// The first record, and what is reported of it.
    pub record: u64,
    pub url: Box<str>,
    /// The status of the first record.
    pub opening: Option<u16>,
    pub sum: Sum,
}

/// What changes with every request. Kept apart while counting, so that it stays close to the processor.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub count: u64,
    pub redirects: u64,
    /// The lowest status, redirects aside.
    pub status: Option<u16>,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.status = least(self.status, other.status);
        self.first = least(self.first, other.first);
        self.last = self.last.max(other.last);
        self.count += other.count;
        self.redirects += other.redirects;
    }
}

impl Group {
    /// The group that a request opens, which is yet to be counted.
    pub fn new(class: Class, record: u64, status: Option<u16>, url: String) -> Self {
        let opening = status.filter(|&status| status > 0);
        Self { class, record, url: url.into(), opening, sum: Sum::default() }
    }

    fn add(&mut self, other: Self) {
        if other.record < self.record {
            (self.record, self.url, self.opening) = (other.record, other.url, other.opening);
        }
        self.sum.add(&other.sum);
    }
}

/// All groups of a count.
#[derive(Default)]
pub struct Groups {
    all: Vec<Group>,
    /// The first record of each group and what is yet to be added to it.
    sums: Vec<(u64, Sum)>,
    index: FxHashMap<Class, u32>,
    sizes: [usize; 3],
    /// Groups from these ranks on are folded.
    ends: [Option<Rank>; 3],
}

impl Groups {
    /// Actors after this one, in the order of their hashes, are not told apart on any route.
    pub fn last_actor(&self) -> Option<u64> {
        let (unknown, actor, _) = self.ends[0]?;
        (!unknown).then_some(actor)
    }

    /// Finds the group that requests of a class are counted in, or opens it. Also tells whether groups had to be folded: then
    /// all numbers told before are void.
    pub fn place(&mut self, class: Class, open: impl FnOnce(Class) -> Group) -> (u32, bool) {
        let class = self.kept(class);
        if let Some(&at) = self.index.get(&class) {
            return (at, false);
        }
        self.insert(open(class.clone()));
        let folded = self.fold(4);
        let at = self.index.get(&self.kept(class)).copied().unwrap_or_default();
        (at, folded)
    }

    /// Counts a request in a group; `url` tells what is reported if this is its first record.
    pub fn count(&mut self, at: u32, record: u64, request: &Request<'_>, url: impl FnOnce() -> String) {
        let Some((first, sum)) = self.sums.get_mut(at as usize) else { return };
        let status = request.status.filter(|&status| status > 0);
        if record < *first
            && let Some(group) = self.all.get_mut(at as usize)
        {
            *first = record;
            (group.record, group.url, group.opening) = (record, url().into(), status);
        }
        sum.last = sum.last.max(request.time);
        sum.first = least(sum.first, request.time);
        if is_redirect(status) {
            sum.redirects += 1;
        } else {
            sum.status = least(sum.status, status);
            sum.count += 1;
        }
    }

    /// Adds up what was counted so far.
    fn settle(&mut self) {
        for (group, (_, sum)) in self.all.iter_mut().zip(&mut self.sums) {
            group.sum.add(&std::mem::take(sum));
        }
    }

    /// Adds the groups of another part of the same file.
    pub fn absorb(&mut self, mut other: Self) {
        other.settle();
        if self.all.is_empty() {
            *self = other;
            return;
        }
        for (end, others) in self.ends.iter_mut().zip(other.ends) {
            *end = least(*end, others);
        }
        self.refill();
        for group in other.all {
            self.add(group);
            self.fold(4);
        }
    }

    /// The groups, folded as the limits want it; records are numbered anew.
    pub fn finish(mut self, renumber: impl Fn(u64) -> u64) -> Vec<Group> {
        self.fold(0);
        self.settle();
        drop_redirects(&mut self.all);
        for group in &mut self.all {
            group.record = renumber(group.record);
        }
        self.all
            .sort_by(|a, b| (a.record, &a.url, &a.class.key().method).cmp(&(b.record, &b.url, &b.class.key().method)));
        self.all
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

    fn insert(&mut self, group: Group) {
        if let Some(size) = self.sizes.get_mut(group.class.kind() as usize) {
            *size += 1;
        }
        // so many never are: see the limits
        let at = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.index.insert(group.class.clone(), at);
        self.sums.push((group.record, Sum::default()));
        self.all.push(group);
    }

    fn add(&mut self, mut group: Group) {
        group.class = self.kept(group.class);
        match self.index.get(&group.class).and_then(|at| self.all.get_mut(*at as usize)) {
            Some(same) => {
                if let Some((first, _)) = self.index.get(&group.class).and_then(|at| self.sums.get_mut(*at as usize)) {
                    *first = (*first).min(group.record);
                }
                same.add(group);
            }
            None => self.insert(group),
        }
    }

    /// Puts every group where it belongs by now.
    fn refill(&mut self) {
        self.settle();
        self.index.clear();
        self.sums.clear();
        self.sizes = [0; 3];
        for group in std::mem::take(&mut self.all) {
            self.add(group);
        }
    }

    /// Folds what is beyond a limit. In between it is let go up to `1/slack` beyond, so that folding is rare; where it ends does
    /// not depend on that.
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
fn drop_redirects(groups: &mut Vec<Group>) {
    if groups.iter().all(|group| group.sum.count > 0) {
        return;
    }
    let plain = |class: &Class| super::class::Key { denied: 0, ..class.key().clone() };
    let followed: FxHashSet<super::class::Key> =
        groups.iter().filter(|group| group.sum.count > 0).map(|group| plain(&group.class)).collect();
    groups.retain(|group| group.sum.count > 0 || !followed.contains(&plain(&group.class)));
}

fn is_redirect(status: Option<u16>) -> bool {
    matches!(status, Some(301 | 302 | 303 | 307 | 308))
}

/// Whether a group stands for all that is not listed.
pub fn is_rest(group: &Group) -> bool {
    group.class.key().route == Route::Rest
}
