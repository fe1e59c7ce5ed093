//! The client against two servers on loopback: a scripted one, which answers what the documentation and recorded exchanges show, and
//! the local org, met over HTTP alone.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot set its stage must stop")]

mod breaking;
mod bulk;
mod collections;
mod describe;
mod errors_page;
mod local_org;
mod org;
mod query;
mod rows;
mod secrets;
mod sessions;
mod sign_in;
mod ways_in;
