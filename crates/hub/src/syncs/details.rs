//! Looking at syncs.

use salesbridge_connector_kit::FieldSchema;
use salesbridge_model::{Ability, Connection, Page, PageRequest, Run, Slug, Sync, SyncId};
use salesbridge_store::{DueCounts, RunFilter, SyncFilter, Verification};

use crate::{Caller, Hub, HubError};

/// A sync as people see it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SyncDetails {
    /// The sync.
    #[serde(flatten)]
    pub sync: Sync,
    /// Name of its connection.
    pub connection: Slug,
    /// Whether rows are sent now: both are enabled and neither is held.
    pub sending: bool,
    /// Where it stands.
    pub figures: SyncFigures,
}

/// Where a sync stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SyncFigures {
    /// Source rows that have a record.
    pub links: u64,
    /// Rows that are to be sent, or wait.
    pub due: DueCounts,
    /// Writes that were prepared and whose answer is not stored yet.
    pub unsettled: u64,
    /// Runs that have not ended.
    pub open_runs: u64,
    /// Its newest run.
    pub last_run: Option<Run>,
    /// What it has to find again because of a restore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
}

/// Which syncs are wanted. Empty finds all that the caller sees.
#[derive(Clone, Debug, Default)]
pub struct SyncQuery {
    /// Name of the connection that they write through.
    pub connection: Option<String>,
    /// The rest; whom it shows to is the use case's business.
    pub filter: SyncFilter,
}

impl Hub {
    /// The sync with this name.
    pub async fn sync(&self, caller: &Caller, name: &str) -> Result<SyncDetails, HubError> {
        let sync = self.find_sync(caller, name, Ability::See).await?;
        self.sync_details(sync).await
    }

    /// A page of syncs, by name unless something else is asked for.
    pub async fn syncs(
        &self,
        caller: &Caller,
        query: &SyncQuery,
        page: &PageRequest,
    ) -> Result<Page<SyncDetails>, HubError> {
        caller.may(Ability::See)?;
        let connection = match &query.connection {
            Some(name) => Some(self.find_connection(caller, name, Ability::See).await?.id),
            None => None,
        };
        let filter = SyncFilter { sees: caller.seen(), connection, ..query.filter.clone() };
        let found = self.store.read().await?.syncs().list(&filter, page).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for sync in found.items {
            items.push(self.sync_details(sync).await?);
        }
        Ok(Page { items, next: found.next, total: found.total })
    }

    /// Fields of a connection's object that may be written, as its describe says now (R75, R76).
    pub async fn writable_fields(
        &self,
        caller: &Caller,
        connection: &str,
        object: &str,
    ) -> Result<Vec<FieldSchema>, HubError> {
        let connection = self.find_connection(caller, connection, Ability::See).await?;
        let connector = self.connector(&connection).await?;
        let schema = salesbridge_connector_kit::Destination::describe(&*connector, object, true).await?;
        Ok(schema.fields.into_iter().filter(|field| field.createable && field.updateable).collect())
    }

    /// The sync with this name, for somebody who wants to do that with it and its connection.
    pub(crate) async fn find_sync(&self, caller: &Caller, name: &str, ability: Ability) -> Result<Sync, HubError> {
        let missing = || HubError::NotFound { noun: "sync", name: name.to_owned() };
        let slug: Slug = name.parse().map_err(|_| missing())?;
        let found = self.store.read().await?.syncs().find_by_name(&slug).await?;
        let sync = found.filter(|found| caller.sees(found.connection_id)).ok_or_else(missing)?;
        let connection = self.connection_of(&sync).await?;
        caller.may_on(connection.id, connection.name.as_str(), ability)?;
        Ok(sync)
    }

    /// A sync as a use case leaves it, for whoever carried that out.
    pub(crate) async fn sync_after(&self, id: SyncId) -> Result<SyncDetails, HubError> {
        let found = self.store.read().await?.syncs().find(id).await?;
        self.sync_details(found.ok_or_else(|| HubError::NotFound { noun: "sync", name: id.to_string() })?).await
    }

    pub(crate) async fn connection_of(&self, sync: &Sync) -> Result<Connection, HubError> {
        let found = self.store.read().await?.connections().find(sync.connection_id).await?;
        found.ok_or_else(|| HubError::NotFound { noun: "connection", name: sync.connection_id.to_string() })
    }

    pub(super) async fn sync_details(&self, sync: Sync) -> Result<SyncDetails, HubError> {
        let connection = self.connection_of(&sync).await?;
        let mut tx = self.store.read().await?;
        let links = tx.links().count(sync.id).await?;
        let due = tx.due().counts(sync.id, self.clock.now()).await?;
        let unsettled = tx.journal().count(sync.id).await?;
        let open_runs = tx.runs().open(sync.id).await?.len() as u64;
        let newest = PageRequest { after: None, limit: Some(1) };
        let last_run = tx.runs().list(&RunFilter::of(sync.id), &newest).await?.items.pop();
        let verification = tx.verifications().find(sync.id).await?;
        let figures = SyncFigures { links, due, unsettled, open_runs, last_run, verification };
        let sending = sync.enabled && sync.held.is_none() && connection.enabled && connection.held.is_none();
        Ok(SyncDetails { connection: connection.name, sending, figures, sync })
    }
}
