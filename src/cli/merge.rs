//! `ddscope merge`: reports of parts become the report of the whole.

use super::scan::{Answer, formats, render};
use super::{Common, Outcome};
use crate::error::Result;
use crate::scan::Options;
use std::path::PathBuf;

/// Arguments of `merge`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// JSON reports of `ddscope scan`: files with one or several, folders of them, - for standard input
    #[arg(value_name = "REPORT", required = true)]
    pub reports: Vec<PathBuf>,
    /// Whom to answer for.
    #[command(flatten)]
    pub answer: Answer,
    /// Count test code too
    #[arg(long, help_heading = "Answer")]
    pub include_tests: bool,
    /// The format of the result
    #[arg(long, value_name = "FORMAT", default_value = "json", value_parser = formats(), help_heading = "Output")]
    pub format: String,
}

/// Runs it.
///
/// # Errors
/// If a report cannot be read, or was made by another release of the program or of its table.
pub fn run(args: &Args, common: &Common) -> Result<Outcome> {
    let options = Options { reports: args.reports.clone(), ..Options::default() };
    let scan = common.scan(options)?;
    let text = render(&scan, args.answer, args.include_tests, &args.format, common);
    Ok(Outcome { text, fits: args.format == "text", problems: scan.problems.clone(), ..Outcome::default() })
}
