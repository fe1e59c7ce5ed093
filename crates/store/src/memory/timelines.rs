//! What runs did, batch by batch.

use async_trait::async_trait;
use salesbridge_model::RunId;

use super::transaction::MemoryTransaction;
use crate::{StoreError, TIMELINE_BATCHES, TimelineBatch, TimelineRepository};

pub(super) struct MemoryTimelines<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl TimelineRepository for MemoryTimelines<'_> {
    async fn add(&mut self, run: RunId, batch: &TimelineBatch) -> Result<(), StoreError> {
        const OPERATION: &str = "timelines.add";
        let state = self.0.changed(OPERATION)?;
        state.needs_run(run, OPERATION)?;
        let batches = state.timelines.edit_or_make(run);
        batches.push(batch.clone());
        let surplus = batches.len().saturating_sub(TIMELINE_BATCHES as usize);
        batches.drain(..surplus);
        Ok(())
    }

    async fn list(&mut self, run: RunId) -> Result<Vec<TimelineBatch>, StoreError> {
        Ok(self.0.seen("timelines.list")?.timelines.get(&run).cloned().unwrap_or_default())
    }
}
