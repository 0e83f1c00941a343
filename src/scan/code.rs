//! From source files to evidence: which files are parsed, and how often the engine runs.
//!
//! First the files with an anchor word, then what they import, then, on demand of the engine, the files that mention what
//! it found to be open (a wrapper whose callers decide the path). A tree that hardly mentions Datadog costs a read, not a parse.

use super::links::Links;
use super::remains::Remains;
use super::remark::{Matter, Remark, Remarks};
use crate::error::Error;
use crate::evidence::Evidence;
use crate::flow::{self, Demand, Engine};
use crate::input::{self, Content, Found, Skipped, Strength, Tree};
use crate::ir::{Module, Name};
use crate::meter::Meter;
use crate::source::{FRONT_ENDS, File};
use crate::wrapper::Wrapper;
use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// How often the engine may ask for more files.
const ROUNDS: usize = 3;
/// Imports are followed so far from a file with an anchor word.
const IMPORT_DEPTH: usize = 2;
/// Texts without anchor words are kept for the demand pass up to so many bytes; beyond, they are read again.
const KEPT_BYTES: u64 = 64 << 20;
/// Files that only share paths with Datadog are all parsed if they are together no larger.
const WEAK_BYTES: usize = 256 << 10;
/// Linked files are parsed up to so many bytes, plus twice what has anchor words.
const LINKED_BYTES: usize = 512 << 10;
/// A name that so few unread files mention is taken to mean what was demanded in all of them.
const FEW_FILES: usize = 16;
/// A linked file that makes no requests is parsed if it is no longer.
const SHORT_BYTES: usize = 12 << 10;
/// The syntax trees of files above this size are never in memory together.
const LARGE_BYTES: usize = 512 << 10;
static ALONE: Mutex<()> = Mutex::new(());

/// What the code came to.
#[derive(Default)]
pub(super) struct Code {
    pub evidence: Vec<Evidence>,
    pub analyzed: u64,
    pub bytes: u64,
    pub skipped: Vec<Skipped>,
    pub problems: Vec<Error>,
    pub remarks: Remarks,
    pub remains: Remains,
}

/// A source file during the run.
pub(super) struct Source<'t> {
    pub found: &'t Found,
    /// `None` if it was not kept, or cannot be parsed.
    pub text: Option<Arc<String>>,
    pub strength: Strength,
    /// Parsed already, or never to be.
    pub done: bool,
    /// Mentions a wrapper that the project describes.
    described: bool,
}

/// Reads, parses and analyses the source files of a tree.
pub(super) fn analyze(
    tree: &Tree,
    hosts: &[String],
    wrappers: &[Wrapper],
    catalog: &crate::catalog::Catalog,
    meter: &Meter,
) -> Code {
    let mut result = Code::default();
    let mut sources = meter.stage("read", || load(tree, meter, &mut result));
    if !hosts.is_empty() {
        // With a proxy in front, files need not mention Datadog at all.
        for source in sources.iter_mut().filter(|s| s.strength == Strength::Weak) {
            source.strength = Strength::Strong;
        }
    }
    find_described(&mut sources, wrappers);
    if sources.iter().all(|s| s.strength != Strength::Strong) {
        return result;
    }
    let declared = super::declared::in_sources(sources.iter().filter_map(|source| {
        let text = source.text.as_ref().filter(|_| source.strength == Strength::Strong)?;
        Some((&source.found.shown, text.as_str()))
    }));
    let mut project = Project {
        links: Links::new(tree.sources.iter()),
        sources,
        modules: Vec::new(),
        declared,
        problems: Vec::new(),
        remarks: Remarks::default(),
        meter,
    };
    meter.stage("parse", || project.parse_candidates());
    let mut engine = Engine::new(flow::Options { catalog, hosts, wrappers });
    match project.follow(&mut engine) {
        Some(evidence) => result.evidence = evidence,
        None => result.problems.push(failed()),
    }
    result.remains = Remains::of(engine.into_knowledge());
    result.analyzed = project.sources.iter().filter(|s| s.done && s.text.is_some()).count() as u64;
    result.problems.append(&mut project.problems);
    result.evidence.append(&mut project.declared);
    result.remarks = project.remarks;
    result
}

