//! Connectors against real systems, over the wire.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]

mod bulk;
mod org;
mod salesforce;
mod sql;
