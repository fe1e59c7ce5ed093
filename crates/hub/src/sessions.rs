//! Sessions of connections, shared with the other processes of the installation: sealed on the way into the store.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connectors::salesforce::{SessionShelf, ShelvedSession};
use salesbridge_model::{Clock, ConnectionId, Secret};
use salesbridge_store::{Store, Transaction};
use salesbridge_vault::{Sealed, SealedPlace, WrappedDataKey};
use tokio_util::task::TaskTracker;

use crate::keys::MasterKeys;
use crate::{Chain, Hub, HubError};

/// Table that sealed sessions are bound to, with the connection's id as the row.
const TABLE: &str = "sessions";

/// The session of one connection, in the store.
struct StoredShelf {
    store: Arc<dyn Store>,
    keys: MasterKeys,
    clock: Arc<dyn Clock>,
    connection: ConnectionId,
    /// This process and this shelf, as the others see them.
    holder: String,
    tasks: TaskTracker,
}

impl Hub {
    /// Where the session of a stored connection lies.
    pub(crate) fn session_shelf(&self, connection: ConnectionId) -> Arc<dyn SessionShelf> {
        Arc::new(StoredShelf {
            store: self.store.clone(),
            keys: self.keys.clone(),
            clock: self.clock.clone(),
            connection,
            holder: format!("{}/{}", self.process, self.ids.next().simple()),
            tasks: self.renewals.clone(),
        })
    }

    /// Seals a session of a connection in place of whichever is there, in the caller's transaction.
    pub(crate) async fn seal_session(
        &self,
        tx: &mut dyn Transaction,
        connection: ConnectionId,
        session: &Secret<Vec<u8>>,
    ) -> Result<(), HubError> {
        seal_session(tx, &self.keys, connection, session).await
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
        let stored = save_sealed(&mut *tx, &self.keys, self.connection, seen, session).await?;
        tx.commit().await?;
        Ok(stored)
    }

    async fn begin(&self, seen: i64, turn: u64, at_most: Duration) -> Result<bool, HubError> {
        let now = self.clock.now();
        let until = now + chrono::Duration::from_std(at_most).unwrap_or_default();
        let mut tx = self.store.write().await?;
        let begun = tx.sessions().begin_refresh(self.connection, seen, &self.name_of(turn), now, until).await?;
        tx.commit().await?;
        Ok(begun)
    }

    fn name_of(&self, turn: u64) -> String {
        format!("{}/{turn}", self.holder)
    }

    async fn give_up(&self, turn: u64) -> Result<(), HubError> {
        let mut tx = self.store.write().await?;
        tx.sessions().end_refresh(self.connection, &self.name_of(turn)).await?;
        tx.commit().await?;
        Ok(())
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

/// Seals a session in place of whichever is there.
pub(crate) async fn seal_session(
    tx: &mut dyn Transaction,
    keys: &MasterKeys,
    connection: ConnectionId,
    session: &Secret<Vec<u8>>,
) -> Result<(), HubError> {
    let seen = tx.sessions().find(connection).await?.map_or(0, |stored| stored.version);
    save_sealed(tx, keys, connection, seen, session).await.map(drop)
}

/// Seals a session and stores it after the version that was seen; false when another one is there by now.
async fn save_sealed(
    tx: &mut dyn Transaction,
    keys: &MasterKeys,
    connection: ConnectionId,
    seen: i64,
    session: &Secret<Vec<u8>>,
) -> Result<bool, HubError> {
    let known = tx.secrets().data_key(connection.into()).await?;
    let data_key = match known {
        Some(data_key) => WrappedDataKey::from_bytes(data_key),
        // Whose secrets are all a service's.
        None => {
            let made = keys.new_data_key()?;
            tx.secrets().save_data_key(connection.into(), made.as_bytes()).await?;
            made
        }
    };
    let row = connection.to_string();
    let sealed = keys.seal(&data_key, &place(&row), session)?;
    Ok(tx.sessions().save_if(connection, seen, sealed.as_bytes()).await?)
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

    async fn begin(&self, seen: i64, turn: u64, at_most: Duration) -> bool {
        self.told("asked for", self.begin(seen, turn, at_most).await).unwrap_or(true)
    }

    async fn give_up(&self, turn: u64) {
        self.told("given up", self.give_up(turn).await);
    }

    fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }
}
