//! The command line: what can be typed, what runs, and which exit status comes of it.
//!
//! Each command is one file under `cli/` with its `Args` and `run`; commands return what to print, `main` prints it.

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::meter::Meter;
use crate::scan::Remains;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

pub mod audit;
pub mod catalog;
pub mod check;
pub mod completions;
pub mod explain;
pub mod generate;
pub mod mcp;
pub mod merge;
pub mod scan;
mod subjects;
mod traffic;

/// The least privilege that code, Terraform or recorded traffic needs from Datadog.
#[derive(Debug, Parser)]
#[command(name = "ddscope", version, about, max_term_width = 110, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show which Datadog operations are used, where, and which scopes they need
    Scan(scan::Args),
    /// Compare what is needed with what is granted, and fail where they differ
    Check(check::Args),
    /// Show what each key, token, client or role holds beyond its use, worst first
    Audit(audit::Args),
    /// Write the least scopes in the form that a tool or an endpoint takes
    Generate(generate::Args),
    /// Put reports of parts together, as if all of it had been scanned at once
    Merge(merge::Args),
    /// Look into, rebuild and compare the table of operations
    Catalog(catalog::Args),
    /// Say what a scope, an operation, a method, a Terraform type or a URL needs and opens
    Explain(explain::Args),
    /// Answer coding assistants over the Model Context Protocol on standard input and output
    Mcp(mcp::Args),
    /// Write what a shell needs to complete commands and options
    Completions(completions::Args),
    /// Write the manual pages
    Man(completions::ManArgs),
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// A table of operations to lay over the compiled one (see `ddscope catalog import`)
    #[arg(long, value_name = "FILE", global = true, help_heading = "Input")]
    pub catalog: Option<PathBuf>,
    /// Write the result to this file instead of standard output
    #[arg(short, long, value_name = "FILE", global = true, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Say less
    #[arg(short, long, global = true, help_heading = "Output", conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every place, every alternative
    #[arg(short, long, global = true, help_heading = "Output")]
    pub verbose: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = "Output")]
    pub color: Color,
    /// Never show progress
    #[arg(long, global = true, help_heading = "Output")]
    pub no_progress: bool,
    /// Say at the end where the time went
    #[arg(long, global = true, help_heading = "Output")]
    pub stats: bool,
    /// What the run counts while it goes.
    #[arg(skip)]
    pub meter: Arc<Meter>,
    /// What its scan leaves in memory.
    #[arg(skip)]
    pub remains: OnceLock<Remains>,
}

/// The format of an answer about the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a command came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The result, for standard output or `--output`.
    pub text: String,
    /// Whether lines of the result may be broken at the width of a terminal.
    pub fits: bool,
    /// What went wrong on the way, for standard error.
    pub problems: Vec<Error>,
    /// Whether there were findings.
    pub findings: bool,
    /// What a reader of the result should know, for standard error; changes no exit status.
    pub notes: Vec<String>,
    /// Files to write.
    pub files: Vec<(PathBuf, String)>,
    /// What that did to them, for standard error; said however quiet a run is.
    pub changes: Vec<String>,
}

impl Outcome {
    /// 0 nothing to report, 1 findings, 2 something could not be read.
    pub fn status(&self) -> u8 {
        if !self.problems.is_empty() { 2 } else { u8::from(self.findings) }
    }
}

impl Common {
    /// The table to use: the compiled one, or a file laid over it. Lives as long as the process.
    pub fn table(&self) -> Result<&'static Catalog> {
        let Some(path) = &self.catalog else { return Ok(Catalog::builtin()) };
        let table = Catalog::overlay(&crate::input::text_file(path)?).map_err(|error| error.at(path))?;
        Ok(Box::leak(Box::new(table)))
    }

    /// Scans, counting on the meter of this run.
    pub fn scan(&self, mut options: crate::scan::Options) -> Result<crate::scan::Scan<'static>> {
        options.meter = Arc::clone(&self.meter);
        let scan = crate::scan::scan(&options, self.table()?)?;
        let _ = self.remains.set(scan.remains.clone());
        Ok(scan)
    }

    /// How much to say.
    pub fn detail(&self) -> crate::report::Detail {
        match (self.quiet, self.verbose) {
            (true, _) => crate::report::Detail::Quiet,
            (_, true) => crate::report::Detail::Verbose,
            _ => crate::report::Detail::Normal,
        }
    }
}

/// Runs a command.
pub fn run(cli: &Cli) -> Result<Outcome> {
    match &cli.command {
        Command::Scan(args) => scan::run(args, &cli.common),
        Command::Check(args) => check::run(args, &cli.common),
        Command::Audit(args) => audit::run(args, &cli.common),
        Command::Generate(args) => generate::run(args, &cli.common),
        Command::Merge(args) => merge::run(args, &cli.common),
        Command::Catalog(args) => catalog::run(args, &cli.common),
        Command::Explain(args) => explain::run(args, &cli.common),
        Command::Mcp(args) => mcp::run(args, &cli.common),
        Command::Completions(args) => completions::run(args, &cli.common),
        Command::Man(args) => completions::manual(args, &cli.common),
    }
}
