//! Sessions that processes share.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Timestamp};

use super::state::Refresh;
use super::transaction::MemoryTransaction;
use crate::{SessionRepository, StoreError, StoredSession};

pub(super) struct MemorySessions<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl SessionRepository for MemorySessions<'_> {
    async fn find(&mut self, connection: ConnectionId) -> Result<Option<StoredSession>, StoreError> {
        Ok(self.0.seen("sessions.find")?.sessions.get(&connection).cloned())
    }

    async fn save_if(&mut self, connection: ConnectionId, expected: i64, sealed: &[u8]) -> Result<bool, StoreError> {
        const OPERATION: &str = "sessions.save_if";
        let state = self.0.changed(OPERATION)?;
        state.needs_connection(connection, OPERATION)?;
        if state.sessions.get(&connection).map_or(0, |stored| stored.version) != expected {
            return Ok(false);
        }
        state.sessions.insert(connection, StoredSession { version: expected + 1, sealed: sealed.to_vec() });
        state.refreshes.remove(&connection);
        Ok(true)
    }

    async fn begin_refresh(
        &mut self,
        connection: ConnectionId,
        expected: i64,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        const OPERATION: &str = "sessions.begin_refresh";
        let state = self.0.changed(OPERATION)?;
        state.needs_connection(connection, OPERATION)?;
        let version = state.sessions.get(&connection).map_or(0, |stored| stored.version);
        if version != expected
            || state.refreshes.get(&connection).is_some_and(|refresh| refresh.until > now && refresh.holder != holder)
        {
            return Ok(false);
        }
        state.refreshes.insert(connection, Refresh { holder: holder.to_owned(), until });
        Ok(true)
    }

    async fn end_refresh(&mut self, connection: ConnectionId, holder: &str) -> Result<bool, StoreError> {
        let state = self.0.changed("sessions.end_refresh")?;
        let held = state.refreshes.get(&connection).is_some_and(|refresh| refresh.holder == holder);
        Ok(held && state.refreshes.remove(&connection))
    }

    async fn end_every_refresh(&mut self) -> Result<u64, StoreError> {
        let state = self.0.changed("sessions.end_every_refresh")?;
        Ok(state.refreshes.retain(|_, _| false))
    }
}
