//! What happened to each row in a run.

use async_trait::async_trait;
use salesbridge_model::{OutcomeKind, Page, PageRequest, RecordOutcome, RunId};

use super::paging::cut_ordered;
use super::table::rows_of;
use super::transaction::MemoryTransaction;
use crate::{OutcomeFilter, OutcomeRepository, StoreError};

pub(super) struct MemoryOutcomes<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl OutcomeRepository for MemoryOutcomes<'_> {
    async fn record(&mut self, outcomes: &[RecordOutcome]) -> Result<Vec<Option<OutcomeKind>>, StoreError> {
        const OPERATION: &str = "outcomes.record";
        let state = self.0.changed(OPERATION)?;
        let mut replaced = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            state.needs_run(outcome.run_id, OPERATION)?;
            let of_run = state.outcomes.edit_or_make(outcome.run_id);
            replaced.push(of_run.insert(outcome.source_key.clone(), outcome.clone()).map(|before| before.kind));
        }
        Ok(replaced)
    }

    async fn recorded(&mut self, run: RunId, keys: &[String]) -> Result<Vec<String>, StoreError> {
        let recorded = rows_of(self.0.seen("outcomes.recorded")?.outcomes.get(&run), keys);
        Ok(recorded.into_iter().map(|outcome| outcome.source_key).collect())
    }

    async fn list(
        &mut self,
        run: RunId,
        filter: &OutcomeFilter,
        page: &PageRequest,
    ) -> Result<Page<RecordOutcome>, StoreError> {
        let of_run = self.0.seen("outcomes.list")?.outcomes.get(&run);
        let rows = of_run.into_iter().flat_map(|outcomes| outcomes.rows());
        let rows: Vec<&RecordOutcome> = rows.filter(|outcome| filter.wants(outcome)).collect();
        Ok(cut_ordered(rows, filter.order, page, |outcome| outcome.source_key.clone()))
    }
}
