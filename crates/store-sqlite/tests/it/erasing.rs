//! What is left of an erased client, in any table.

use futures::TryStreamExt;
use salesbridge_store::archive::Cell;
use salesbridge_store::conformance;
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::TempFolder;

#[tokio::test]
async fn nothing_of_an_erased_client_is_in_any_table() {
    let folder = TempFolder::new();
    let store = SqliteStore::open(folder.join("hub.db")).await.unwrap();
    let texts = conformance::know_a_client(&store).await;
    let before = dump(&store).await;
    for text in &texts {
        assert!(before.contains(text), "{text} was never there");
    }
    conformance::erase_the_client(&store).await;
    let after = dump(&store).await;
    for text in &texts {
        assert!(!after.contains(text), "{text} is still there: {after}");
    }
    assert!(after.contains("c-1: city is left out"), "what is known of others stays");
}

/// Every value of every table, in lower case.
#[expect(clippy::unwrap_used, reason = "a test without its store cannot go on")]
async fn dump(store: &SqliteStore) -> String {
    let mut archive = store.archive().await.unwrap();
    let mut dump = String::new();
    for table in archive.tables().await.unwrap() {
        let rows: Vec<Vec<Cell>> = archive.rows(&table).try_collect().await.unwrap();
        for cell in rows.into_iter().flatten() {
            match cell {
                Cell::Text(text) => dump.push_str(&text),
                Cell::Bytes(bytes) => dump.push_str(&String::from_utf8_lossy(&bytes)),
                Cell::Null | Cell::Integer(_) => {}
            }
            dump.push('\n');
        }
    }
    dump.to_lowercase()
}
