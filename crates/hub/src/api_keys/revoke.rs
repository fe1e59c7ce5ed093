//! Revoking an API key.

use salesbridge_model::ApiKeyId;

use super::ApiKeyDetails;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

impl Hub {
    /// Revokes a key, from now on and for ever: the caller's own, or as an administrator anybody's. One that was revoked stays so.
    pub async fn revoke_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<ApiKeyDetails, HubError> {
        caller.in_person()?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let (mut key, person) = self.find_key(&mut *tx, caller, id).await?;
        if tx.api_keys().revoke(id, now).await? {
            key.revoked_at = Some(now);
            self.record(&mut *tx, caller, Deed::to_key("key.revoke", &key, &person)).await?;
            tx.commit().await?;
            self.identities.forget();
        }
        Ok(self.key_details(key, &person))
    }
}
