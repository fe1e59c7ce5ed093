//! The store's contract, clause by clause, in memory.

use proptest::prelude::{ProptestConfig, any};
use proptest::test_runner::TestRunner;
use salesbridge_store::conformance;
use salesbridge_store::memory::MemoryStore;

#[tokio::test]
async fn every_clause_holds() {
    conformance::run_all(async || (MemoryStore::new(), ())).await;
}

#[tokio::test]
async fn another_process_remembers_everything() {
    let store = MemoryStore::new();
    conformance::remember_everything(&store).await;
    store.die();
    conformance::everything_is_remembered(&store.reopen()).await;
}

#[test]
fn due_rows_agree_with_the_model_under_random_operations() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = MemoryStore::new();
    runtime.block_on(conformance::remember_everything(&store));
    let numbers = proptest::collection::vec(any::<u32>(), 1..80);
    TestRunner::new(ProptestConfig { cases: 300, ..ProptestConfig::default() })
        .run(&numbers, |numbers| {
            runtime.block_on(conformance::due_agrees_with_a_model(&store, &numbers));
            Ok(())
        })
        .unwrap();
}
