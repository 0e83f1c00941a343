//! What changed between two tables.
//!
//! Which calls of a project that touches is for those who scan it.
