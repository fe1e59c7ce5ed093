//! A full run: every row of the stream, in key order, compared with what was confirmed.

use std::ops::ControlFlow;

use salesbridge_model::{Run, RunState, RunTrigger};

use crate::advance::Advance;
use crate::deliver::Delivery;
use crate::engine::{Engine, FullRun, Job, is_open};
use crate::error::EngineError;
use crate::outgoing::Outgoing;
use crate::settle::Settlement;

/// Rows read at once.
const PAGE_ROWS: usize = 500;
/// Rows read before a checkpoint is forced, so that memory stays flat and changes wait for a stretch, not for the whole stream. Where batches are larger,
/// as many as the largest has.
const STRETCH_ROWS: usize = 10_000;

impl Engine {
    /// Continues the sync's open full run, if any, from its cursor to its next checkpoint.
    ///
    /// The cursor moves only when every row up to it is settled, in the transaction that counts the rows without a difference; a crash
    /// before it repeats the reading, and the links say which rows have arrived.
    pub(crate) async fn continue_full_run(&self, job: &Job<'_>) -> Result<FullRun, EngineError> {
        let run = match self.begin_full_run(job).await? {
            ControlFlow::Continue(run) => run,
            ControlFlow::Break(ending) => return Ok(ending),
        };
        let mut outgoing = Outgoing::default();
        let stretch_rows = STRETCH_ROWS.max(job.largest_batch(true)).max(job.largest_batch(false));
        let mut position = run.cursor.clone();
        let mut read = 0;
        loop {
            if job.stop.is_cancelled() {
                return Ok(FullRun::Ends(Advance::Stopped));
            }
            let page = job.source.after(position.as_deref(), PAGE_ROWS).await?;
            let mapped = job.plan.apply(&page);
            let at_end = mapped.keys.len() < PAGE_ROWS;
            read += mapped.keys.len();
            if let Some(last) = mapped.keys.last() {
                position = Some(last.clone());
                let mut tx = self.store.read().await?;
                let links = tx.links().find_many(job.sync.id, &mapped.keys).await?;
                let due = tx.due().find_many(job.sync.id, &mapped.keys).await?;
                outgoing.sort_in(job.plan, &mapped, &links, &due, self.clock.now());
                // Read again after a crash: what has its outcome in this run is done in it; if it has changed since, it is due.
                outgoing.leave_out(&tx.outcomes().recorded(run.id, &mapped.keys).await?);
            }
            let everything = at_end || read >= stretch_rows;
            if let Some(ending) = self.deliver_full_batches(job, &run, &mut outgoing, everything).await? {
                return Ok(FullRun::Ends(ending));
            }
            let checkpoint = everything || (outgoing.nothing_to_send() && !mapped.keys.is_empty());
            if checkpoint && !self.checkpoint(job, &run, &mut outgoing, position.clone()).await? {
                return Ok(FullRun::Ends(Advance::Stopped));
            }
            if at_end {
                self.finish(job, run.id).await?;
            }
            if checkpoint {
                return Ok(FullRun::Goes);
            }
        }
    }

    async fn begin_full_run(&self, job: &Job<'_>) -> Result<ControlFlow<FullRun, Run>, EngineError> {
        let open = self.store.read().await?.runs().open(job.sync.id).await?;
        let Some(mut run) = open.into_iter().find(|run| is_open(run, RunTrigger::Full)) else {
            return Ok(ControlFlow::Break(FullRun::None));
        };
        if run.state == RunState::Queued {
            let mut tx = self.write(job).await?;
            // Asked for because of an edit: it is not to be run by the mapping from before.
            if !tx.syncs().find(job.sync.id).await?.is_some_and(|stored| job.is_of(&stored)) {
                return Ok(ControlFlow::Break(FullRun::Ends(Advance::Stopped)));
            }
            run.state = RunState::Running;
            run.warnings = job.plan.warnings();
            tx.runs().update(&run).await?;
            tx.commit().await?;
        }
        Ok(ControlFlow::Continue(run))
    }

    /// Sends full batches; with `everything`, what is left too.
    async fn deliver_full_batches(
        &self,
        job: &Job<'_>,
        run: &Run,
        outgoing: &mut Outgoing,
        everything: bool,
    ) -> Delivery {
        for (creating, rows) in [(true, &mut outgoing.creates), (false, &mut outgoing.updates)] {
            let size = job.largest_batch(creating);
            let sendable = if everything { rows.len() } else { rows.len() - rows.len() % size };
            let batch: Vec<_> = rows.drain(..sendable).collect();
            if let Some(ending) = self.deliver(job, run.id, batch).await? {
                return Ok(Some(ending));
            }
        }
        Ok(None)
    }

    /// Moves the cursor, and counts what was compared and not sent; false when the run has been cancelled.
    async fn checkpoint(
        &self,
        job: &Job<'_>,
        run: &Run,
        outgoing: &mut Outgoing,
        position: Option<String>,
    ) -> Result<bool, EngineError> {
        let mut tx = self.write(job).await?;
        let unchanged = outgoing.unchanged.len() as u64;
        let refused: Vec<String> = outgoing.refused.iter().map(|(key, ..)| key.clone()).collect();
        let links = tx.links().find_many(job.sync.id, &refused).await?;
        let mut settlement = Settlement::new(job, run.id, self.clock.now(), links, Vec::new());
        outgoing.unchanged.drain(..).for_each(|(key, revision)| settlement.clear(key, revision));
        outgoing.refused.drain(..).for_each(|(key, revision, refusal)| settlement.refuse(&key, revision, refusal));
        outgoing.waiting.drain(..).for_each(|due| settlement.still_waits(due));
        settlement.note(std::mem::take(&mut outgoing.notes));
        settlement.store(&mut *tx, 0).await?;
        let stored = tx.runs().find(run.id).await?;
        let Some(mut stored) = stored.filter(|run| run.state == RunState::Running) else { return Ok(false) };
        stored.counts.unchanged += unchanged;
        stored.cursor = position;
        tx.runs().update(&stored).await?;
        tx.commit().await?;
        Ok(true)
    }
}
