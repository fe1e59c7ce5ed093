//! Connections.

use async_trait::async_trait;
use salesbridge_model::{Connection, ConnectionId, HealthState, Page, PageRequest, ServiceId, Slug};

use crate::StoreError;
use crate::paging::{Order, Sees, SortField, holds, pick, sortable};

/// Which connections are wanted, and in which order. Empty finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionFilter {
    /// Of those that somebody may see.
    pub sees: Sees,
    /// Of this kind of system.
    pub provider: Option<String>,
    /// That sign in in this way.
    pub method: Option<String>,
    /// Enabled ones, or the others.
    pub enabled: Option<bool>,
    /// Held ones, or the others.
    pub held: Option<bool>,
    /// Whose last look found this; one that nobody has looked at is unknown.
    pub health: Option<HealthState>,
    /// With this tag.
    pub tag: Option<String>,
    /// That use this service.
    pub service: Option<ServiceId>,
    /// Text that the name, the caption or the description contains, in any case.
    pub search: Option<String>,
    /// In which order.
    pub order: Order<ConnectionField>,
}

/// What connections may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionField {
    /// The name, which is their key.
    Name,
    /// What people read.
    Caption,
    /// When they were made.
    CreatedAt,
    /// When they were last edited.
    UpdatedAt,
}

impl SortField for ConnectionField {
    const FIELDS: &'static [(&'static str, Self)] = &[
        ("name", Self::Name),
        ("caption", Self::Caption),
        ("created_at", Self::CreatedAt),
        ("updated_at", Self::UpdatedAt),
    ];
}

impl ConnectionFilter {
    /// For implementations: whether a connection passes.
    pub fn wants(&self, connection: &Connection) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        let health = connection.health.as_ref().map_or(HealthState::Unknown, |health| health.state);
        let told = [connection.name.as_str(), &connection.caption, &connection.description];
        self.sees.has(connection.id)
            && is(&self.provider, &connection.provider)
            && is(&self.method, &connection.method)
            && self.enabled.is_none_or(|enabled| connection.enabled == enabled)
            && self.held.is_none_or(|held| connection.held.is_some() == held)
            && self.health.is_none_or(|wanted| wanted == health)
            && self.tag.as_ref().is_none_or(|tag| connection.tags.contains(tag))
            && self.service.is_none_or(|service| connection.service_id == Some(service))
            && holds(told, self.search.as_deref())
    }

    /// For implementations: a page out of all connections.
    pub fn page(&self, mut all: Vec<Connection>, page: &PageRequest) -> Page<Connection> {
        all.retain(|connection| self.wants(connection));
        let value = |connection: &Connection, field| match field {
            ConnectionField::Name => connection.name.to_string(),
            ConnectionField::Caption => connection.caption.clone(),
            ConnectionField::CreatedAt => sortable(connection.created_at),
            ConnectionField::UpdatedAt => sortable(connection.updated_at),
        };
        pick(all, self.order, page, |connection| connection.name.as_str(), value)
    }
}

/// Connections, without their secrets.
#[async_trait]
pub trait ConnectionRepository: Send {
    /// Adds one. A name in use is [`StoreError::Taken`], a service that does not exist [`StoreError::Reference`].
    async fn insert(&mut self, connection: &Connection) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: ConnectionId) -> Result<Option<Connection>, StoreError>;

    /// The one with this name.
    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Connection>, StoreError>;

    /// A page of those that pass the filter. There are few, so all of them may be read for it.
    async fn list(&mut self, filter: &ConnectionFilter, page: &PageRequest) -> Result<Page<Connection>, StoreError>;

    /// Those that use a service, by name.
    async fn of_service(&mut self, service: ServiceId) -> Result<Vec<Connection>, StoreError>;

    /// Stores every field but `id`, `name` and `created_at`; false when there is no such connection.
    async fn update(&mut self, connection: &Connection) -> Result<bool, StoreError>;

    /// Removes it with its secrets; false when there is none. One that a sync uses is [`StoreError::Reference`].
    async fn delete(&mut self, id: ConnectionId) -> Result<bool, StoreError>;
}
