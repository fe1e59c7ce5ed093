//! The store's contract, clause by clause, on fresh files.

use proptest::prelude::{ProptestConfig, any};
use proptest::test_runner::TestRunner;
use salesbridge_store::conformance;
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::TempFolder;

#[tokio::test]
async fn every_clause_holds() {
    conformance::run_all(fresh).await;
}

#[tokio::test]
async fn a_reopened_file_remembers_everything() {
    let (store, folder) = fresh().await;
    conformance::remember_everything(&store).await;
    store.close().await;
    let store = SqliteStore::open(folder.join("hub.db")).await.unwrap();
    conformance::everything_is_remembered(&store).await;
}

#[tokio::test]
async fn the_audit_log_is_never_changed() {
    let folder = TempFolder::new();
    let path = folder.join("hub.db");
    let store = SqliteStore::open(&path).await.unwrap();
    conformance::remember_everything(&store).await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    for change in conformance::CHANGES_OF_THE_AUDIT_LOG {
        let refused = sqlx::query(*change).execute(&pool).await.unwrap_err().to_string();
        assert!(refused.contains("the audit log is never changed"), "{change}: {refused}");
    }
}

#[test]
fn due_rows_agree_with_the_model_under_random_operations() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (store, _folder) = runtime.block_on(async {
        let (store, folder) = fresh().await;
        conformance::remember_everything(&store).await;
        (store, folder)
    });
    let numbers = proptest::collection::vec(any::<u32>(), 1..80);
    TestRunner::new(ProptestConfig { cases: 100, ..ProptestConfig::default() })
        .run(&numbers, |numbers| {
            runtime.block_on(conformance::due_agrees_with_a_model(&store, &numbers));
            Ok(())
        })
        .unwrap();
}

#[expect(clippy::unwrap_used, reason = "a test without a store cannot go on")]
async fn fresh() -> (SqliteStore, TempFolder) {
    let folder = TempFolder::new();
    let store = SqliteStore::open(folder.join("hub.db")).await.unwrap();
    (store, folder)
}
