//! Delivering a batch: prepare, journal, send, settle.

use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::{
    Answers, ConnectorError, Intent, NextStep, Refusal, Route, RowAnswer, SendFailure, SendWatch,
};
use salesbridge_journal::{NewIntent, Step};
use salesbridge_model::{RunId, RunProblem, RunState};
use salesbridge_store::{IntentRow, JournalEntry, Transaction};

use crate::advance::{Advance, Obstacle};
use crate::engine::{Engine, Job};
use crate::error::EngineError;
use crate::outgoing::{OutgoingRow, is_creating, write_batch};
use crate::settle::RowEnd;

/// A delivery: `None` when every row of it is settled, or why the advance ends here.
pub(crate) type Delivery = Result<Option<Advance>, EngineError>;

impl Engine {
    /// Delivers rows that all make a record, or all change one, in batches as the destination parts them. A batch that is refused as a whole is halved until
    /// the row at fault stands alone; smaller parts may go another way.
    #[tracing::instrument(
        name = "sync.deliver", skip_all,
        fields(run.id = %run, sync.id = %job.sync.id, connection.id = %job.sync.connection_id, rows = rows.len())
    )]
    pub(crate) async fn deliver(&self, job: &Job<'_>, run: RunId, rows: Vec<OutgoingRow>) -> Delivery {
        let rows = match self.guard(job, run, rows).await? {
            Ok(rows) => rows,
            Err(ending) => return Ok(Some(ending)),
        };
        let size = job.batching(is_creating(&rows), rows.len()).rows;
        let mut parts = self.locked.batches(job, rows, size);
        while let Some(mut batch) = parts.pop_front() {
            let batching = job.batching(is_creating(&batch), batch.len());
            if batch.len() > batching.rows {
                parts.push_front(batch.split_off(batching.rows));
            }
            match self.deliver_batch(job, run, &mut batch, batching.route).await? {
                Sent::Settled => {}
                Sent::Ends(ending) => return Ok(Some(ending)),
                Sent::RefusedWhole => {
                    parts.push_front(batch.split_off(batch.len() / 2));
                    parts.push_front(batch);
                }
            }
        }
        Ok(None)
    }

    /// The rows lose their intents to the journal, and have them back when they are refused as a whole.
    async fn deliver_batch(
        &self,
        job: &Job<'_>,
        run: RunId,
        rows: &mut [OutgoingRow],
        route: Route,
    ) -> Result<Sent, EngineError> {
        if job.stop.is_cancelled() {
            return Ok(Sent::Ends(Advance::Stopped));
        }
        let prepared = job.destination.prepare(&write_batch(job, job.plan.fields(), rows, route)).await;
        let intent = match prepared {
            Ok(intent) => intent,
            Err(error) => return Ok(Sent::Ends(self.obstructed(&error))),
        };
        self.steps.reached(Step::BeforeJournal);
        let intents = rows.iter_mut().map(|row| std::mem::take(&mut row.intent)).collect();
        let Some(entry) = self.record(job, run, intent, intents).await? else {
            return Ok(Sent::Ends(Advance::Stopped));
        };
        self.steps.reached(Step::AfterJournal);
        let calls_before = job.destination.calls_made();
        self.steps.reached(Step::BeforeSend);
        if !job.lease.is_good_at(self.clock.monotonic()) {
            return Err(EngineError::LeaseLost);
        }
        let sent = job.destination.send(&Intent(entry.payload.clone()), &Watch { engine: self, job, run }).await;
        let calls = job.destination.calls_made() - calls_before;
        let ending = self.settle_sent(job, &entry, sent, calls).await?;
        if matches!(ending, Sent::RefusedWhole) {
            rows.iter_mut().zip(entry.rows).for_each(|(row, intent)| row.intent = intent);
        }
        Ok(ending)
    }

    async fn settle_sent(
        &self,
        job: &Job<'_>,
        entry: &JournalEntry,
        sent: Result<Answers, SendFailure>,
        calls: u64,
    ) -> Result<Sent, EngineError> {
        match sent {
            Ok(answers) if answers.len() == entry.rows.len() => {
                self.steps.reached(Step::AfterAnswer);
                self.settle(job, entry, answers.into_iter().map(RowEnd::Answered).collect(), calls).await?;
                Ok(Sent::Settled)
            }
            Ok(answers) => {
                Ok(self.lost(entry, &miscounted(entry, answers.len(), NextStep::RetryLater { pause: None })))
            }
            Err(SendFailure::MayHaveHappened(error)) => Ok(self.lost(entry, &error)),
            Err(SendFailure::GivenUp) => Ok(self.left_alone(entry)),
            Err(SendFailure::NotSent(error)) => {
                self.settle(job, entry, vec![RowEnd::NotSent; entry.rows.len()], calls).await?;
                Ok(Sent::Ends(self.obstructed(&error)))
            }
            Err(SendFailure::Outdated(error)) => {
                self.settle(job, entry, vec![RowEnd::NotSent; entry.rows.len()], calls).await?;
                Ok(Sent::Ends(Advance::Obstructed(Obstacle::Outdated(problem_of(&error)))))
            }
            Err(SendFailure::RefusedWhole(refusal)) if entry.rows.len() == 1 => {
                self.settle(job, entry, vec![RowEnd::Answered(RowAnswer::Refused(refusal))], calls).await?;
                Ok(Sent::Settled)
            }
            Err(SendFailure::RefusedWhole(refusal)) => {
                self.note_refused_whole(entry, &refusal);
                self.settle(job, entry, vec![RowEnd::NotSent; entry.rows.len()], calls).await?;
                Ok(Sent::RefusedWhole)
            }
        }
    }

    fn lost(&self, entry: &JournalEntry, error: &ConnectorError) -> Sent {
        self.journal.broke(entry.id);
        tracing::warn!(
            intent.id = %entry.id, sync.id = %entry.sync_id, error = %error,
            "the answer to intent {} was lost; it is recovered before anything else is sent", entry.id
        );
        Sent::Ends(self.obstructed(error))
    }

    /// The other side goes on with it by itself; the next advance finds out how far it came.
    fn left_alone(&self, entry: &JournalEntry) -> Sent {
        self.journal.broke(entry.id);
        tracing::info!(
            intent.id = %entry.id, sync.id = %entry.sync_id, rows = entry.rows.len(),
            "intent {} is still being worked on and is no longer waited for; what became of it is found out later", entry.id
        );
        Sent::Ends(Advance::Stopped)
    }

    /// Journals an intent, in the transaction that sees that it is still wanted; `None` when it is not. So nothing is sent that was journalled after a
    /// person disabled the sync or its connection (R41).
    async fn record(
        &self,
        job: &Job<'_>,
        run: RunId,
        intent: Intent,
        rows: Vec<IntentRow>,
    ) -> Result<Option<JournalEntry>, EngineError> {
        let mut tx = self.write(job).await?;
        if !is_wanted(&mut *tx, job, run).await? {
            return Ok(None);
        }
        let new = NewIntent {
            sync_id: job.sync.id,
            run_id: run,
            connection_id: job.sync.connection_id,
            payload: intent.0,
            rows,
        };
        let entry = self.journal.record(&mut *tx, job.lease, new).await?;
        tx.commit().await?;
        Ok(Some(entry))
    }

    /// The end of an advance that a failed call brings about.
    pub(crate) fn obstructed(&self, error: &ConnectorError) -> Advance {
        let problem = problem_of(error);
        Advance::Obstructed(match error.next {
            NextStep::RetryLater { pause } => Obstacle::RetryLater { problem, pause },
            NextStep::HoldConnection => Obstacle::HoldConnection(problem),
            NextStep::HoldSync => Obstacle::HoldSync(problem),
        })
    }

    fn note_refused_whole(&self, entry: &JournalEntry, refusal: &Refusal) {
        tracing::info!(
            intent.id = %entry.id, rows = entry.rows.len(), code = %refusal.code,
            "a batch of {} rows was refused as a whole; its halves are sent to find the row at fault", entry.rows.len()
        );
    }
}

