//! Connections.

use async_trait::async_trait;
use salesbridge_model::{Connection, ConnectionId, Page, PageRequest, ServiceId, Slug};

use crate::StoreError;

/// Connections, without their secrets.
#[async_trait]
pub trait ConnectionRepository: Send {
    /// Adds one. A name in use is [`StoreError::Taken`], a service that does not exist [`StoreError::Reference`].
    async fn insert(&mut self, connection: &Connection) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: ConnectionId) -> Result<Option<Connection>, StoreError>;

    /// The one with this name.
    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Connection>, StoreError>;

    /// A page of them, by name.
    async fn list(&mut self, page: &PageRequest) -> Result<Page<Connection>, StoreError>;

    /// Those that use a service, by name.
    async fn of_service(&mut self, service: ServiceId) -> Result<Vec<Connection>, StoreError>;

    /// Stores every field but `id`, `name` and `created_at`; false when there is no such connection.
    async fn update(&mut self, connection: &Connection) -> Result<bool, StoreError>;

    /// Removes it with its secrets; false when there is none. One that a sync uses is [`StoreError::Reference`].
    async fn delete(&mut self, id: ConnectionId) -> Result<bool, StoreError>;
}
