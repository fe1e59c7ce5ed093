//! What a store in memory does when it was told to fail.

use salesbridge_model::{Client, Timestamp};
use salesbridge_store::memory::{CommitFailure, MemoryStore};
use salesbridge_store::{Store, StoreError};

#[tokio::test]
async fn the_commit_that_is_to_fail_fails_once_and_stores_nothing_or_all() {
    for (failure, stored) in [(CommitFailure::Lost, 2), (CommitFailure::Stored, 3)] {
        let store = MemoryStore::new();
        store.fail_commit(1, failure);
        save(&store, "a").await.unwrap();
        assert!(save(&store, "b").await.is_err(), "{failure:?}");
        save(&store, "c").await.unwrap();
        assert_eq!(count(&store).await, stored, "{failure:?}");
    }
}

#[tokio::test]
async fn a_script_can_be_forgotten() {
    let store = MemoryStore::new();
    store.fail_commit(0, CommitFailure::Lost);
    store.forget_script();
    save(&store, "a").await.unwrap();
}

#[tokio::test]
async fn a_dead_process_can_do_nothing_and_what_it_committed_stays() {
    let store = MemoryStore::new();
    save(&store, "a").await.unwrap();
    let mut reading = store.read().await.unwrap();
    let mut writing = store.write().await.unwrap();
    writing.clients().save(&[client("b")], Timestamp::UNIX_EPOCH).await.unwrap();
    store.die();
    assert!(reading.clients().count().await.is_err(), "it reads no more");
    assert!(writing.clients().save(&[client("c")], Timestamp::UNIX_EPOCH).await.is_err());
    assert!(writing.commit().await.is_err(), "nothing it had begun is stored");
    assert!(store.read().await.is_err() && store.write().await.is_err());
    assert!(store.clone().read().await.is_err(), "a clone is the same process");

    let reopened = store.reopen();
    assert_eq!(count(&reopened).await, 1);
    save(&reopened, "d").await.unwrap();
    assert_eq!(count(&reopened).await, 2);
}

#[tokio::test]
async fn a_dead_process_lets_the_next_one_write() {
    let store = MemoryStore::new();
    let abandoned = store.write().await.unwrap();
    store.die();
    drop(abandoned);
    save(&store.reopen(), "a").await.unwrap();
}

fn client(key: &str) -> Client {
    Client { key: key.to_owned(), ..Client::default() }
}

async fn save(store: &MemoryStore, key: &str) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.clients().save(&[client(key)], Timestamp::UNIX_EPOCH).await?;
    tx.commit().await
}

async fn count(store: &MemoryStore) -> u64 {
    store.read().await.unwrap().clients().count().await.unwrap()
}
