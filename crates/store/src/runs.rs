//! Runs.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Page, PageRequest, Run, RunId, RunState, RunTrigger, SyncId, Timestamp};

use crate::StoreError;
use crate::paging::{Order, Sees, SortField};

/// Which runs are wanted, and in which order. Empty finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Of connections that somebody may see.
    pub sees: Sees,
    /// That write through this connection.
    pub connection: Option<ConnectionId>,
    /// Of this sync.
    pub sync: Option<SyncId>,
    /// In this state.
    pub state: Option<RunState>,
    /// That exist for this reason.
    pub trigger: Option<RunTrigger>,
    /// Asked for not before this instant.
    pub since: Option<Timestamp>,
    /// Asked for before this instant.
    pub until: Option<Timestamp>,
    /// In which order.
    pub order: Order<RunField>,
}

/// What runs may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunField {
    /// When they were asked for: their ids grow with time.
    CreatedAt,
}

impl SortField for RunField {
    const FIELDS: &'static [(&'static str, Self)] = &[("created_at", Self::CreatedAt)];
    const FALLING: bool = true;
}

impl RunFilter {
    /// All runs of a sync.
    pub fn of(sync: SyncId) -> Self {
        Self { sync: Some(sync), ..Self::default() }
    }

    /// For implementations: whether a run of a sync of this connection passes.
    pub fn wants(&self, run: &Run, connection: ConnectionId) -> bool {
        self.sees.has(connection)
            && self.connection.is_none_or(|wanted| connection == wanted)
            && self.sync.is_none_or(|sync| run.sync_id == sync)
            && self.state.is_none_or(|state| run.state == state)
            && self.trigger.is_none_or(|trigger| run.trigger == trigger)
            && self.since.is_none_or(|since| run.created_at >= since)
            && self.until.is_none_or(|until| run.created_at < until)
    }
}

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

    /// All runs that are not final, oldest first.
    async fn all_open(&mut self) -> Result<Vec<Run>, StoreError>;

    /// The first `limit` runs after this one, in the order of their ids, which grow with time.
    async fn newer(&mut self, than: Option<RunId>, limit: u32) -> Result<Vec<Run>, StoreError>;

    /// A page of those that pass the filter, newest first unless it says otherwise (by id, which grows with time).
    async fn list(&mut self, filter: &RunFilter, page: &PageRequest) -> Result<Page<Run>, StoreError>;
}
