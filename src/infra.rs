//! Declared resources: Terraform and other places where Datadog is declared rather than called.
//!
//! Each reader turns a file into evidence; it never sees `source` or `trace`, and asks no table but its own. What the
//! operations need is left to `resolve` and `privilege`.

use crate::error::Result;
use crate::evidence::Evidence;
use std::sync::Arc;

mod block;
mod classes;
pub mod kinds;
pub mod manifest;
pub mod program;
pub mod terraform;

/// Whether a file of this name is read here.
pub fn reads(name: &str) -> bool {
    terraform::is_configuration(name) || terraform::is_state_file(name)
}

/// The evidence in one file alone, in its order. An error is a file that cannot be parsed, with the line.
pub fn read(file: &Arc<str>, text: &str) -> Result<Vec<Evidence>> {
    if !terraform::is_configuration(file) {
        return terraform::read_output(file, text);
    }
    let mut project = terraform::Project::default();
    project.add(terraform::parse(file, text)?);
    Ok(terraform::read(&project))
}
