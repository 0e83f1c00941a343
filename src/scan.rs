//! The whole run, from paths to resolved usages: the library's entry.
//!
//! Reading is left to `input`, meaning to `source`, `flow`, `trace` and `resolve`, presentation to `report`.

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::evidence::{Call, Evidence, Phase};
use crate::input::{self, Skipped};
use crate::meter::Meter;
pub use crate::privilege::Credential;
use crate::resolve::{Resolution, Resolver};
use crate::wrapper::{self, Wrapper};
use std::path::PathBuf;
use std::sync::Arc;

mod built;
mod code;
mod declared;
mod earlier;
mod links;
mod remains;
mod remark;
mod traffic;

pub use remains::Remains;
pub use remark::{Matter, Remark};
pub use traffic::Options as TrafficOptions;

/// What to scan and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files and folders of code; positional traces are recognised among them.
    pub paths: Vec<PathBuf>,
    /// Files and folders of recorded traffic, `-` for standard input.
    pub traces: Vec<PathBuf>,
    /// JSON reports of earlier runs, counted as if their inputs were scanned again.
    pub reports: Vec<PathBuf>,
    /// Globs to leave out.
    pub exclude: Vec<String>,
    /// Reads ignored and third-party files too.
    pub no_ignore: bool,
    /// Further hosts that stand for Datadog.
    pub hosts: Vec<String>,
    /// In-house wrappers that the project describes.
    pub wrappers: Vec<Wrapper>,
    /// Which of the recorded requests count.
    pub traffic: TrafficOptions,
    /// Leaves out what declared resources need beyond this phase of a deployment.
    pub phase: Option<Phase>,
    /// Leaves out what other configured providers of a deployment call (`datadog.eu`).
    pub provider: Option<String>,
    /// Counts what the run does.
    pub meter: Arc<Meter>,
}

impl Options {
    /// Whether a call is asked about.
    fn wants(&self, call: &Call) -> bool {
        let own = match (&self.provider, call) {
            (Some(wanted), Call::Declared { provider, .. }) => provider.is_empty() || provider == wanted.as_str(),
            _ => true,
        };
        own && self.phase.is_none_or(|phase| phase.makes(call))
    }
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Regular files seen.
    pub files: u64,
    /// Source files parsed.
    pub analyzed: u64,
    /// Bytes of source and traffic read.
    pub bytes: u64,
    /// Files of recorded traffic among them.
    pub recordings: u64,
    /// Requests to Datadog in traffic.
    pub requests: u64,
    /// What was left out and why, sorted.
    pub skipped: Vec<Skipped>,
}

/// The outcome of a run.
#[derive(Clone, Debug)]
pub struct Scan<'c> {
    /// The table used.
    pub catalog: &'c Catalog,
    /// What was read.
    pub inputs: Inputs,
    /// Usages and undecided calls.
    pub resolution: Resolution,
    /// What could not be read; if not empty, the answer is partial.
    pub problems: Vec<Error>,
    /// What was left out of recordings, and what a reader of the result should know; sorted.
    pub remarks: Vec<Remark>,
    /// What the earlier runs were asked for whose reports were counted; `None` without any.
    pub asked: Option<Asked>,
    /// What the analysis holds in memory still.
    pub remains: Remains,
}

/// What earlier runs were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The kinds of credential they answer for, in the order to show.
    pub credentials: Vec<Credential>,
    /// Whether test code counts.
    pub include_tests: bool,
}

impl Scan<'_> {
    /// Whether everything that should have been read was read.
    pub fn complete(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether there was code to read, and traffic: then the two can be compared.
    pub fn has_code_and_traffic(&self) -> bool {
        self.inputs.recordings > 0 && self.inputs.analyzed > 0
    }

    /// The remarks in sentences.
    pub fn notes(&self) -> Vec<String> {
        let unlisted = self.resolution.unlisted;
        let more = format!("{unlisted} undecided requests more are not listed: there are too many different ones");
        self.remarks.iter().map(ToString::to_string).chain((unlisted > 0).then_some(more)).collect()
    }
}

