//! Keeping syncs from advancing while something is done that an advance must not see half of.

use std::sync::Arc;
use std::time::Duration;

use salesbridge_journal::Lease;
use salesbridge_model::{Sync, SyncId};
use salesbridge_store::Transaction;
use salesbridge_sync::EngineError;

use crate::{Hub, HubError};

/// How long an advance under way is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// Syncs that do not advance as long as this is kept, in any process.
pub(crate) struct HeldBack<'a> {
    hub: &'a Hub,
    syncs: Vec<SyncId>,
    leases: Vec<Arc<Lease>>,
}

impl Hub {
    /// Waits for the advances of these syncs to end; no other begins until the value is let go. For work that takes moments: the leases are not prolonged.
    pub(crate) async fn hold_back(&self, syncs: &[Sync]) -> Result<HeldBack<'_>, HubError> {
        let mut held = HeldBack { hub: self, syncs: Vec::new(), leases: Vec::new() };
        let mut waited = Duration::ZERO;
        for sync in syncs {
            while !held.take(sync.id).await? {
                if waited >= PATIENCE {
                    held.let_go().await?;
                    return Err(busy(sync));
                }
                tokio::time::sleep(LOOK).await;
                waited += LOOK;
            }
        }
        Ok(held)
    }
}

impl HeldBack<'_> {
    async fn take(&mut self, sync: SyncId) -> Result<bool, HubError> {
        if !self.syncs.contains(&sync) {
            let mut progress = self.hub.progress.lock();
            let mine = progress.entry(sync).or_default();
            if std::mem::replace(&mut mine.busy, true) {
                return Ok(false);
            }
            self.syncs.push(sync);
        }
        let Some(lease) = self.hub.leases.take(sync).await? else { return Ok(false) };
        self.leases.push(lease);
        Ok(true)
    }

    /// Refuses to go on when another process has taken over meanwhile; in the transaction that writes.
    pub(crate) async fn check(&self, tx: &mut dyn Transaction) -> Result<(), HubError> {
        for lease in &self.leases {
            if !tx.leases().is_current(lease.name(), lease.token()).await? {
                return Err(EngineError::LeaseLost.into());
            }
        }
        Ok(())
    }

    /// Lets the syncs advance again.
    pub(crate) async fn let_go(mut self) -> Result<(), HubError> {
        for lease in std::mem::take(&mut self.leases) {
            self.hub.leases.give_back(&lease).await?;
        }
        Ok(())
    }
}

/// Leases that were not given back run out by themselves.
impl Drop for HeldBack<'_> {
    fn drop(&mut self) {
        let mut progress = self.hub.progress.lock();
        for sync in &self.syncs {
            progress.entry(*sync).or_default().busy = false;
        }
        drop(progress);
        self.hub.signal();
    }
}

fn busy(sync: &Sync) -> HubError {
    HubError::NotPossible {
        code: "sync_busy",
        message: format!("the sync {} is in the middle of a run", sync.name),
        remedy: format!(
            "Do it again when the run has ended, or end it: `salesbridge sync runs {}` shows its id",
            sync.name
        ),
    }
}
