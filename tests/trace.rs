//! Recorded traffic through the public interface: what each format yields, what is left out, and what hostile files do.

#![allow(clippy::panic, reason = "a panic is how a helper of a test fails")]

#[path = "trace/agree.rs"]
mod agree;
#[path = "trace/convert.rs"]
mod convert;
#[path = "trace/csv.rs"]
mod csv;
#[path = "trace/filters.rs"]
mod filters;
#[path = "trace/formats.rs"]
mod formats;
#[path = "trace/hostile.rs"]
mod hostile;
#[path = "trace/limits.rs"]
mod limits;
#[path = "trace/support.rs"]
mod support;
#[path = "trace/usages.rs"]
mod usages;
