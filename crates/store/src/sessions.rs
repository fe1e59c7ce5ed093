//! Sessions that processes share: bytes that only the vault can read.

use async_trait::async_trait;
use salesbridge_model::ConnectionId;

use crate::StoreError;

/// The newest session of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// Grows with every session of the connection; the first has 1.
    pub version: i64,
    /// The session, sealed.
    pub sealed: Vec<u8>,
}

/// The newest session of each connection. Removing a connection removes it.
#[async_trait]
pub trait SessionRepository: Send {
    /// The session of a connection.
    async fn find(&mut self, connection: ConnectionId) -> Result<Option<StoredSession>, StoreError>;

    /// Stores a session with the version after `expected`, if that is the version of the one stored; 0 stands for none. Otherwise somebody else was
    /// faster: nothing is stored, and the answer is false. A connection that does not exist is [`StoreError::Reference`].
    async fn save_if(&mut self, connection: ConnectionId, expected: i64, sealed: &[u8]) -> Result<bool, StoreError>;
}
