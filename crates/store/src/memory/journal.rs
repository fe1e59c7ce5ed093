//! Writes that were prepared and are not settled.

use async_trait::async_trait;
use salesbridge_model::{IntentId, SyncId};

use super::transaction::MemoryTransaction;
use crate::{JournalEntry, JournalRepository, StoreError};

pub(super) struct MemoryJournal<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl JournalRepository for MemoryJournal<'_> {
    async fn record(&mut self, entry: &JournalEntry) -> Result<(), StoreError> {
        const OPERATION: &str = "journal.record";
        let state = self.0.changed(OPERATION)?;
        if state.journal.contains(&entry.id) {
            return Err(StoreError::Taken { what: "intent id" });
        }
        state.needs_sync(entry.sync_id, OPERATION)?;
        state.needs_run(entry.run_id, OPERATION)?;
        state.needs_connection(entry.connection_id, OPERATION)?;
        state.journal.insert(entry.id, entry.clone());
        Ok(())
    }

    async fn unsettled(&mut self, sync: SyncId) -> Result<Vec<JournalEntry>, StoreError> {
        let state = self.0.seen("journal.unsettled")?;
        Ok(state.journal.rows().filter(|entry| entry.sync_id == sync).cloned().collect())
    }

    async fn count(&mut self, sync: SyncId) -> Result<u64, StoreError> {
        let state = self.0.seen("journal.count")?;
        Ok(state.journal.rows().filter(|entry| entry.sync_id == sync).count() as u64)
    }

    async fn settle(&mut self, id: IntentId) -> Result<bool, StoreError> {
        Ok(self.0.changed("journal.settle")?.journal.remove(&id))
    }
}
