//! Databases on a real PostgreSQL, one per test.
//!
//! The server is the one that `SALESBRIDGE_TEST_POSTGRES_URL` names; else the one on 127.0.0.1:5432, if it lets the user `postgres` or `root` in
//! without a password; else one that is started from Debian's programs and ends with the test process.

mod server;

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use url::Url;

pub use server::PostgresServer;

/// Names the server for tests, as an address whose user may create databases.
const VARIABLE: &str = "SALESBRIDGE_TEST_POSTGRES_URL";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// An empty database; dropped with everything in it when this is.
#[derive(Debug)]
pub struct PostgresDatabase {
    server: Url,
    name: String,
}

impl PostgresDatabase {
    /// Makes one on the server for tests.
    ///
    /// # Panics
    /// When there is no server, or it refuses.
    pub async fn create() -> Self {
        Self::create_on(server::shared().await).await
    }

    /// Makes one on a server.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn create_on(server: Url) -> Self {
        let name = format!("salesbridge_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // The coarsest encoding and order there are: what the store promises may not depend on them.
        let statement =
            format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
        command(&server, statement).await;
        Self { server, name }
    }

    /// Its address.
    pub fn address(&self) -> String {
        let mut address = self.server.clone();
        address.set_path(&self.name);
        address.into()
    }

    /// A connection of the test's own, beside the store's.
    ///
    /// # Panics
    /// When the server refuses.
    #[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
    pub async fn connect(&self) -> PgConnection {
        let options: PgConnectOptions = self.address().parse().expect("an address of a database");
        PgConnection::connect_with(&options).await.expect("the server lets us in")
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let (server, statement) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // A thread of its own: a runtime cannot wait inside another one. A server that has gone took the database along.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(try_command(&server, statement)).ok()
        });
        let _ = dropped.join();
    }
}

#[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
async fn command(server: &Url, statement: String) {
    try_command(server, statement).await.expect("the PostgreSQL server for tests does as it is told");
}

async fn try_command(server: &Url, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server.as_str()).await?;
    // Both statements are written here, and the name is made of digits and a word of ours.
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}
