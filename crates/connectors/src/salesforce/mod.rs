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
mod recover;
mod shared_session;
mod way;
mod write;

pub use check::{Check, CheckReport, CheckState, Need, NeedFindings, SetupLink};
pub use config::{ConfigProblem, SalesforceConfig};
pub use look_up::{FoundRecord, full_id};
pub use means::{Means, SignInSettings};
pub use salesbridge_salesforce::{
    Again, ApiUsage, AuthorizeLink, BudgetSpent, CallBudget, CodeExchange, CountingBudget, DeviceCode, DevicePoll,
    DomainUrl, Grant, Granted, JwtBearer, KeyPair, NotKept, OauthApp, Origin, RefreshTokenKeeper, Returned,
    ReturnedProblem, Session, SignInError, TokenEndpoint, read_returned,
};
pub use shared_session::{SessionShelf, ShelvedSession};
pub use write::SalesforceConnector;
