//! `ddscope scan`: the analysis itself.

use super::subjects::{ConfigArgs, with_defaults};
use super::{Common, Outcome};
use crate::error::{Error, Result};
use crate::evidence::Phase;
use crate::report::{FORMATS, Report};
use crate::scan::{Credential, Options};
use clap::builder::PossibleValuesParser;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What to scan; shared by the commands that scan.
#[derive(Clone, Debug, clap::Args)]
pub struct Inputs {
    /// Files and folders of code; without any (and without --trace or --report) the current folder
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Recorded traffic: a file, a folder, or - for standard input; repeatable
    #[arg(long = "trace", value_name = "PATH", help_heading = "Input")]
    pub traces: Vec<PathBuf>,
    /// A JSON report of an earlier scan, counted as if its inputs were scanned again; repeatable
    #[arg(long = "report", value_name = "FILE", help_heading = "Input")]
    pub reports: Vec<PathBuf>,
    /// Count test code too
    #[arg(long, help_heading = "Input")]
    pub include_tests: bool,
    /// Leave out files and folders that match; repeatable
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub exclude: Vec<String>,
    /// Read files that .gitignore or the list of third-party folders leaves out
    #[arg(long, help_heading = "Input")]
    pub no_ignore: bool,
    /// A host that stands for Datadog, such as a proxy; repeatable
    #[arg(long = "host", value_name = "HOST", help_heading = "Input")]
    pub hosts: Vec<String>,
    /// Of declared resources (Terraform, Pulumi), count only what this phase of a deployment calls
    #[arg(long, value_name = "PHASE", help_heading = "Input")]
    pub phase: Option<Step>,
    /// Of declared resources, count only what this configured provider calls: datadog, or datadog.ALIAS
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub provider: Option<String>,
    /// Which recorded requests count.
    #[command(flatten)]
    pub traffic: super::traffic::Traffic,
    /// The configuration, for its defaults, wrappers and credentials.
    #[command(flatten)]
    pub config: ConfigArgs,
}

impl Inputs {
    /// The library's options.
    pub fn options(&self) -> Options {
        let mut paths = self.paths.clone();
        if paths.is_empty() && self.traces.is_empty() && self.reports.is_empty() {
            paths.push(PathBuf::from("."));
        }
        Options {
            paths,
            traces: self.traces.clone(),
            reports: self.reports.clone(),
            exclude: self.exclude.clone(),
            no_ignore: self.no_ignore,
            hosts: self.hosts.clone(),
            traffic: self.traffic.options(),
            phase: self.phase.map(Step::phase),
            provider: self.provider.clone(),
            ..Options::default()
        }
    }
}

/// Arguments of `scan`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// What to scan.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Whom to answer for.
    #[command(flatten)]
    pub answer: Answer,
    /// Show how the calls at this place were found, instead of the report
    #[arg(long, value_name = "FILE:LINE", value_parser = place, help_heading = "Answer")]
    pub explain_use: Option<(String, u32)>,
    /// The format of the result
    #[arg(long, value_name = "FORMAT", default_value = FORMATS[0].name(), value_parser = formats(), help_heading = "Output")]
    pub format: String,
}

/// Whom to answer for; shared by the commands that answer without a grant.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Answer {
    /// The kind of credential to answer for; without it, what the format or the reports are for, else keys and OAuth clients
    #[arg(long, value_name = "KIND", help_heading = "Answer")]
    pub credential: Option<Kind>,
}

/// The formats of a scan.
pub(super) fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|format| format.name()))
}

/// A phase of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Step {
    /// What planning calls: validation, refreshing, data sources
    Plan,
    /// What applying calls, planning included
    Apply,
}

impl Step {
    fn phase(self) -> Phase {
        match self {
            Self::Plan => Phase::Plan,
            Self::Apply => Phase::Apply,
        }
    }
}

/// A kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// An application key, or an access token
    AppKey,
    /// An OAuth client
    Oauth,
    /// A role
    Role,
}

