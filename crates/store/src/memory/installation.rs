//! This installation.

use async_trait::async_trait;
use salesbridge_model::{InstallationId, Timestamp};

use super::transaction::MemoryTransaction;
use crate::{InstallationRepository, StoreError};

pub(super) struct MemoryInstallation<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl InstallationRepository for MemoryInstallation<'_> {
    async fn id(&mut self) -> Result<Option<InstallationId>, StoreError> {
        Ok(self.0.seen("installation.id")?.installation)
    }

    async fn create(&mut self, id: InstallationId, _: Timestamp) -> Result<(), StoreError> {
        let state = self.0.changed("installation.create")?;
        if state.installation.is_some() {
            return Err(StoreError::Taken { what: "installation id" });
        }
        state.installation = Some(id);
        Ok(())
    }
}
