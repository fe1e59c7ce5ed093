//! Runs: look, cancel.

use salesbridge_model::{Ability, Page, PageRequest, RecordOutcome, Run, RunId, RunState, Sync};
use salesbridge_store::{OutcomeFilter, RunFilter, TimelineBatch, Transaction};
use serde_json::json;

use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// Which runs are wanted. Empty finds all that the caller sees.
#[derive(Clone, Debug, Default)]
pub struct RunQuery {
    /// Name of the connection that they write through.
    pub connection: Option<String>,
    /// Name of their sync.
    pub sync: Option<String>,
    /// The rest; whom it shows to is the use case's business.
    pub filter: RunFilter,
}

impl RunQuery {
    /// All runs of a sync.
    pub fn of(sync: &str) -> Self {
        Self { sync: Some(sync.to_owned()), ..Self::default() }
    }
}

impl Hub {
    /// A page of runs, newest first unless something else is asked for.
    pub async fn runs(&self, caller: &Caller, query: &RunQuery, page: &PageRequest) -> Result<Page<Run>, HubError> {
        let connection = match &query.connection {
            Some(name) => Some(self.find_connection(caller, name, Ability::See).await?.id),
            None => None,
        };
        let sync = match &query.sync {
            Some(name) => Some(self.find_sync(caller, name, Ability::See).await?.id),
            None => {
                caller.may(Ability::See)?;
                None
            }
        };
        let filter = RunFilter { sees: caller.seen(), connection, sync, ..query.filter.clone() };
        Ok(self.store.read().await?.runs().list(&filter, page).await?)
    }

    /// The run with this id.
    pub async fn run(&self, caller: &Caller, id: RunId) -> Result<Run, HubError> {
        let mut tx = self.store.read().await?;
        Ok(self.find_run(&mut *tx, caller, id, Ability::See).await?.0)
    }

    /// The run with this id and its sync, for somebody who wants to do that with it.
    async fn find_run(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        id: RunId,
        ability: Ability,
    ) -> Result<(Run, Sync), HubError> {
        let missing = || HubError::NotFound { noun: "run", name: id.to_string() };
        let run = tx.runs().find(id).await?.ok_or_else(missing)?;
        let sync = tx.syncs().find(run.sync_id).await?.filter(|sync| caller.sees(sync.connection_id));
        let sync = sync.ok_or_else(missing)?;
        let connection = tx.connections().find(sync.connection_id).await?.ok_or_else(missing)?;
        caller.may_on(connection.id, connection.name.as_str(), ability)?;
        Ok((run, sync))
    }

    /// A page of what happened to the rows of a run.
    pub async fn outcomes(
        &self,
        caller: &Caller,
        run: RunId,
        filter: &OutcomeFilter,
        page: &PageRequest,
    ) -> Result<Page<RecordOutcome>, HubError> {
        self.run(caller, run).await?;
        Ok(self.store.read().await?.outcomes().list(run, filter, page).await?)
    }

    /// What a run did, batch by batch: its newest batches, in order.
    pub async fn timeline(&self, caller: &Caller, run: RunId) -> Result<Vec<TimelineBatch>, HubError> {
        self.run(caller, run).await?;
        Ok(self.store.read().await?.timelines().list(run).await?)
    }

    /// Ends a run: the batch under way is finished, no other is begun. One that has ended stays as it is.
    pub async fn cancel_run(&self, caller: &Caller, id: RunId) -> Result<Run, HubError> {
        let mut tx = self.store.write().await?;
        let (mut run, sync) = self.find_run(&mut *tx, caller, id, Ability::Run).await?;
        if !run.state.is_final() {
            let was = json!({ "state": run.state });
            run.state = RunState::Cancelled;
            run.finished_at = Some(self.clock.now());
            tx.runs().update(&run).await?;
            let deed = Deed::new("run.cancel").to(run.id, Some(&sync.name)).of(sync.connection_id);
            self.record(&mut *tx, caller, deed.was(was).is(json!({ "state": run.state }))).await?;
            tx.commit().await?;
        }
        Ok(run)
    }
}
