//! Editing a connected service, and what follows for the connections that use it.

use salesbridge_connectors::salesforce::{CONSUMER_SECRET, REFRESH_TOKEN};
use salesbridge_model::{Ability, Connection, Secret, Service};
use salesbridge_store::Transaction;
use serde_json::json;

use super::ServiceDetails;
use super::create::{check, tidy_scopes, trimmed};
use crate::audit::Deed;
use crate::connections::{NOT_SIGNED_IN, method_of};
use crate::{Caller, Hub, HubError};

/// Changes to a connected service; what is absent stays as it is. Name and provider never change (R46).
#[derive(Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceEdit {
    /// What people read.
    pub caption: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Where people sign in.
    pub sign_in_host: Option<String>,
    /// Consumer key of the app. Another app's ends every sign-in by a person.
    pub consumer_key: Option<String>,
    /// Consumer secret of the app; empty takes it away. It is sealed and never shown.
    #[schema(value_type = Option<String>, format = Password, write_only)]
    pub consumer_secret: Option<Secret<String>>,
    /// What people are asked to allow.
    pub scopes: Option<Vec<String>>,
}

impl Hub {
    /// Changes a connected service. The connections that use it are opened anew, and go on if they were held.
    pub async fn edit_service(
        &self,
        caller: &Caller,
        name: &str,
        edit: ServiceEdit,
    ) -> Result<ServiceDetails, HubError> {
        caller.may_everywhere(Ability::Edit)?;
        let before = self.find_service(name).await?;
        let mut service = before.clone();
        apply(&mut service, &edit);
        check(&service)?;
        service.updated_at = self.later_than(before.updated_at);

        let mut tx = self.store.write().await?;
        let (was, mut is) = (json!(before), json!(service));
        tx.services().update(&service).await?;
        if let Some(secret) = &edit.consumer_secret {
            let word = self.change_secret(&mut *tx, &service, secret).await?;
            is["secrets"] = json!({ CONSUMER_SECRET: word });
        }
        let another_app = before.consumer_key != service.consumer_key;
        if another_app || before.sign_in_host != service.sign_in_host || edit.consumer_secret.is_some() {
            self.open_users_anew(&mut *tx, &service, another_app).await?;
        }
        let deed = Deed::new("service.edit").to(service.id, Some(&service.name)).was(was).is(is);
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        self.signal_mended();
        self.service_after(caller, service.id).await
    }

    /// Stores a secret, or removes it when it is empty; the word for what became of it.
    async fn change_secret(
        &self,
        tx: &mut dyn Transaction,
        service: &Service,
        secret: &Secret<String>,
    ) -> Result<&'static str, HubError> {
        match trimmed(secret) {
            Some(secret) => self.seal(tx, service.id, CONSUMER_SECRET, &secret).await.map(|()| "changed"),
            None => {
                tx.secrets().remove(service.id.into(), CONSUMER_SECRET).await?;
                Ok("removed")
            }
        }
    }

    /// Has every process open the connections of a service anew. With another app, people have to sign in again.
    async fn open_users_anew(
        &self,
        tx: &mut dyn Transaction,
        service: &Service,
        another_app: bool,
    ) -> Result<(), HubError> {
        let users = tx.connections().of_service(service.id).await?;
        for mut connection in users {
            if another_app && method_of(&connection)?.needs_person() {
                tx.secrets().remove(connection.id.into(), REFRESH_TOKEN).await?;
                connection.held = Some(self.held_until_signed_in(&connection));
            }
            release(&mut connection);
            connection.updated_at = self.later_than(connection.updated_at);
            tx.connections().update(&connection).await?;
        }
        Ok(())
    }
}

fn apply(service: &mut Service, edit: &ServiceEdit) {
    if let Some(caption) = edit.caption.as_ref().filter(|caption| !caption.trim().is_empty()) {
        service.caption.clone_from(caption);
    }
    let texts = [
        (&mut service.description, &edit.description),
        (&mut service.sign_in_host, &edit.sign_in_host),
        (&mut service.consumer_key, &edit.consumer_key),
    ];
    for (field, given) in texts {
        if let Some(text) = given {
            *field = text.trim().to_owned();
        }
    }
    if let Some(scopes) = &edit.scopes {
        service.scopes = tidy_scopes(scopes);
    }
}

/// What an app that was mended mends: every hold but that nobody has signed in.
fn release(connection: &mut Connection) {
    connection.held = connection.held.take().filter(|held| held.code == NOT_SIGNED_IN);
}
