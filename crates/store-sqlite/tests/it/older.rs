//! Files that earlier schemas wrote open in the newest, with all that was in them.
//!
//! A file of a schema is made by the migrations up to it, and filled with what `tests/rows/` has for it and for those before.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage must stop")]

use std::path::{Path, PathBuf};

use salesbridge_store::conformance;
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::TempFolder;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlitePool};

#[tokio::test]
async fn files_of_earlier_schemas_open_in_the_newest() {
    let versions = numbered("migrations");
    assert_eq!(versions.last().map(|(version, _)| *version), Some(SqliteStore::newest_schema()));
    for last in 1..=versions.len() {
        let folder = TempFolder::new();
        let path = folder.join("hub.db");
        write_as_of(&path, &versions[..last]).await;
        let store = SqliteStore::open(&path).await.unwrap();
        conformance::rows_of_an_earlier_schema_are_remembered(&store, versions[last - 1].0).await;
        store.close().await;
        SqliteStore::open(&path).await.expect("the newest schema opens again").close().await;
    }
}

async fn write_as_of(path: &Path, versions: &[(i64, PathBuf)]) {
    let pool = SqlitePool::connect(&format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    migrate(&pool, versions).await;
    let newest = versions.last().unwrap().0;
    for (_, file) in numbered("tests/rows").iter().filter(|(version, _)| *version <= newest) {
        let text = std::fs::read_to_string(file).unwrap();
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&pool).await.unwrap();
    }
    find_every_column_filled(&pool, newest).await;
    pool.close().await;
}

async fn migrate(pool: &SqlitePool, versions: &[(i64, PathBuf)]) {
    let migration = |(version, file): &(i64, PathBuf)| {
        let text = AssertSqlSafe(std::fs::read_to_string(file).unwrap());
        Migration::new(*version, "as released".into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations(versions.iter().map(migration).collect());
    migrator.dangerous_set_table_name("salesbridge_migrations");
    migrator.run(pool).await.unwrap();
}

/// A schema that brings a column brings a row that has it.
async fn find_every_column_filled(pool: &SqlitePool, schema: i64) {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT tables.name, columns.name FROM sqlite_schema AS tables \
         JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for (table, column) in columns {
        let statement = AssertSqlSafe(format!("SELECT count(\"{column}\") FROM \"{table}\""));
        let filled: i64 = sqlx::query_scalar(statement).fetch_one(pool).await.unwrap();
        assert!(filled > 0, "schema {schema} has {table}.{column}, and no row of tests/rows has it");
    }
}

/// Files whose names begin with a number, in its order.
fn numbered(folder: &str) -> Vec<(i64, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let number = |path: &Path| path.file_name()?.to_str()?.get(..4)?.parse().ok();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<(i64, PathBuf)> = files.filter_map(|path| Some((number(&path)?, path))).collect();
    files.sort();
    files
}
