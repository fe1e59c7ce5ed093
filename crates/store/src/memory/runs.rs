//! Runs. Their ids grow with time, so that their order is the order of the ids.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, Run, RunId, SyncId};

use super::paging::cut_ordered;
use super::transaction::MemoryTransaction;
use crate::{RunFilter, RunRepository, StoreError};

pub(super) struct MemoryRuns<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl RunRepository for MemoryRuns<'_> {
    async fn insert(&mut self, run: &Run) -> Result<(), StoreError> {
        const OPERATION: &str = "runs.insert";
        let state = self.0.changed(OPERATION)?;
        if state.runs.contains(&run.id) {
            return Err(StoreError::Taken { what: "run id" });
        }
        state.needs_sync(run.sync_id, OPERATION)?;
        state.runs.insert(run.id, run.clone());
        Ok(())
    }

    async fn find(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        Ok(self.0.seen("runs.find")?.runs.get(&id).cloned())
    }

    async fn update(&mut self, run: &Run) -> Result<bool, StoreError> {
        let state = self.0.changed("runs.update")?;
        let Some(stored) = state.runs.edit(&run.id) else { return Ok(false) };
        let (sync_id, trigger, created_at) = (stored.sync_id, stored.trigger, stored.created_at);
        *stored = Run { sync_id, trigger, created_at, ..run.clone() };
        Ok(true)
    }

    async fn open(&mut self, sync: SyncId) -> Result<Vec<Run>, StoreError> {
        let state = self.0.seen("runs.open")?;
        Ok(state.runs.rows().filter(|run| run.sync_id == sync && !run.state.is_final()).cloned().collect())
    }

    async fn all_open(&mut self) -> Result<Vec<Run>, StoreError> {
        let state = self.0.seen("runs.all_open")?;
        Ok(state.runs.rows().filter(|run| !run.state.is_final()).cloned().collect())
    }

    async fn newer(&mut self, than: Option<RunId>, limit: u32) -> Result<Vec<Run>, StoreError> {
        let state = self.0.seen("runs.newer")?;
        let newer = state.runs.rows().filter(|run| than.is_none_or(|than| run.id > than));
        Ok(newer.take(limit as usize).cloned().collect())
    }

    async fn list(&mut self, filter: &RunFilter, page: &PageRequest) -> Result<Page<Run>, StoreError> {
        let state = self.0.seen("runs.list")?;
        let connection = |run: &Run| state.syncs.get(&run.sync_id).map(|stored| stored.sync.connection_id);
        let wanted = |run: &&Run| connection(run).is_some_and(|connection| filter.wants(run, connection));
        let rows: Vec<&Run> = state.runs.rows().filter(wanted).collect();
        Ok(cut_ordered(rows, filter.order, page, |run| run.id.to_string()))
    }
}
