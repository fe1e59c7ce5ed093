//! Open connectors, one per connection, kept until the connection is edited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use salesbridge_connectors::salesforce::{SalesforceConfig, SalesforceConnector};
use salesbridge_model::{Clock, Connection, ConnectionId, Secret, Timestamp};
use salesbridge_store::Transaction;
use salesbridge_vault::{Sealed, SealedPlace, WrappedDataKey};

use crate::connections::{CONSUMER_KEY, CONSUMER_SECRET, DOMAIN_URL};
use crate::{Hub, HubError};

/// How connectors behave; the same for every connection.
#[derive(Clone, Debug)]
pub struct ConnectorSettings {
    /// Rows of one write call, at most what the API allows.
    pub batch_rows: usize,
    /// How long a write whose answer was lost may still be under way at Salesforce.
    pub in_flight: Duration,
    /// The same for a local org, which ends a write at once.
    pub in_flight_local: Duration,
}

pub(crate) struct Destinations {
    settings: ConnectorSettings,
    clock: Arc<dyn Clock>,
    open: Mutex<HashMap<ConnectionId, (Timestamp, Arc<SalesforceConnector>)>>,
}

impl Destinations {
    pub(crate) fn new(settings: ConnectorSettings, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock, open: Mutex::default() }
    }

    fn known(&self, connection: &Connection) -> Option<Arc<SalesforceConnector>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&connection.id).filter(|(edited, _)| *edited == connection.updated_at).map(|(_, known)| known.clone())
    }

    fn keep(&self, connection: &Connection, connector: &Arc<SalesforceConnector>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(connection.id, (connection.updated_at, connector.clone()));
    }
}

impl Hub {
    /// The connector of a connection; signs in when it is first used.
    pub(crate) async fn connector(&self, connection: &Connection) -> Result<Arc<SalesforceConnector>, HubError> {
        if let Some(known) = self.destinations.known(connection) {
            return Ok(known);
        }
        let mut tx = self.store.read().await?;
        let secret = self.open_secret(&mut *tx, connection).await?;
        drop(tx);
        let connector = self.connector_for(connection, secret)?;
        self.destinations.keep(connection, &connector);
        Ok(connector)
    }

    /// A connector for settings that may not be stored yet.
    pub(crate) fn connector_for(
        &self,
        connection: &Connection,
        consumer_secret: Secret<String>,
    ) -> Result<Arc<SalesforceConnector>, HubError> {
        let setting = |name: &str| connection.settings.get(name).cloned().unwrap_or_default();
        let settings = &self.destinations.settings;
        let config = SalesforceConfig {
            domain_url: setting(DOMAIN_URL),
            consumer_key: setting(CONSUMER_KEY),
            consumer_secret,
            edited_at: connection.updated_at,
            batch_rows: settings.batch_rows,
            in_flight: settings.in_flight,
            in_flight_local: settings.in_flight_local,
        };
        SalesforceConnector::open(config, self.destinations.clock.clone())
            .map(Arc::new)
            .map_err(|problem| HubError::invalid(problem.field, problem.message))
    }

    /// The consumer secret of a connection, for its connector.
    pub(crate) async fn open_secret(
        &self,
        tx: &mut dyn Transaction,
        connection: &Connection,
    ) -> Result<Secret<String>, HubError> {
        let data_key = tx.secrets().data_key(connection.id).await?;
        let sealed = tx.secrets().find(connection.id, CONSUMER_SECRET).await?;
        let (Some(data_key), Some(sealed)) = (data_key, sealed) else {
            return Err(HubError::NotPossible {
                code: "secret_missing",
                message: format!("the connection {} has no consumer secret", connection.name),
                remedy: format!(
                    "Give it with `salesbridge connection edit {} --consumer-secret-file FILE`",
                    connection.name
                ),
            });
        };
        let opened = self.keys.open(
            &WrappedDataKey::from_bytes(data_key),
            &SealedPlace { table: crate::secrets::TABLE, row: &connection.id.to_string(), field: CONSUMER_SECRET },
            &Sealed::from_bytes(sealed),
        )?;
        Ok(Secret::new(String::from_utf8_lossy(opened.expose()).into_owned()))
    }
}
