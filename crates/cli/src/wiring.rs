//! Builds a hub from settings: the one place that names a database.

use std::sync::Arc;

use anyhow::Context;
use salesbridge_hub::{Hub, HubParts, LeaseTerms};
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_vault::KeyRing;

use crate::crash_points;
use crate::data_directory::DataDirectory;
use crate::settings::Settings;
use crate::system::{RandomIds, SystemClock};

/// Opens the installation in a data directory that this process owns.
pub(crate) async fn open_hub(settings: &Settings, data: &DataDirectory, keys: KeyRing) -> anyhow::Result<Arc<Hub>> {
    let database = data.database();
    let store = SqliteStore::open(&database)
        .await
        .with_context(|| format!("the database {} cannot be opened", database.display()))?;
    let parts = HubParts {
        store: Arc::new(store),
        keys,
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        steps: crash_points::steps()?,
        connectors: settings.connectors(),
        // The lock of the data directory keeps every other process away.
        leases: LeaseTerms { holder: format!("process {}", std::process::id()), shared_for: None },
    };
    Hub::open(parts).await.context("the installation cannot be opened")
}
