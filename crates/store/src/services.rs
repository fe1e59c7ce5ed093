//! Connected services.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, Service, ServiceId, Slug};

use crate::StoreError;

/// Connected services, without their secrets.
#[async_trait]
pub trait ServiceRepository: Send {
    /// Adds one. A name in use is [`StoreError::Taken`].
    async fn insert(&mut self, service: &Service) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: ServiceId) -> Result<Option<Service>, StoreError>;

    /// The one with this name.
    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Service>, StoreError>;

    /// A page of them, by name.
    async fn list(&mut self, page: &PageRequest) -> Result<Page<Service>, StoreError>;

    /// Stores every field but `id`, `name` and `created_at`; false when there is no such service.
    async fn update(&mut self, service: &Service) -> Result<bool, StoreError>;

    /// Removes it with its secrets; false when there is none. One that a connection uses is [`StoreError::Reference`].
    async fn delete(&mut self, id: ServiceId) -> Result<bool, StoreError>;
}
