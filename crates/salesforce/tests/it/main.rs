//! The client against a scripted server on loopback, which answers what the documentation and recorded exchanges show.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot set its stage must stop")]

mod breaking;
mod collections;
mod describe;
mod org;
mod query;
mod rows;
mod secrets;
mod sessions;
mod sign_in;
