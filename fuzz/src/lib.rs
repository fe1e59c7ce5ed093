//! Properties of the local org that hold for any input: nothing panics, nothing is answered with 500.
//!
//! One module per kind of input; each turns bytes into what the org is asked. `targets/` has libFuzzer feed them, and
//! `tests.rs` feeds them what is checked in. They refuse to know what the org should answer: that is for its own tests.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a property that does not hold panics: libFuzzer waits for that"
)]

pub mod csv;
pub mod json;
mod org;
pub mod soql;
pub mod urls;

#[cfg(test)]
mod tests;
