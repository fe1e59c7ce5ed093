//! Sealed secrets of connections and services: bytes that only the vault can read.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, ServiceId};

use crate::StoreError;

/// Whose secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretOwner {
    /// A connection's.
    Connection(ConnectionId),
    /// A connected service's.
    Service(ServiceId),
}

impl From<ConnectionId> for SecretOwner {
    fn from(id: ConnectionId) -> Self {
        Self::Connection(id)
    }
}

impl From<ServiceId> for SecretOwner {
    fn from(id: ServiceId) -> Self {
        Self::Service(id)
    }
}

impl std::fmt::Display for SecretOwner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connection(id) => id.fmt(f),
            Self::Service(id) => id.fmt(f),
        }
    }
}

/// Sealed secrets. Removing their owner removes them.
#[async_trait]
pub trait SecretRepository: Send {
    /// The owner's wrapped data key.
    async fn data_key(&mut self, owner: SecretOwner) -> Result<Option<Vec<u8>>, StoreError>;

    /// Stores the owner's wrapped data key, in place of an earlier one.
    async fn save_data_key(&mut self, owner: SecretOwner, wrapped: &[u8]) -> Result<(), StoreError>;

    /// Every wrapped data key, for rotation of the master key: those of connections first, each by id. Sign-ins under way have more
    /// ([`crate::SignInAttemptRepository::data_keys`]).
    async fn data_keys(&mut self) -> Result<Vec<(SecretOwner, Vec<u8>)>, StoreError>;

    /// The sealed value of one field.
    async fn find(&mut self, owner: SecretOwner, field: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Stores the sealed value of one field, in place of an earlier one.
    async fn save(&mut self, owner: SecretOwner, field: &str, sealed: &[u8]) -> Result<(), StoreError>;

    /// Removes the value of one field; false when there is none.
    async fn remove(&mut self, owner: SecretOwner, field: &str) -> Result<bool, StoreError>;

    /// Names of the fields that have a value, in order.
    async fn fields(&mut self, owner: SecretOwner) -> Result<Vec<String>, StoreError>;
}
