//! The outbox. Its entries are written by the repository that makes the change.

use async_trait::async_trait;

use super::transaction::MemoryTransaction;
use crate::{OutboxEntry, OutboxRepository, StoreError};

pub(super) struct MemoryOutbox<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl OutboxRepository for MemoryOutbox<'_> {
    async fn newest(&mut self) -> Result<i64, StoreError> {
        Ok(self.0.seen("outbox.newest")?.newest)
    }

    async fn after(&mut self, sequence: i64, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let state = self.0.seen("outbox.after")?;
        Ok(state.outbox.after(&sequence).take(limit as usize).map(|(_, entry)| entry.clone()).collect())
    }

    async fn trim(&mut self) -> Result<u64, StoreError> {
        let state = self.0.changed("outbox.trim")?;
        let enabled = state.syncs.rows().filter(|stored| stored.sync.enabled);
        let taken_in = enabled.map(|stored| stored.position).min().unwrap_or(i64::MAX);
        state.changed_at.retain(|sequence, _| *sequence > taken_in);
        Ok(state.outbox.retain(|sequence, _| *sequence > taken_in))
    }
}
