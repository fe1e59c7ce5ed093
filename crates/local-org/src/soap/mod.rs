//! The part of the SOAP API that old clients sign in with: `login`, `logout`, `getUserInfo` and `getServerTimestamp`.
//! Refuses to know records.

mod calls;
mod envelope;
mod person;
mod routes;
mod wire;

pub(crate) use routes::routes;
