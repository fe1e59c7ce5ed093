//! Signing in: apps, the grants they may use, tokens, and who a token stands for. Refuses to know records.

mod access;
pub(crate) mod apps;
mod assertions;
mod authorization_codes;
mod authorize;
mod client_credentials;
pub(crate) mod credentials;
mod device;
mod discovery;
mod granting;
mod identity;
mod introspection;
mod jwt_bearer;
mod policies;
mod refresh;
mod refresh_grants;
mod revocation;
pub(crate) mod routes;
mod scopes;
mod sessions;
mod signing;
pub(crate) mod tables;
pub(crate) mod tokens;
mod username_password;
pub(crate) mod users;
mod wire;

pub(crate) use access::count_login;
pub use apps::{App, TokenFormat};
pub(crate) use assertions::is_certificate;
pub use policies::{AddressRange, PermittedUsers, RefreshPolicy, SignInRules};
pub(crate) use revocation::revoke;
pub(crate) use routes::{bearer, refused_session, routes};
pub(crate) use sessions::{Caller, Sessions};
pub(crate) use signing::SigningKey;
