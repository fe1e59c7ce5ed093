//! Secrets of connections and connected services: sealed on the way into the store, opened on the way to a connector.

use salesbridge_model::{Secret, Slug};
use salesbridge_store::{SecretOwner, Transaction};
use salesbridge_vault::{Sealed, SealedPlace, VaultError, WrappedDataKey};

use crate::keys::MasterKeys;
use crate::{Hub, HubError};

/// Table that sealed values are bound to, with the owner's id as the row.
pub(crate) fn table(owner: SecretOwner) -> &'static str {
    match owner {
        SecretOwner::Connection(_) => "connection_secrets",
        SecretOwner::Service(_) => "service_secrets",
    }
}

/// Seals a secret and stores it, in the caller's transaction.
pub(crate) async fn seal(
    tx: &mut dyn Transaction,
    keys: &MasterKeys,
    owner: SecretOwner,
    field: &str,
    secret: &Secret<String>,
) -> Result<(), HubError> {
    let known = tx.secrets().data_key(owner).await?;
    let data_key = match known {
        Some(wrapped) => WrappedDataKey::from_bytes(wrapped),
        None => {
            let made = keys.new_data_key()?;
            tx.secrets().save_data_key(owner, made.as_bytes()).await?;
            made
        }
    };
    let row = owner.to_string();
    let place = SealedPlace { table: table(owner), row: &row, field };
    let bytes = Secret::new(secret.expose().clone().into_bytes());
    let sealed = keys.seal(&data_key, &place, &bytes)?;
    tx.secrets().save(owner, field, sealed.as_bytes()).await?;
    Ok(())
}

/// Opens a secret; none where there is none.
pub(crate) async fn open(
    tx: &mut dyn Transaction,
    keys: &MasterKeys,
    owner: SecretOwner,
    field: &str,
) -> Result<Option<Secret<String>>, HubError> {
    let data_key = tx.secrets().data_key(owner).await?;
    let sealed = tx.secrets().find(owner, field).await?;
    let (Some(data_key), Some(sealed)) = (data_key, sealed) else { return Ok(None) };
    let row = owner.to_string();
    let place = SealedPlace { table: table(owner), row: &row, field };
    let opened = keys.open(&WrappedDataKey::from_bytes(data_key), &place, &Sealed::from_bytes(sealed))?;
    Ok(Some(Secret::new(String::from_utf8_lossy(opened.expose()).into_owned())))
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
        seal(tx, &self.keys, owner.into(), field, secret).await
    }

    /// Opens a secret; none where there is none.
    pub(crate) async fn open_secret(
        &self,
        tx: &mut dyn Transaction,
        owner: impl Into<SecretOwner> + Send,
        field: &str,
    ) -> Result<Option<Secret<String>>, HubError> {
        open(tx, &self.keys, owner.into(), field).await
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
