//! API keys.

use async_trait::async_trait;
use salesbridge_model::{ApiKey, ApiKeyId, Page, PageRequest, PersonId, Timestamp};

use crate::StoreError;
use crate::paging::{Order, SortField};

/// Which keys are wanted, and in which order. Empty finds all, revoked and expired ones among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiKeyFilter {
    /// Of this person.
    pub person: Option<PersonId>,
    /// In which order.
    pub order: Order<ApiKeyField>,
}

/// What keys may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyField {
    /// When they were made: their ids grow with time.
    CreatedAt,
}

impl SortField for ApiKeyField {
    const FIELDS: &'static [(&'static str, Self)] = &[("created_at", Self::CreatedAt)];
    const FALLING: bool = true;
}

/// API keys, each with the SHA-256 of its secret. Removing a person removes theirs.
#[async_trait]
pub trait ApiKeyRepository: Send {
    /// Adds one. A person that does not exist is [`StoreError::Reference`], a secret that another has [`StoreError::Taken`].
    async fn insert(&mut self, key: &ApiKey, hash: &[u8]) -> Result<(), StoreError>;

    /// The one with this id, and the hash of its secret.
    async fn find(&mut self, id: ApiKeyId) -> Result<Option<(ApiKey, Vec<u8>)>, StoreError>;

    /// A page of those that pass the filter.
    async fn list(&mut self, filter: &ApiKeyFilter, page: &PageRequest) -> Result<Page<ApiKey>, StoreError>;

    /// Remembers when a key was used last; false when there is none.
    async fn touch(&mut self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError>;

    /// Revokes one; false when there is none, or it was revoked already.
    async fn revoke(&mut self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError>;

    /// Revokes a person's keys; says how many were not revoked yet.
    async fn revoke_of(&mut self, person: PersonId, at: Timestamp) -> Result<u64, StoreError>;
}
