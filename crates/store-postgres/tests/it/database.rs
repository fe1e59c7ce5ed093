//! The database: what opening refuses and why, and that several may open it at once.

use std::error::Error;

use salesbridge_model::Secret;
use salesbridge_store::{Store, StoreError};
use salesbridge_store_postgres::{PostgresFault, PostgresStore};
use salesbridge_testkit::{PostgresDatabase, client, moment};

use crate::{fresh, open};

#[tokio::test]
async fn several_processes_may_open_an_empty_database_at_once() {
    let database = PostgresDatabase::create().await;
    let stores = tokio::join!(open(&database), open(&database), open(&database), open(&database));
    let mut tx = stores.3.read().await.unwrap();
    assert_eq!(tx.outbox().newest().await.unwrap(), 0);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_untouched() {
    let (store, database) = fresh().await;
    store.close().await;
    sqlx::query(
        "INSERT INTO salesbridge_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', true, '', 0)",
    )
    .execute(&mut database.connect().await)
    .await
    .unwrap();

    let refused = PostgresStore::open(&Secret::new(database.address())).await.unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { found: 9999, .. }), "{refused:?}");
    let told = refused.to_string();
    assert!(told.contains("schema version 9999") && told.ends_with("; install the newer program"), "{told}");
}

#[tokio::test]
async fn addresses_that_cannot_be_used_say_why_without_their_password() {
    let cases = [
        ("not an address: hush", "relative URL without a base"),
        ("mysql://ann:hush@localhost/hub", "does not begin with postgres://"),
        ("postgres://ann:hush@localhost:hush/hub", "invalid port number"),
        ("postgres://ann:hush@localhost/hub?passwort=hush", "parameter passwort"),
        ("postgres://ann@localhost/hub?sslmode=hush", "a value that cannot be used"),
    ];
    for (address, expected) in cases {
        let (fault, text) = refusal(address).await;
        assert!(matches!(fault, PostgresFault::Address { .. }), "{address}: {fault:?}");
        assert!(text.contains(expected), "{address}: {text}");
        assert!(!text.contains("hush"), "{address}: {text}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (fault, text) = refusal(&format!("postgres://ann:hush@127.0.0.1:{port}/hub")).await;
    assert!(matches!(fault, PostgresFault::Unreachable { .. }), "{fault:?}");
    assert!(text.contains("trouble: Away"), "{text}");
    assert!(text.contains(&format!("127.0.0.1:{port}")) && text.contains("refused"), "{text}");
    assert!(!text.contains("hush"), "{text}");
}

#[tokio::test]
async fn a_missing_database_is_named() {
    let database = PostgresDatabase::create().await;
    let address = database.address().replace("salesbridge_test_", "nobody_made_");
    let (fault, text) = refusal(&address).await;
    assert!(matches!(fault, PostgresFault::NoDatabase { .. }), "{fault:?}");
    assert!(text.contains("createdb nobody_made_"), "{text}");
}

#[tokio::test]
async fn a_user_who_is_not_let_in_is_named() {
    let database = PostgresDatabase::create().await;
    let address =
        database.address().replace("//postgres@", "//nobody_knows:hush@").replace("//root@", "//nobody_knows:hush@");
    let (fault, text) = refusal(&address).await;
    assert!(matches!(fault, PostgresFault::Refused { .. }), "{fault:?}");
    assert!(text.contains("nobody_knows") && !text.contains("hush"), "{text}");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_back_is_corrupt_not_a_panic() {
    let (store, database) = fresh().await;
    let mut tx = store.write().await.unwrap();
    tx.clients().save(&[client("C-1")], moment(0)).await.unwrap();
    tx.commit().await.unwrap();
    sqlx::query("UPDATE clients SET document = '{\"key\": 7'").execute(&mut database.connect().await).await.unwrap();

    let mut tx = store.read().await.unwrap();
    let error = tx.clients().find("C-1").await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { row, .. } if row == "client C-1"), "{error:?}");
}

/// The fault of an opening, and the whole chain of messages.
#[expect(clippy::unwrap_used, clippy::panic, reason = "an opening that works has failed the test")]
async fn refusal(address: &str) -> (PostgresFault, String) {
    let error = PostgresStore::open(&Secret::new(address.to_owned())).await.unwrap_err();
    let mut text = format!("{error:?}");
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(error) = next {
        text.push_str(&format!(": {error}"));
        next = error.source();
    }
    let (StoreError::Database { cause, .. } | StoreError::Machine { cause, .. }) = error else { panic!("{text}") };
    (*cause.downcast().unwrap(), text)
}
