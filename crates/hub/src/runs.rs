//! Runs: look, cancel.

use salesbridge_model::{OutcomeKind, Page, PageRequest, RecordOutcome, Run, RunId, RunState};
use salesbridge_store::{OutcomeFilter, TimelineBatch};

use crate::{Hub, HubError};

impl Hub {
    /// A page of runs, newest first; of one sync, or of all.
    pub async fn runs(&self, sync: Option<&str>, page: &PageRequest) -> Result<Page<Run>, HubError> {
        let sync = match sync {
            Some(name) => Some(self.find_sync(name).await?.id),
            None => None,
        };
        Ok(self.store.read().await?.runs().list(sync, page).await?)
    }

    /// The run with this id.
    pub async fn run(&self, id: RunId) -> Result<Run, HubError> {
        let found = self.store.read().await?.runs().find(id).await?;
        found.ok_or_else(|| HubError::NotFound { noun: "run", name: id.to_string() })
    }

    /// A page of what happened to the rows of a run.
    pub async fn outcomes(
        &self,
        run: RunId,
        kind: Option<OutcomeKind>,
        page: &PageRequest,
    ) -> Result<Page<RecordOutcome>, HubError> {
        self.run(run).await?;
        Ok(self.store.read().await?.outcomes().list(run, &OutcomeFilter { kind }, page).await?)
    }

    /// What a run did, batch by batch: its newest batches, in order.
    pub async fn timeline(&self, run: RunId) -> Result<Vec<TimelineBatch>, HubError> {
        self.run(run).await?;
        Ok(self.store.read().await?.timelines().list(run).await?)
    }

    /// Ends a run: the batch under way is finished, no other is begun. One that has ended stays as it is.
    pub async fn cancel_run(&self, id: RunId) -> Result<Run, HubError> {
        let mut tx = self.store.write().await?;
        let found = tx.runs().find(id).await?;
        let Some(mut run) = found else {
            return Err(HubError::NotFound { noun: "run", name: id.to_string() });
        };
        if !run.state.is_final() {
            run.state = RunState::Cancelled;
            run.finished_at = Some(self.clock.now());
            tx.runs().update(&run).await?;
            tx.commit().await?;
        }
        Ok(run)
    }
}
