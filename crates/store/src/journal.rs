//! Writes that were prepared and are not settled.

use async_trait::async_trait;
use salesbridge_model::{ConfirmedFields, ConnectionId, IntentId, RunId, SyncId, Timestamp};

use crate::StoreError;

/// One prepared write: stored before anything leaves, removed in the transaction that stores its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Never changes; later entries have later ids.
    pub id: IntentId,
    /// The sync that writes.
    pub sync_id: SyncId,
    /// The run it belongs to.
    pub run_id: RunId,
    /// The connection it goes through.
    pub connection_id: ConnectionId,
    /// Token of the lease under which it was recorded.
    pub lease: i64,
    /// The destination's own bytes; opaque here.
    pub payload: Vec<u8>,
    /// The source rows it stands for, in the order of the answers.
    pub rows: Vec<IntentRow>,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// What settling one row of an intent needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IntentRow {
    /// The source row's key.
    pub source_key: String,
    /// Revision of the due row it was read for, 0 when there was none.
    pub revision: i64,
    /// The record it updates; `None` when it creates one.
    pub record_id: Option<String>,
    /// What Salesforce will have confirmed once it says yes.
    pub confirms: ConfirmedFields,
}

/// Writes that were prepared and are not settled.
#[async_trait]
pub trait JournalRepository: Send {
    /// Adds one.
    async fn record(&mut self, entry: &JournalEntry) -> Result<(), StoreError>;

    /// A sync's unsettled entries, oldest first.
    async fn unsettled(&mut self, sync: SyncId) -> Result<Vec<JournalEntry>, StoreError>;

    /// How many there are of a sync.
    async fn count(&mut self, sync: SyncId) -> Result<u64, StoreError>;

    /// Removes one; false when it is gone already.
    async fn settle(&mut self, id: IntentId) -> Result<bool, StoreError>;
}
