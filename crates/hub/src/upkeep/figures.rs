//! How the syncs stand, in numbers: for metrics and for whoever asks whether all is well.

use salesbridge_model::{Ability, Health, HealthState, PageRequest};
use salesbridge_store::{ConnectionFilter, DueCounts, SyncFilter};

use crate::{Caller, Hub, HubError};

/// How the installation stands, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpkeepFigures {
    /// One per sync, by name.
    pub syncs: Vec<SyncLoad>,
    /// Connections that are held.
    pub held_connections: u64,
    /// Connections of which the last look found something wrong.
    pub ailing_connections: u64,
    /// Connections in all.
    pub connections: u64,
}

/// What a sync has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncLoad {
    /// Its name.
    pub name: String,
    /// Rows that are to be sent, or wait.
    pub due: DueCounts,
    /// Writes that were prepared and whose answer is not stored yet.
    pub unsettled: u64,
    /// Seconds since the oldest row that may be sent became due.
    pub lag_seconds: u64,
    /// Whether it is held.
    pub held: bool,
}

impl Hub {
    /// How the installation stands now.
    pub async fn figures(&self, caller: &Caller) -> Result<UpkeepFigures, HubError> {
        caller.may_everywhere(Ability::See)?;
        let now = self.clock.now();
        let mut tx = self.store.read().await?;
        let mut figures = UpkeepFigures::default();
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        loop {
            let syncs = tx.syncs().list(&SyncFilter::default(), &page).await?;
            for sync in syncs.items {
                let due = tx.due().counts(sync.id, now).await?;
                let unsettled = tx.journal().count(sync.id).await?;
                let oldest = tx.due().ready(sync.id, now, 1).await?.first().map(|row| now - row.updated_at);
                let lag_seconds = oldest.and_then(|lag| u64::try_from(lag.num_seconds()).ok()).unwrap_or_default();
                let held = sync.held.is_some();
                figures.syncs.push(SyncLoad { name: sync.name.to_string(), due, unsettled, lag_seconds, held });
            }
            let Some(next) = syncs.next else { break };
            page.after = Some(next);
        }
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        loop {
            let connections = tx.connections().list(&ConnectionFilter::default(), &page).await?;
            figures.connections = connections.total;
            figures.held_connections += connections.items.iter().filter(|found| found.held.is_some()).count() as u64;
            let is_ailing = |health: &Health| health.state == HealthState::Ailing;
            let ailing = connections.items.iter().filter(|found| found.health.as_ref().is_some_and(is_ailing));
            figures.ailing_connections += ailing.count() as u64;
            let Some(next) = connections.next else { return Ok(figures) };
            page.after = Some(next);
        }
    }
}
