//! Files that earlier schemas wrote open in the newest, with all that was in them.
//!
//! A file of an earlier schema is made by the migrations up to it, and filled with what `tests/rows/` has for it and for those before.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage must stop")]

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use salesbridge_model::{OutcomeKind, PageRequest};
use salesbridge_store::{DueState, OutcomeFilter, Store};
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::{TempFolder, moment};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlitePool};

#[tokio::test]
async fn files_of_earlier_schemas_open_in_the_newest() {
    let versions = numbered("migrations");
    assert!(!versions.is_empty());
    for last in 1..=versions.len() {
        let folder = TempFolder::new();
        let path = folder.join("hub.db");
        write_as_of(&path, &versions[..last]).await;
        let store = SqliteStore::open(&path).await.unwrap();
        find_everything(&store).await;
        store.close().await;
        SqliteStore::open(&path).await.expect("the newest schema opens again").close().await;
    }
}

async fn write_as_of(path: &Path, versions: &[(i64, PathBuf)]) {
    let pool = SqlitePool::connect(&format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    let rows = numbered("tests/rows");
    for (number, (version, _)) in versions.iter().enumerate() {
        migrate(&pool, &versions[..=number]).await;
        if let Some((_, file)) = rows.iter().find(|(of, _)| of == version) {
            let text = std::fs::read_to_string(file).unwrap();
            sqlx::raw_sql(AssertSqlSafe(text)).execute(&pool).await.unwrap();
        }
    }
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

/// Files whose names begin with a number, in its order.
fn numbered(folder: &str) -> Vec<(i64, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let number = |path: &Path| path.file_name()?.to_str()?.get(..4)?.parse().ok();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<(i64, PathBuf)> = files.filter_map(|path| Some((number(&path)?, path))).collect();
    files.sort();
    files
}

async fn find_everything(store: &SqliteStore) {
    let (sync, run) = (id("sync"), id("run"));
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.installation().id().await.unwrap(), Some(id("inst")));
    assert_eq!(tx.connections().find(id("conn")).await.unwrap().unwrap().name.as_str(), "acme");
    assert_eq!(tx.secrets().data_key(id("conn")).await.unwrap(), Some(vec![1]));
    assert_eq!(tx.secrets().find(id("conn"), "consumer_secret").await.unwrap(), Some(vec![2]));
    let client = tx.clients().find("C-1").await.unwrap().unwrap();
    assert_eq!(client.last_name.as_deref(), Some("Straße"));
    assert_eq!(tx.syncs().find(sync).await.unwrap().unwrap().preset.unwrap().company, "Acme");
    let due = tx.due().find_many(sync, &["C-2".to_owned()]).await.unwrap();
    assert_eq!((due[0].revision, due[0].state), (7, DueState::Refused));
    assert_eq!(tx.links().find_many(sync, &["C-3".to_owned()]).await.unwrap()[0].record_id, "00Q000000000001AAA");
    let found = tx.runs().find(run).await.unwrap().unwrap();
    assert_eq!((found.cursor.as_deref(), found.counts.created, found.api_calls), (Some("C-1"), 1, 3));
    let outcomes = tx.outcomes().list(run, &OutcomeFilter::default(), &PageRequest::default()).await.unwrap();
    assert_eq!(outcomes.items[0].kind, OutcomeKind::Created);
    assert_eq!(tx.journal().unsettled(sync).await.unwrap()[0].payload, b"{}");
    assert_eq!(tx.due().take_in(sync, "clients", moment(0)).await.unwrap(), 1);
}

fn id<T: FromStr<Err: Debug>>(kind: &str) -> T {
    format!("{kind}_{:032x}", 1).parse().unwrap()
}
