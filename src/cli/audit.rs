//! `ddscope audit`: what each key, token, client or role holds beyond its use, worst first.

use super::check::{Compared, Session};
use super::{Common, Outcome};
use crate::error::{Error, Result};
use crate::report::audit::{AUDIT_FORMATS, sort_worst_first};
use clap::builder::PossibleValuesParser;

/// Arguments of `audit`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// What is compared.
    #[command(flatten)]
    pub compared: Compared,
    /// The format of the result
    #[arg(long, value_name = "FORMAT", default_value = AUDIT_FORMATS[0].name(), value_parser = PossibleValuesParser::new(AUDIT_FORMATS.iter().map(|f| f.name())), help_heading = "Output")]
    pub format: String,
}

/// Runs it.
///
/// # Errors
/// If nothing can be audited, or something cannot be read.
pub fn run(args: &Args, common: &Common) -> Result<Outcome> {
    let session = Session::open(&args.compared, common)?;
    if session.subjects.is_empty() {
        let error = Error::new("nothing to audit: no key, token, client or role was given");
        return Err(error.help("give --grant FILE with the answer of GET /api/v2/application_keys, /api/v2/personal_access_tokens or /api/v2/roles"));
    }
    let mut judged = common.meter.stage("compare", || session.judge(&args.compared.strictness))?;
    sort_worst_first(&mut judged.comparisons, session.catalog());
    let format = AUDIT_FORMATS.iter().copied().find(|format| format.name() == args.format).unwrap_or(AUDIT_FORMATS[0]);
    session.present(judged, format, common)
}
