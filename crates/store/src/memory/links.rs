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

    async fn list(&mut self, sync: SyncId, page: &PageRequest) -> Result<Page<Link>, StoreError> {
        let links = self.0.seen("links.list")?.links.get(&sync);
        let rows: Vec<&Link> = links.into_iter().flat_map(|links| links.by_key.rows()).collect();
        Ok(cut_growing(&rows, page, |link| link.source_key.clone()))
    }

    async fn count(&mut self, sync: SyncId) -> Result<u64, StoreError> {
        Ok(self.0.seen("links.count")?.links.get(&sync).map_or(0, |links| links.by_key.len()))
    }
}
