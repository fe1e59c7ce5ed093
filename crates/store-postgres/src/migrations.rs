//! The schema and its versions. A migration that was published is never edited; the next one gets the next number.

use salesbridge_store::StoreError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgConnection, SqlSafeStr};

use crate::failure::failed;

/// Ours by name, so that a library with migrations of its own may share the database.
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

/// Brings the schema up to date; refuses one that is newer than this program. The migrator takes an advisory lock, so that one process
/// migrates and the others wait for it.
pub(crate) async fn run(connection: &mut PgConnection) -> Result<(), StoreError> {
    match migrator().run_direct(None, connection, false).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(_)) => Err(newer(connection).await?),
        Err(MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)) => Err(failed("migrate")(cause)),
        Err(cause) => Err(StoreError::Database { operation: "migrate", cause: Box::new(cause) }),
    }
}

async fn newer(connection: &mut PgConnection) -> Result<StoreError, StoreError> {
    let known = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default();
    let found = sqlx::query_scalar("SELECT max(version) FROM salesbridge_migrations")
        .fetch_one(connection)
        .await
        .map_err(failed("migrate"))?;
    Ok(StoreError::NewerSchema { found, known })
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, description, sql)| {
        Migration::new(*version, (*description).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    migrator.dangerous_set_table_name(TABLE);
    migrator
}
