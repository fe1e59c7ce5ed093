//! Copies that are taken while others write, and what a look at a file tells.

use salesbridge_store::Store;
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::{TempFolder, client, moment};

#[tokio::test]
async fn a_copy_is_one_state_whatever_is_written_meanwhile() {
    let folder = TempFolder::new();
    let path = folder.join("hub.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let write = async || {
        for number in 0..40 {
            let mut tx = store.write().await.unwrap();
            let pair = [client(&format!("a-{number}")), client(&format!("b-{number}"))];
            tx.clients().save(&pair[..1], moment(0)).await.unwrap();
            tx.clients().save(&pair[1..], moment(0)).await.unwrap();
            tx.commit().await.unwrap();
        }
    };
    let copy = async || {
        for number in 0..5 {
            let copy = folder.join(&format!("copy-{number}.db"));
            SqliteStore::copy(&path, &copy).await.unwrap();
            let report = SqliteStore::inspect(&copy, true).await.unwrap();
            assert_eq!((report.schema, report.problems), (SqliteStore::newest_schema(), Vec::<String>::new()));
            let copied = SqliteStore::open(&copy).await.unwrap();
            let found = copied.read().await.unwrap().clients().count().await.unwrap();
            assert_eq!(found % 2, 0, "a transaction is there as a whole or not at all");
        }
    };
    tokio::join!(write(), copy());
    assert_eq!(store.read().await.unwrap().clients().count().await.unwrap(), 80);
}

#[tokio::test]
async fn a_copy_goes_into_an_empty_file_and_over_nothing() {
    let folder = TempFolder::new();
    let path = folder.join("hub.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    let (empty, full) = (folder.join("empty"), folder.join("full"));
    std::fs::write(&empty, "").unwrap();
    std::fs::write(&full, "a letter").unwrap();
    SqliteStore::copy(&path, &empty).await.unwrap();
    SqliteStore::copy(&path, &full).await.unwrap_err();
    assert_eq!(std::fs::read_to_string(&full).unwrap(), "a letter");
    SqliteStore::copy(folder.join("nobody"), folder.join("nowhere")).await.unwrap_err();
}

#[tokio::test]
async fn damage_is_found() {
    let folder = TempFolder::new();
    let path = folder.join("hub.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let clients: Vec<_> = (0..2_000).map(|number| client(&format!("C-{number}"))).collect();
    let mut tx = store.write().await.unwrap();
    tx.clients().save(&clients, moment(0)).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    let found = SqliteStore::inspect(&path, true).await;
    assert!(found.as_ref().map_or(true, |report| !report.problems.is_empty()), "{found:?}");
}
