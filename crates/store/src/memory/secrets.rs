//! Sealed secrets of connections and services.

use async_trait::async_trait;

use super::transaction::MemoryTransaction;
use crate::{SecretOwner, SecretRepository, StoreError};

pub(super) struct MemorySecrets<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl SecretRepository for MemorySecrets<'_> {
    async fn data_key(&mut self, owner: SecretOwner) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.seen("secrets.data_key")?.data_keys.get(&owner).cloned())
    }

    async fn save_data_key(&mut self, owner: SecretOwner, wrapped: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "secrets.save_data_key";
        let state = self.0.changed(OPERATION)?;
        state.needs_owner(owner, OPERATION)?;
        state.data_keys.insert(owner, wrapped.to_vec());
        Ok(())
    }

    async fn data_keys(&mut self) -> Result<Vec<(SecretOwner, Vec<u8>)>, StoreError> {
        let state = self.0.seen("secrets.data_keys")?;
        Ok(state.data_keys.entries().map(|(owner, wrapped)| (*owner, wrapped.clone())).collect())
    }

    async fn find(&mut self, owner: SecretOwner, field: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let state = self.0.seen("secrets.find")?;
        Ok(state.secrets.get(&owner).and_then(|fields| fields.get(field)).cloned())
    }

    async fn save(&mut self, owner: SecretOwner, field: &str, sealed: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "secrets.save";
        let state = self.0.changed(OPERATION)?;
        state.needs_owner(owner, OPERATION)?;
        state.secrets.edit_or_make(owner).insert(field.to_owned(), sealed.to_vec());
        Ok(())
    }

    async fn remove(&mut self, owner: SecretOwner, field: &str) -> Result<bool, StoreError> {
        let state = self.0.changed("secrets.remove")?;
        Ok(state.secrets.edit(&owner).is_some_and(|fields| fields.remove(field)))
    }

    async fn fields(&mut self, owner: SecretOwner) -> Result<Vec<String>, StoreError> {
        let state = self.0.seen("secrets.fields")?;
        let fields = state.secrets.get(&owner).into_iter().flat_map(|fields| fields.entries());
        Ok(fields.map(|(field, _)| field.clone()).collect())
    }
}
