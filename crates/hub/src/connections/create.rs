//! Making a connection.

use std::collections::BTreeMap;

use salesbridge_model::{Ability, Connection, ConnectionId, Secret, Slug};
use salesbridge_store::StoreError;

use super::edit::audited_after;
use super::{
    CLIENT_CREDENTIALS, CONSUMER_KEY, CONSUMER_SECRET, ConnectionDetails, ConnectionEdit, DOMAIN_URL, SALESFORCE,
};
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// A connection that is to be made.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    /// Unique and immutable.
    pub name: String,
    /// What people read; the name when absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// Kind of system.
    #[serde(default = "salesforce")]
    pub provider: String,
    /// Way of signing in.
    #[serde(default = "client_credentials")]
    pub method: String,
    /// Address of the org.
    pub domain_url: String,
    /// Consumer key of the app.
    pub consumer_key: String,
    /// Consumer secret of the app.
    #[schema(value_type = String, format = Password, write_only)]
    pub consumer_secret: Secret<String>,
    /// Company of every new Lead; filling it makes the sync "clients to Leads".
    #[serde(default)]
    pub company: Option<String>,
    /// Lead fields for the client's status, verification level and type.
    #[serde(default)]
    pub fields: BTreeMap<String, Option<String>>,
    /// External-ID field on Lead that carries our own key.
    #[serde(default)]
    pub external_id_field: Option<String>,
    /// Calls that it may make a day; as many as the org has for us when absent.
    #[serde(default)]
    pub daily_calls: Option<u64>,
    /// Whether anything may be sent through it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// A person has been told how many records this makes, and said yes.
    #[serde(default)]
    pub confirmed: bool,
}

impl Hub {
    /// Makes a connection with everything that belongs to it, or nothing. It need not have been tested (R49).
    pub async fn create_connection(&self, caller: &Caller, new: NewConnection) -> Result<ConnectionDetails, HubError> {
        caller.may_everywhere(Ability::Edit)?;
        let connection = self.unsaved(&new)?;
        let name = connection.name.clone();
        let rest = ConnectionEdit {
            consumer_secret: Some(new.consumer_secret),
            company: new.company,
            fields: new.fields,
            external_id_field: new.external_id_field,
            daily_calls: new.daily_calls,
            enabled: Some(new.enabled),
            confirmed: new.confirmed,
            ..ConnectionEdit::default()
        };
        let mut edited = self.edited(connection, Vec::new(), rest).await?;
        self.confirm_start(&mut edited).await?;

        let mut tx = self.store.write().await?;
        tx.connections().insert(&edited.connection).await.map_err(|error| match error {
            StoreError::Taken { .. } => HubError::NameTaken { noun: "connection", name: name.to_string() },
            other => other.into(),
        })?;
        self.store_edited(&mut *tx, &edited).await?;
        let made = audited_after(&mut *tx, &edited).await?;
        let deed = Deed::to_connection("connection.create", &edited.connection).is(made);
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        self.signal_mended();
        self.connection_after(edited.connection.id).await
    }

    /// The connection as it would be made, disabled.
    pub(super) fn unsaved(&self, new: &NewConnection) -> Result<Connection, HubError> {
        let name: Slug = new.name.parse()?;
        check_kind(new)?;
        let now = self.clock.now();
        let caption = new.caption.clone().filter(|caption| !caption.trim().is_empty());
        let connection = Connection {
            id: ConnectionId::make(&*self.ids),
            caption: caption.unwrap_or_else(|| name.to_string()),
            name,
            description: String::new(),
            tags: Vec::new(),
            service_id: None,
            provider: new.provider.clone(),
            method: new.method.clone(),
            settings: BTreeMap::from([
                (DOMAIN_URL.to_owned(), new.domain_url.trim().to_owned()),
                (CONSUMER_KEY.to_owned(), new.consumer_key.trim().to_owned()),
            ]),
            enabled: false,
            held: None,
            health: None,
            org: None,
            created_at: now,
            updated_at: now,
        };
        self.check_credentials(&connection, &new.consumer_secret)?;
        Ok(connection)
    }

    /// Refuses credentials that no sign-in could use.
    pub(super) fn check_credentials(&self, connection: &Connection, secret: &Secret<String>) -> Result<(), HubError> {
        if connection.settings.get(CONSUMER_KEY).is_none_or(String::is_empty) {
            return Err(HubError::invalid(
                CONSUMER_KEY,
                "is empty; copy it from the app's settings in Salesforce Setup",
            ));
        }
        if secret.expose().trim().is_empty() {
            return Err(HubError::invalid(
                CONSUMER_SECRET,
                "is empty; copy it from the app's settings in Salesforce Setup",
            ));
        }
        self.connector_for(connection, secret.clone()).map(|_| ())
    }
}

fn check_kind(new: &NewConnection) -> Result<(), HubError> {
    if new.provider != SALESFORCE {
        return Err(HubError::invalid("provider", format!("`{}` is not known; known is: {SALESFORCE}", new.provider)));
    }
    if new.method != CLIENT_CREDENTIALS {
        return Err(HubError::invalid(
            "method",
            format!("`{}` is not known; known is: {CLIENT_CREDENTIALS}", new.method),
        ));
    }
    Ok(())
}

fn salesforce() -> String {
    SALESFORCE.to_owned()
}

fn client_credentials() -> String {
    CLIENT_CREDENTIALS.to_owned()
}

fn yes() -> bool {
    true
}
