//! What the org has left.

mod wire;

use std::collections::BTreeMap;

use crate::{ApiError, OrgClient, call::Call};

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What the org has.
    pub max: i64,
    /// What is left; below zero when the org is over.
    pub remaining: i64,
}

/// The org's limits by Salesforce's names, such as `DailyApiRequests`; up to five minutes old.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(pub BTreeMap<String, Limit>);

impl Limits {
    /// API calls within 24 hours.
    pub fn daily_api_requests(&self) -> Option<Limit> {
        self.0.get("DailyApiRequests").copied()
    }
}

impl OrgClient {
    /// The org's limits. Needs the permission View Setup and Configuration.
    pub async fn limits(&self) -> Result<Limits, ApiError> {
        let limits: BTreeMap<String, wire::Limit> = self.read(&Call::get(["limits"]), "a list of limits").await?;
        Ok(Limits(limits.into_iter().map(|(name, limit)| (name, limit.into())).collect()))
    }
}
