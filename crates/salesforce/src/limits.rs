//! What the org has left.

mod wire;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use salesbridge_model::Timestamp;

use crate::{ApiError, OrgClient, call::Call, client::parsed};

const EXPECTED: &str = "a list of limits";

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

    /// Batches of the Bulk API within 24 hours; a job of version 2.0 takes one for every 10,000 rows.
    pub fn daily_bulk_batches(&self) -> Option<Limit> {
        self.0.get("DailyBulkApiBatches").copied()
    }
}

/// The limits as they were read last, for whatever reason.
#[derive(Debug, Default)]
pub(crate) struct LastLimits(Mutex<Option<(Timestamp, Limits)>>);

impl LastLimits {
    fn note(&self, at: Timestamp, limits: Limits) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, limits));
    }

    fn get(&self) -> Option<(Timestamp, Limits)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl OrgClient {
    /// The org's limits. Needs the permission View Setup and Configuration.
    pub async fn limits(&self) -> Result<Limits, ApiError> {
        let limits = self.read(&Self::limits_call(), EXPECTED).await?;
        Ok(self.note_limits(limits))
    }

    /// The limits as they were read last, and when; `None` when they have not been.
    pub fn last_limits(&self) -> Option<(Timestamp, Limits)> {
        self.shared.last_limits.get()
    }

    pub(crate) fn limits_call() -> Call {
        Call::get(["limits"])
    }

    /// Remembers limits that were read for the sake of the header of their answer.
    pub(crate) fn note_limits_in(&self, body: &[u8]) {
        if let Ok(limits) = parsed(body, EXPECTED) {
            self.note_limits(limits);
        }
    }

    fn note_limits(&self, limits: BTreeMap<String, wire::Limit>) -> Limits {
        let limits = Limits(limits.into_iter().map(|(name, limit)| (name, limit.into())).collect());
        self.shared.last_limits.note(self.clock().now(), limits.clone());
        limits
    }
}
