//! `ddscope mcp`: the same answers as tools for coding assistants, over the Model Context Protocol on standard input and
//! output.
//!
//! The tools are in `tools`, what they may read is decided in `paths`, how much they say in `bounds`. Nothing is run,
//! nothing is written, nothing is sent but the answers.

use super::{Common, Outcome};
use crate::error::{Error, Result};
use rmcp::ServiceExt as _;
use std::path::PathBuf;

mod bounds;
mod paths;
mod tools;

/// Arguments of `mcp`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// A folder outside the current one that tools may read, too; repeatable
    #[arg(long, value_name = "DIR", help_heading = "Input")]
    pub allow: Vec<PathBuf>,
    /// The most bytes of one answer; longer ones are cut, and say so
    #[arg(long, value_name = "BYTES", default_value_t = 48 << 10, help_heading = "Output")]
    pub max_bytes: usize,
}

/// Serves until the client hangs up.
///
/// # Errors
/// If a folder cannot be found, or the client does not speak the protocol.
pub fn run(args: &Args, common: &Common) -> Result<Outcome> {
    let roots = paths::Roots::new(&args.allow)?;
    let server = tools::Server::new(roots, args.max_bytes, common.catalog.clone());
    let failed = |error: &dyn std::fmt::Display| {
        let help = "start it from an assistant that speaks the Model Context Protocol over standard input and output";
        Error::new(format!("the session ended: {error}")).help(help)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| failed(&error))?;
    runtime.block_on(async {
        let session = server.serve(rmcp::transport::stdio()).await.map_err(|error| failed(&error))?;
        session.waiting().await.map_err(|error| failed(&error))
    })?;
    // A read of standard input that has no end must not keep the process.
    runtime.shutdown_background();
    Ok(Outcome::default())
}
