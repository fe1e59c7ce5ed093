//! The file: who may read it, what opening refuses, what a reopening finds.

use salesbridge_store::{MachineTrouble, Saved, Store, StoreError};
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::{TempFolder, client, moment};

#[tokio::test]
async fn a_reopened_file_holds_what_was_committed() {
    let folder = TempFolder::new();
    let path = folder.join("hub.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.clients().save(&[client("C-1")], moment(0)).await.unwrap(), [Saved::Created]);
    tx.commit().await.unwrap();
    store.close().await;

    let store = SqliteStore::open(&path).await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.clients().find("C-1").await.unwrap(), Some(client("C-1")));
    assert_eq!(tx.outbox().newest().await.unwrap(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let folder = TempFolder::new();
    let path = folder.join("hub.db");
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.clients().save(&[client("C-1")], moment(0)).await.unwrap();
    tx.commit().await.unwrap();

    let mut seen = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        seen.push((entry.file_name().into_string().unwrap(), format!("{mode:o}")));
    }
    seen.sort();
    let expected = ["hub.db", "hub.db-shm", "hub.db-wal"].map(|name| (name.to_owned(), "600".to_owned()));
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused_and_untouched() {
    let folder = TempFolder::new();
    let path = folder.join("hub.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query(
        "INSERT INTO salesbridge_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', true, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;

    let refused = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { found: 9999, .. }), "{refused:?}");
    let told = refused.to_string();
    assert!(told.contains("schema version 9999") && told.ends_with("; install the newer program"), "{told}");
}

#[tokio::test]
async fn what_is_no_database_is_an_error_and_stays_as_it_is() {
    let folder = TempFolder::new();
    let path = folder.join("hub.db");
    let text = "this is a letter to the tax office, not a database\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let refused = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(refused, StoreError::Machine { trouble: MachineTrouble::Damaged, .. }), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert!(matches!(SqliteStore::open(folder.join("nowhere/hub.db")).await, Err(StoreError::Database { .. })));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_back_is_corrupt_not_a_panic() {
    let folder = TempFolder::new();
    let path = folder.join("hub.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.clients().save(&[client("C-1")], moment(0)).await.unwrap();
    tx.commit().await.unwrap();
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("UPDATE clients SET document = '{\"key\": 7'").execute(&pool).await.unwrap();

    let mut tx = store.read().await.unwrap();
    let error = tx.clients().find("C-1").await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { row, .. } if row == "client C-1"), "{error:?}");
}
