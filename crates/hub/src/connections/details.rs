//! Looking at connections.

use std::collections::BTreeMap;

use salesbridge_model::{
    Ability, Connection, ConnectionId, LeftOutField, OrgAllowance, Page, PageRequest, ServiceId, Slug, Sync,
};
use salesbridge_store::{Allowance, ConnectionFilter, Transaction};

use super::app::service_of;
use crate::allowances::Ceilings;
use crate::{Caller, Hub, HubError};

/// A connection as people see it: with its preset, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ConnectionDetails {
    /// The connection.
    #[serde(flatten)]
    pub connection: Connection,
    /// Name of the connected service whose app it uses.
    #[serde(default)]
    pub service: Option<Slug>,
    /// Names of the secrets that are set.
    pub secrets_set: Vec<String>,
    /// Company of every new Lead.
    pub company: Option<String>,
    /// Lead fields for the client's status, verification level and type.
    pub fields: BTreeMap<String, String>,
    /// External-ID field on Lead that carries our own key.
    pub external_id_field: Option<String>,
    /// Calls made through it, and what its org says of its own count.
    pub calls: CallsDetails,
    /// Mapped Lead fields that are left out, because they have gone or may not be written.
    #[serde(default)]
    pub left_out: Vec<LeftOutField>,
    /// Names of the syncs that write through it.
    pub used_by: Vec<Slug>,
}

/// Calls made through a connection, and what its org says of its own count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct CallsDetails {
    /// Calls taken for this connection today (UTC); taken in blocks, so a few of them may not be made yet.
    pub today: u64,
    /// Calls that it may make a day.
    pub daily_calls: Option<u64>,
    /// Share of the org's calls, in percent, that is kept for its other users.
    pub reserve_percent: u8,
    /// What the org said last: used by everybody within 24 hours, of how many, and when it said so.
    pub org: Option<OrgAllowance>,
}

/// Which connections are wanted. Empty finds all that the caller sees.
#[derive(Clone, Debug, Default)]
pub struct ConnectionQuery {
    /// Name of the service that they use.
    pub service: Option<String>,
    /// The rest; whom it shows to is the use case's business.
    pub filter: ConnectionFilter,
}

impl Hub {
    /// The connection with this name.
    pub async fn connection(&self, caller: &Caller, name: &str) -> Result<ConnectionDetails, HubError> {
        let connection = self.find_connection(caller, name, Ability::See).await?;
        self.details(connection).await
    }

    /// A connection as a use case leaves it, for whoever carried that out.
    pub(crate) async fn connection_after(&self, id: ConnectionId) -> Result<ConnectionDetails, HubError> {
        let found = self.store.read().await?.connections().find(id).await?;
        self.details(found.ok_or_else(|| HubError::NotFound { noun: "connection", name: id.to_string() })?).await
    }

    /// A page of connections, by name unless something else is asked for.
    pub async fn connections(
        &self,
        caller: &Caller,
        query: &ConnectionQuery,
        page: &PageRequest,
    ) -> Result<Page<ConnectionDetails>, HubError> {
        caller.may(Ability::See)?;
        let mut tx = self.store.read().await?;
        let service = match &query.service {
            Some(name) => Some(service_named(&mut *tx, name).await?),
            None => None,
        };
        let filter = ConnectionFilter { sees: caller.seen(), service, ..query.filter.clone() };
        let found = tx.connections().list(&filter, page).await?;
        drop(tx);
        let mut items = Vec::with_capacity(found.items.len());
        for connection in found.items {
            items.push(self.details(connection).await?);
        }
        Ok(Page { items, next: found.next, total: found.total })
    }

    /// The connection with this name, for somebody who wants to do that with it.
    pub(crate) async fn find_connection(
        &self,
        caller: &Caller,
        name: &str,
        ability: Ability,
    ) -> Result<Connection, HubError> {
        let missing = || HubError::NotFound { noun: "connection", name: name.to_owned() };
        let slug: Slug = name.parse().map_err(|_| missing())?;
        let found = self.store.read().await?.connections().find_by_name(&slug).await?;
        let connection = found.filter(|found| caller.sees(found.id)).ok_or_else(missing)?;
        caller.may_on(connection.id, connection.name.as_str(), ability)?;
        Ok(connection)
    }

    async fn details(&self, connection: Connection) -> Result<ConnectionDetails, HubError> {
        let mut tx = self.store.read().await?;
        let syncs = tx.syncs().of_connection(connection.id).await?;
        let secrets_set = tx.secrets().fields(connection.id.into()).await?;
        let service = service_of(&mut *tx, &connection).await?.map(|service| service.name);
        let preset = syncs.iter().find(|sync| sync.preset.is_some());
        let known = tx.allowances().find(connection.id).await?;
        let calls = self.calls_details(&connection, known);
        let chosen = preset.and_then(|sync| sync.preset.clone()).unwrap_or_default();
        Ok(ConnectionDetails {
            service,
            secrets_set,
            calls,
            company: Some(chosen.company).filter(|company| !company.is_empty()),
            fields: chosen.fields,
            external_id_field: preset.and_then(|sync: &Sync| sync.options.external_id_field.clone()),
            left_out: preset.map(|sync| sync.left_out.clone()).unwrap_or_default(),
            used_by: syncs.into_iter().map(|sync| sync.name).collect(),
            connection,
        })
    }

    fn calls_details(&self, connection: &Connection, known: Option<Allowance>) -> CallsDetails {
        let Ceilings { reserve_percent, daily_calls } = self.destinations.ceilings(connection);
        let is_of_today = |known: &&Allowance| known.day.date_naive() == self.clock.now().date_naive();
        let today = known.as_ref().filter(is_of_today).map_or(0, |known| known.calls);
        let stored = known.and_then(|known| known.org);
        let org = [self.destinations.said(connection), stored].into_iter().flatten().max_by_key(|said| said.told_at);
        CallsDetails { today, daily_calls, reserve_percent, org }
    }
}

async fn service_named(tx: &mut dyn Transaction, name: &str) -> Result<ServiceId, HubError> {
    let missing = || HubError::NotFound { noun: "service", name: name.to_owned() };
    let slug: Slug = name.parse().map_err(|_| missing())?;
    let found = tx.services().find_by_name(&slug).await?;
    found.map(|service| service.id).ok_or_else(missing)
}
