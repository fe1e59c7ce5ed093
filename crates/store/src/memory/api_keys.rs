//! API keys.

use async_trait::async_trait;
use salesbridge_model::{ApiKey, ApiKeyId, Page, PageRequest, PersonId, Timestamp};

use super::paging::cut_ordered;
use super::state::Hashed;
use super::transaction::MemoryTransaction;
use crate::{ApiKeyFilter, ApiKeyRepository, StoreError};

pub(super) struct MemoryApiKeys<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl ApiKeyRepository for MemoryApiKeys<'_> {
    async fn insert(&mut self, key: &ApiKey, hash: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "api_keys.insert";
        let state = self.0.changed(OPERATION)?;
        state.needs_person(key.person_id, OPERATION)?;
        if state.api_keys.rows().any(|other| other.row.id == key.id || other.hash == hash) {
            return Err(StoreError::Taken { what: "API key" });
        }
        state.api_keys.insert(key.id, Hashed { row: key.clone(), hash: hash.to_vec() });
        Ok(())
    }

    async fn find(&mut self, id: ApiKeyId) -> Result<Option<(ApiKey, Vec<u8>)>, StoreError> {
        let state = self.0.seen("api_keys.find")?;
        Ok(state.api_keys.get(&id).map(|stored| (stored.row.clone(), stored.hash.clone())))
    }

    async fn list(&mut self, filter: &ApiKeyFilter, page: &PageRequest) -> Result<Page<ApiKey>, StoreError> {
        let state = self.0.seen("api_keys.list")?;
        let all = state.api_keys.rows().map(|stored| &stored.row);
        let rows = all.filter(|key| filter.person.is_none_or(|person| key.person_id == person)).collect();
        Ok(cut_ordered(rows, filter.order, page, |key: &ApiKey| key.id.to_string()))
    }

    async fn touch(&mut self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let state = self.0.changed("api_keys.touch")?;
        let Some(stored) = state.api_keys.edit(&id) else { return Ok(false) };
        stored.row.last_used_at = Some(at);
        Ok(true)
    }

    async fn revoke(&mut self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let state = self.0.changed("api_keys.revoke")?;
        match state.api_keys.edit(&id).filter(|stored| stored.row.revoked_at.is_none()) {
            Some(stored) => stored.row.revoked_at = Some(at),
            None => return Ok(false),
        }
        Ok(true)
    }

    async fn revoke_of(&mut self, person: PersonId, at: Timestamp) -> Result<u64, StoreError> {
        let state = self.0.changed("api_keys.revoke_of")?;
        let open = state.api_keys.rows().map(|stored| &stored.row);
        let open = open.filter(|key| key.person_id == person && key.revoked_at.is_none());
        let open: Vec<ApiKeyId> = open.map(|key| key.id).collect();
        for id in &open {
            if let Some(stored) = state.api_keys.edit(id) {
                stored.row.revoked_at = Some(at);
            }
        }
        Ok(open.len() as u64)
    }
}
