//! Ways of signing in: one file per method, each of which is a [`SignsIn`](crate::SignsIn) or leads to one.
//!
//! All of them are one POST to the token endpoint of the app's own host ([`TokenEndpoint`]). A token is text to us: never parsed, whatever it looks like (R6).

mod app;
mod authorization_code;
mod client_credentials;
mod device;
mod jwt_bearer;
mod kept;
mod key_pair;
mod refresh_token;
mod returned;
mod revoke;
mod session;
mod token_endpoint;
mod wire;

pub use app::{Flow, OauthApp};
pub use authorization_code::{AuthorizeLink, CodeExchange};
pub use client_credentials::WithClientCredentials;
pub use device::{DeviceCode, DevicePoll};
pub use jwt_bearer::{JwtBearer, WithJwtBearer};
pub use kept::Origin;
pub use key_pair::{KeyPair, KeyPairProblem};
pub use refresh_token::{KeptToken, NotKept, RefreshTokenKeeper, WithRefreshToken};
pub use returned::{Returned, ReturnedProblem, read_returned};
pub use session::{Granted, Session};
pub use token_endpoint::TokenEndpoint;
