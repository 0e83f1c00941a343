//! Counts requests: filters what is not Datadog's or not asked for, and keeps one entry for equal requests, so that memory
//! grows with the number of different routes and actors, not with the size of a recording.

use super::address::{self, Address, Whose};
use super::{Note, Options, Problem, Skipped, Summary};
use crate::evidence::{Actor, Call, Confidence, Evidence, Observed, Origin, Place};
use crate::ir::Name;
use crate::url::Template;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Different requests of which no route is known that are kept apart.
const UNKNOWN_KEPT: usize = 10_000;
/// Groups of equal requests; past this many, new ones are no longer told apart by actor.
const GROUPS_KEPT: usize = 50_000;
/// Requests remembered by their text, to find their group without asking for the route again.
const REMEMBERED: usize = 16_384;
/// Problems listed one by one.
const PROBLEMS_KEPT: usize = 100;

/// One recorded request, as a format reader found it.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// 1-based record.
    pub record: u64,
    /// Method in any case; empty if the record does not tell.
    pub method: &'a str,
    /// URL or path, with its query if recorded. Holes are written `{}`.
    pub url: &'a str,
    /// Host, where the format keeps it apart from the URL.
    pub host: &'a str,
    /// HTTP status, 0 or `None` if there was no answer.
    pub status: Option<u16>,
    /// Seconds since 1970.
    pub time: Option<i64>,
    /// Who made it.
    pub actor: Option<Actor>,
    /// What the format itself says about whose requests it holds.
    pub nature: Nature,
    /// Declared (a request collection), not observed.
    pub declared: bool,
}

/// What a format says about whose requests it holds, beyond their hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nature {
    /// Nothing: the host decides, and without one the user must.
    #[default]
    Any,
    /// Records of clients' tests: without a host, an API path is taken as Datadog's.
    ClientTests,
    /// Written by Datadog or by its clients: all of it is Datadog's API.
    Datadog,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Route {
    Known(usize),
    Unknown(Arc<str>),
    /// Unknown ones past [`UNKNOWN_KEPT`].
    Rest,
}

/// What makes requests equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct GroupKey {
    route: Route,
    method: Name,
    /// 401 or 403, else 0: a refused request is kept apart from one that was answered.
    denied: u16,
    declared: bool,
    origin: Origin,
    actor: Option<Actor>,
    deciding: Option<(&'static str, &'static str)>,
}

/// Equal requests.
#[derive(Clone, Debug)]
struct Group {
    key: GroupKey,
    record: u64,
    url: Arc<str>,
    status: Option<u16>,
    first: Option<i64>,
    last: Option<i64>,
    count: u64,
    redirects: u64,
}

/// What was decided about a request before an equal one came.
#[derive(Clone, Copy)]
enum Verdict {
    Group(usize),
    Skip(&'static str),
}

/// The count so far: one a file, or one a piece of a file that is read in parallel.
pub struct Tally<'a> {
    options: &'a Options<'a>,
    groups: Vec<Group>,
    index: HashMap<GroupKey, usize>,
    remembered: HashMap<String, Verdict>,
    unknown: HashSet<Arc<str>>,
    text: String,
    records: u64,
    skipped: BTreeMap<&'static str, (u64, u64)>,
    problems: Vec<Problem>,
    more_problems: u64,
    notes: BTreeMap<&'static str, u64>,
}

