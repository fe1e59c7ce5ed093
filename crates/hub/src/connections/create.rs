//! Making a connection.

use std::collections::BTreeMap;

use salesbridge_connectors::salesforce::{CLIENT_CREDENTIALS, SALESFORCE};
use salesbridge_model::{Ability, Connection, ConnectionId, Secret, Slug};
use salesbridge_store::StoreError;

use super::app::method_of;
use super::edit::audited_after;
use super::{ConnectionDetails, ConnectionEdit};
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// A connection that is to be made.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    /// Unique and immutable.
    pub name: String,
    /// What people read; the name when absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Words that people group connections by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Kind of system; `GET /providers` lists them.
    #[serde(default = "salesforce")]
    pub provider: String,
    /// Way of signing in; its provider lists them with their fields.
    #[serde(default = "client_credentials")]
    pub method: String,
    /// Name of the connected service whose app it uses; one of its own when absent.
    #[serde(default)]
    pub service: Option<String>,
    /// The method's fields that are not secret, such as `domain_url`.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// The method's fields that are secret, such as `consumer_secret`. They are sealed and never shown.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>, write_only)]
    pub secrets: BTreeMap<String, Secret<String>>,
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

impl NewConnection {
    /// One with this name, to a Salesforce org, that sends nothing by itself.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            caption: None,
            description: String::new(),
            tags: Vec::new(),
            provider: salesforce(),
            method: client_credentials(),
            service: None,
            settings: BTreeMap::new(),
            secrets: BTreeMap::new(),
            company: None,
            fields: BTreeMap::new(),
            external_id_field: None,
            daily_calls: None,
            enabled: yes(),
            confirmed: false,
        }
    }
}

impl Hub {
    /// Makes a connection with everything that belongs to it, or nothing. It need not have been tested (R49), and nobody need have signed in.
    pub async fn create_connection(&self, caller: &Caller, new: NewConnection) -> Result<ConnectionDetails, HubError> {
        caller.may_everywhere(Ability::Edit)?;
        let connection = self.unsaved(&new)?;
        let name = connection.name.clone();
        let mut edited = self.edited(connection, Vec::new(), new.into()).await?;
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

    /// The connection before anything is known of how it signs in, disabled.
    pub(super) fn unsaved(&self, new: &NewConnection) -> Result<Connection, HubError> {
        let name: Slug = new.name.parse()?;
        let now = self.clock.now();
        let connection = Connection {
            id: ConnectionId::make(&*self.ids),
            caption: name.to_string(),
            name,
            description: String::new(),
            tags: Vec::new(),
            service_id: None,
            provider: new.provider.clone(),
            method: new.method.clone(),
            settings: BTreeMap::new(),
            enabled: false,
            held: None,
            health: None,
            org: None,
            created_at: now,
            updated_at: now,
        };
        method_of(&connection)?;
        Ok(connection)
    }
}

/// What is edited of a connection that has nothing but its name.
impl From<NewConnection> for ConnectionEdit {
    fn from(new: NewConnection) -> Self {
        Self {
            caption: new.caption,
            description: Some(new.description),
            tags: Some(new.tags),
            method: Some(new.method),
            service: new.service,
            settings: new.settings.into_iter().map(|(name, value)| (name, Some(value))).collect(),
            secrets: new.secrets.into_iter().map(|(name, value)| (name, Some(value))).collect(),
            company: new.company,
            fields: new.fields,
            too_long: None,
            external_id_field: new.external_id_field,
            daily_calls: new.daily_calls,
            enabled: Some(new.enabled),
            confirmed: new.confirmed,
        }
    }
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
