//! What a run did, batch by batch.

use async_trait::async_trait;
use salesbridge_model::{RunId, Timestamp};

use crate::StoreError;

/// Batches that are remembered of one run: the newest ones.
pub const TIMELINE_BATCHES: u32 = 200;

/// One batch of a run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct TimelineBatch {
    /// When its answer was stored, or found to be lost.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Rows in it.
    pub rows: u32,
    /// Calls made for it.
    pub calls: u32,
    /// Milliseconds from its preparation to its answer.
    pub took_milliseconds: u64,
    /// What became of it: a word such as `answered`, or the code of what went wrong.
    pub result: String,
}

/// What runs did, batch by batch, in order; of each run the newest [`TIMELINE_BATCHES`].
#[async_trait]
pub trait TimelineRepository: Send {
    /// Adds a batch to a run, and forgets its oldest ones. A run that does not exist is [`StoreError::Reference`].
    async fn add(&mut self, run: RunId, batch: &TimelineBatch) -> Result<(), StoreError>;

    /// The batches of a run, oldest first.
    async fn list(&mut self, run: RunId) -> Result<Vec<TimelineBatch>, StoreError>;
}
