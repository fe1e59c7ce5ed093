//! Removing a connection.

use salesbridge_model::Ability;
use salesbridge_store::StoreError;

use super::edit::audited;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

impl Hub {
    /// Removes a connection with its secrets. One that a sync uses stays.
    pub async fn delete_connection(&self, caller: &Caller, name: &str) -> Result<(), HubError> {
        let connection = self.find_connection(caller, name, Ability::Edit).await?;
        let used_by = self.store.read().await?.syncs().of_connection(connection.id).await?;
        let names: Vec<String> = used_by.iter().map(|sync| sync.name.to_string()).collect();
        let in_use = || HubError::NotPossible {
            code: "connection_in_use",
            message: format!("the connection {name} is used by: {}", names.join(", ")),
            remedy: "Delete these syncs first; records in Salesforce stay".to_owned(),
        };
        if !names.is_empty() {
            return Err(in_use());
        }
        let mut tx = self.store.write().await?;
        let deed = Deed::to_connection("connection.delete", &connection).was(audited(&mut *tx, connection.id).await?);
        match tx.connections().delete(connection.id).await {
            Err(StoreError::Reference { .. }) => return Err(in_use()),
            other => other?,
        };
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        Ok(())
    }
}
