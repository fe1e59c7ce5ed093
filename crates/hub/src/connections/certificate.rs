//! The certificate of a connection that signs in with a key of its own, for the app in Salesforce.

use salesbridge_connectors::salesforce::{CERTIFICATE, JWT_BEARER};
use salesbridge_model::Ability;

use crate::{Caller, Hub, HubError};

impl Hub {
    /// The certificate of a connection's private key, in PEM. It is no secret.
    pub async fn certificate(&self, caller: &Caller, name: &str) -> Result<String, HubError> {
        let connection = self.find_connection(caller, name, Ability::See).await?;
        if let Some(certificate) = connection.settings.get(CERTIFICATE) {
            return Ok(certificate.clone());
        }
        let (message, remedy) = if connection.method == JWT_BEARER {
            (
                format!("the private key of the connection {name} was made elsewhere, and so was its certificate"),
                format!(
                    "Upload the one you have, or have a pair made here: `salesbridge connection certificate {name} --new`"
                ),
            )
        } else {
            (
                format!("the connection {name} signs in by `{}`, which needs no certificate", connection.method),
                format!(
                    "To sign in with one: `salesbridge connection edit {name} --method {JWT_BEARER} --set username=USER`"
                ),
            )
        };
        Err(HubError::NotPossible { code: "no_certificate", message, remedy })
    }
}