const OTHER_HOST: &str = "another host";
const PAGE: &str = "page or asset of the web application";
const NO_HOST: &str = "no host recorded (--assume-datadog counts these)";
const NOT_API: &str = "no host and not an API path";
const NO_METHOD: &str = "no method";
const NO_URL: &str = "no URL";
const PREFLIGHT: &str = "preflight of a browser";
const TUNNEL: &str = "tunnel, what went through is not recorded";
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
            index: HashMap::new(),
            remembered: HashMap::new(),
            unknown: HashSet::new(),
            text: String::new(),
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

    /// An empty count under the same decisions.
    pub fn fresh(&self) -> Self {
        Self::new(self.options)
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
        let mut text = std::mem::take(&mut self.text);
        write_key(&mut text, request, address);
        let verdict = match self.remembered.get(&text) {
            Some(verdict) => *verdict,
            None => {
                let verdict = self.judge(request, address);
                if self.remembered.len() >= REMEMBERED {
                    self.remembered.clear();
                }
                self.remembered.insert(text.clone(), verdict);
                verdict
            }
        };
        self.text = text;
        match verdict {
            Verdict::Skip(reason) => self.skip(request.record, reason),
            Verdict::Group(index) => self.count(index, request),
        }
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
            && request.actor.as_ref().is_none_or(|actor| actor.id != wanted)
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

    /// Whose request it is, and which group it belongs to.
    fn judge(&mut self, request: &Request<'_>, address: Address<'_>) -> Verdict {
        let method = match method(request.method) {
            Ok(method) => method,
            Err(reason) => return Verdict::Skip(reason),
        };
        let origin = match self.origin(request, address) {
            Ok(origin) => origin,
            Err(reason) => return Verdict::Skip(reason),
        };
        let shown = if address.host.contains("{}") { Address { host: "", ..address } } else { address };
        let url = address::cleaned(shown);
        // what stands for a hole may be a fixed part of another route
        let known = if url.contains("{}") { None } else { (self.options.canonical)(&method, &url) };
        let route = match known {
            Some(number) => Route::Known(number),
            None => {
                let mut masked = String::with_capacity(url.len());
                address::push_masked(&mut masked, url.trim_end_matches('/'));
                Route::Unknown(masked.into())
            }
        };
        let key = GroupKey {
            route,
            method,
            denied: denied(request.status),
            declared: request.declared,
            origin,
            actor: request.actor.clone(),
            deciding: address::deciding_query(address.query),
        };
        let group = Group {
            key,
            record: request.record,
            url: url.into(),
            status: request.status.filter(|&status| status > 0),
            first: None,
            last: None,
            count: 0,
            redirects: 0,
        };
        Verdict::Group(self.place(group))
    }

    fn origin(&self, request: &Request<'_>, address: Address<'_>) -> Result<Origin, &'static str> {
        if address.path.is_empty() && address.host.is_empty() {
            return Err(NO_URL);
        }
        if self.options.hosts.iter().any(|host| address::host_of(host).eq_ignore_ascii_case(address.host)) {
            return Ok(Origin::Datadog);
        }
        // `api.{}` may be any site, `{}.example.org` is certainly none
        let hostless = address.host.is_empty() || address.host.ends_with("{}");
        let host = address.host.replace("{}", "x");
        match (request.nature, address::whose(&host)) {
            (Nature::Datadog, _) | (_, Whose::Api) => Ok(Origin::Datadog),
            (_, Whose::Web) if address::is_api(address.path) => Ok(Origin::Datadog),
            (_, Whose::Web) => Err(PAGE),
            (_, Whose::Other) if !hostless => Err(OTHER_HOST),
            (Nature::ClientTests, _) if address::is_api(address.path) => Ok(Origin::LikelyDatadog),
            _ if self.options.assume_datadog && address::is_api(address.path) => Ok(Origin::LikelyDatadog),
            (Nature::ClientTests, _) => Err(NOT_API),
            _ if self.options.assume_datadog => Err(NOT_API),
            _ => Err(NO_HOST),
        }
    }

    /// Finds the group of equal requests or opens it; groups past the limits are folded into coarser ones.
    fn place(&mut self, mut group: Group) -> usize {
        if let Some(&index) = self.index.get(&group.key) {
            return index;
        }
        if self.groups.len() >= GROUPS_KEPT && group.key.actor.take().is_some() {
            self.note(FOLDED);
        }
        if let Route::Unknown(path) = &group.key.route
            && !self.unknown.contains(path)
        {
            if self.unknown.len() < UNKNOWN_KEPT {
                self.unknown.insert(Arc::clone(path));
            } else {
                group.key = GroupKey {
                    route: Route::Rest,
                    method: Name::default(),
                    denied: 0,
                    declared: false,
                    origin: Origin::Unknown,
                    actor: None,
                    deciding: None,
                };
            }
        }
        if let Some(&index) = self.index.get(&group.key) {
            return index;
        }
        let index = self.groups.len();
        self.index.insert(group.key.clone(), index);
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
            let fresh = Group {
                record: group.record + offset,
                first: None,
                last: None,
                count: 0,
                redirects: 0,
                ..group.clone()
            };
            let index = self.place(fresh);
            let Some(sum) = self.groups.get_mut(index) else { continue };
            if group.count > 0 {
                sum.status = least(sum.status.filter(|_| sum.count > 0), group.status);
            }
            sum.count += group.count;
            sum.redirects += group.redirects;
            sum.first = least(sum.first, group.first);
            sum.last = sum.last.max(group.last);
        }
    }

    /// Hands out the evidence in the order of first records, and writes the rest into the summary.
    pub fn finish(mut self, file: &Arc<str>, summary: &mut Summary, sink: &mut dyn FnMut(Evidence)) {
        let mut groups = std::mem::take(&mut self.groups);
        drop_redirects(&mut groups);
        groups.sort_by(|a, b| (a.record, &a.url, &a.key.method).cmp(&(b.record, &b.url, &b.key.method)));
        for group in groups {
            let count = if group.count > 0 { group.count } else { group.redirects };
            if group.key.route == Route::Rest {
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
    let plain = |key: &GroupKey| GroupKey { denied: 0, ..key.clone() };
    let followed: HashSet<GroupKey> =
        groups.iter().filter(|group| group.count > 0).map(|group| plain(&group.key)).collect();
    groups.retain(|group| group.count > 0 || !followed.contains(&plain(&group.key)));
}

fn evidence(group: Group, count: u64, file: &Arc<str>) -> Evidence {
    let confidence = if group.key.origin == Origin::Datadog { Confidence::Certain } else { Confidence::Likely };
    let mut url = Template::default();
    for (index, text) in group.url.split("{}").enumerate() {
        if index > 0 {
            url.push_hole();
        }
        url.push_text(text);
    }
    let literals = group.key.deciding.iter().map(|(name, value)| (Name::new(name), Name::new(value))).collect();
    Evidence {
        call: Call::Http { method: Some(group.key.method), url, origin: group.key.origin, cli: false },
        place: Place::Record { file: Arc::clone(file), record: group.record },
        confidence,
        test: false,
        literals,
        steps: Vec::new(),
        observed: Some(Box::new(Observed {
            status: group.status,
            actor: group.key.actor,
            time: group.last,
            first: group.first,
            count,
            declared: group.key.declared,
        })),
    }
}

/// Everything of a request that decides its group, as one text.
fn write_key(text: &mut String, request: &Request<'_>, address: Address<'_>) {
    text.clear();
    text.push_str(request.method);
    text.push(match denied(request.status) {
        401 => '\u{1}',
        403 => '\u{2}',
        _ => '\u{3}',
    });
    text.push_str(address.host);
    address::push_masked(text, address.path);
    text.push('\n');
    if let Some((_, value)) = address::deciding_query(address.query) {
        text.push_str(value);
    }
    if let Some(actor) = &request.actor {
        text.push_str(&actor.kind);
        text.push('\n');
        text.push_str(&actor.id);
    }
}

/// The method in upper case; Ruby writes symbols.
fn method(text: &str) -> Result<Name, &'static str> {
    let text = text.trim().trim_start_matches(':');
    if text.is_empty() || text.len() > 16 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(NO_METHOD);
    }
    match text.to_ascii_uppercase().as_str() {
        "OPTIONS" => Err(PREFLIGHT),
        "CONNECT" => Err(TUNNEL),
        upper => Ok(Name::new(upper)),
    }
}

/// The smaller of two values of which one may be missing.
fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn denied(status: Option<u16>) -> u16 {
    status.filter(|status| matches!(status, 401 | 403)).unwrap_or_default()
}

fn is_redirect(status: Option<u16>) -> bool {
    matches!(status, Some(301 | 302 | 303 | 307 | 308))
}
