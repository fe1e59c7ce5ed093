//! Signing in: apps, the grants they may use, tokens, and who a token stands for. Refuses to know records.

pub(crate) mod apps;
mod client_credentials;
mod identity;
mod routes;
mod sessions;
mod signing;
pub(crate) mod tokens;
pub(crate) mod users;
mod wire;

pub use apps::{App, TokenFormat};
pub(crate) use routes::{bearer, refused_session, routes};
pub(crate) use sessions::{Caller, Sessions};
pub(crate) use signing::SigningKey;
