//! The store's contract, clause by clause, on fresh databases.

use proptest::prelude::{ProptestConfig, any};
use proptest::test_runner::TestRunner;
use salesbridge_store::conformance;
use salesbridge_testkit::PostgresDatabase;

use sqlx::AssertSqlSafe;

use crate::{fresh, open};

#[tokio::test]
async fn every_clause_holds() {
    let database = PostgresDatabase::create().await;
    let store = open(&database).await;
    // Making a database takes a server seconds when its disk is slow, and there are many clauses: each finds an emptied one.
    conformance::run_all(async || {
        empty(&database).await;
        (store.clone(), ())
    })
    .await;
}

#[tokio::test]
async fn a_reopened_database_remembers_everything() {
    let (store, database) = fresh().await;
    conformance::remember_everything(&store).await;
    store.close().await;
    conformance::everything_is_remembered(&open(&database).await).await;
}

#[tokio::test]
async fn the_audit_log_is_never_changed() {
    let (store, database) = fresh().await;
    conformance::remember_everything(&store).await;
    for change in conformance::CHANGES_OF_THE_AUDIT_LOG {
        let refused = sqlx::query(*change).execute(&mut database.connect().await).await.unwrap_err().to_string();
        assert!(refused.contains("the audit log is never changed"), "{change}: {refused}");
    }
}

#[test]
fn due_rows_agree_with_the_model_under_random_operations() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (store, _database) = runtime.block_on(async {
        let (store, database) = fresh().await;
        conformance::remember_everything(&store).await;
        (store, database)
    });
    let numbers = proptest::collection::vec(any::<u32>(), 1..80);
    TestRunner::new(ProptestConfig { cases: 20, ..ProptestConfig::default() })
        .run(&numbers, |numbers| {
            runtime.block_on(conformance::due_agrees_with_a_model(&store, &numbers));
            Ok(())
        })
        .unwrap();
}

/// Takes the database back to where the migrations left it, all constraints passed over.
#[expect(clippy::unwrap_used, reason = "a test without its database cannot go on")]
async fn empty(database: &PostgresDatabase) {
    let mut connection = database.connect().await;
    let deletions: Vec<String> = sqlx::query_scalar(
        "SELECT format('DELETE FROM %I', tablename) FROM pg_tables \
         WHERE schemaname = 'public' AND tablename NOT IN ('salesbridge_migrations', 'outbox_newest')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let statements = format!(
        "SET session_replication_role = replica; {}; UPDATE outbox_newest SET newest = 0",
        deletions.join("; ")
    );
    // Names of tables, which PostgreSQL itself has quoted.
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await.unwrap();
}
