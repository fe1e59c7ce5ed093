//! Marking an installation as restored.

use salesbridge_model::{Ability, PageRequest, Timestamp};
use salesbridge_store::{Store, StoreError, SyncFilter, Verification, VerificationState};
use serde_json::json;

use crate::audit::{Deed, record};
use crate::syncs::SyncDetails;
use crate::{Caller, Hub, HubError};

/// Marks every sync of a store that was restored: before it writes, it finds again what happened since the backup was made. Says how many there are.
pub async fn mark_restored(
    store: &dyn Store,
    caller: &Caller,
    made_at: Timestamp,
    restored_at: Timestamp,
) -> Result<u64, StoreError> {
    let mut tx = store.write().await?;
    let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
    let mut marked = 0;
    loop {
        let syncs = tx.syncs().list(&SyncFilter::default(), &page).await?;
        for sync in &syncs.items {
            let known = tx.verifications().find(sync.id).await?;
            let since = known.map_or(made_at, |known| known.since.min(made_at));
            let verification = Verification { since, until: restored_at, state: VerificationState::Pending };
            tx.verifications().save(sync.id, Some(&verification)).await?;
            marked += 1;
        }
        let Some(next) = syncs.next else { break };
        page.after = Some(next);
    }
    let told = json!({ "backup_made_at": made_at, "syncs": marked });
    record(&mut *tx, caller, restored_at, Deed::new("installation.restore").is(told)).await?;
    tx.commit().await?;
    Ok(marked)
}

impl Hub {
    /// Marks this installation as restored from a backup that was made at an instant; says how many syncs verify their links now.
    pub async fn mark_restored(&self, caller: &Caller, made_at: Timestamp) -> Result<u64, HubError> {
        caller.may_everywhere(Ability::Administer)?;
        let now = self.clock.now();
        if made_at > now {
            return Err(HubError::invalid("made_at", "lies in the future".to_owned()));
        }
        let marked = mark_restored(&*self.store, caller, made_at, now).await?;
        self.signal_mended();
        Ok(marked)
    }

    /// Lets the rows of a sync be sent that waited because of a restore: a person says that the records found belong to none of them.
    pub async fn release_sync(&self, caller: &Caller, name: &str) -> Result<SyncDetails, HubError> {
        let sync = self.find_sync(caller, name, Ability::Run).await?;
        let mut tx = self.store.write().await?;
        let rows = self.engine.release_restored(&mut *tx, sync.id).await?;
        self.record(&mut *tx, caller, Deed::to_sync("sync.release", &sync).is(json!({ "rows": rows }))).await?;
        tx.commit().await?;
        self.signal_mended();
        self.sync_after(sync.id).await
    }
}
