//! Links: source row ↔ record.

use async_trait::async_trait;
use salesbridge_model::{Link, Page, PageRequest, SyncId};

use crate::StoreError;

/// Links. A source row has at most one per sync, and no two source rows of one sync share a record (R53).
#[async_trait]
pub trait LinkRepository: Send {
    /// The links of these source rows, by key; rows without one are left out.
    async fn find_many(&mut self, sync: SyncId, keys: &[String]) -> Result<Vec<Link>, StoreError>;

    /// Stores links by (sync, source key). A record that another row of the sync holds is [`StoreError::Taken`].
    async fn save(&mut self, links: &[Link]) -> Result<(), StoreError>;

    /// Those of the record ids that any link of any sync holds.
    async fn claimed(&mut self, record_ids: &[String]) -> Result<Vec<String>, StoreError>;

    /// Removes the links of these source rows; says how many there were.
    async fn remove(&mut self, sync: SyncId, keys: &[String]) -> Result<u64, StoreError>;

    /// Forgets what was confirmed for a field, in every link of the sync.
    async fn forget_field(&mut self, sync: SyncId, field: &str) -> Result<(), StoreError>;

    /// A page of a sync's links, by key.
    async fn list(&mut self, sync: SyncId, page: &PageRequest) -> Result<Page<Link>, StoreError>;

    /// How many a sync has.
    async fn count(&mut self, sync: SyncId) -> Result<u64, StoreError>;
}
