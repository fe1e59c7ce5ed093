//! The store on a real PostgreSQL.

mod contract;
mod database;
mod erasing;
mod killed;
mod older;
mod sessions;

use salesbridge_model::Secret;
use salesbridge_store_postgres::PostgresStore;
use salesbridge_testkit::PostgresDatabase;

/// The store in a database.
#[expect(clippy::unwrap_used, reason = "a test without a store cannot go on")]
async fn open(database: &PostgresDatabase) -> PostgresStore {
    PostgresStore::open(&Secret::new(database.address())).await.unwrap()
}

/// A store in a database of its own.
async fn fresh() -> (PostgresStore, PostgresDatabase) {
    let database = PostgresDatabase::create().await;
    (open(&database).await, database)
}