/// Runs everything. An error means that nothing could be done; what could not be read on the way is in the result.
pub fn scan<'c>(options: &Options, catalog: &'c Catalog) -> Result<Scan<'c>> {
    // Deep nesting costs stack in parsers that recurse; virtual memory is cheap.
    let pool = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).build();
    let pool = pool.map_err(|error| Error::new(format!("cannot start threads: {error}")))?;
    pool.install(|| run(options, catalog))
}

/// Code and traffic: a file that was named may be a recording; folders of code are not searched for them.
fn told_apart(options: &Options) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut paths, mut traces) = (Vec::new(), options.traces.clone());
    for path in &options.paths {
        let named = path.is_file() && traffic::is_recording(path, input::is_source(path));
        if named { &mut traces } else { &mut paths }.push(path.clone());
    }
    (paths, traces)
}

fn run<'c>(options: &Options, catalog: &'c Catalog) -> Result<Scan<'c>> {
    wrapper::check(&options.wrappers, catalog)?;
    let (paths, traces) = told_apart(options);
    let walk = input::Options { paths, exclude: options.exclude.clone(), no_ignore: options.no_ignore };
    let meter = &*options.meter;
    let mut tree = meter.stage("walk", || input::find(&walk).inspect(|tree| meter.found(tree.files)))?;
    let mut inputs = Inputs { files: tree.files, ..Inputs::default() };
    let mut problems = std::mem::take(&mut tree.problems);
    inputs.skipped = std::mem::take(&mut tree.skipped);

    for path in &tree.others {
        inputs.skipped.push(Skipped { file: input::shown(path), reason: "not-source" });
    }

    let mut resolver = Resolver::new(catalog);
    let found = code::analyze(&tree, &options.hosts, &options.wrappers, catalog, meter);
    inputs.analyzed = found.analyzed;
    inputs.bytes = found.bytes;
    inputs.skipped.extend(found.skipped);
    problems.extend(found.problems);
    let wanted = |evidence: &Evidence| options.wants(&evidence.call);
    meter.stage("resolve", || resolver.add_all(found.evidence.into_iter().filter(wanted).collect()));
    let declared = meter.stage("declared", || {
        let declared = declared::read(&tree, &walk.paths);
        meter.saw(declared.bytes);
        declared
    });
    inputs.analyzed += declared.analyzed;
    inputs.bytes += declared.bytes;
    inputs.skipped.extend(declared.skipped);
    problems.extend(declared.problems);
    declared.evidence.into_iter().filter(wanted).for_each(|evidence| resolver.add(evidence));
    let mut remarks = found.remarks;
    if !traces.is_empty() {
        let reading = traffic::Reading { catalog, hosts: &options.hosts, options: &options.traffic };
        let read = || traffic::read(&traces, &reading, meter, &mut |evidence| resolver.add(evidence));
        let traffic = meter.stage("traffic", read)?;
        inputs.files += traffic.files;
        inputs.recordings = traffic.files;
        inputs.bytes += traffic.bytes;
        inputs.requests = traffic.requests;
        problems.extend(traffic.problems);
        remarks.extend(traffic.remarks);
    }
    let filter = earlier::Filter(&options.traffic);
    let mut sum = earlier::Sum { resolver, inputs, problems, remarks, asked: None, filter };
    for path in &options.reports {
        earlier::add(path, catalog, &mut sum)?;
    }
    let earlier::Sum { resolver, mut inputs, mut problems, remarks, asked, .. } = sum;
    inputs.skipped.sort();
    problems.sort_by(|a, b| (&a.path, a.line, &a.what, &a.help).cmp(&(&b.path, b.line, &b.what, &b.help)));
    let resolution = meter.stage("resolve", || resolver.finish());
    Ok(Scan { catalog, inputs, resolution, problems, remarks: remarks.sorted(), asked, remains: found.remains })
}
