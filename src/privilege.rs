//! Least privilege: what the uses require, what the credential was granted, and how the two differ.
//!
//! `solve` finds the least set of scopes, exactly. What an operation requires comes from the table (`catalog`), who
//! uses it from `resolve`.

pub mod baseline;
mod cover;
mod decide;
pub mod grants;
pub mod ignore;
mod proof;
mod solve;
pub mod takeover;
pub mod weight;

pub use grants::secret::masked;
pub use grants::{Credential, Grant, Granted, Holding, Listing};
pub use solve::{Alternative, Demand, Solution, Use, solve};
pub use takeover::takeover_reason;
pub use weight::{Kind, Opening, Weight, Weights};
