//! Terraform and OpenTofu: configuration (`*.tf`, `*.tf.json`), plans and states in JSON, and the keys declared in them.
//!
//! `hcl` and `json_syntax` read the two spellings into one `tree`; `project` knows which module calls which, `eval` computes
//! values, `blocks` and `keys` say what the blocks mean; `plan` and `state` read what Terraform writes.

use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::json;
use std::sync::Arc;

mod blocks;
mod eval;
mod hcl;
mod json_syntax;
pub mod keys;
mod plan;
mod project;
mod state;
mod tree;

pub use keys::{DeclaredKey, Element, Scopes};
pub use project::{Fetch, Parsed, Project, parse};

/// Whether a file of this name is configuration.
pub fn is_configuration(name: &str) -> bool {
    [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a file of this name is a state.
pub fn is_state_file(name: &str) -> bool {
    name.ends_with(".tfstate") || name.ends_with(".tfstate.json")
}

/// Whether a JSON text that begins like this is a plan or a state: both name the version of what wrote them at the top.
pub fn is_output(head: &str) -> bool {
    head.trim_start_matches('\u{feff}').trim_start().starts_with('{')
        && head.contains("\"terraform_version\"")
        && (head.contains("\"format_version\"") || head.contains("\"version\""))
}

/// The evidence of all configuration of a tree.
pub fn read(project: &Project) -> Vec<Evidence> {
    let mut found = Vec::new();
    let mut started = blocks::Started::default();
    project.walk(false, &mut |instance, body| {
        let evidence = blocks::evidence(project, instance, body);
        started.see(instance, body, &evidence);
        found.extend(evidence);
    });
    found.extend(started.evidence());
    found
}

/// The evidence of a plan or a state.
///
/// # Errors
/// If it is not JSON, or neither of them.
pub fn read_output(file: &Arc<str>, text: &str) -> Result<Vec<Evidence>> {
    let values = json::read(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|error| error.at(&**file))?;
    let mut found = Vec::new();
    for value in &values {
        if plan::is_output(value) {
            found.extend(plan::read(file, value));
        } else if state::is_state(value) {
            found.extend(state::read(file, value));
        } else {
            return Err(Error::new("neither a plan nor a state of Terraform")
                .at(&**file)
                .help("write it with `terraform show -json PLANFILE > plan.json`"));
        }
    }
    Ok(found)
}
