//! One org: its database, its schema, its clock, and what it keeps in memory while it runs.
//! Refuses to know HTTP; rooms that answer requests borrow it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use tokio_util::sync::CancellationToken;

use crate::answers::Fault;
use crate::config::{Data, OrgConfig, StartError};
use crate::faults::{Faults, ReachedRows};
use crate::oauth::SigningKey;
use crate::requests::Requests;
use crate::schema::{Schema, tables};
use crate::seed;
use crate::soql_execution::Cursors;
use crate::standard_records;
use crate::storage::Storage;

/// A running org, shared by everyone who answers for it.
pub(crate) type Org = Arc<OrgState>;

pub(crate) struct OrgState {
    pub(crate) config: OrgConfig,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    pub(crate) cursors: Cursors,
    pub(crate) daily_limit: AtomicU64,
    /// How far the org's clock is off, in milliseconds.
    pub(crate) clock_offset: AtomicI64,
    pub(crate) stop: CancellationToken,
    pub(crate) signing_key: OnceLock<SigningKey>,
    storage: Storage,
    schema: RwLock<Arc<Schema>>,
    places: OnceLock<Places>,
}

/// Where the org is reached, known once it listens.
pub(crate) struct Places {
    pub(crate) sign_in_url: String,
    pub(crate) instance_url: String,
}

/// What a job of the org works with: one transaction, one moment, one schema.
pub(crate) struct Work<'job> {
    pub(crate) sql: &'job Connection,
    pub(crate) schema: Arc<Schema>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) org: &'job OrgState,
    /// Faults that refuse rows of this job.
    pub(crate) row_faults: ReachedRows,
}

impl OrgState {
    /// Opens the data and makes what a first start needs.
    pub(crate) fn open(config: OrgConfig) -> Result<Self, StartError> {
        let file = match &config.data {
            Data::Memory => None,
            Data::File(path) => Some(path.as_path()),
        };
        let storage = Storage::open(file).map_err(StartError::Storage)?;
        let standard = Schema::standard().map_err(StartError::Facts)?;
        let now = config.clock.now();
        let schema = storage.write(|sql| -> Result<Schema, StartError> {
            tables::create(sql, &standard)?;
            let schema = seed::custom_fields(sql, standard)?;
            seed::first_start(sql, &config, now)?;
            standard_records::first_start(sql, &schema, now)?;
            Ok(schema)
        })?;
        let daily_limit = storage.read(|sql| setting(sql, "daily_api_requests"))?;
        let daily_limit = daily_limit.and_then(|text| text.parse().ok()).unwrap_or(config.daily_api_requests);
        Ok(Self {
            faults: Faults::of(&config, now)?,
            clock_offset: AtomicI64::new(0),
            requests: Requests::new(config.requests_kept),
            cursors: Cursors::default(),
            daily_limit: AtomicU64::new(daily_limit),
            stop: CancellationToken::new(),
            signing_key: OnceLock::new(),
            storage,
            schema: RwLock::new(Arc::new(schema)),
            places: OnceLock::new(),
            config,
        })
    }

    /// Runs a job that writes, on a thread of its own: committed on `Ok`, and finished even when nobody waits any more.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Work<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let org = Arc::clone(self);
        let faults = self.faults.reached_rows(self.now());
        joined(tokio::task::spawn_blocking(move || org.storage.write(|sql| job(&org.work(sql, faults)))).await)
    }

    /// Runs a job that only reads.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Work<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let org = Arc::clone(self);
        let run = move || org.storage.read(|sql| job(&org.work(sql, ReachedRows::default())));
        joined(tokio::task::spawn_blocking(run).await)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        let offset = TimeDelta::milliseconds(self.clock_offset.load(Ordering::Relaxed));
        self.config.clock.now().checked_add_signed(offset).unwrap_or_default()
    }

    pub(crate) fn daily_limit(&self) -> u64 {
        self.daily_limit.load(Ordering::Relaxed)
    }

    pub(crate) fn settle(&self, places: Places) {
        // Called once, by the server that has just bound its listeners.
        drop(self.places.set(places));
    }

    pub(crate) fn sign_in_url(&self) -> &str {
        self.places.get().map_or("", |places| &places.sign_in_url)
    }

    pub(crate) fn instance_url(&self) -> &str {
        self.places.get().map_or("", |places| &places.instance_url)
    }

    fn work<'job>(&'job self, sql: &'job Connection, row_faults: ReachedRows) -> Work<'job> {
        let schema = Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner));
        Work { sql, schema, now: self.now(), org: self, row_faults }
    }
}

impl Work<'_> {
    /// Puts a changed schema in force. Called last in a job, under the lock of the database, so that no two changes cross.
    pub(crate) fn publish(&self, schema: Schema) {
        *self.org.schema.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(schema);
    }

    pub(crate) fn org_id(&self) -> Result<String, Fault> {
        Ok(setting(self.sql, "org_id")?.unwrap_or_default())
    }

    /// Runs a part of the job that can be taken back alone: kept when `part` says so.
    pub(crate) fn attempt<T>(&self, part: impl FnOnce() -> Result<(T, bool), Fault>) -> Result<T, Fault> {
        self.sql.execute_batch("SAVEPOINT attempt")?;
        let outcome = part();
        if !matches!(outcome, Ok((_, true))) {
            self.sql.execute_batch("ROLLBACK TO attempt")?;
        }
        self.sql.execute_batch("RELEASE attempt")?;
        outcome.map(|(value, _)| value)
    }
}

pub(crate) fn setting(sql: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    sql.prepare_cached("SELECT value FROM setting WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

pub(crate) fn keep_setting(sql: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    let statement = "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
    sql.prepare_cached(statement)?.execute(params![key, value]).map(drop)
}

fn joined<T>(outcome: Result<Result<T, Fault>, tokio::task::JoinError>) -> Result<T, Fault> {
    outcome.unwrap_or_else(|error| {
        tracing::error!(error = %error, "a job of the local org ended early");
        Err(Fault::from(rusqlite::Error::InvalidQuery))
    })
}
