//! Leases on syncs: of several processes on one store, one writes for a sync at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use salesbridge_journal::Lease;
use salesbridge_model::{Clock, SyncId, Timestamp};
use salesbridge_store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::Chain;

/// How this process shares its store.
#[derive(Clone, Debug)]
pub struct LeaseTerms {
    /// Name of this process, for people; another one each time it starts.
    pub holder: String,
    /// How long a lease lasts without being prolonged, when other processes use the store too; `None` when the store is this process's alone.
    pub shared_for: Option<Duration>,
}

/// Takes, prolongs and gives back leases.
pub(crate) struct LeaseKeeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    terms: LeaseTerms,
    /// Leases that are kept until the process ends, because nobody else could want them.
    kept: Mutex<HashMap<SyncId, Arc<Lease>>>,
}

impl LeaseKeeper {
    /// When the store is this process's alone, leases of earlier processes have ended with them.
    pub(crate) async fn begin(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        terms: LeaseTerms,
    ) -> Result<Self, StoreError> {
        if terms.shared_for.is_none() {
            let mut tx = store.write().await?;
            let leases = tx.leases().give_all_back().await?;
            let refreshes = tx.sessions().end_every_refresh().await?;
            if leases + refreshes > 0 {
                tx.commit().await?;
            }
        }
        Ok(Self { store, clock, terms, kept: Mutex::default() })
    }

    /// Whether other processes use the store too.
    pub(crate) fn are_shared(&self) -> bool {
        self.terms.shared_for.is_some()
    }

    /// Name of this process.
    pub(crate) fn holder(&self) -> &str {
        &self.terms.holder
    }

    /// The right to write for a sync; `None` while another process has it.
    pub(crate) async fn take(&self, sync: SyncId) -> Result<Option<Arc<Lease>>, StoreError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&sync).cloned();
        if kept.is_some() {
            return Ok(kept);
        }
        let (name, now, taken_at) = (format!("sync:{sync}"), self.clock.now(), self.clock.monotonic());
        let until = self.terms.shared_for.map_or(Timestamp::MAX_UTC, |length| end_of(now, length));
        let mut tx = self.store.write().await?;
        let Some(token) = tx.leases().take(&name, &self.terms.holder, now, until).await? else { return Ok(None) };
        tx.commit().await?;
        let good_until = self.terms.shared_for.map(|length| taken_at + usable(length));
        let lease = Arc::new(Lease::new(name, token, self.clock.monotonic(), good_until));
        if self.terms.shared_for.is_none() {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(sync, lease.clone());
        }
        Ok(Some(lease))
    }

    /// Prolongs a lease for as long as this is polled; when another process has it all the same, `stop` is set. Never ends by itself.
    pub(crate) async fn keep(&self, lease: &Lease, stop: &CancellationToken) {
        let mut has_told = false;
        while let Some(length) = self.terms.shared_for {
            tokio::time::sleep(length / 3).await;
            match self.prolong(lease, length).await {
                Ok(true) => has_told = false,
                Ok(false) => {
                    tracing::warn!(lease = lease.name(), "another process has taken over {}", lease.name());
                    stop.cancel();
                    break;
                }
                Err(_) if has_told => {}
                Err(error) => {
                    has_told = true;
                    tracing::warn!(lease = lease.name(), error = %Chain(&error), "{} could not be prolonged", lease.name());
                }
            }
        }
        std::future::pending().await
    }

    /// Lets other processes have it.
    pub(crate) async fn give_back(&self, lease: &Lease) -> Result<(), StoreError> {
        if self.terms.shared_for.is_some() {
            let mut tx = self.store.write().await?;
            tx.leases().give_back(lease.name(), lease.token()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn prolong(&self, lease: &Lease, length: Duration) -> Result<bool, StoreError> {
        let (now, monotonic) = (self.clock.now(), self.clock.monotonic());
        let mut tx = self.store.write().await?;
        let prolonged = tx.leases().prolong(lease.name(), lease.token(), end_of(now, length)).await?;
        tx.commit().await?;
        if prolonged {
            lease.prolong(monotonic + usable(length));
        }
        Ok(prolonged)
    }
}

/// What is sent leaves well before others may think the lease has ended: their clocks may differ from ours.
fn usable(length: Duration) -> Duration {
    length * 2 / 3
}

fn end_of(now: Timestamp, length: Duration) -> Timestamp {
    now + chrono::Duration::from_std(length).unwrap_or_default()
}
