//! Connections: create, edit, enable, test, delete.

mod create;
mod delete;
mod details;
mod edit;
mod needs;
mod start;
mod test;

pub use create::NewConnection;
pub use details::{CallsDetails, ConnectionDetails, ConnectionQuery};
pub use edit::ConnectionEdit;
pub use test::TestReport;

/// The provider of Salesforce orgs.
pub const SALESFORCE: &str = "salesforce";
/// Signing in with a consumer key and secret alone (R1).
pub const CLIENT_CREDENTIALS: &str = "client_credentials";
/// Setting: address of the org (R37).
pub const DOMAIN_URL: &str = "domain_url";
/// Setting: consumer key of the app.
pub const CONSUMER_KEY: &str = "consumer_key";
/// Setting: calls that the connection may make a day; without it, as many as the org has for us.
pub const DAILY_CALLS: &str = "daily_calls";
/// Secret: consumer secret of the app.
pub const CONSUMER_SECRET: &str = "consumer_secret";
