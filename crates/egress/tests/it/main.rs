//! The client against servers on loopback that say exactly what a test scripts.
#![expect(clippy::expect_used, reason = "a test that cannot set its stage must stop")]

mod dialer;
mod guard;
mod logs;
mod retries;
mod sent;
mod server;
