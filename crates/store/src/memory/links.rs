//! Links: source row ↔ record.

use async_trait::async_trait;
use salesbridge_model::{Link, Page, PageRequest, SyncId};

use super::paging::cut_growing;
use super::table::rows_of;
use super::transaction::MemoryTransaction;
use crate::{LinkRepository, StoreError};

pub(super) struct MemoryLinks<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl LinkRepository for MemoryLinks<'_> {
    async fn find_many(&mut self, sync: SyncId, keys: &[String]) -> Result<Vec<Link>, StoreError> {
        let links = self.0.seen("links.find_many")?.links.get(&sync);
        Ok(rows_of(links.map(|links| &links.by_key), keys))
    }

    async fn save(&mut self, links: &[Link]) -> Result<(), StoreError> {
        const OPERATION: &str = "links.save";
        let state = self.0.changed(OPERATION)?;
        for link in links {
            state.needs_sync(link.sync_id, OPERATION)?;
            let of_sync = state.links.edit_or_make(link.sync_id);
            let holder = of_sync.by_record.get(link.record_id.as_str());
            if holder.is_some_and(|holder| *holder != link.source_key) {
                return Err(StoreError::Taken { what: "record" });
            }
            if let Some(before) = of_sync.by_key.insert(link.source_key.clone(), link.clone()) {
                of_sync.by_record.remove(before.record_id.as_str());
            }
            of_sync.by_record.insert(link.record_id.clone(), link.source_key.clone());
        }
        Ok(())
    }

    async fn claimed(&mut self, record_ids: &[String]) -> Result<Vec<String>, StoreError> {
        let state = self.0.seen("links.claimed")?;
        let is_claimed = |id: &&String| state.links.rows().any(|links| links.by_record.contains(id.as_str()));
        let mut claimed: Vec<String> = record_ids.iter().filter(is_claimed).cloned().collect();
        claimed.sort_unstable();
        claimed.dedup();
        Ok(claimed)
    }

    async fn remove(&mut self, sync: SyncId, keys: &[String]) -> Result<u64, StoreError> {
        let state = self.0.changed("links.remove")?;
        let Some(of_sync) = state.links.edit(&sync) else { return Ok(0) };
        let removed = rows_of(Some(&of_sync.by_key), keys);
        for link in &removed {
            of_sync.by_key.remove(link.source_key.as_str());
            of_sync.by_record.remove(link.record_id.as_str());
        }
        Ok(removed.len() as u64)
    }

    async fn forget_field(&mut self, sync: SyncId, field: &str) -> Result<(), StoreError> {
        let state = self.0.changed("links.forget_field")?;
        let Some(of_sync) = state.links.edit(&sync) else { return Ok(()) };
        let holders = of_sync.by_key.rows().filter(|link| link.confirmed.0.contains_key(field));
        let holders: Vec<String> = holders.map(|link| link.source_key.clone()).collect();
        for key in holders {
            if let Some(link) = of_sync.by_key.edit(key.as_str()) {
                link.confirmed.0.remove(field);
            }
        }
        Ok(())
    }

    async fn list(&mut self, sync: SyncId, page: &PageRequest) -> Result<Page<Link>, StoreError> {
        let links = self.0.seen("links.list")?.links.get(&sync);
        let rows: Vec<&Link> = links.into_iter().flat_map(|links| links.by_key.rows()).collect();
        Ok(cut_growing(&rows, page, |link| link.source_key.clone()))
    }

    async fn count(&mut self, sync: SyncId) -> Result<u64, StoreError> {
        Ok(self.0.seen("links.count")?.links.get(&sync).map_or(0, |links| links.by_key.len()))
    }
}
