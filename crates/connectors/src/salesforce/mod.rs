//! A Salesforce org as a destination.

mod bulk;
mod check;
mod config;
mod converted;
mod discover;
mod intent;
mod judge;
mod recover;
mod shared_session;
mod write;

pub use check::{Check, CheckState};
pub use config::{ConfigProblem, SalesforceConfig};
pub use salesbridge_salesforce::{Again, ApiUsage, BudgetSpent, CallBudget, CountingBudget, Grant};
pub use shared_session::{SessionShelf, ShelvedSession};
pub use write::SalesforceConnector;
