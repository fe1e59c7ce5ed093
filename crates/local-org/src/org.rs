//! One org: its database, its schema, its clock, and what it keeps in memory while it runs.
//! Refuses to know HTTP; rooms that answer requests borrow it.

use std::cell::{OnceCell, RefCell};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{CachedStatement, Connection, OptionalExtension, TransactionBehavior, params};
use tokio_util::sync::CancellationToken;

use crate::answers::Fault;
use crate::bulk::{self, Bulk};
use crate::clock;
use crate::config::{Data, OrgConfig, StartError};
use crate::demo_data;
use crate::faults::{Faults, ReachedRows};
use crate::ids::IdCounters;
use crate::limits::CallCounter;
use crate::metadata::Written;
use crate::oauth::{Sessions, SigningKey};
use crate::requests::Requests;
use crate::rest::{DescribedAnswers, SchemaAge};
use crate::rules::{self, RuleBook, SaveOptions};
use crate::schema::{Schema, definitions, tables};
use crate::seed;
use crate::snapshots::{self, SnapshotError, Snapshots};
use crate::soql_execution::Cursors;
use crate::standard_records;
use crate::storage::Storage;
use crate::tls::Certificate;

/// A running org, shared by everyone who answers for it.
pub(crate) type Org = Arc<OrgState>;

pub(crate) struct OrgState {
    pub(crate) config: OrgConfig,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    pub(crate) cursors: Cursors,
    pub(crate) metadata: Written,
    pub(crate) described: DescribedAnswers,
    pub(crate) sessions: Sessions,
    pub(crate) calls: CallCounter,
    pub(crate) ids: IdCounters,
    pub(crate) schema_age: SchemaAge,
    pub(crate) bulk: Bulk,
    pub(crate) daily_limit: AtomicU64,
    /// How far the org's clock is off, in milliseconds.
    pub(crate) clock_offset: AtomicI64,
    pub(crate) snapshots: Snapshots,
    pub(crate) stop: CancellationToken,
    pub(crate) signing_key: OnceLock<SigningKey>,
    /// What the org is recognised by under TLS; nothing when it speaks plain HTTP.
    pub(crate) certificate: Option<Certificate>,
    storage: Storage,
    schema: RwLock<Arc<Schema>>,
    /// The schema without what this org added to it.
    standard: Schema,
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
    /// How the caller wants rows saved.
    pub(crate) save_options: RefCell<SaveOptions>,
    stamp: OnceCell<String>,
    after_commit: RefCell<AfterCommit>,
    /// The statement that inserts into the table written last: rows of one kind come in long runs.
    pub(crate) insert: RefCell<Option<(String, CachedStatement<'job>)>>,
}

/// What takes effect when the job's transaction is committed, and not before.
#[derive(Default)]
struct AfterCommit {
    schema: Option<Schema>,
    sessions_changed: bool,
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
        let (ids, calls) = (IdCounters::default(), CallCounter::default());
        let (is_new, schema, daily_limit) = {
            let mut connection = storage.writer();
            let is_new = setting(&connection, "org_id")?.is_none();
            let (schema, daily_limit) = made_ready(&mut connection, &standard, &ids, &calls, &config, now)?;
            (is_new, schema, daily_limit)
        };
        let org = Self {
            faults: Faults::of(&config, now)?,
            clock_offset: AtomicI64::new(0),
            requests: Requests::new(config.requests_kept),
            cursors: Cursors::default(),
            metadata: Written::default(),
            described: DescribedAnswers::default(),
            sessions: Sessions::default(),
            calls,
            ids,
            schema_age: SchemaAge::default(),
            bulk: Bulk::new(&config),
            daily_limit: AtomicU64::new(daily_limit),
            snapshots: Snapshots::of(&config.data),
            stop: CancellationToken::new(),
            signing_key: OnceLock::new(),
            certificate: Certificate::open(&config.tls, &config.all_host_names())?,
            storage,
            schema: RwLock::new(Arc::new(schema)),
            standard,
            places: OnceLock::new(),
            config,
        };
        if is_new {
            org.config.demo_data.map(|data| demo_data::make(&org, data)).transpose().map_err(told)?;
            org.take_snapshot(snapshots::START)?;
        }
        Ok(org)
    }

