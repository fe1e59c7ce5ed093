//! Runs.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, Run, RunId, SyncId};

use crate::StoreError;

/// Runs.
#[async_trait]
pub trait RunRepository: Send {
    /// Adds one.
    async fn insert(&mut self, run: &Run) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: RunId) -> Result<Option<Run>, StoreError>;

    /// Stores every field but `id`, `sync_id`, `trigger` and `created_at`; false when there is no such run.
    async fn update(&mut self, run: &Run) -> Result<bool, StoreError>;

    /// The sync's runs that are not final, oldest first.
    async fn open(&mut self, sync: SyncId) -> Result<Vec<Run>, StoreError>;

    /// A page of runs, newest first (by id, which grows with time); of one sync, or of all.
    async fn list(&mut self, sync: Option<SyncId>, page: &PageRequest) -> Result<Page<Run>, StoreError>;
}
