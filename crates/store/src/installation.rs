//! This installation.

use async_trait::async_trait;
use salesbridge_model::{InstallationId, Timestamp};

use crate::StoreError;

/// This installation.
#[async_trait]
pub trait InstallationRepository: Send {
    /// Its id, or `None` before [`InstallationRepository::create`].
    async fn id(&mut self) -> Result<Option<InstallationId>, StoreError>;

    /// Gives it its id, once. A second call is [`StoreError::Taken`].
    async fn create(&mut self, id: InstallationId, at: Timestamp) -> Result<(), StoreError>;
}
