//! Sealed secrets of connections.

use async_trait::async_trait;
use salesbridge_model::ConnectionId;

use super::transaction::MemoryTransaction;
use crate::{SecretRepository, StoreError};

pub(super) struct MemorySecrets<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl SecretRepository for MemorySecrets<'_> {
    async fn data_key(&mut self, connection: ConnectionId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.seen("secrets.data_key")?.data_keys.get(&connection).cloned())
    }

    async fn save_data_key(&mut self, connection: ConnectionId, wrapped: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "secrets.save_data_key";
        let state = self.0.changed(OPERATION)?;
        state.needs_connection(connection, OPERATION)?;
        state.data_keys.insert(connection, wrapped.to_vec());
        Ok(())
    }

    async fn data_keys(&mut self) -> Result<Vec<(ConnectionId, Vec<u8>)>, StoreError> {
        let state = self.0.seen("secrets.data_keys")?;
        Ok(state.data_keys.entries().map(|(connection, wrapped)| (*connection, wrapped.clone())).collect())
    }

    async fn find(&mut self, connection: ConnectionId, field: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let state = self.0.seen("secrets.find")?;
        Ok(state.secrets.get(&connection).and_then(|fields| fields.get(field)).cloned())
    }

    async fn save(&mut self, connection: ConnectionId, field: &str, sealed: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "secrets.save";
        let state = self.0.changed(OPERATION)?;
        state.needs_connection(connection, OPERATION)?;
        state.secrets.edit_or_make(connection).insert(field.to_owned(), sealed.to_vec());
        Ok(())
    }

    async fn fields(&mut self, connection: ConnectionId) -> Result<Vec<String>, StoreError> {
        let state = self.0.seen("secrets.fields")?;
        let fields = state.secrets.get(&connection).into_iter().flat_map(|fields| fields.entries());
        Ok(fields.map(|(field, _)| field.clone()).collect())
    }
}
