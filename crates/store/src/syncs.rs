//! Syncs.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Page, PageRequest, Slug, Sync, SyncId};

use crate::StoreError;

/// Syncs.
#[async_trait]
pub trait SyncRepository: Send {
    /// Adds one; its position in the outbox is the newest change. A name in use is [`StoreError::Taken`].
    async fn insert(&mut self, sync: &Sync) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: SyncId) -> Result<Option<Sync>, StoreError>;

    /// The one with this name.
    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Sync>, StoreError>;

    /// A page of them, by name.
    async fn list(&mut self, page: &PageRequest) -> Result<Page<Sync>, StoreError>;

    /// Those that write through a connection, by name.
    async fn of_connection(&mut self, connection: ConnectionId) -> Result<Vec<Sync>, StoreError>;

    /// Stores every field but `id`, `name`, `connection_id` and `created_at`; false when there is no such sync.
    async fn update(&mut self, sync: &Sync) -> Result<bool, StoreError>;

    /// Removes it with its due rows, links, runs, outcomes and journal; false when there is none.
    async fn delete(&mut self, id: SyncId) -> Result<bool, StoreError>;
}
