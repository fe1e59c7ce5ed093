//! Builds a hub from settings.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use salesbridge_hub::{Hub, HubParts, LeaseTerms};
use salesbridge_model::Secret;
use salesbridge_store::Store;
use salesbridge_store_postgres::PostgresStore;
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_vault::KeyRing;

use crate::crash_points;
use crate::data_directory::DataDirectory;
use crate::master_key::WhereKeysAre;
use crate::settings::Settings;
use crate::system::{RandomIds, SystemClock};

/// Opens the installation in a data directory that this process owns.
pub(crate) async fn open_hub(settings: &Settings, data: &DataDirectory, keys: KeyRing) -> anyhow::Result<Arc<Hub>> {
    let parts = HubParts {
        store: open_store(settings, data).await?,
        keys,
        key_source: Arc::new(WhereKeysAre(settings.clone())),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        steps: crash_points::steps()?,
        connectors: settings.connectors(),
        leases: lease_terms(settings),
        people: settings.people.terms(),
    };
    Hub::open(parts).await.context("the installation cannot be opened")
}

/// The lock of the data directory keeps every other process away from the file in it; a server lets them all in.
fn lease_terms(settings: &Settings) -> LeaseTerms {
    let process = format!("process {}", std::process::id());
    if settings.database_url.is_none() {
        return LeaseTerms { holder: process, shared_for: None };
    }
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    LeaseTerms {
        holder: format!("{process} on {}", machine.trim()),
        shared_for: Some(Duration::from_secs(settings.sync.lease_seconds)),
    }
}

async fn open_store(settings: &Settings, data: &DataDirectory) -> anyhow::Result<Arc<dyn Store>> {
    if let Some(address) = &settings.database_url {
        return Ok(Arc::new(open_postgres(address).await?));
    }
    Ok(Arc::new(open_sqlite(&data.database()).await?))
}

/// Opens the file of a data directory.
pub(crate) async fn open_sqlite(path: &Path) -> anyhow::Result<SqliteStore> {
    SqliteStore::open(path).await.with_context(|| format!("the database {} cannot be opened", path.display()))
}

/// Opens a PostgreSQL database. The address is never shown: it may hold a password.
pub(crate) async fn open_postgres(address: &Secret<String>) -> anyhow::Result<PostgresStore> {
    PostgresStore::open(address).await.context("the PostgreSQL database cannot be opened")
}
