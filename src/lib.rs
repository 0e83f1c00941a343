//! ddscope finds the least privilege that code, Terraform or recorded traffic needs from Datadog.
//!
//! The rooms and the way data takes through them are in `docs/architecture.md`.

pub mod catalog;
pub mod cli;
pub mod config;
pub mod emit;
pub mod error;
pub mod evidence;
pub mod finding;
pub mod flow;
pub mod infra;
pub mod input;
pub mod ir;
pub(crate) mod json;
pub mod meter;
pub mod privilege;
pub mod redact;
pub mod report;
pub mod resolve;
pub mod scan;
pub mod source;
pub mod span;
pub mod trace;
pub mod url;
pub mod wrapper;
pub(crate) mod yaml;
