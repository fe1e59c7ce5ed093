//! Sending rows that are due: changed at the source, put off before, or asked for again.

use salesbridge_model::{Run, RunCounts, RunId, RunState, RunTrigger};
use salesbridge_store::{DueRow, Transaction};

use crate::deliver::Delivery;
use crate::engine::{Engine, Job, is_open};
use crate::error::EngineError;
use crate::outgoing::Outgoing;
use crate::settle::Settlement;

/// Rows looked at in one stretch, unless a batch can be larger.
const DUE_ROWS: usize = 1000;

impl Engine {
    /// Sends every row that is due now; `Some` when the advance ends before that.
    pub(crate) async fn send_due(&self, job: &Job<'_>) -> Delivery {
        let most = DUE_ROWS.max(job.largest_batch(true)).max(job.largest_batch(false));
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        loop {
            let due = self.store.read().await?.due().ready(job.sync.id, self.clock.now(), most).await?;
            if due.is_empty() {
                self.finish_changes_run(job).await?;
                return Ok(None);
            }
            if job.stop.is_cancelled() {
                return Ok(Some(crate::Advance::Stopped));
            }
            if let Some(ending) = self.send_stretch(job, &due).await? {
                return Ok(Some(ending));
            }
        }
    }

    async fn send_stretch(&self, job: &Job<'_>, due: &[DueRow]) -> Delivery {
        let keys: Vec<String> = due.iter().map(|row| row.source_key.clone()).collect();
        let mapped = job.plan.apply(&job.source.with_keys(&keys).await?);
        let links = self.store.read().await?.links().find_many(job.sync.id, &keys).await?;
        let mut outgoing = Outgoing::default();
        outgoing.sort_in(job.plan, &mapped, &links, due, self.clock.now());
        // Rows that are gone at the source have nothing to send.
        let gone = due.iter().filter(|row| !mapped.keys.contains(&row.source_key));
        outgoing.unchanged.extend(gone.map(|row| (row.source_key.clone(), row.revision)));

        if outgoing.nothing_to_send() && outgoing.refused.is_empty() {
            let mut tx = self.write(job).await?;
            tx.due().clear(job.sync.id, &outgoing.unchanged).await?;
            tx.commit().await?;
            return Ok(None);
        }
        let run = self.changes_run(job, due).await?;
        self.settle_unsent(job, run, &mut outgoing).await?;
        for rows in [outgoing.creates, outgoing.updates] {
            if let Some(ending) = self.deliver(job, run, rows).await? {
                return Ok(Some(ending));
            }
        }
        Ok(None)
    }

    /// Stores the ends of rows that are not sent: unchanged and refused ones.
    async fn settle_unsent(&self, job: &Job<'_>, run: RunId, outgoing: &mut Outgoing) -> Result<(), EngineError> {
        if outgoing.unchanged.is_empty() && outgoing.refused.is_empty() && outgoing.notes.is_empty() {
            return Ok(());
        }
        let mut tx = self.write(job).await?;
        let refused: Vec<String> = outgoing.refused.iter().map(|(key, ..)| key.clone()).collect();
        let links = tx.links().find_many(job.sync.id, &refused).await?;
        let mut settlement = Settlement::new(job, run, self.clock.now(), links, Vec::new());
        outgoing.unchanged.drain(..).for_each(|(key, revision)| settlement.clear(key, revision));
        outgoing.refused.drain(..).for_each(|(key, revision, refusal)| settlement.refuse(&key, revision, refusal));
        settlement.note(std::mem::take(&mut outgoing.notes));
        settlement.store(&mut *tx, 0).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The open run, unless one of the rows has had its outcome in it and has changed since: then that run ends and another begins. So a run tells of a
    /// row once, and a record that it made is not hidden by a later change of it.
    async fn changes_run(&self, job: &Job<'_>, due: &[DueRow]) -> Result<RunId, EngineError> {
        let changed: Vec<String> =
            due.iter().filter(|row| row.attempts == 0).map(|row| row.source_key.clone()).collect();
        let mut tx = self.write(job).await?;
        let open = tx.runs().open(job.sync.id).await?;
        if let Some(run) = open.into_iter().find(|run| is_open(run, RunTrigger::Changes)) {
            if tx.outcomes().recorded(run.id, &changed).await?.is_empty() {
                return Ok(run.id);
            }
            self.end(&mut *tx, run).await?;
        }
        let run = Run {
            id: RunId::make(&*self.ids),
            sync_id: job.sync.id,
            trigger: RunTrigger::Changes,
            state: RunState::Running,
            cursor: None,
            counts: RunCounts::default(),
            api_calls: 0,
            problem: None,
            warnings: job.plan.warnings(),
            created_at: self.clock.now(),
            finished_at: None,
        };
        tx.runs().insert(&run).await?;
        tx.commit().await?;
        Ok(run.id)
    }

    async fn finish_changes_run(&self, job: &Job<'_>) -> Result<(), EngineError> {
        let open = self.store.read().await?.runs().open(job.sync.id).await?;
        for run in open.into_iter().filter(|run| is_open(run, RunTrigger::Changes)) {
            self.finish(job, run.id).await?;
        }
        Ok(())
    }

    /// Ends a run whose rows have all been handled, with the state that tells the truth about them.
    pub(crate) async fn finish(&self, job: &Job<'_>, run: RunId) -> Result<(), EngineError> {
        let mut tx = self.write(job).await?;
        let found = tx.runs().find(run).await?;
        if let Some(run) = found.filter(|run| !run.state.is_final()) {
            self.end(&mut *tx, run).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn end(&self, tx: &mut dyn Transaction, mut run: Run) -> Result<(), EngineError> {
        let all_arrived = run.counts.refused + run.counts.uncertain + run.counts.deferred == 0;
        run.state = if all_arrived { RunState::Completed } else { RunState::CompletedWithRefusals };
        run.problem = None;
        run.finished_at = Some(self.clock.now());
        tx.runs().update(&run).await?;
        crate::timeline::count_run(&run);
        tracing::info!(
            run.id = %run.id, rows.read = run.counts.read(), rows.created = run.counts.created,
            rows.updated = run.counts.updated, rows.refused = run.counts.refused,
            "run {} finished: {} created, {} updated, {} refused", run.id, run.counts.created, run.counts.updated,
            run.counts.refused
        );
        Ok(())
    }
}
