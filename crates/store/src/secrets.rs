//! Sealed secrets of connections: bytes that only the vault can read.

use async_trait::async_trait;
use salesbridge_model::ConnectionId;

use crate::StoreError;

/// Sealed secrets of connections. Removing a connection removes them.
#[async_trait]
pub trait SecretRepository: Send {
    /// The connection's wrapped data key.
    async fn data_key(&mut self, connection: ConnectionId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Stores the connection's wrapped data key, in place of an earlier one.
    async fn save_data_key(&mut self, connection: ConnectionId, wrapped: &[u8]) -> Result<(), StoreError>;

    /// Every wrapped data key, for rotation of the master key.
    async fn data_keys(&mut self) -> Result<Vec<(ConnectionId, Vec<u8>)>, StoreError>;

    /// The sealed value of one field.
    async fn find(&mut self, connection: ConnectionId, field: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Stores the sealed value of one field, in place of an earlier one.
    async fn save(&mut self, connection: ConnectionId, field: &str, sealed: &[u8]) -> Result<(), StoreError>;

    /// Names of the fields that have a value, in order.
    async fn fields(&mut self, connection: ConnectionId) -> Result<Vec<String>, StoreError>;
}
