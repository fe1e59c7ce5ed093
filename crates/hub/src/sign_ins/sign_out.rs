//! Signing out: what a person left behind is given back to Salesforce, and forgotten here.

use salesbridge_connectors::salesforce::REFRESH_TOKEN;
use salesbridge_model::Ability;
use serde_json::json;

use crate::audit::Deed;
use crate::connections::ConnectionDetails;
use crate::{Caller, Chain, Hub, HubError};

impl Hub {
    /// Gives back the refresh token of a connection and forgets it. The connection is held until somebody signs in again; its work stays queued.
    pub async fn sign_out(&self, caller: &Caller, name: &str) -> Result<ConnectionDetails, HubError> {
        let found = self.find_connection(caller, name, Ability::Edit).await?;
        let mut tx = self.store.write().await?;
        let gone = || HubError::NotFound { noun: "connection", name: name.to_owned() };
        let mut connection = tx.connections().find(found.id).await?.ok_or_else(gone)?;
        let not_signed_in = || HubError::NotPossible {
            code: "not_signed_in_there",
            message: format!("the connection {name} has no refresh token to give back"),
            remedy: format!("To keep it from being used, disable it: `salesbridge connection disable {name}`"),
        };
        let token = self.refresh_token_of(&mut *tx, connection.id).await?.ok_or_else(not_signed_in)?;
        let endpoint = self.app_of(&mut *tx, &connection).await?.endpoint(self.clock.clone())?;
        tx.secrets().remove(connection.id.into(), REFRESH_TOKEN).await?;
        let was = json!({ "held": connection.held });
        connection.held = Some(self.held_until_signed_in(&connection));
        connection.updated_at = self.later_than(connection.updated_at);
        tx.connections().update(&connection).await?;
        let is = json!({ "held": connection.held, "secrets": { REFRESH_TOKEN: "removed" } });
        let deed = Deed::to_connection("connection.sign_out", &connection).was(was).is(is);
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        if let Err(error) = endpoint.revoke(&token).await {
            tracing::warn!(connection.id = %connection.id, error = %Chain(&error),
                "{name} is signed out here, and its token could not be revoked at Salesforce");
        }
        self.connection_after(connection.id).await
    }
}
