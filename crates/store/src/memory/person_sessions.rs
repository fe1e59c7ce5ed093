//! People who have signed in.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, PersonId, PersonSession, PersonSessionId, Timestamp};

use super::paging::cut_ordered;
use super::state::Hashed;
use super::transaction::MemoryTransaction;
use crate::{PersonSessionFilter, PersonSessionRepository, StoreError};

pub(super) struct MemoryPersonSessions<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl PersonSessionRepository for MemoryPersonSessions<'_> {
    async fn insert(&mut self, session: &PersonSession, token_hash: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "person_sessions.insert";
        let state = self.0.changed(OPERATION)?;
        state.needs_person(session.person_id, OPERATION)?;
        if state.person_sessions.rows().any(|other| other.row.id == session.id || other.hash == token_hash) {
            return Err(StoreError::Taken { what: "session" });
        }
        state.person_sessions.insert(session.id, Hashed { row: session.clone(), hash: token_hash.to_vec() });
        Ok(())
    }

    async fn find(&mut self, id: PersonSessionId) -> Result<Option<PersonSession>, StoreError> {
        Ok(self.0.seen("person_sessions.find")?.person_sessions.get(&id).map(|stored| stored.row.clone()))
    }

    async fn find_by_token(&mut self, token_hash: &[u8]) -> Result<Option<PersonSession>, StoreError> {
        let state = self.0.seen("person_sessions.find_by_token")?;
        Ok(state.person_sessions.rows().find(|stored| stored.hash == token_hash).map(|stored| stored.row.clone()))
    }

    async fn list(
        &mut self,
        filter: &PersonSessionFilter,
        now: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<PersonSession>, StoreError> {
        let state = self.0.seen("person_sessions.list")?;
        let all = state.person_sessions.rows().map(|stored| &stored.row);
        let rows = all.filter(|session| filter.wants(session, now)).collect();
        Ok(cut_ordered(rows, filter.order, page, |session: &PersonSession| session.id.to_string()))
    }

    async fn touch(&mut self, id: PersonSessionId, at: Timestamp) -> Result<bool, StoreError> {
        let state = self.0.changed("person_sessions.touch")?;
        let Some(stored) = state.person_sessions.edit(&id) else { return Ok(false) };
        stored.row.last_seen_at = at;
        Ok(true)
    }

    async fn delete(&mut self, id: PersonSessionId) -> Result<bool, StoreError> {
        Ok(self.0.changed("person_sessions.delete")?.person_sessions.remove(&id))
    }

    async fn delete_of(&mut self, person: PersonId, but: Option<PersonSessionId>) -> Result<u64, StoreError> {
        let state = self.0.changed("person_sessions.delete_of")?;
        Ok(state.person_sessions.retain(|id, stored| stored.row.person_id != person || Some(*id) == but))
    }

    async fn prune(&mut self, ended_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let state = self.0.changed("person_sessions.prune")?;
        let old = state.person_sessions.rows().map(|stored| &stored.row);
        let mut old: Vec<&PersonSession> = old.filter(|session| session.expires_at < ended_before).collect();
        old.sort_by_key(|session| session.expires_at);
        let doomed: Vec<PersonSessionId> = old.iter().take(limit as usize).map(|session| session.id).collect();
        Ok(state.person_sessions.retain(|id, _| !doomed.contains(id)))
    }
}
