//! A Salesforce org as a destination.

mod bulk;
mod check;
mod config;
mod converted;
mod discover;
mod find;
mod intent;
mod judge;
mod look_up;
mod means;
mod provider;
mod recover;
mod shared_session;
mod way;
mod write;

pub use check::{Check, CheckReport, CheckState, Need, NeedFindings, SetupLink};
pub use config::{ConfigProblem, SalesforceConfig};
pub use judge::refusal_of_sign_in;
pub use look_up::{FoundRecord, full_id};
pub use means::{Means, SignInSettings, refresh_token_origin};
pub use provider::{
    ACCESS_TOKEN, AUTHORIZATION_CODE, CERTIFICATE, CLIENT_CREDENTIALS, CONSUMER_KEY, CONSUMER_SECRET, DEVICE,
    DOMAIN_URL, INSTANCE_URL, JWT_BEARER, LOGIN, PRIVATE_KEY, PROVIDER, REFRESH_TOKEN, REFRESH_TOKEN_METHOD,
    SALESFORCE, SCOPES, TOKENS, USERNAME, USUAL_SCOPES,
};
pub use salesbridge_salesforce::{
    Again, ApiUsage, AuthorizeLink, BudgetSpent, CallBudget, CodeExchange, CountingBudget, DeviceCode, DevicePoll,
    DomainProblem, DomainUrl, Grant, Granted, JwtBearer, KeptToken, KeyPair, KeyPairProblem, NotKept, OauthApp, Origin,
    RefreshTokenKeeper, Returned, ReturnedProblem, Session, SignInError, TokenEndpoint, read_returned,
};
pub use shared_session::{SessionShelf, ShelvedSession};
pub use write::SalesforceConnector;
