//! The store on SQLite: one file, one writer, a few readers.
//!
//! It keeps the promises written in `salesbridge-store` and knows nothing of what the rows mean. Every statement is static text;
//! lists go in as one JSON parameter that SQLite unfolds (`json_each`), so that a batch is one statement.

mod allowances;
mod api_keys;
mod archive;
mod audit;
mod clients;
mod connections;
mod copy;
mod due;
mod failure;
mod file;
mod housekeeping;
mod idempotent_answers;
mod installation;
mod invitations;
mod journal;
mod leases;
mod links;
mod listing;
mod migrations;
mod outbox;
mod outcomes;
mod people;
mod person_sessions;
mod rows;
mod runs;
mod secrets;
mod services;
mod sessions;
mod sign_ins;
mod syncs;
mod throttles;
mod timelines;
mod transaction;
mod verifications;

pub use copy::FileReport;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_store::{Store, StoreError, Transaction};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::failure::failed;
use crate::transaction::SqliteTransaction;

/// How long a statement waits for another process that holds the file; in one process the writers queue before SQLite sees them.
const BUSY: Duration = Duration::from_secs(10);

/// Read transactions at a time; more wait for one to end.
const READERS: u32 = 4;

/// The store in one SQLite file. Cloning shares the connections.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, makes it (mode 0600) when it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer program wrote it; [`StoreError::Database`] when the folder is missing, the file is not
    /// a SQLite database, or it cannot be written.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        file::make_private(path)?;
        let writer = writer_pool(path).await.map_err(failed("open"))?;
        migrations::run(&writer).await?;
        Ok(Self { writer, readers: reader_pool(path) })
    }

    /// Closes the file after the transactions under way have ended. Without it, nothing is lost either: the next opening reads the
    /// write-ahead log.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn read(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let transaction = self.readers.begin_with("BEGIN").await.map_err(failed("read"))?;
        Ok(Box::new(SqliteTransaction::new(transaction)))
    }

    async fn write(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let transaction = match self.writer.begin_with(BEGIN).await {
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.replace_writer().await.map_err(failed("write"))?;
                self.writer.begin_with(BEGIN).await
            }
            begun => begun,
        };
        Ok(Box::new(SqliteTransaction::new(transaction.map_err(failed("write"))?)))
    }
}

/// Begins a transaction that writes: it waits for its turn at once, not at its first change.
const BEGIN: &str = "BEGIN IMMEDIATE";

impl SqliteStore {
    /// Lets another connection write. SQLite rolls a transaction back by itself when the disk is full; the driver takes it for one that is still
    /// open, and begins no other on that connection.
    async fn replace_writer(&self) -> Result<(), sqlx::Error> {
        self.writer.acquire().await?.close().await
    }
}

/// The one connection that writes. `synchronous = FULL` makes a commit survive the loss of power.
async fn writer_pool(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", "67108864");
    unending_pool(1).connect_with(options).await
}

/// The connections that read. SQLite itself refuses a write through them.
fn reader_pool(path: &Path) -> SqlitePool {
    unending_pool(READERS).connect_lazy_with(options(path).read_only(true).pragma("query_only", "ON"))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).foreign_keys(true).busy_timeout(BUSY).disable_statement_logging()
}

/// Connections to a local file do not grow stale: none is checked or replaced.
fn unending_pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}
