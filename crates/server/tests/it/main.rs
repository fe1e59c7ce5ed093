//! The API through its router: every route, every kind of problem, and the socket.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

mod abilities;
mod document;
mod door;
mod events;
mod lists;
mod repeats;
mod routes;
mod stage;