fn problem_of(error: &ConnectorError) -> RunProblem {
    RunProblem { code: error.code.clone(), message: error.message.clone(), remedy: error.remedy.clone() }
}

enum Sent {
    Settled,
    RefusedWhole,
    Ends(Advance),
}

struct Watch<'a> {
    engine: &'a Engine,
    job: &'a Job<'a>,
    run: RunId,
}

#[async_trait]
impl SendWatch for Watch<'_> {
    fn uploaded(&self) {
        self.engine.steps.reached(Step::AfterUpload);
    }

    fn sent(&self) {
        self.engine.steps.reached(Step::AfterSend);
    }

    fn answered(&self) {
        self.engine.steps.reached(Step::BeforeAnswer);
    }

    /// Whoever stops the process or switches the sync off does not wait for a job that takes an hour.
    async fn waits(&self, pause: Duration) -> bool {
        self.engine.steps.reached(Step::WhileWaiting);
        if !self.job.lease.is_good_at(self.engine.clock.monotonic()) {
            return false;
        }
        tokio::select! {
            biased;
            () = self.job.stop.cancelled() => return false,
            () = tokio::time::sleep(pause) => {}
        }
        let wanted = async {
            let mut tx = self.engine.store.read().await?;
            is_wanted(&mut *tx, self.job, self.run).await
        };
        // A store that cannot be read says nothing; the answer will be stored when it can.
        wanted.await.unwrap_or(true)
    }
}

/// An answer that does not say of every row what became of it settles none of them.
pub(crate) fn miscounted(entry: &JournalEntry, answers: usize, next: NextStep) -> ConnectorError {
    ConnectorError {
        code: "ANSWERS_MISCOUNTED".to_owned(),
        message: format!("{answers} answers came for {} rows", entry.rows.len()),
        remedy: "Report this as a fault of the connector".to_owned(),
        next,
        retry_until: None,
        cause: None,
    }
}

async fn is_wanted(tx: &mut dyn Transaction, job: &Job<'_>, run: RunId) -> Result<bool, EngineError> {
    let sync = tx.syncs().find(job.sync.id).await?;
    let connection = tx.connections().find(job.sync.connection_id).await?;
    let run = tx.runs().find(run).await?;
    Ok(sync.is_some_and(|sync| sync.enabled && sync.held.is_none() && job.is_of(&sync))
        && connection.is_some_and(|connection| connection.enabled && connection.held.is_none())
        && run.is_some_and(|run| run.state == RunState::Running))
}
