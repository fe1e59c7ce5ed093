//! What is too old goes, a few rows at a time.

use std::sync::Arc;
use std::time::Duration;

use salesbridge_model::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::people::FORGOTTEN_AFTER;
use crate::{Chain, Hub, HubError};

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days that a run is kept after its end, with its timeline.
    pub run_days: u32,
    /// Newest runs of each sync that are kept however old they are.
    pub runs_kept: u32,
    /// Days that what happened to each row is kept after the end of its run.
    pub outcome_days: u32,
    /// Days that a change waits for a sync that is held; a sync that comes later compares everything.
    pub outbox_days: u32,
    /// Days that is kept what was done, and by whom.
    pub audit_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { run_days: 90, runs_kept: 20, outcome_days: 90, outbox_days: 30, audit_days: 400 }
    }
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Runs.
    pub runs: u64,
    /// Outcomes, but for those that went with their runs.
    pub outcomes: u64,
    /// Changes.
    pub changes: u64,
    /// Entries of the audit log.
    pub audit: u64,
    /// Sessions of people that have ended, links that have expired, failed sign-ins, and sign-ins for connections of long ago.
    pub sign_ins: u64,
}

/// How long it is told what became of a sign-in for a connection.
const SIGN_INS_KEPT: chrono::Duration = chrono::Duration::days(7);
/// Rows of one transaction.
const STEP: u32 = 500;
/// Runs of one transaction: each takes its outcomes along.
const RUN_STEP: u32 = 20;
/// Time between two rounds.
const EVERY: Duration = Duration::from_secs(60 * 60);

impl Hub {
    /// Removes what is too old, now and every hour, until `stop` is set.
    pub async fn keep_house(self: Arc<Self>, retention: Retention, stop: CancellationToken) {
        loop {
            match self.tidy(&retention).await {
                Ok(tidied) if tidied == Tidied::default() => {}
                Ok(tidied) => tracing::info!(
                    runs = tidied.runs,
                    outcomes = tidied.outcomes,
                    changes = tidied.changes,
                    audit = tidied.audit,
                    sign_ins = tidied.sign_ins,
                    "removed what was too old: {} runs, {} outcomes, {} changes, {} entries of the audit log, {} sessions and links",
                    tidied.runs,
                    tidied.outcomes,
                    tidied.changes,
                    tidied.audit,
                    tidied.sign_ins
                ),
                Err(error) => {
                    tracing::warn!(error = %Chain(&error), "what is too old could not be removed; it is tried again in an hour");
                }
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Removes what is too old now.
    pub async fn tidy(&self, retention: &Retention) -> Result<Tidied, HubError> {
        let mut tidied = Tidied::default();
        let days_ago = |days| before(self.clock.now(), days);
        while let removed @ 1.. = self.remove_outcomes(days_ago(retention.outcome_days)).await? {
            tidied.outcomes += removed;
        }
        while let removed @ 1.. = self.remove_runs(days_ago(retention.run_days), retention.runs_kept).await? {
            tidied.runs += removed;
        }
        let mut tx = self.store.write().await?;
        tidied.changes += tx.outbox().trim().await?;
        tx.commit().await?;
        while let removed @ 1.. = self.outpace(days_ago(retention.outbox_days)).await? {
            tidied.changes += removed;
        }
        while let removed @ 1.. = self.forget_audit(days_ago(retention.audit_days)).await? {
            tidied.audit += removed;
        }
        while self.forget_answers(STEP).await? > 0 {}
        tidied.sign_ins += self.forget_sign_ins().await?;
        Ok(tidied)
    }

    /// Removes what no longer lets anybody in, or keeps anybody out.
    async fn forget_sign_ins(&self) -> Result<u64, HubError> {
        let now = self.clock.now();
        let forgotten = now - FORGOTTEN_AFTER;
        let mut removed = 0;
        loop {
            let mut tx = self.store.write().await?;
            let sessions = tx.person_sessions().prune(now, STEP).await?;
            let throttles = tx.throttles().prune(forgotten, STEP).await?;
            let links = tx.invitations().prune(now).await?;
            let attempts = tx.sign_ins().prune(now - SIGN_INS_KEPT, STEP).await?;
            tx.commit().await?;
            let step = sessions + throttles + links + attempts;
            removed += step;
            if step == 0 {
                return Ok(removed);
            }
        }
    }

    async fn remove_outcomes(&self, ended_before: Timestamp) -> Result<u64, HubError> {
        let mut tx = self.store.write().await?;
        let removed = tx.housekeeping().remove_outcomes(ended_before, STEP).await?;
        tx.commit().await?;
        Ok(removed)
    }

    async fn forget_audit(&self, done_before: Timestamp) -> Result<u64, HubError> {
        let mut tx = self.store.write().await?;
        let removed = tx.audit().prune(done_before, STEP).await?;
        tx.commit().await?;
        Ok(removed)
    }

    async fn remove_runs(&self, ended_before: Timestamp, keep: u32) -> Result<u64, HubError> {
        let mut tx = self.store.write().await?;
        let removed = tx.housekeeping().remove_runs(ended_before, keep, RUN_STEP).await?;
        tx.commit().await?;
        Ok(removed)
    }

    /// Removes changes that are too old to wait for syncs that are held. Those compare every row when they go on.
    async fn outpace(&self, changed_before: Timestamp) -> Result<u64, HubError> {
        let mut tx = self.store.write().await?;
        let (removed, behind) = tx.housekeeping().outpace(changed_before, STEP).await?;
        for id in behind {
            let found = tx.syncs().find(id).await?;
            if let Some(sync) = found {
                self.queue_full_run(&mut *tx, &sync).await?;
                tracing::info!(
                    sync.id = %id,
                    "sync {} has waited too long for its changes; it compares every row when it goes on", sync.name
                );
            }
        }
        tx.commit().await?;
        Ok(removed)
    }
}

fn before(now: Timestamp, days: u32) -> Timestamp {
    now.checked_sub_signed(chrono::Duration::days(i64::from(days))).unwrap_or(Timestamp::MIN_UTC)
}
