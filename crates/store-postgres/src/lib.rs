//! The store on PostgreSQL: one database, any number of processes.
//!
//! It keeps the promises written in `salesbridge-store` and knows nothing of what the rows mean. Every statement is static text;
//! lists go in as arrays that PostgreSQL unfolds (`unnest`), so that a batch is one statement. An advisory lock of the database lets
//! one write transaction in at a time, whichever process it belongs to.

mod allowances;
mod api_keys;
mod archive;
mod audit;
mod clients;
mod connections;
mod due;
mod failure;
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
mod runs;
mod secrets;
mod server;
mod services;
mod sessions;
mod sign_ins;
mod syncs;
mod text;
mod throttles;
mod timelines;
mod transaction;
mod verifications;
mod waves;

pub use failure::PostgresFault;

use std::time::Duration;

use async_trait::async_trait;
use salesbridge_model::Secret;
use salesbridge_store::{Store, StoreError, Transaction};
use sqlx::Postgres;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::failure::{CONNECTION_SECONDS, failed};
use crate::transaction::PostgresTransaction;

/// Read transactions at a time and process; more wait for one to end.
const READERS: u32 = 4;

/// Begins a write transaction. Time limits keep a process that stands still, or is cut off, from holding up all others; a commit survives
/// the loss of power even where the server's own setting would not have it so.
const BEGIN_WRITING: &str = "BEGIN; SET LOCAL lock_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '60s'; \
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'";

/// Waits for the other writers. The number is `salesbri` in ASCII; every process of every version takes the same. A statement of its
/// own, after the transaction is known to sqlx: one that is dropped while it waits is then rolled back, and gives the lock away.
const TAKE_TURNS: &str = "SELECT pg_advisory_xact_lock(8314045570085974633)";

/// A transaction that has no connection after this time looks whether the server answers at all.
const LOOK_AFTER: Duration = Duration::from_secs(3);

const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The store in one PostgreSQL database. Cloning shares the connections.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    options: PgConnectOptions,
    writer: PgPool,
    readers: PgPool,
}

impl PostgresStore {
    /// Opens the database of an address (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`) and brings its schema up to date. Several processes may
    /// do so at the same moment. Connections that break later are made anew.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer program wrote it; [`StoreError::Machine`] with a [`PostgresFault`] when the server cannot
    /// be reached, and [`StoreError::Database`] with one when it refuses.
    pub async fn open(address: &Secret<String>) -> Result<Self, StoreError> {
        let options = server::options(address)?;
        let mut first = server::connect(&options).await?;
        migrations::run(&mut first).await?;
        Ok(Self { writer: pool(1, options.clone()), readers: pool(READERS, options.clone()), options })
    }

    /// Closes the connections after the transactions under way have ended.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A transaction that writes, once it is this one's turn.
    async fn begin_writing(&self) -> Result<sqlx::Transaction<'static, Postgres>, StoreError> {
        let mut transaction = self.begin(&self.writer, BEGIN_WRITING, "write").await?;
        sqlx::query(TAKE_TURNS).execute(&mut *transaction).await.map_err(failed("write"))?;
        Ok(transaction)
    }

    /// A transaction on a connection of a pool. A pool goes on asking a server that is down until its time is over; nobody waits that long
    /// to hear that the server is away.
    async fn begin(
        &self,
        pool: &PgPool,
        statement: &'static str,
        operation: &'static str,
    ) -> Result<sqlx::Transaction<'static, Postgres>, StoreError> {
        let mut begun = std::pin::pin!(pool.begin_with(statement));
        let at_once = tokio::time::timeout(LOOK_AFTER, &mut begun).await;
        let begun = match at_once {
            Ok(begun) => begun,
            Err(_) => {
                server::look(&self.options).await?;
                begun.await
            }
        };
        begun.map_err(failed(operation))
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn read(&self) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(Box::new(PostgresTransaction::new(self.begin(&self.readers, BEGIN_READING, "read").await?)))
    }

    async fn write(&self) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(Box::new(PostgresTransaction::new(self.begin_writing().await?)))
    }
}

/// Connections that are looked at before they are used: a server that was restarted is met by a new one.
fn pool(connections: u32, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(CONNECTION_SECONDS))
        .test_before_acquire(true)
        .connect_lazy_with(options)
}
