//! The outbox: every change of our own streams, in the order it was committed.

use async_trait::async_trait;

use crate::StoreError;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Grows with every change; never used twice.
    pub sequence: i64,
    /// The stream, such as `clients`.
    pub stream: String,
    /// The row's key.
    pub source_key: String,
}

/// The outbox. Entries are written by the repository that makes the change, never by a caller.
#[async_trait]
pub trait OutboxRepository: Send {
    /// Sequence of the newest change ever, 0 when there was none.
    async fn newest(&mut self) -> Result<i64, StoreError>;

    /// The first `limit` entries after a sequence.
    async fn after(&mut self, sequence: i64, limit: u32) -> Result<Vec<OutboxEntry>, StoreError>;

    /// Removes entries that every enabled sync has taken in (see [`crate::DueRepository::take_in`]); says how many.
    async fn trim(&mut self) -> Result<u64, StoreError>;
}
