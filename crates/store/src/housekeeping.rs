//! Removing what is too old to be of use, a few rows at a time.

use async_trait::async_trait;
use salesbridge_model::{SyncId, Timestamp};

use crate::StoreError;

/// How many rows a table has.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct TableSize {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

/// Removes what is too old to be of use. Every call removes at most `limit` rows of its kind, so that no transaction takes long.
#[async_trait]
pub trait HousekeepingRepository: Send {
    /// Removes outcomes of runs that ended before an instant, the oldest runs first; says how many.
    async fn remove_outcomes(&mut self, ended_before: Timestamp, limit: u32) -> Result<u64, StoreError>;

    /// Removes runs that ended before an instant, with their outcomes and timelines, the oldest first; says how many. The newest `keep` runs of each
    /// sync stay, and so does a run that an unsettled intent belongs to.
    async fn remove_runs(&mut self, ended_before: Timestamp, keep: u32, limit: u32) -> Result<u64, StoreError>;

    /// Removes outbox entries of changes before an instant, the oldest first; says how many, and which enabled syncs had not taken them in. The position
    /// of those moves past what was removed: only a full run can tell them what changed.
    async fn outpace(&mut self, changed_before: Timestamp, limit: u32) -> Result<(u64, Vec<SyncId>), StoreError>;

    /// Rows of every table that grows, by name.
    async fn sizes(&mut self) -> Result<Vec<TableSize>, StoreError>;
}
