//! Command line.
pub mod catalog;