    /// Runs a job that writes, on a thread of its own: committed on `Ok`, and finished even when nobody waits any more.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Work<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let org = Arc::clone(self);
        let faults = self.faults.reached_rows(self.now());
        joined(tokio::task::spawn_blocking(move || org.write_reached(faults, job)).await)
    }

    /// Runs a job that only reads.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Work<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let org = Arc::clone(self);
        joined(tokio::task::spawn_blocking(move || org.read_now(job)).await)
    }

    /// As [`OrgState::read`], on this thread.
    pub(crate) fn read_now<T>(&self, job: impl FnOnce(&Work<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut reader = self.storage.reader()?;
        let transaction = reader.connection()?.transaction()?;
        let schema = {
            // A deferred transaction sees the state at its first read: it reads while the schema cannot change.
            let schema = self.schema.read().unwrap_or_else(PoisonError::into_inner);
            transaction.prepare_cached("SELECT 1 FROM setting LIMIT 1")?.query([])?.next()?;
            Arc::clone(&schema)
        };
        job(&self.work(&transaction, schema, ReachedRows::default()))
    }

    /// As [`OrgState::write`], on this thread.
    pub(crate) fn write_now<T>(&self, job: impl FnOnce(&Work<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        self.write_reached(self.faults.reached_rows(self.now()), job)
    }

    fn write_reached<T>(
        &self,
        row_faults: ReachedRows,
        job: impl FnOnce(&Work<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut connection = self.storage.writer();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let schema = Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner));
        let work = self.work(&transaction, schema, row_faults);
        let outcome = job(&work)?;
        let after = work.after_commit.take();
        drop(work);
        let given = self.ids.keep(&transaction)?;
        self.calls.keep(&transaction, self.now())?;
        match after.schema {
            None => transaction.commit()?,
            Some(schema) => {
                let mut current = self.schema.write().unwrap_or_else(PoisonError::into_inner);
                transaction.commit()?;
                *current = Arc::new(schema);
            }
        }
        self.ids.kept(given);
        if after.sessions_changed {
            self.sessions.forget();
        }
        Ok(outcome)
    }

    /// Puts the whole database aside.
    pub(crate) fn take_snapshot(&self, name: &str) -> Result<(), SnapshotError> {
        self.snapshots.take(name, &self.storage.writer())
    }

    /// Brings a snapshot back, and what memory holds of the database with it.
    pub(crate) fn bring_back(&self, name: &str) -> Result<(), SnapshotError> {
        let mut connection = self.storage.writer();
        let mut current = self.schema.write().unwrap_or_else(PoisonError::into_inner);
        self.snapshots.bring_back(name, &mut connection)?;
        let (ids, calls, config) = (&self.ids, &self.calls, &self.config);
        let (schema, daily_limit) = made_ready(&mut connection, &self.standard, ids, calls, config, self.now())?;
        self.daily_limit.store(daily_limit, Ordering::Relaxed);
        *current = Arc::new(schema);
        self.cursors.forget();
        self.sessions.forget();
        Ok(())
    }

    /// The schema in force.
    pub(crate) fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner))
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

    fn work<'job>(&'job self, sql: &'job Connection, schema: Arc<Schema>, row_faults: ReachedRows) -> Work<'job> {
        let (after_commit, insert) = (RefCell::default(), RefCell::default());
        Work {
            sql,
            schema,
            now: self.now(),
            org: self,
            row_faults,
            save_options: RefCell::default(),
            stamp: OnceCell::new(),
            after_commit,
            insert,
        }
    }
}

impl Work<'_> {
    /// The moment of this job as records keep it.
    pub(crate) fn stamp(&self) -> &str {
        self.stamp.get_or_init(|| clock::stamp(self.now))
    }

    /// Puts a changed schema in force once the job is committed.
    pub(crate) fn publish(&self, schema: Schema) {
        self.after_commit.borrow_mut().schema = Some(schema);
    }

    /// The schema as it will be once the job is committed: what a further change starts from.
    pub(crate) fn coming_schema(&self) -> Arc<Schema> {
        self.after_commit
            .borrow()
            .schema
            .as_ref()
            .map_or_else(|| Arc::clone(&self.schema), |schema| Arc::new(schema.clone()))
    }

    /// The same moment and transaction, looking at the objects of the Tooling API. Only for reading.
    pub(crate) fn for_tooling(&self) -> Work<'_> {
        self.org.work(self.sql, Arc::new(self.schema.for_tooling()), ReachedRows::default())
    }

    /// Tokens, users, their rights or apps change with this job: who may call is asked of the database again.
    pub(crate) fn sessions_changed(&self) {
        self.after_commit.borrow_mut().sessions_changed = true;
    }

    /// The next id with this key prefix.
    pub(crate) fn next_id(&self, key_prefix: &str) -> String {
        self.org.ids.next(key_prefix)
    }

    pub(crate) fn org_id(&self) -> Result<String, Fault> {
        Ok(setting(self.sql, "org_id")?.unwrap_or_default())
    }

    /// Runs a part of the job that can be taken back alone: kept when `part` says so.
    pub(crate) fn attempt<T>(&self, part: impl FnOnce() -> Result<(T, bool), Fault>) -> Result<T, Fault> {
        self.sql.execute_batch("SAVEPOINT attempt")?;
        let schema = self.after_commit.borrow().schema.clone();
        let outcome = part();
        if !matches!(outcome, Ok((_, true))) {
            self.sql.execute_batch("ROLLBACK TO attempt")?;
            self.after_commit.borrow_mut().schema = schema;
        }
        self.sql.execute_batch("RELEASE attempt")?;
        outcome.map(|(value, _)| value)
    }
}

fn told(fault: Fault) -> StartError {
    let messages: Vec<String> = fault.errors.into_iter().map(|error| error.message).collect();
    StartError::DemoData(messages.join("; "))
}

/// Gives a database whatever an org needs that it does not have yet; answers its schema and its daily limit.
fn made_ready(
    connection: &mut Connection,
    standard: &Schema,
    ids: &IdCounters,
    calls: &CallCounter,
    config: &OrgConfig,
    now: DateTime<Utc>,
) -> Result<(Schema, u64), StartError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let schema = definitions::load(&transaction, standard.clone())?;
    let schema = rules::with_switched_fields(&transaction, schema)?;
    tables::create(&transaction, &schema)?;
    bulk::create_table(&transaction)?;
    let schema = schema.with_rules(RuleBook::load(&transaction, &schema)?);
    ids.load(&transaction)?;
    calls.load(&transaction)?;
    seed::first_start(&transaction, ids, config, now)?;
    standard_records::first_start(&transaction, ids, &schema, now)?;
    ids.kept(ids.keep(&transaction)?);
    let daily_limit = setting(&transaction, "daily_api_requests")?;
    transaction.commit()?;
    Ok((schema, daily_limit.and_then(|text| text.parse().ok()).unwrap_or(config.daily_api_requests)))
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
