//! One folder per system that rows come from or go to. A connector knows the contract of `connector-kit` and its own system, nothing else.

pub mod providers;
pub mod salesforce;
pub mod sql;
