//! Looking at connections.

use std::collections::BTreeMap;

use salesbridge_model::{Connection, Page, PageRequest, Slug, Sync};

use super::CONSUMER_SECRET;
use crate::{Hub, HubError};

/// A connection as people see it: with its preset, without its secrets (R50).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ConnectionDetails {
    /// The connection.
    #[serde(flatten)]
    pub connection: Connection,
    /// Names of the secrets that are set.
    pub secrets_set: Vec<String>,
    /// Company of every new Lead.
    pub company: Option<String>,
    /// Lead fields for the client's status, verification level and type.
    pub fields: BTreeMap<String, String>,
    /// External-ID field on Lead that carries our own key.
    pub external_id_field: Option<String>,
    /// Names of the syncs that write through it.
    pub used_by: Vec<Slug>,
}

impl Hub {
    /// The connection with this name.
    pub async fn connection(&self, name: &str) -> Result<ConnectionDetails, HubError> {
        let connection = self.find_connection(name).await?;
        self.details(connection).await
    }

    /// A page of connections, by name.
    pub async fn connections(&self, page: &PageRequest) -> Result<Page<ConnectionDetails>, HubError> {
        let found = self.store.read().await?.connections().list(page).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for connection in found.items {
            items.push(self.details(connection).await?);
        }
        Ok(Page { items, next: found.next, total: found.total })
    }

    pub(crate) async fn find_connection(&self, name: &str) -> Result<Connection, HubError> {
        let missing = || HubError::NotFound { noun: "connection", name: name.to_owned() };
        let slug: Slug = name.parse().map_err(|_| missing())?;
        self.store.read().await?.connections().find_by_name(&slug).await?.ok_or_else(missing)
    }

    async fn details(&self, connection: Connection) -> Result<ConnectionDetails, HubError> {
        let mut tx = self.store.read().await?;
        let syncs = tx.syncs().of_connection(connection.id).await?;
        let secrets_set = tx.secrets().fields(connection.id).await?;
        debug_assert!(secrets_set.iter().all(|field| field == CONSUMER_SECRET));
        let preset = syncs.iter().find(|sync| sync.preset.is_some());
        let chosen = preset.and_then(|sync| sync.preset.clone()).unwrap_or_default();
        Ok(ConnectionDetails {
            secrets_set,
            company: Some(chosen.company).filter(|company| !company.is_empty()),
            fields: chosen.fields,
            external_id_field: preset.and_then(|sync: &Sync| sync.options.external_id_field.clone()),
            used_by: syncs.into_iter().map(|sync| sync.name).collect(),
            connection,
        })
    }
}
