//! Secrets of connections: sealed on the way into the store, opened on the way to a connector.

use salesbridge_model::{ConnectionId, Secret, Slug};
use salesbridge_store::Transaction;
use salesbridge_vault::{SealedPlace, VaultError, WrappedDataKey};

use crate::{Hub, HubError};

/// Table that sealed values are bound to, with the connection's id as the row.
pub(crate) const TABLE: &str = "connection_secrets";

impl Hub {
    /// Seals a secret of a connection and stores it, in the caller's transaction.
    pub(crate) async fn seal(
        &self,
        tx: &mut dyn Transaction,
        connection: ConnectionId,
        field: &str,
        secret: &Secret<String>,
    ) -> Result<(), HubError> {
        let known = tx.secrets().data_key(connection).await?;
        let data_key = match known {
            Some(wrapped) => WrappedDataKey::from_bytes(wrapped),
            None => {
                let made = self.keys.new_data_key()?;
                tx.secrets().save_data_key(connection, made.as_bytes()).await?;
                made
            }
        };
        let row = connection.to_string();
        let place = SealedPlace { table: TABLE, row: &row, field };
        let bytes = Secret::new(secret.expose().clone().into_bytes());
        let sealed = self.keys.seal(&data_key, &place, &bytes)?;
        tx.secrets().save(connection, field, sealed.as_bytes()).await?;
        Ok(())
    }

    /// Connections whose secrets were sealed with a master key that is not here, and what is wrong: nothing can be sent through them.
    pub async fn connections_without_key(&self) -> Result<Vec<(Slug, VaultError)>, HubError> {
        let mut tx = self.store.read().await?;
        let mut found = Vec::new();
        let wrapped_keys = tx.secrets().data_keys().await?;
        for (id, wrapped) in wrapped_keys {
            let problem = match WrappedDataKey::from_bytes(wrapped).master_key_id() {
                Ok(key) if self.keys.ids().contains(&key) => continue,
                Ok(key) => VaultError::UnknownMasterKey { id: key },
                Err(problem) => problem,
            };
            if let Some(connection) = tx.connections().find(id).await? {
                found.push((connection.name, problem));
            }
        }
        Ok(found)
    }
}
