//! `ddscope catalog list`: operations and scopes, chosen by flags, as text or JSON (DESIGN §5.2).

use crate::error::Result;
use std::io::Write;

/// Arguments of `ddscope catalog list`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: &Args, _out: &mut dyn Write) -> Result<u8> {
    Ok(0)
}
