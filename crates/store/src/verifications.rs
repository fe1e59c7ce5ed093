//! What syncs have to find again after a restore, before they write.

use async_trait::async_trait;
use salesbridge_model::{SyncId, Timestamp};

use crate::StoreError;

/// What a sync has to find again: records that were made, and links that were confirmed, after the backup that this installation was restored from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Verification {
    /// When the backup was made: what happened before is remembered.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// When it was restored: whoever wrote after the backup has ended by then.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// How far it is.
    pub state: VerificationState,
}

/// How far a verification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerificationState {
    /// Nothing has been compared: nothing is written.
    Pending,
    /// Everything has been compared, and records remain that stand for no row. A row that is new may be one of theirs.
    Guarding,
}

/// What syncs have to find again after a restore. A sync without an entry has nothing to find.
#[async_trait]
pub trait VerificationRepository: Send {
    /// The sync's verification.
    async fn find(&mut self, sync: SyncId) -> Result<Option<Verification>, StoreError>;

    /// Stores the sync's verification, or removes it. A sync that does not exist is [`StoreError::Reference`].
    async fn save(&mut self, sync: SyncId, verification: Option<&Verification>) -> Result<(), StoreError>;
}