/// A panic in the engine costs the code, not the traffic, and never looks like an answer.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn failed() -> Error {
    let error = Error::new("the analysis of the code failed, which is a bug in ddscope");
    error.help("leave out folders with --exclude until it works, and please report it")
}

/// Files that mention a described wrapper matter even if they do not mention Datadog.
fn find_described(sources: &mut [Source<'_>], wrappers: &[Wrapper]) {
    if wrappers.is_empty() {
        return;
    }
    let words = Words::new(wrappers.iter().filter_map(Wrapper::name).map(Name::as_str));
    sources.par_iter_mut().filter(|s| !s.done).for_each(|source| {
        if source.text().is_some_and(|text| !words.within(&text).is_empty()) {
            (source.strength, source.described) = (Strength::Strong, true);
        }
    });
}

fn load<'t>(tree: &'t Tree, meter: &Meter, result: &mut Code) -> Vec<Source<'t>> {
    let kept = AtomicU64::new(0);
    meter.expect(tree.sources.len());
    let read = |found: &'t Found| {
        let (content, bytes) = input::read(found);
        meter.did(bytes);
        let content = match content {
            Content::Text(_, Strength::None) if kept.fetch_add(bytes, Ordering::Relaxed) > KEPT_BYTES => None,
            other => Some(other),
        };
        (found, content, bytes)
    };
    let contents: Vec<_> = tree.sources.par_iter().map(read).collect();
    let (mut sources, mut failed) = (Vec::with_capacity(contents.len()), Vec::new());
    for (found, content, bytes) in contents {
        result.bytes += bytes;
        let mut source = Source { found, text: None, strength: Strength::None, done: false, described: false };
        match content {
            None => {}
            Some(Content::Text(text, strength)) => {
                source.text = Some(text);
                source.strength = strength;
            }
            Some(Content::Skipped(reason)) => {
                result.skipped.push(Skipped { file: found.shown.clone(), reason });
                source.done = true;
            }
            Some(Content::Failed(error)) => {
                failed.push((sources.len(), error));
                source.done = true;
            }
        }
        sources.push(source);
    }
    super::built::set_aside(&mut sources, failed, result);
    sources
}

struct Project<'t> {
    sources: Vec<Source<'t>>,
    links: Links<'t>,
    modules: Vec<Arc<Module>>,
    /// What is declared rather than called.
    declared: Vec<Evidence>,
    problems: Vec<Error>,
    remarks: Remarks,
    meter: &'t Meter,
}

