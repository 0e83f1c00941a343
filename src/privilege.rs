//! Least privilege: what the uses require, what the credential was granted, and how the two differ.
//!
//! `solve` finds the least set of scopes, exactly. What an operation requires comes from the table (`catalog`), who
//! uses it from `resolve`.

pub mod baseline;
pub mod compare;
mod cover;
mod decide;
mod doubts;
pub mod fix;
pub mod grants;
pub mod held;
pub mod ignore;
pub mod judge;
mod proof;
mod solve;
pub mod takeover;
pub mod unclaimed;
pub mod weight;

pub use compare::{Case, Comparison, Missing, Tables, compare, literals, needs};
pub use decide::decides;
pub use grants::secret::{is_secret, masked};
pub use grants::{Credential, Grant, Granted, Holding, Listing};
pub(crate) use solve::some_of;
pub use solve::{Alternative, Demand, Solution, Use, least, solve};
pub use takeover::takeover_reason;
pub use weight::{Kind, Opening, Weight, Weights};
