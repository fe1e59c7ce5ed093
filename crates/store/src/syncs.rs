//! Syncs.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Page, PageRequest, Slug, Sync, SyncId};

use crate::StoreError;
use crate::paging::{Order, Sees, SortField, holds, pick, sortable};

/// Which syncs are wanted, and in which order. Empty finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncFilter {
    /// Of connections that somebody may see.
    pub sees: Sees,
    /// That write through this connection.
    pub connection: Option<ConnectionId>,
    /// That read this stream.
    pub stream: Option<String>,
    /// That write this object.
    pub object: Option<String>,
    /// Enabled ones, or the others.
    pub enabled: Option<bool>,
    /// Held ones, or the others.
    pub held: Option<bool>,
    /// Text that the name contains, in any case.
    pub search: Option<String>,
    /// In which order.
    pub order: Order<SyncField>,
}

/// What syncs may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncField {
    /// The name, which is their key.
    Name,
    /// When they were made.
    CreatedAt,
    /// When they were last edited.
    UpdatedAt,
}

impl SortField for SyncField {
    const FIELDS: &'static [(&'static str, Self)] =
        &[("name", Self::Name), ("created_at", Self::CreatedAt), ("updated_at", Self::UpdatedAt)];
}

impl SyncFilter {
    /// For implementations: whether a sync passes.
    pub fn wants(&self, sync: &Sync) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        self.sees.has(sync.connection_id)
            && self.connection.is_none_or(|connection| sync.connection_id == connection)
            && is(&self.stream, &sync.stream)
            && is(&self.object, &sync.object)
            && self.enabled.is_none_or(|enabled| sync.enabled == enabled)
            && self.held.is_none_or(|held| sync.held.is_some() == held)
            && holds([sync.name.as_str()], self.search.as_deref())
    }

    /// For implementations: a page out of all syncs.
    pub fn page(&self, mut all: Vec<Sync>, page: &PageRequest) -> Page<Sync> {
        all.retain(|sync| self.wants(sync));
        let value = |sync: &Sync, field| match field {
            SyncField::Name => sync.name.to_string(),
            SyncField::CreatedAt => sortable(sync.created_at),
            SyncField::UpdatedAt => sortable(sync.updated_at),
        };
        pick(all, self.order, page, |sync| sync.name.as_str(), value)
    }
}

/// Syncs.
#[async_trait]
pub trait SyncRepository: Send {
    /// Adds one; its position in the outbox is the newest change. A name in use is [`StoreError::Taken`].
    async fn insert(&mut self, sync: &Sync) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: SyncId) -> Result<Option<Sync>, StoreError>;

    /// The one with this name.
    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Sync>, StoreError>;

    /// A page of those that pass the filter. There are few, so all of them may be read for it.
    async fn list(&mut self, filter: &SyncFilter, page: &PageRequest) -> Result<Page<Sync>, StoreError>;

    /// Those that write through a connection, by name.
    async fn of_connection(&mut self, connection: ConnectionId) -> Result<Vec<Sync>, StoreError>;

    /// Stores every field but `id`, `name`, `connection_id` and `created_at`; false when there is no such sync.
    async fn update(&mut self, sync: &Sync) -> Result<bool, StoreError>;

    /// Removes it with its due rows, links, runs, outcomes and journal; false when there is none.
    async fn delete(&mut self, id: SyncId) -> Result<bool, StoreError>;
}
