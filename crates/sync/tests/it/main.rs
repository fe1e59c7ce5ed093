//! The engine between a client directory, in SQLite or in memory, and another side in memory.
#![expect(clippy::print_stdout, reason = "a test that follows from a seed tells which, and what happened")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set its stage must stop")]

mod anything;
mod changes;
mod client_rows;
mod crash;
mod difference;
mod faults;
mod firm;
mod full;
mod harness;
mod locked;
mod mapping;
mod other_side;
mod permission;
mod person;
mod protocol;
mod samples;
mod verify;