impl Project<'_> {
    /// Parses what has anchor words and what that imports.
    fn parse_candidates(&mut self) {
        let mut strong: Vec<usize> = self.having(Strength::Strong);
        let sources = &self.sources;
        strong.retain(|i| {
            sources[*i].described
                || sources[*i]
                    .text
                    .as_ref()
                    .is_some_and(|text| input::anchors::can_call(&sources[*i].found.shown, text))
        });
        let mut weak: Vec<usize> = self.having(Strength::Weak);
        let size: usize = weak.iter().filter_map(|i| self.sources[*i].text.as_ref()).map(|t| t.len()).sum();
        if size > WEAK_BYTES {
            let names: Vec<Name> = strong.iter().filter_map(|i| self.links.stem(*i)).collect();
            let words = Words::new(names.iter().map(Name::as_str));
            weak.retain(|i| self.sources[*i].text.as_ref().is_some_and(|text| !words.within(text).is_empty()));
        }
        let mut wave: Vec<usize> = strong.into_iter().chain(weak).collect();
        wave.sort_unstable();
        let parsed: usize = wave.iter().filter_map(|i| self.sources[*i].text.as_ref()).map(|text| text.len()).sum();
        let mut budget = LINKED_BYTES + 2 * parsed;
        for depth in 0..=IMPORT_DEPTH {
            let fresh = self.parse(&wave);
            if depth == IMPORT_DEPTH {
                break;
            }
            let (links, modules) = (&self.links, self.modules.get(fresh..).unwrap_or_default());
            let mut next: BTreeSet<usize> = modules.par_iter().flat_map_iter(|module| links.imported(module)).collect();
            if depth == 0 {
                next.extend(wave.iter().flat_map(|i| links.siblings(*i)));
            }
            wave = self.worth_parsing(next, depth, &mut budget);
        }
    }

    /// Runs the engine, which may ask for more files a few times, until it has its evidence; `None` if it panicked.
    fn follow(&mut self, engine: &mut Engine<'_>) -> Option<Vec<Evidence>> {
        let meter = self.meter;
        let mut asked = BTreeSet::new();
        for round in 0..=ROUNDS {
            let modules = std::mem::take(&mut self.modules);
            let last = round == ROUNDS || self.sources.iter().all(|s| s.done);
            let demand = meter.stage("flow", || {
                guarded(|| {
                    engine.extend(modules);
                    if last { Vec::new() } else { engine.demand() }
                })
            })?;
            if last || !meter.stage("parse", || self.parse_demanded(demand, &mut asked)) {
                break;
            }
        }
        meter.stage("evidence", || guarded(|| engine.finish()))
    }

    /// Of the files that parsed ones link to, those that may matter: they make requests or, nearby, are short enough to hold
    /// little but constants and settings. Cheapest first, within a budget of bytes.
    fn worth_parsing(&self, linked: BTreeSet<usize>, depth: usize, budget: &mut usize) -> Vec<usize> {
        let judged = linked.into_par_iter().filter(|i| !self.sources[*i].done).filter_map(|i| {
            let text = self.sources[i].text()?;
            if input::anchors::is_generated(&text) {
                return None;
            }
            let quiet = !input::anchors::makes_requests(&text);
            (!quiet || depth == 0 && text.len() <= SHORT_BYTES).then_some((quiet, text.len(), i))
        });
        let mut judged: Vec<_> = judged.collect();
        judged.sort_unstable();
        let affordable = judged.into_iter().take_while(|(_, size, _)| {
            let fits = *size <= *budget;
            *budget = budget.saturating_sub(*size);
            fits
        });
        let mut wave: Vec<usize> = affordable.map(|(_, _, i)| i).collect();
        wave.sort_unstable();
        wave
    }

    fn having(&self, strength: Strength) -> Vec<usize> {
        (0..self.sources.len()).filter(|i| self.sources[*i].strength == strength && !self.sources[*i].done).collect()
    }

    /// Parses the files that use what is demanded for the first time; tells whether there were any.
    fn parse_demanded(&mut self, demand: Vec<Demand>, asked: &mut BTreeSet<Name>) -> bool {
        let demand: Vec<Demand> = demand.into_iter().filter(|d| asked.insert(d.name.clone())).collect();
        if demand.is_empty() {
            return false;
        }
        let parsed: BTreeSet<usize> = self.sources.iter().filter(|s| s.done).map(|s| s.found.front_end).collect();
        let names: BTreeSet<&Name> = demand.iter().flat_map(|d| d.near.iter().chain([&d.name])).collect();
        let words = Words::new(names.iter().map(|n| n.as_str()));
        let mentions: Vec<(usize, BTreeSet<&Name>)> = (0..self.sources.len())
            .into_par_iter()
            .filter_map(|i| {
                let source = &self.sources[i];
                let open = !source.done && parsed.contains(&source.found.front_end);
                let found = words.within(&source.text().filter(|_| open)?);
                let found: BTreeSet<&Name> =
                    names.iter().enumerate().filter(|(n, _)| found.contains(n)).map(|(_, n)| *n).collect();
                (!found.is_empty()).then_some((i, found))
            })
            .collect();
        let rare = |name: &Name| mentions.iter().filter(|(_, found)| found.contains(name)).count() <= FEW_FILES;
        let rare: BTreeSet<&Name> = demand.iter().map(|d| &d.name).filter(|name| rare(name)).collect();
        let uses = |found: &BTreeSet<&Name>, d: &Demand| {
            found.contains(&d.name) && (rare.contains(&d.name) || d.near.iter().any(|near| found.contains(near)))
        };
        let wave: Vec<usize> =
            mentions.iter().filter(|(_, found)| demand.iter().any(|d| uses(found, d))).map(|(i, _)| *i).collect();
        self.parse(&wave);
        !wave.is_empty()
    }

    /// Parses files; gives the index of the first new module.
    fn parse(&mut self, wave: &[usize]) -> usize {
        let first = self.modules.len();
        self.meter.expect_more(wave.len());
        let lowered: Vec<_> = wave.par_iter().map(|i| (*i, lower(&self.sources[*i], self.meter))).collect();
        for (index, modules) in lowered {
            let source = &mut self.sources[index];
            source.done = true;
            match modules {
                Lowered::Modules(text, modules, declared) => {
                    source.text = Some(text);
                    self.declared.extend(declared);
                    let unread: usize = modules.iter().map(|module| module.syntax_errors.len()).sum();
                    let strong = source.strength == Strength::Strong;
                    if strong && modules.iter().any(|module| module.unread) {
                        self.problems.push(unread_file(&modules, source.found));
                    } else if unread > 0 && strong {
                        self.remarks.add(unread_syntax(unread as u64, source.found));
                    }
                    self.modules.extend(modules.into_iter().map(Arc::new));
                }
                Lowered::Dense if source.strength == Strength::Strong => {
                    source.text = None;
                    self.problems.push(input::too_much(&source.found.shown, "that many words and signs"));
                }
                Lowered::Dense => source.text = None,
                Lowered::Failed => {
                    source.text = None;
                    self.problems.push(
                        Error::new("the reader of this language failed on the file, which is a bug in ddscope")
                            .at(&*source.found.shown)
                            .help(format!("leave it out with --exclude {}, and please report it", source.found.shown)),
                    );
                }
            }
        }
        first
    }
}

