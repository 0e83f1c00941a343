//! The table: operations, routes, names, scopes.

pub mod requirement;
