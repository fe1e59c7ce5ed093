//! Calls that connections may make, shared by all processes on one store.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, OrgAllowance, Timestamp};

use crate::StoreError;

/// What is known of a connection's calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Beginning of the day, in UTC, that `calls` is about.
    pub day: Timestamp,
    /// Calls granted on that day.
    pub calls: u64,
    /// What the org said last of its own count.
    pub org: Option<OrgAllowance>,
}

/// Calls that connections may make.
#[async_trait]
pub trait AllowanceRepository: Send {
    /// Grants up to `wanted` calls of the day in which `at` lies (UTC), so that no more than `ceiling` are granted on it; says how many. The first grant of
    /// a day that is later than the one known begins at zero. A connection that does not exist is [`StoreError::Reference`].
    async fn grant(
        &mut self,
        connection: ConnectionId,
        wanted: u64,
        ceiling: Option<u64>,
        at: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Remembers what the org said, unless something said later is known. A connection that does not exist is [`StoreError::Reference`].
    async fn remember(&mut self, connection: ConnectionId, said: &OrgAllowance) -> Result<(), StoreError>;

    /// What is known; `None` before the first call.
    async fn find(&mut self, connection: ConnectionId) -> Result<Option<Allowance>, StoreError>;
}
