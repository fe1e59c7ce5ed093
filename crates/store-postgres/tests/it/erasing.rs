//! What is left of an erased client, in any table.

use salesbridge_store::conformance;
use salesbridge_testkit::PostgresDatabase;
use sqlx::AssertSqlSafe;

use crate::fresh;

#[tokio::test]
async fn nothing_of_an_erased_client_is_in_any_table() {
    let (store, database) = fresh().await;
    let texts = conformance::know_a_client(&store).await;
    let before = dump(&database).await;
    for text in &texts {
        assert!(before.contains(text), "{text} was never there");
    }
    conformance::erase_the_client(&store).await;
    let after = dump(&database).await;
    for text in &texts {
        assert!(!after.contains(text), "{text} is still there: {after}");
    }
    assert!(after.contains("c-1: city is left out"), "what is known of others stays");
}

/// Every row of every table as text, in lower case.
#[expect(clippy::unwrap_used, reason = "a test without its database cannot go on")]
async fn dump(database: &PostgresDatabase) -> String {
    let mut connection = database.connect().await;
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let mut dump = String::new();
    for table in tables {
        let statement = AssertSqlSafe(format!("SELECT t::text FROM {table} AS t"));
        let rows: Vec<String> = sqlx::query_scalar(statement).fetch_all(&mut connection).await.unwrap();
        dump.push_str(&rows.join("\n"));
    }
    dump.to_lowercase()
}
