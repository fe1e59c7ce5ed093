//! Removing a connection.

use salesbridge_model::{Ability, Connection, Sync};
use salesbridge_store::StoreError;
use serde_json::json;

use super::edit::audited;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

impl Hub {
    /// Removes a connection with its secrets. One that syncs use stays, unless `force` says that these go too. Records in Salesforce stay.
    pub async fn delete_connection(&self, caller: &Caller, name: &str, force: bool) -> Result<(), HubError> {
        let connection = self.find_connection(caller, name, Ability::Edit).await?;
        let syncs = self.store.read().await?.syncs().of_connection(connection.id).await?;
        if !syncs.is_empty() && !force {
            return Err(in_use(&connection, &syncs));
        }
        let held_back = self.hold_back(&syncs).await?;
        let mut tx = self.store.write().await?;
        held_back.check(&mut *tx).await?;
        let was = audited(&mut *tx, connection.id).await?;
        for sync in &syncs {
            tx.syncs().delete(sync.id).await?;
            self.record(&mut *tx, caller, Deed::to_sync("sync.delete", sync).was(json!(sync))).await?;
        }
        let deleted = tx.connections().delete(connection.id).await;
        if matches!(deleted, Err(StoreError::Reference { .. })) {
            // A sync was made since.
            drop(tx);
            let syncs = self.store.read().await?.syncs().of_connection(connection.id).await?;
            return Err(in_use(&connection, &syncs));
        }
        deleted?;
        self.record(&mut *tx, caller, Deed::to_connection("connection.delete", &connection).was(was)).await?;
        tx.commit().await?;
        held_back.let_go().await
    }
}

fn in_use(connection: &Connection, syncs: &[Sync]) -> HubError {
    let names: Vec<&str> = syncs.iter().map(|sync| sync.name.as_str()).collect();
    let name = &connection.name;
    HubError::NotPossible {
        code: "connection_in_use",
        message: format!("the connection {name} is used by syncs that would stop: {}", names.join(", ")),
        remedy: format!(
            "Delete these syncs first, or all at once with `salesbridge connection delete {name} --force`; records in Salesforce stay"
        ),
    }
}
