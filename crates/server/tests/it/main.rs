//! The API through its router and through its doors: every route, every kind of problem, who is let in, and the socket.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]

mod abilities;
mod cross_site;
mod document;
mod door;
mod events;
mod keys;
mod links;
mod lists;
mod network;
mod people;
mod rejected;
mod repeats;
mod routes;
mod signing_in;
mod stage;
