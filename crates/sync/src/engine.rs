//! The engine: recovers, continues, takes in, sends, until nothing is left.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use salesbridge_connector_kit::{Batching, Destination, ObjectSchema, Operation, Source, WriteOptions};
use salesbridge_journal::{Journal, Lease, Steps};
use salesbridge_model::{Clock, IdMaker, InstallationId, RunState, RunTrigger, Sync, SyncId};
use salesbridge_store::{Store, Transaction};
use tokio_util::sync::CancellationToken;

use crate::advance::{Advance, Obstacle};
use crate::error::EngineError;
use crate::locked::LockedRows;
use crate::mapping::MappingPlan;

/// The outbound engine of a process. It keeps nothing between advances that is not in the store or the journal.
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) journal: Journal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdMaker>,
    pub(crate) steps: Arc<dyn Steps>,
    /// Writes whose answer was stored, per sync, in this process.
    pub(crate) answered: Mutex<HashMap<SyncId, u64>>,
    /// Rows that found a record locked, in this process.
    pub(crate) locked: LockedRows,
    /// Newest revision of the rows that wait because of a restore, when they were last looked at, per sync.
    pub(crate) looked_again: Mutex<HashMap<SyncId, i64>>,
}

/// What is to be advanced: one sync with both its ends open.
pub struct Job<'a> {
    /// The sync.
    pub sync: &'a Sync,
    /// Its stream.
    pub source: &'a dyn Source,
    /// Its connection.
    pub destination: &'a dyn Destination,
    /// What its object looks like.
    pub object: &'a ObjectSchema,
    /// Its mapping, checked against both. Once the stored sync says otherwise, the advance stops, and the job has to be opened anew.
    pub plan: &'a MappingPlan,
    /// This installation.
    pub installation: InstallationId,
    /// The right to write for the sync.
    pub lease: &'a Lease,
    /// When set, no further batch is begun.
    pub stop: &'a CancellationToken,
}

impl Job<'_> {
    pub(crate) fn write_options(&self) -> WriteOptions {
        WriteOptions {
            allow_duplicates: self.sync.options.allow_duplicates,
            assignment_rules: self.sync.options.assignment_rules,
        }
    }

    /// What is done with rows that all make a record, or all change one.
    pub(crate) fn operation(&self, creating: bool) -> Operation {
        match creating {
            true => Operation::Create { external_id_field: self.sync.options.external_id_field.clone() },
            false => Operation::Update,
        }
    }

    /// How so many rows are parted into batches.
    pub(crate) fn batching(&self, creating: bool, rows: usize) -> Batching {
        self.destination.batching(&self.operation(creating), self.write_options(), rows)
    }

    /// Rows of the largest batch there can be: as many are gathered before any is sent.
    pub(crate) fn largest_batch(&self, creating: bool) -> usize {
        self.batching(creating, usize::MAX).rows
    }

    /// Whether the sync, as it is stored now, still says what this job was opened with.
    pub(crate) fn is_of(&self, stored: &Sync) -> bool {
        let what = |sync: &Sync| (sync.connection_id, sync.stream.clone(), sync.object.clone());
        what(stored) == what(self.sync) && stored.mapping == self.sync.mapping && stored.options == self.sync.options
    }
}

impl Engine {
    /// An engine of the process that owns the store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn IdMaker>, steps: Arc<dyn Steps>) -> Self {
        let journal = Journal::new(clock.clone(), ids.clone());
        let (answered, locked, looked_again) = (Mutex::default(), LockedRows::default(), Mutex::default());
        Self { store, journal, clock, ids, steps, answered, locked, looked_again }
    }

    /// Does all that is to be done for a sync now: recovers writes whose answer was lost, continues a full run, sends rows that are due. One advance
    /// per sync at a time; rows of one source key go out in the order of their changes.
    ///
    /// Whatever interrupts it, the next advance goes on where the store says.
    pub async fn advance(&self, job: &Job<'_>) -> Result<Advance, EngineError> {
        if let Some(ending) = self.verify(job).await? {
            return Ok(ending);
        }
        if let Some(ending) = self.recover(job).await? {
            return Ok(ending);
        }
        loop {
            self.take_in(job).await?;
            // A change may be what a row that waits because of a restore was missing.
            if let Some(ending) = self.verify(job).await? {
                return Ok(ending);
            }
            if let Some(ending) = self.send_due(job).await? {
                return Ok(ending);
            }
            match self.continue_full_run(job).await? {
                FullRun::None => break,
                FullRun::Goes => {}
                FullRun::Ends(ending) => return Ok(ending),
            }
        }
        let mut tx = self.store.read().await?;
        let next_at = tx.due().next_ready_at(job.sync.id, self.clock.now()).await?;
        Ok(Advance::Idle { next_at })
    }

    /// How many writes of a sync have been answered in this process: whether an advance that ended at an obstacle came any further.
    pub fn answered(&self, sync: SyncId) -> u64 {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).get(&sync).copied().unwrap_or_default()
    }

    /// A transaction that writes for the sync of a job, after it has seen that this process still may.
    pub(crate) async fn write(&self, job: &Job<'_>) -> Result<Box<dyn Transaction>, EngineError> {
        let mut tx = self.store.write().await?;
        let is_current = tx.leases().is_current(job.lease.name(), job.lease.token()).await?;
        if is_current { Ok(tx) } else { Err(EngineError::LeaseLost) }
    }

    async fn take_in(&self, job: &Job<'_>) -> Result<(), EngineError> {
        let now = self.clock.now();
        let mut tx = self.write(job).await?;
        if tx.due().take_in(job.sync.id, &job.sync.stream, now).await? > 0 {
            tx.outbox().trim().await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Marks what stands in the way on the sync's open runs, or clears it.
    pub async fn note_obstacle(&self, sync: &Sync, obstacle: Option<&Obstacle>) -> Result<(), EngineError> {
        let mut tx = self.store.write().await?;
        let runs = tx.runs().open(sync.id).await?;
        let problem = obstacle.map(|obstacle| obstacle.problem().clone());
        let stale: Vec<_> = runs.into_iter().filter(|run| run.problem != problem).collect();
        for mut run in stale.iter().cloned() {
            run.problem.clone_from(&problem);
            tx.runs().update(&run).await?;
        }
        if !stale.is_empty() {
            tx.commit().await?;
        }
        Ok(())
    }
}

/// What became of a full run in one stretch.
pub(crate) enum FullRun {
    /// There is none to continue.
    None,
    /// A stretch of it is done; rows that are due may go first.
    Goes,
    /// The advance ends here.
    Ends(Advance),
}

/// The open run of a kind, if any: queued or running.
pub(crate) fn is_open(run: &salesbridge_model::Run, trigger: RunTrigger) -> bool {
    run.trigger == trigger && matches!(run.state, RunState::Queued | RunState::Running)
}