impl Kind {
    /// The library's word.
    pub fn credential(self) -> Credential {
        match self {
            Self::AppKey => Credential::AppKey,
            Self::Oauth => Credential::Oauth,
            Self::Role => Credential::Role,
        }
    }
}

/// Runs it.
pub fn run(args: &Args, common: &Common) -> Result<Outcome> {
    let config = args.inputs.config.load()?.config;
    let scan = common.scan(with_defaults(&args.inputs, &config))?;
    if let Some((file, line)) = &args.explain_use {
        return explain_use(&scan, file, *line);
    }
    let include_tests = args.inputs.include_tests || config.defaults.include_tests;
    let text = render(&scan, args.answer, include_tests, &args.format, common);
    Ok(Outcome { text, fits: args.format == "text", problems: scan.problems.clone(), ..Outcome::default() })
}

/// The report of a scan, for the kinds of credential asked for here, else in earlier reports, else for keys and OAuth clients.
pub(super) fn render(
    scan: &crate::scan::Scan<'_>,
    answer: Answer,
    include_tests: bool,
    format: &str,
    common: &Common,
) -> String {
    let asked = scan.asked.clone().unwrap_or_default();
    let kinds = match answer.credential {
        Some(kind) => vec![kind.credential()],
        None if asked.credentials.is_empty() => vec![Credential::AppKey, Credential::Oauth],
        None => asked.credentials,
    };
    let report = common.meter.stage("solve", || Report::new(scan, &kinds, include_tests || asked.include_tests));
    let format = FORMATS.iter().find(|f| f.name() == format).copied().unwrap_or(FORMATS[0]);
    common.meter.stage("report", || format.render(&report, common.detail()))
}

fn explain_use(scan: &crate::scan::Scan<'_>, file: &str, line: u32) -> Result<Outcome> {
    let shown = reported(scan, file);
    let text = crate::report::derivation(&scan.resolution, &shown, line);
    let near = || {
        let usages = scan.resolution.usages.iter().flat_map(|u| &u.evidence);
        let all = usages.chain(scan.resolution.unresolved.iter().map(|u| &u.evidence));
        let lines = all.filter(|e| **e.place.file() == *shown).map(|e| e.place.line());
        lines.min_by_key(|at| (at.abs_diff(u64::from(line)), *at))
    };
    let text = text.ok_or_else(|| {
        let error = Error { line: Some(u64::from(line)), ..Error::new("no Datadog call was found here").at(&*shown) };
        match near() {
            Some(at) => error.help(format!("the nearest call is at --explain-use {shown}:{at}")),
            None => error.help("ddscope scan lists every call that was found, with its place"),
        }
    })?;
    Ok(Outcome { text, fits: true, problems: scan.problems.clone(), ..Outcome::default() })
}

/// A file as the report shows it, however it was written.
fn reported(scan: &crate::scan::Scan<'_>, file: &str) -> Arc<str> {
    let shown = crate::input::shown(Path::new(file));
    let usages = scan.resolution.usages.iter().flat_map(|u| &u.evidence);
    let all = usages.chain(scan.resolution.unresolved.iter().map(|u| &u.evidence));
    let files: BTreeSet<&Arc<str>> = all.map(|e| e.place.file()).collect();
    if files.contains(&shown) {
        return shown;
    }
    let wanted = crate::input::real(Path::new(file));
    let same = files.into_iter().find(|known| crate::input::real(Path::new(&***known)) == wanted);
    same.cloned().unwrap_or(shown)
}

/// Reads `FILE:LINE`.
fn place(text: &str) -> std::result::Result<(String, u32), String> {
    let parts = text.rsplit_once(':').and_then(|(file, line)| Some((file.to_owned(), line.parse().ok()?)));
    parts.filter(|(file, line)| !file.is_empty() && *line > 0).ok_or_else(|| "write it like src/api.py:12".to_owned())
}
