//! The right to write, taken and kept as the hub does it.

use std::sync::Arc;
use std::time::Duration;

use salesbridge_journal::Lease;
use salesbridge_model::{Clock, Timestamp};
use salesbridge_store::{Store, StoreError};

use super::process::Process;
use super::town::Town;

/// How long a lease lasts when several processes share the store, and how long of it something may be sent.
const LEASE: Duration = Duration::from_secs(30);
const USABLE: Duration = Duration::from_secs(20);

impl Process {
    /// The right to write; `None` while another process has it.
    pub(super) async fn takes_lease(&mut self, town: &Town) -> Result<Option<Arc<Lease>>, StoreError> {
        if let Some(kept) = &self.kept {
            return Ok(Some(kept.clone()));
        }
        let shared = town.processes() > 1;
        let (name, now, taken_at) = (format!("sync:{}", town.sync), town.now(), town.clock.monotonic());
        let until = if shared { now + chrono::Duration::from_std(LEASE).unwrap() } else { Timestamp::MAX_UTC };
        let mut tx = self.store.write().await?;
        let holder = format!("process {}", self.number);
        let Some(token) = tx.leases().take(&name, &holder, now, until).await? else { return Ok(None) };
        tx.commit().await?;
        let lease = Arc::new(Lease::new(name, token, taken_at, shared.then(|| taken_at + USABLE)));
        self.kept = (!shared).then(|| lease.clone());
        Ok(Some(lease))
    }
}

/// Prolongs a lease, unless another process has it.
pub(super) async fn prolong(town: &Town, lease: &Lease) {
    let until = town.now() + chrono::Duration::from_std(LEASE).unwrap();
    let mut tx = town.disk.write().await.unwrap();
    if tx.leases().prolong(lease.name(), lease.token(), until).await.unwrap() {
        tx.commit().await.unwrap();
        lease.prolong(town.clock.monotonic() + USABLE);
    }
}
