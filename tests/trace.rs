//! Recorded traffic through the public interface: what each format yields, what is left out, and what hostile files do.

#[path = "trace/formats.rs"]
mod formats;
#[path = "trace/support.rs"]
mod support;
