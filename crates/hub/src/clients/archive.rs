//! Archiving clients: they are kept, not listed and not sent; their records in Salesforce are left alone.

use salesbridge_model::Ability;
use std::collections::HashSet;

use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

impl Hub {
    /// Archives clients, or takes them back; says how many that changed. One that does not exist, and nothing is done. What changed of a client while it was
    /// archived is sent once it is back.
    pub async fn set_clients_archived(
        &self,
        caller: &Caller,
        keys: &[String],
        archived: bool,
    ) -> Result<u64, HubError> {
        caller.may(Ability::Edit)?;
        let mut tx = self.store.write().await?;
        let known: HashSet<String> = tx.clients().find_many(keys).await?.into_iter().map(|client| client.key).collect();
        if let Some(missing) = keys.iter().find(|key| !known.contains(*key)) {
            return Err(HubError::NotFound { noun: "client", name: missing.clone() });
        }
        let before: HashSet<String> = tx.clients().archived(keys).await?.into_iter().collect();
        let changed = tx.clients().set_archived(keys, archived, self.clock.now()).await?;
        let action = if archived { "client.archive" } else { "client.unarchive" };
        for key in known.iter().filter(|key| before.contains(*key) != archived) {
            self.record(&mut *tx, caller, Deed::to_client(action, key)).await?;
        }
        tx.commit().await?;
        self.signal();
        Ok(changed)
    }

    /// Whether a client is archived; false when there is none with this key.
    pub async fn client_is_archived(&self, caller: &Caller, key: &str) -> Result<bool, HubError> {
        caller.may(Ability::See)?;
        Ok(!self.store.read().await?.clients().archived(&[key.to_owned()]).await?.is_empty())
    }
}
