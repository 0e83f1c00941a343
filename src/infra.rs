//! Declared resources: Terraform and other places where Datadog is declared rather than called.
//!
//! Each reader turns a file into evidence; it never sees `source` or `trace`, and asks no table but its own. What the
//! operations need is left to `resolve` and `privilege`.

use crate::error::Result;
use crate::evidence::Evidence;
use std::sync::Arc;

mod block;
pub mod kinds;
mod terraform;

/// Whether a file of this name is read here.
pub fn reads(name: &str) -> bool {
    name.ends_with(".tf") || name.ends_with(".tofu")
}

/// The evidence in one file, in its order. An error is a file that cannot be parsed, with the line.
pub fn read(file: &Arc<str>, text: &str) -> Result<Vec<Evidence>> {
    terraform::read(file, text)
}