impl Source<'_> {
    fn text(&self) -> Option<Arc<String>> {
        self.text.clone().or_else(|| input::read_text(self.found).map(|file| file.text))
    }
}

/// What a front end made of a file.
enum Lowered {
    /// Its text, its modules, and what they declare rather than call.
    Modules(Arc<String>, Vec<Module>, Vec<Evidence>),
    /// Not asked: its syntax tree would not fit in memory.
    Dense,
    /// It panicked, or the file went away.
    Failed,
}

/// Lowers one file. A front end that panics costs the file, not the run.
fn lower(source: &Source<'_>, meter: &Meter) -> Lowered {
    let (Some(front_end), Some(text)) = (FRONT_ENDS.get(source.found.front_end), source.text()) else {
        return Lowered::Failed;
    };
    if !front_end.holds_code(&text) {
        return Lowered::Modules(text, Vec::new(), Vec::new());
    }
    if input::is_dense(&text) {
        return Lowered::Dense;
    }
    // Large trees one after the other, lest they fill memory together.
    let _alone = (text.len() > LARGE_BYTES).then(|| ALONE.lock());
    let file = File { path: source.found.shown.clone(), text };
    let start = Instant::now();
    let Ok(modules) = catch_unwind(AssertUnwindSafe(|| front_end.lower(&file))) else { return Lowered::Failed };
    let language = front_end.languages().first().map_or("others", |language| language.name());
    meter.parsed(language, file.text.len() as u64, start.elapsed());
    let declared = modules.iter().flat_map(super::declared::in_module).collect();
    Lowered::Modules(file.text, modules, declared)
}

/// A file of which nothing could be read may hold any call.
fn unread_file(modules: &[Module], found: &Found) -> Error {
    let error = Error::new("cannot be parsed, and it mentions Datadog").at(&*found.shown);
    let line = modules.iter().flat_map(|module| &module.syntax_errors).map(|span| u64::from(span.line)).next();
    let error = Error { line: line.filter(|line| *line > 1), ..error };
    error.help(format!("leave it out with --exclude {}", found.shown))
}

/// Grammars lag behind languages, hence a remark and no problem; but it must be said where calls may be missing.
fn unread_syntax(records: u64, found: &Found) -> Remark {
    let text = Name::new_static("syntax that cannot be read; calls near it may be missing");
    Remark { matter: Matter::Note, text, records, files: 1, file: found.shown.clone() }
}

/// A search for whole words.
struct Words {
    search: Option<AhoCorasick>,
}

impl Words {
    fn new<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        Self { search: AhoCorasick::new(words).ok() }
    }

    /// The indices of the words that a text mentions.
    fn within(&self, text: &str) -> BTreeSet<usize> {
        let bytes = text.as_bytes();
        let part = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        let whole = |m: &aho_corasick::Match| {
            let before = m.start().checked_sub(1).and_then(|i| bytes.get(i));
            !part(before) && !part(bytes.get(m.end()))
        };
        let found = self.search.iter().flat_map(|search| search.find_overlapping_iter(text));
        found.filter(whole).map(|m| m.pattern().as_usize()).collect()
    }
}
