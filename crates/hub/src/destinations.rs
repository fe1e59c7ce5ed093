//! Open connectors, one per connection, kept until the connection is edited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use salesbridge_connectors::salesforce::{
    CallBudget, CountingBudget, SalesforceConfig, SalesforceConnector, SessionShelf,
};
use salesbridge_model::{Clock, Connection, ConnectionId, OrgAllowance, Timestamp};
use salesbridge_store::{Store, StoreError};

use crate::allowances::{Ceilings, ConnectionBudget};
use crate::connections::{DAILY_CALLS, SecretChanges, WayIn};
use crate::{Hub, HubError};

/// How connectors behave; the same for every connection.
#[derive(Clone, Debug)]
pub struct ConnectorSettings {
    /// Rows of one write call, at most what the API allows.
    pub batch_rows: usize,
    /// From how many rows on they go by a job of the Bulk API; 0 is never.
    pub bulk_from_rows: usize,
    /// Rows of one job.
    pub bulk_rows: usize,
    /// How long a write whose answer was lost may still be under way at Salesforce.
    pub in_flight: Duration,
    /// The same for a local org, which ends a write at once.
    pub in_flight_local: Duration,
    /// Share of an org's API calls, in percent, that is kept for its other users.
    pub reserve_percent: u8,
    /// Calls to one org at the same time, at most.
    pub concurrent_calls: usize,
}

pub(crate) struct Destinations {
    settings: ConnectorSettings,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    open: Mutex<HashMap<ConnectionId, Open>>,
}

/// An open connector, as of an edit of its connection.
#[derive(Clone)]
struct Open {
    edited_at: Timestamp,
    connector: Arc<SalesforceConnector>,
    budget: Arc<ConnectionBudget>,
}

impl Destinations {
    pub(crate) fn new(settings: ConnectorSettings, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { settings, store, clock, open: Mutex::default() }
    }

    /// What a connection may use of its org.
    pub(crate) fn ceilings(&self, connection: &Connection) -> Ceilings {
        let daily_calls = connection.settings.get(DAILY_CALLS).and_then(|calls| calls.parse().ok());
        Ceilings { reserve_percent: self.settings.reserve_percent, daily_calls }
    }

    /// What the org of a connection said last of its calls, to this process.
    pub(crate) fn said(&self, connection: &Connection) -> Option<OrgAllowance> {
        self.known(connection).and_then(|open| open.budget.said())
    }

    /// A person says that something was mended: orgs whose calls were used up may have some again.
    pub(crate) fn look_now(&self) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().for_each(|open| open.budget.look_now());
    }

    /// Tells the store what the org of a connection said of its calls.
    pub(crate) async fn tell(&self, connection: &Connection) -> Result<(), StoreError> {
        match self.known(connection) {
            Some(open) => open.budget.tell().await,
            None => Ok(()),
        }
    }

    fn known(&self, connection: &Connection) -> Option<Open> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&connection.id).filter(|open| open.edited_at == connection.updated_at).cloned()
    }

    fn keep(&self, connection: &Connection, connector: &Arc<SalesforceConnector>, budget: Arc<ConnectionBudget>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(connection.id, Open { edited_at: connection.updated_at, connector: connector.clone(), budget });
    }
}

impl Hub {
    /// The connector of a connection; signs in when it is first used.
    pub(crate) async fn connector(&self, connection: &Connection) -> Result<Arc<SalesforceConnector>, HubError> {
        if let Some(open) = self.destinations.known(connection) {
            return Ok(open.connector);
        }
        let mut tx = self.store.read().await?;
        let way_in = self.way_in(&mut *tx, connection, &SecretChanges::new()).await?;
        drop(tx);
        let Destinations { store, clock, .. } = &self.destinations;
        let ceilings = self.destinations.ceilings(connection);
        let budget = Arc::new(ConnectionBudget::new(store.clone(), clock.clone(), connection.id, ceilings));
        let connector = self.connector_within(way_in, budget.clone(), Some(self.session_shelf(connection.id)))?;
        self.destinations.keep(connection, &connector, budget);
        Ok(connector)
    }

    /// A connector for settings and secrets that may not be stored yet. The few calls of trying them are not counted.
    pub(crate) async fn connector_for(
        &self,
        connection: &Connection,
        given: &SecretChanges,
    ) -> Result<Arc<SalesforceConnector>, HubError> {
        let mut tx = self.store.read().await?;
        let way_in = self.way_in(&mut *tx, connection, given).await?;
        drop(tx);
        self.connector_within(way_in, Arc::new(CountingBudget::default()), None)
    }

    fn connector_within(
        &self,
        WayIn { app, means }: WayIn,
        budget: Arc<dyn CallBudget>,
        shelf: Option<Arc<dyn SessionShelf>>,
    ) -> Result<Arc<SalesforceConnector>, HubError> {
        let settings = &self.destinations.settings;
        let host_field = app.host_field();
        let config = SalesforceConfig {
            domain_url: app.settings.domain_url,
            consumer_key: app.settings.consumer_key,
            consumer_secret: app.settings.consumer_secret,
            means,
            edited_at: app.settings.edited_at,
            shelf,
            batch_rows: settings.batch_rows,
            bulk_from_rows: settings.bulk_from_rows,
            bulk_rows: settings.bulk_rows,
            in_flight: settings.in_flight,
            in_flight_local: settings.in_flight_local,
            concurrent_calls: settings.concurrent_calls,
        };
        SalesforceConnector::open(config, budget, self.destinations.clock.clone())
            .map(Arc::new)
            .map_err(|problem| HubError::invalid(&host_field, problem.message))
    }
}
