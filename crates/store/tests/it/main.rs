//! The store in memory.
#![expect(clippy::unwrap_used, reason = "a test without a store cannot go on")]

mod contract;
mod failing;
