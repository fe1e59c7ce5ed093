//! Connections.

use async_trait::async_trait;
use salesbridge_model::{Connection, ConnectionId, Page, PageRequest, ServiceId, Slug};

use super::transaction::MemoryTransaction;
use crate::{ConnectionFilter, ConnectionRepository, SecretOwner, StoreError};

pub(super) struct MemoryConnections<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl ConnectionRepository for MemoryConnections<'_> {
    async fn insert(&mut self, connection: &Connection) -> Result<(), StoreError> {
        const OPERATION: &str = "connections.insert";
        let state = self.0.changed(OPERATION)?;
        state.needs_service(connection.service_id, OPERATION)?;
        let is_same = |other: &Connection| other.name == connection.name || other.id == connection.id;
        if state.connections.rows().any(is_same) {
            return Err(StoreError::Taken { what: "connection name" });
        }
        state.connections.insert(connection.id, connection.clone());
        Ok(())
    }

    async fn find(&mut self, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        Ok(self.0.seen("connections.find")?.connections.get(&id).cloned())
    }

    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Connection>, StoreError> {
        let state = self.0.seen("connections.find_by_name")?;
        Ok(state.connections.rows().find(|connection| connection.name == *name).cloned())
    }

    async fn list(&mut self, filter: &ConnectionFilter, page: &PageRequest) -> Result<Page<Connection>, StoreError> {
        Ok(filter.page(self.0.seen("connections.list")?.connections.rows().cloned().collect(), page))
    }

    async fn of_service(&mut self, service: ServiceId) -> Result<Vec<Connection>, StoreError> {
        let state = self.0.seen("connections.of_service")?;
        let rows = state.connections.rows().filter(|connection| connection.service_id == Some(service));
        let mut rows: Vec<Connection> = rows.cloned().collect();
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(rows)
    }

    async fn update(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        const OPERATION: &str = "connections.update";
        let state = self.0.changed(OPERATION)?;
        state.needs_service(connection.service_id, OPERATION)?;
        let Some(stored) = state.connections.edit(&connection.id) else { return Ok(false) };
        let (name, created_at) = (stored.name.clone(), stored.created_at);
        *stored = Connection { name, created_at, ..connection.clone() };
        Ok(true)
    }

    async fn delete(&mut self, id: ConnectionId) -> Result<bool, StoreError> {
        const OPERATION: &str = "connections.delete";
        let state = self.0.changed(OPERATION)?;
        if state.syncs.rows().any(|stored| stored.sync.connection_id == id) {
            return Err(StoreError::Reference { operation: OPERATION });
        }
        state.data_keys.remove(&SecretOwner::Connection(id));
        state.secrets.remove(&SecretOwner::Connection(id));
        state.allowances.remove(&id);
        state.sessions.remove(&id);
        state.refreshes.remove(&id);
        state.sign_ins.retain(|_, sign_in| sign_in.attempt.connection_id != Some(id));
        state.grants.retain(|(_, connection), _| *connection != id);
        Ok(state.connections.remove(&id))
    }
}
