//! Connections: create, edit, enable, test, delete.

mod app;
mod certificate;
mod create;
mod credentials;
mod delete;
mod details;
mod edit;
mod fields;
mod grant;
mod health;
mod needs;
mod start;
mod test;

pub use create::NewConnection;
pub use details::{CallsDetails, ConnectionDetails, ConnectionQuery};
pub use edit::ConnectionEdit;
pub use test::TestReport;

pub(crate) use app::{ResolvedApp, SecretChanges, WayIn, host_of, method_of};
pub(crate) use credentials::NOT_SIGNED_IN;
pub(crate) use health::Looks;

/// Setting: calls that the connection may make a day; without it, as many as the org has for us.
pub const DAILY_CALLS: &str = "daily_calls";
