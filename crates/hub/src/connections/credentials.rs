//! What an edit makes of the way a connection signs in: its method, its service, and the fields of the method.

use std::collections::BTreeMap;

use salesbridge_connectors::salesforce::{
    CERTIFICATE, CONSUMER_KEY, JWT_BEARER, KeyPair, KeyPairProblem, PRIVATE_KEY, REFRESH_TOKEN,
};
use salesbridge_model::{Connection, Held, Slug};
use salesbridge_store::Transaction;

use super::app::{SecretChanges, method_of};
use super::fields::Fields;
use crate::{Hub, HubError};

/// Code of a hold: a person has to sign in first.
pub(crate) const NOT_SIGNED_IN: &str = "oauth.not_signed_in";

/// The part of an edit that is about signing in.
#[derive(Default)]
pub(super) struct SignInEdit {
    pub(super) method: Option<String>,
    pub(super) service: Option<String>,
    pub(super) settings: BTreeMap<String, Option<String>>,
    pub(super) secrets: SecretChanges,
}

/// What becomes of the way a connection signs in.
pub(super) struct SignInChange {
    /// Secrets to be stored or removed.
    pub(super) secrets: SecretChanges,
    /// Whether anything of it is another now.
    pub(super) differs: bool,
    /// Whether a person has to sign in first.
    pub(super) nobody_signed_in: bool,
}

impl SignInEdit {
    fn is_empty(&self) -> bool {
        self.method.is_none() && self.service.is_none() && self.settings.is_empty() && self.secrets.is_empty()
    }
}

impl Hub {
    /// Changes how a connection signs in, and refuses what no sign-in could use. Nothing is stored.
    pub(super) async fn change_sign_in(
        &self,
        connection: &mut Connection,
        edit: SignInEdit,
    ) -> Result<SignInChange, HubError> {
        let mut tx = self.store.read().await?;
        let stored = tx.secrets().fields(connection.id.into()).await?;
        if edit.is_empty() {
            let needs_person = method_of(connection)?.needs_person();
            let nobody_signed_in = needs_person && !stored.iter().any(|field| field == REFRESH_TOKEN);
            return Ok(SignInChange { secrets: SecretChanges::new(), differs: false, nobody_signed_in });
        }
        let before = connection.clone();
        choose_service(&mut *tx, connection, edit.service.as_deref()).await?;
        drop(tx);
        connection.method = edit.method.unwrap_or_else(|| before.method.clone());
        let method = method_of(connection)?;
        let mut fields = Fields::new(method, connection.service_id.is_some(), before.settings.clone(), stored);
        fields.give_settings(edit.settings);
        fields.give_secrets(edit.secrets);
        if method.name == JWT_BEARER {
            self.provide_key(connection, &mut fields).await?;
        }
        fields.check()?;
        if is_another_app(&before, connection, &fields.settings)
            && method.needs_person()
            && fields.has_secret(REFRESH_TOKEN)
        {
            // It is good for the app that it was given for, and for no other.
            fields.secrets.insert(REFRESH_TOKEN.to_owned(), None);
        }
        let nobody_signed_in = method.needs_person() && !fields.has_secret(REFRESH_TOKEN);
        connection.settings = fields.settings;
        let secrets = fields.secrets;
        let way = |connection: &Connection| (connection.method.clone(), connection.service_id);
        let differs = way(&before) != way(connection) || before.settings != connection.settings || !secrets.is_empty();
        if differs {
            self.connector_for(connection, &secrets).await?;
        }
        Ok(SignInChange { secrets, differs, nobody_signed_in })
    }

    /// The hold of a connection for which nobody has signed in.
    pub(crate) fn held_until_signed_in(&self, connection: &Connection) -> Held {
        Held {
            code: NOT_SIGNED_IN.to_owned(),
            reason: "nobody has signed in for it yet".to_owned(),
            remedy: format!("Sign in: `salesbridge connection sign-in {}`", connection.name),
            since: self.clock.now(),
        }
    }

    /// Sees that there is a private key: the one that was given, the one that is stored, or a new one with its certificate.
    async fn provide_key(&self, connection: &Connection, fields: &mut Fields) -> Result<(), HubError> {
        if let Some(Some(given)) = fields.secrets.get(PRIVATE_KEY) {
            if let Err(problem) = KeyPair::check(given) {
                fields.problem(format!("secrets.{PRIVATE_KEY}"), problem.to_string());
            }
            if fields.settings.get(CERTIFICATE) == connection.settings.get(CERTIFICATE) {
                // Of the key before; whoever has a key of their own has its certificate too.
                fields.settings.remove(CERTIFICATE);
            }
        }
        if fields.has_secret(PRIVATE_KEY) {
            return Ok(());
        }
        let (name, now) = (format!("Salesbridge {}", connection.name), self.clock.now());
        let made = tokio::task::spawn_blocking(move || KeyPair::make(&name, now)).await;
        let failed = |cause: String| HubError::NotPossible {
            code: "key_not_made",
            message: format!("no key pair could be made: {cause}"),
            remedy: "Do it again, or give a private key of your own".to_owned(),
        };
        let pair = made.map_err(|cause| failed(cause.to_string()))?;
        let pair = pair.map_err(|cause: KeyPairProblem| failed(cause.to_string()))?;
        fields.secrets.insert(PRIVATE_KEY.to_owned(), Some(pair.private_key));
        fields.settings.insert(CERTIFICATE.to_owned(), pair.certificate);
        Ok(())
    }
}

/// Takes the service with this name; none when the name is empty.
async fn choose_service(
    tx: &mut dyn Transaction,
    connection: &mut Connection,
    name: Option<&str>,
) -> Result<(), HubError> {
    let Some(name) = name.map(str::trim) else { return Ok(()) };
    if name.is_empty() {
        connection.service_id = None;
        return Ok(());
    }
    let unknown = || HubError::invalid("service", format!("there is no service named `{name}`"));
    let slug: Slug = name.parse().map_err(|_| unknown())?;
    let service = tx.services().find_by_name(&slug).await?.ok_or_else(unknown)?;
    if service.provider != connection.provider {
        let message = format!("the service {name} is one of `{}`, not of `{}`", service.provider, connection.provider);
        return Err(HubError::invalid("service", message));
    }
    connection.service_id = Some(service.id);
    Ok(())
}

fn is_another_app(before: &Connection, after: &Connection, settings: &BTreeMap<String, String>) -> bool {
    before.service_id != after.service_id || before.settings.get(CONSUMER_KEY) != settings.get(CONSUMER_KEY)
}
