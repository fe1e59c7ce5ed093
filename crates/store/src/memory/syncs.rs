//! Syncs, with their positions in the outbox.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Page, PageRequest, Slug, Sync, SyncId};

use super::state::{State, StoredSync};
use super::transaction::MemoryTransaction;
use crate::{StoreError, SyncFilter, SyncRepository};

pub(super) struct MemorySyncs<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl SyncRepository for MemorySyncs<'_> {
    async fn insert(&mut self, sync: &Sync) -> Result<(), StoreError> {
        const OPERATION: &str = "syncs.insert";
        let state = self.0.changed(OPERATION)?;
        if state.syncs.rows().any(|stored| stored.sync.name == sync.name || stored.sync.id == sync.id) {
            return Err(StoreError::Taken { what: "sync name" });
        }
        state.needs_connection(sync.connection_id, OPERATION)?;
        let stored = StoredSync { sync: sync.clone(), position: state.newest };
        state.syncs.insert(sync.id, stored);
        Ok(())
    }

    async fn find(&mut self, id: SyncId) -> Result<Option<Sync>, StoreError> {
        Ok(self.0.seen("syncs.find")?.syncs.get(&id).map(|stored| stored.sync.clone()))
    }

    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Sync>, StoreError> {
        let state = self.0.seen("syncs.find_by_name")?;
        Ok(by_name(state).into_iter().find(|sync| sync.name == *name).cloned())
    }

    async fn list(&mut self, filter: &SyncFilter, page: &PageRequest) -> Result<Page<Sync>, StoreError> {
        let state = self.0.seen("syncs.list")?;
        Ok(filter.page(state.syncs.rows().map(|stored| stored.sync.clone()).collect(), page))
    }

    async fn of_connection(&mut self, connection: ConnectionId) -> Result<Vec<Sync>, StoreError> {
        let state = self.0.seen("syncs.of_connection")?;
        Ok(by_name(state).into_iter().filter(|sync| sync.connection_id == connection).cloned().collect())
    }

    async fn update(&mut self, sync: &Sync) -> Result<bool, StoreError> {
        let state = self.0.changed("syncs.update")?;
        let Some(StoredSync { sync: stored, .. }) = state.syncs.edit(&sync.id) else { return Ok(false) };
        let (name, connection_id, created_at) = (stored.name.clone(), stored.connection_id, stored.created_at);
        *stored = Sync { name, connection_id, created_at, ..sync.clone() };
        Ok(true)
    }

    async fn delete(&mut self, id: SyncId) -> Result<bool, StoreError> {
        Ok(self.0.changed("syncs.delete")?.remove_sync(id))
    }
}

fn by_name(state: &State) -> Vec<&Sync> {
    let mut syncs: Vec<&Sync> = state.syncs.rows().map(|stored| &stored.sync).collect();
    syncs.sort_by_key(|sync| sync.name.as_str());
    syncs
}
