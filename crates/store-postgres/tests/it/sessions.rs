//! Several stores on one database, and sessions that break.

use std::task::Poll;
use std::time::Duration;

use salesbridge_store::{MachineTrouble, Store, StoreError};
use salesbridge_store_postgres::{PostgresFault, PostgresStore};
use salesbridge_testkit::{PostgresDatabase, PostgresServer, client, moment};

use crate::{fresh, open};

#[tokio::test]
async fn two_stores_see_each_others_commits_and_take_turns_in_writing() {
    let (one, database) = fresh().await;
    let other = open(&database).await;
    let mut first = one.write().await.unwrap();
    let mut second = other.write();
    let waiting = async {
        // The second writer goes as far as the server, where it waits for the lock.
        while locks_waited_for(&database).await == 0 {
            let waits = std::future::poll_fn(|context| Poll::Ready(second.as_mut().poll(context).is_pending())).await;
            assert!(waits, "the second writer waits for the first");
        }
    };
    waiting.await;
    first.clients().save(&[client("C-1")], moment(0)).await.unwrap();
    assert_eq!(other.read().await.unwrap().clients().count().await.unwrap(), 0, "not committed yet");
    first.commit().await.unwrap();

    let mut second = second.await.unwrap();
    assert_eq!(second.clients().find("C-1").await.unwrap(), Some(client("C-1")));
    second.clients().save(&[client("C-2")], moment(0)).await.unwrap();
    second.commit().await.unwrap();
    let mut tx = one.read().await.unwrap();
    assert_eq!(tx.clients().count().await.unwrap(), 2);
    assert_eq!(tx.outbox().newest().await.unwrap(), 2);
}

#[tokio::test]
async fn many_writers_of_two_stores_count_without_a_gap_and_without_a_repeat() {
    const WRITES: usize = 20;
    let (one, database) = fresh().await;
    let other = open(&database).await;
    let write = async |store: &PostgresStore, name: &str| {
        for number in 0..WRITES {
            let mut tx = store.write().await.unwrap();
            tx.clients().save(&[client(&format!("{name}-{number}"))], moment(0)).await.unwrap();
            // Every third one is given up, and leaves no gap.
            if number % 3 > 0 {
                tx.commit().await.unwrap();
            }
        }
    };
    tokio::join!(write(&one, "a"), write(&other, "b"));

    let mut tx = one.read().await.unwrap();
    let entries = tx.outbox().after(0, 1000).await.unwrap();
    let sequences: Vec<i64> = entries.iter().map(|entry| entry.sequence).collect();
    assert_eq!(sequences, (1..=26).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_writer_that_gives_up_waiting_does_not_keep_the_lock() {
    let (one, database) = fresh().await;
    let other = open(&database).await;
    let first = one.write().await.unwrap();
    let mut given_up = other.write();
    while locks_waited_for(&database).await == 0 {
        let _ = std::future::poll_fn(|context| Poll::Ready(given_up.as_mut().poll(context).is_pending())).await;
    }
    drop(given_up);
    drop(first);
    let mut tx = one.write().await.unwrap();
    tx.clients().save(&[client("C-1")], moment(0)).await.unwrap();
    tx.commit().await.unwrap();
    other.write().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn a_session_that_is_ended_in_a_transaction_leaves_no_trace_and_the_next_one_works() {
    let (store, database) = fresh().await;
    let mut tx = store.write().await.unwrap();
    tx.clients().save(&[client("C-1")], moment(0)).await.unwrap();
    let mut reading = store.read().await.unwrap();
    assert_eq!(reading.clients().count().await.unwrap(), 0);
    end_sessions(&database).await;

    let error = tx.clients().save(&[client("C-2")], moment(0)).await.unwrap_err();
    assert!(is_lost(&error), "{error:?}");
    assert!(tx.commit().await.is_err(), "what was lost is not committed");
    assert!(is_lost(&reading.clients().count().await.unwrap_err()));
    drop(reading);

    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.clients().count().await.unwrap(), 0);
    tx.clients().save(&[client("C-3")], moment(0)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.read().await.unwrap().clients().count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_restarted_server_needs_no_restart_of_ours() {
    let mut server = PostgresServer::start().await;
    let database = PostgresDatabase::create_on(server.address()).await;
    let store = open(&database).await;
    let mut tx = store.write().await.unwrap();
    tx.clients().save(&[client("C-1")], moment(0)).await.unwrap();
    tx.commit().await.unwrap();
    server.stop();
    is_away(&store).await;
    // A socket that refuses, as a port does on which nobody listens: the pool would go on asking for half a minute.
    let address = server.address();
    let (_, folder) = address.query_pairs().next().unwrap();
    drop(std::os::unix::net::UnixListener::bind(format!("{folder}/.s.PGSQL.5432")).unwrap());
    tokio::time::timeout(Duration::from_secs(20), is_away(&store)).await.expect("nobody waits for the pool");
    server.go_on().await;

    assert_eq!(store.read().await.unwrap().clients().count().await.unwrap(), 1);
    let mut tx = store.write().await.unwrap();
    tx.clients().save(&[client("C-2")], moment(0)).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    drop(database);
}

async fn is_away(store: &PostgresStore) {
    let (reading, writing) = (store.read().await.err(), store.write().await.err());
    for error in [reading, writing] {
        assert!(matches!(error, Some(StoreError::Machine { trouble: MachineTrouble::Away, .. })), "{error:?}");
    }
}

fn is_lost(error: &StoreError) -> bool {
    let StoreError::Machine { trouble: MachineTrouble::Away, cause, .. } = error else { return false };
    matches!(cause.downcast_ref(), Some(PostgresFault::Lost { .. }))
}

#[expect(clippy::unwrap_used, reason = "a test without its database cannot go on")]
async fn locks_waited_for(database: &PostgresDatabase) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database \
         WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted",
    )
    .fetch_one(&mut database.connect().await)
    .await
    .unwrap()
}

/// Ends every session of the database but the one that does it.
#[expect(clippy::unwrap_used, reason = "a test without its database cannot go on")]
async fn end_sessions(database: &PostgresDatabase) {
    let ended: Vec<bool> = sqlx::query_scalar(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .fetch_all(&mut database.connect().await)
    .await
    .unwrap();
    assert!(ended.len() >= 2 && ended.iter().all(|ended| *ended), "{ended:?}");
}
