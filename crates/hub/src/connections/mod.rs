//! Connections: create, edit, enable, test, delete.

mod create;
mod delete;
mod details;
mod edit;
mod start;
mod test;

pub use create::NewConnection;
pub use details::ConnectionDetails;
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
/// Secret: consumer secret of the app.
pub const CONSUMER_SECRET: &str = "consumer_secret";
