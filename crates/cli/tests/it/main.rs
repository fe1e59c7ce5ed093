//! The binary as its users and its enemies meet it: real processes, a real org on loopback, real kills.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on says why and ends"
)]

mod away;
mod backup;
mod crashes;
mod demo;
mod eyes;
mod harness;
mod imports;
mod kills;
mod leaving;
mod local_org;
mod machine;
mod people;
mod postgres;
mod requirements;
mod screens;
mod secrets;
mod sign_in;
mod users;
mod vault;
