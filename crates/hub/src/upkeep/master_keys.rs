//! Rotating the master key: data keys are wrapped anew by the newest one. What they sealed stays as it is.

use std::collections::BTreeMap;

use salesbridge_model::Ability;
use salesbridge_store::Transaction;
use salesbridge_vault::{KeyId, KeyRing, WrappedDataKey};
use serde_json::json;

use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// Who uses which master key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct MasterKeyUse {
    /// The key that writes.
    pub newest: String,
    /// Data keys by the id of the master key that wrapped them; every key of the ring is named, used or not.
    pub wrapped: BTreeMap<String, u64>,
    /// Data keys that were wrapped anew by this request.
    pub rewrapped: u64,
}

impl Hub {
    /// Reads the master keys anew and wraps every data key by the newest. In one transaction, so that a death leaves either all as they were or all anew.
    pub async fn rewrap_data_keys(&self, caller: &Caller) -> Result<MasterKeyUse, HubError> {
        caller.may_everywhere(Ability::Administer)?;
        let ring = self.keys.reload()?;
        let mut tx = self.store.write().await?;
        let rewrapped = rewrap_all(&mut *tx, &ring).await?;
        let wrapped = key_use(&mut *tx, &ring).await?;
        let told = json!({ "master_key": ring.newest_id().to_string(), "data_keys": rewrapped });
        self.record(&mut *tx, caller, Deed::new("installation.rewrap").is(told)).await?;
        tx.commit().await?;
        tracing::info!(newest = %ring.newest_id(), data_keys = rewrapped, "data keys were wrapped by the newest master key");
        Ok(MasterKeyUse { newest: ring.newest_id().to_string(), wrapped, rewrapped })
    }

    /// How many data keys each master key has wrapped.
    pub async fn master_key_use(&self, caller: &Caller) -> Result<MasterKeyUse, HubError> {
        caller.may_everywhere(Ability::Administer)?;
        let ring = self.keys.ring();
        let wrapped = key_use(&mut *self.store.read().await?, &ring).await?;
        Ok(MasterKeyUse { newest: ring.newest_id().to_string(), wrapped, rewrapped: 0 })
    }
}

async fn rewrap_all(tx: &mut dyn Transaction, ring: &KeyRing) -> Result<u64, HubError> {
    let mut rewrapped = 0;
    let of_owners = tx.secrets().data_keys().await?;
    for (owner, bytes) in of_owners {
        if let Some(anew) = rewrapped_key(ring, bytes)? {
            tx.secrets().save_data_key(owner, anew.as_bytes()).await?;
            rewrapped += 1;
        }
    }
    let of_sign_ins = tx.sign_ins().data_keys().await?;
    for (attempt, bytes) in of_sign_ins {
        if let Some(anew) = rewrapped_key(ring, bytes)? {
            tx.sign_ins().save_data_key(attempt, anew.as_bytes()).await?;
            rewrapped += 1;
        }
    }
    Ok(rewrapped)
}

/// The data key wrapped by the newest master key; `None` when it is already, or when its own master key is not here, so that it stays as it is.
fn rewrapped_key(ring: &KeyRing, bytes: Vec<u8>) -> Result<Option<WrappedDataKey>, HubError> {
    let wrapped = WrappedDataKey::from_bytes(bytes);
    match wrapped.master_key_id() {
        Ok(id) if id != ring.newest_id() && ring.ids().contains(&id) => Ok(Some(ring.rewrap(&wrapped)?)),
        _ => Ok(None),
    }
}

async fn key_use(tx: &mut dyn Transaction, ring: &KeyRing) -> Result<BTreeMap<String, u64>, HubError> {
    let mut used: BTreeMap<String, u64> = ring.ids().iter().map(|id| (id.to_string(), 0)).collect();
    let secrets = tx.secrets().data_keys().await?.into_iter().map(|(_, bytes)| bytes);
    let attempts = tx.sign_ins().data_keys().await?.into_iter().map(|(_, bytes)| bytes);
    for bytes in secrets.chain(attempts) {
        let id: Option<KeyId> = WrappedDataKey::from_bytes(bytes).master_key_id().ok();
        *used.entry(id.map_or_else(|| "unreadable".to_owned(), |id| id.to_string())).or_default() += 1;
    }
    Ok(used)
}
