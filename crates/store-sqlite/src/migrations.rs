//! The schema and its versions. A migration that was published is never edited; the next one gets the next number.

use salesbridge_store::StoreError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqliteConnection, SqlitePool};

use crate::failure::failed;

/// Ours by name, so that a library with migrations of its own may share the file.
const TABLE: &str = "salesbridge_migrations";

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "what is remembered", include_str!("../migrations/0001_what_is_remembered.sql")),
    (2, "leases", include_str!("../migrations/0002_leases.sql")),
    (3, "archived and erased clients", include_str!("../migrations/0003_archived_and_erased_clients.sql")),
    (4, "upkeep", include_str!("../migrations/0004_upkeep.sql")),
    (5, "sessions", include_str!("../migrations/0005_sessions.sql")),
    (6, "allowances", include_str!("../migrations/0006_allowances.sql")),
    (7, "what became of links", include_str!("../migrations/0007_what_became_of_links.sql")),
    (8, "people and services", include_str!("../migrations/0008_people_and_services.sql")),
];

/// Brings the schema up to date; refuses one that is newer than this program.
pub(crate) async fn run(writer: &SqlitePool) -> Result<(), StoreError> {
    refuse_newer(writer).await?;
    migrator().run(writer).await.map_err(|error: MigrateError| match error {
        MigrateError::Execute(error) => failed("migrate")(error),
        other => StoreError::Database { operation: "migrate", cause: Box::new(other) },
    })
}

/// The newest schema that this program knows.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default()
}

async fn refuse_newer(writer: &SqlitePool) -> Result<(), StoreError> {
    let known = newest();
    let mut connection = writer.acquire().await.map_err(failed("migrate"))?;
    match found(&mut connection).await.map_err(failed("migrate"))? {
        Some(found) if found > known => Err(StoreError::NewerSchema { found, known }),
        _ => Ok(()),
    }
}

/// The schema of a file; `None` when it has none of ours.
pub(crate) async fn found(connection: &mut SqliteConnection) -> Result<Option<i64>, sqlx::Error> {
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?")
        .bind(TABLE)
        .fetch_one(&mut *connection)
        .await?;
    if tables == 0 {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT max(version) FROM salesbridge_migrations").fetch_one(connection).await
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, description, sql)| {
        Migration::new(*version, (*description).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    migrator.dangerous_set_table_name(TABLE);
    migrator
}
