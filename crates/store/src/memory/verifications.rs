//! What syncs have to find again after a restore.

use async_trait::async_trait;
use salesbridge_model::SyncId;

use super::transaction::MemoryTransaction;
use crate::{StoreError, Verification, VerificationRepository};

pub(super) struct MemoryVerifications<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl VerificationRepository for MemoryVerifications<'_> {
    async fn find(&mut self, sync: SyncId) -> Result<Option<Verification>, StoreError> {
        Ok(self.0.seen("verifications.find")?.verifications.get(&sync).cloned())
    }

    async fn save(&mut self, sync: SyncId, verification: Option<&Verification>) -> Result<(), StoreError> {
        const OPERATION: &str = "verifications.save";
        let state = self.0.changed(OPERATION)?;
        let Some(verification) = verification else {
            state.verifications.remove(&sync);
            return Ok(());
        };
        state.needs_sync(sync, OPERATION)?;
        state.verifications.insert(sync, verification.clone());
        Ok(())
    }
}
