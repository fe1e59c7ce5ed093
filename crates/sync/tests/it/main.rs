//! The engine between a client directory in SQLite and another side in memory.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set its stage must stop")]

mod anything;
mod changes;
mod client_rows;
mod crash;
mod difference;
mod faults;
mod full;
mod harness;
mod mapping;
mod other_side;
mod permission;
mod person;
mod samples;
