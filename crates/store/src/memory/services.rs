//! Connected services.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, Service, ServiceId, Slug};

use super::paging::cut_growing;
use super::transaction::MemoryTransaction;
use crate::{SecretOwner, ServiceRepository, StoreError};

pub(super) struct MemoryServices<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl ServiceRepository for MemoryServices<'_> {
    async fn insert(&mut self, service: &Service) -> Result<(), StoreError> {
        let state = self.0.changed("services.insert")?;
        if state.services.rows().any(|other| other.name == service.name || other.id == service.id) {
            return Err(StoreError::Taken { what: "service name" });
        }
        state.services.insert(service.id, service.clone());
        Ok(())
    }

    async fn find(&mut self, id: ServiceId) -> Result<Option<Service>, StoreError> {
        Ok(self.0.seen("services.find")?.services.get(&id).cloned())
    }

    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Service>, StoreError> {
        let state = self.0.seen("services.find_by_name")?;
        Ok(state.services.rows().find(|service| service.name == *name).cloned())
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<Service>, StoreError> {
        let state = self.0.seen("services.list")?;
        let mut rows: Vec<&Service> = state.services.rows().collect();
        rows.sort_by_key(|service| service.name.as_str());
        Ok(cut_growing(&rows, page, |service| service.name.to_string()))
    }

    async fn update(&mut self, service: &Service) -> Result<bool, StoreError> {
        let state = self.0.changed("services.update")?;
        let Some(stored) = state.services.edit(&service.id) else { return Ok(false) };
        let (name, created_at) = (stored.name.clone(), stored.created_at);
        *stored = Service { name, created_at, ..service.clone() };
        Ok(true)
    }

    async fn delete(&mut self, id: ServiceId) -> Result<bool, StoreError> {
        const OPERATION: &str = "services.delete";
        let state = self.0.changed(OPERATION)?;
        if state.connections.rows().any(|connection| connection.service_id == Some(id)) {
            return Err(StoreError::Reference { operation: OPERATION });
        }
        state.data_keys.remove(&SecretOwner::Service(id));
        state.secrets.remove(&SecretOwner::Service(id));
        Ok(state.services.remove(&id))
    }
}
