//! Sessions of connections, shared with the other processes of the installation: sealed on the way into the store.

use std::sync::Arc;

use async_trait::async_trait;
use salesbridge_connectors::salesforce::{SessionShelf, ShelvedSession};
use salesbridge_model::{ConnectionId, Secret};
use salesbridge_store::Store;
use salesbridge_vault::{Sealed, SealedPlace, WrappedDataKey};

use crate::keys::MasterKeys;
use crate::{Chain, Hub, HubError};

/// Table that sealed sessions are bound to, with the connection's id as the row.
const TABLE: &str = "sessions";

/// The session of one connection, in the store.
struct StoredShelf {
    store: Arc<dyn Store>,
    keys: MasterKeys,
    connection: ConnectionId,
}

impl Hub {
    /// Where the session of a stored connection lies.
    pub(crate) fn session_shelf(&self, connection: ConnectionId) -> Arc<dyn SessionShelf> {
        Arc::new(StoredShelf { store: self.store.clone(), keys: self.keys.clone(), connection })
    }
}

impl StoredShelf {
    async fn find(&self) -> Result<Option<ShelvedSession>, HubError> {
        let mut tx = self.store.read().await?;
        let stored = tx.sessions().find(self.connection).await?;
        let data_key = tx.secrets().data_key(self.connection.into()).await?;
        let (Some(stored), Some(data_key)) = (stored, data_key) else { return Ok(None) };
        let row = self.connection.to_string();
        let sealed = Sealed::from_bytes(stored.sealed);
        let bytes = self.keys.open(&WrappedDataKey::from_bytes(data_key), &place(&row), &sealed)?;
        Ok(Some(ShelvedSession { version: stored.version, bytes }))
    }

    async fn store(&self, seen: i64, session: &Secret<Vec<u8>>) -> Result<bool, HubError> {
        let mut tx = self.store.write().await?;
        let Some(data_key) = tx.secrets().data_key(self.connection.into()).await? else { return Ok(false) };
        let row = self.connection.to_string();
        let sealed = self.keys.seal(&WrappedDataKey::from_bytes(data_key), &place(&row), session)?;
        let stored = tx.sessions().save_if(self.connection, seen, sealed.as_bytes()).await?;
        tx.commit().await?;
        Ok(stored)
    }

    fn told<T>(&self, what: &str, outcome: Result<T, HubError>) -> Option<T> {
        outcome
            .inspect_err(|error| {
                tracing::warn!(
                    connection.id = %self.connection, error = %Chain(error),
                    "the shared session could not be {what}; this process signs in for itself"
                );
            })
            .ok()
    }
}

fn place(row: &str) -> SealedPlace<'_> {
    SealedPlace { table: TABLE, row, field: "session" }
}

#[async_trait]
impl SessionShelf for StoredShelf {
    async fn look(&self) -> Option<ShelvedSession> {
        self.told("read", self.find().await).flatten()
    }

    async fn put(&self, seen: i64, session: &Secret<Vec<u8>>) -> bool {
        self.told("stored", self.store(seen, session).await).unwrap_or_default()
    }
}
