//! Secrets of connections and connected services: sealed on the way into the store, opened on the way to a connector.

use salesbridge_model::{Secret, Slug};
use salesbridge_store::{SecretOwner, Transaction};
use salesbridge_vault::{SealedPlace, VaultError, WrappedDataKey};

use crate::{Hub, HubError};

/// Table that sealed values are bound to, with the owner's id as the row.
pub(crate) fn table(owner: SecretOwner) -> &'static str {
    match owner {
        SecretOwner::Connection(_) => "connection_secrets",
        SecretOwner::Service(_) => "service_secrets",
    }
}

impl Hub {
    /// Seals a secret and stores it, in the caller's transaction.
    pub(crate) async fn seal(
        &self,
        tx: &mut dyn Transaction,
        owner: impl Into<SecretOwner> + Send,
        field: &str,
        secret: &Secret<String>,
    ) -> Result<(), HubError> {
        let owner = owner.into();
        let known = tx.secrets().data_key(owner).await?;
        let data_key = match known {
            Some(wrapped) => WrappedDataKey::from_bytes(wrapped),
            None => {
                let made = self.keys.new_data_key()?;
                tx.secrets().save_data_key(owner, made.as_bytes()).await?;
                made
            }
        };
        let row = owner.to_string();
        let place = SealedPlace { table: table(owner), row: &row, field };
        let bytes = Secret::new(secret.expose().clone().into_bytes());
        let sealed = self.keys.seal(&data_key, &place, &bytes)?;
        tx.secrets().save(owner, field, sealed.as_bytes()).await?;
        Ok(())
    }

    /// Connections and services whose secrets were sealed with a master key that is not here, and what is wrong: nothing can be sent through them.
    pub async fn connections_without_key(&self) -> Result<Vec<(Slug, VaultError)>, HubError> {
        let mut tx = self.store.read().await?;
        let known = self.keys.ring().ids();
        let mut found = Vec::new();
        let wrapped_keys = tx.secrets().data_keys().await?;
        for (owner, wrapped) in wrapped_keys {
            let problem = match WrappedDataKey::from_bytes(wrapped).master_key_id() {
                Ok(key) if known.contains(&key) => continue,
                Ok(key) => VaultError::UnknownMasterKey { id: key },
                Err(problem) => problem,
            };
            let name = match owner {
                SecretOwner::Connection(id) => tx.connections().find(id).await?.map(|connection| connection.name),
                SecretOwner::Service(id) => tx.services().find(id).await?.map(|service| service.name),
            };
            found.extend(name.map(|name| (name, problem)));
        }
        Ok(found)
    }
}
