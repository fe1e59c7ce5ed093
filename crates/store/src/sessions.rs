//! Sessions that processes share: bytes that only the vault can read.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Timestamp};

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
    /// faster: nothing is stored, and the answer is false. Whoever was getting a new session has got it. A connection that does not exist is
    /// [`StoreError::Reference`].
    async fn save_if(&mut self, connection: ConnectionId, expected: i64, sealed: &[u8]) -> Result<bool, StoreError>;

    /// Lets `holder` alone get the session after `expected`, until `until` at most; 0 stands for none. Whoever is at it already may go on until then. False when
    /// another is at it at `now`, or the session stored is another one already. A connection that does not exist is [`StoreError::Reference`].
    async fn begin_refresh(
        &mut self,
        connection: ConnectionId,
        expected: i64,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Lets others try, where `holder` got no session; false when it is not at it any more.
    async fn end_refresh(&mut self, connection: ConnectionId, holder: &str) -> Result<bool, StoreError>;

    /// Lets everybody try again, whoever is at it: the caller knows that no other process lives. Says how many were.
    async fn end_every_refresh(&mut self) -> Result<u64, StoreError>;
}
