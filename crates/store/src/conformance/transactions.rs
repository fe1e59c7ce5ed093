//! Clauses about transactions.

use std::task::Poll;

use super::samples::{at, client, connection, id, save_clients};
use crate::Store;

pub(super) async fn a_dropped_transaction_leaves_no_trace(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    tx.installation().create(id("inst", 1), at(0)).await.unwrap();
    tx.connections().insert(&connection(1, "acme")).await.unwrap();
    tx.clients().save(&[client("C-1")], at(0)).await.unwrap();
    drop(tx);

    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.installation().id().await.unwrap(), None);
    assert_eq!(tx.connections().find(id("conn", 1)).await.unwrap(), None);
    assert_eq!(tx.clients().count().await.unwrap(), 0);
    assert_eq!(tx.outbox().newest().await.unwrap(), 0);
    tx.connections().insert(&connection(1, "acme")).await.unwrap();
    tx.commit().await.unwrap();
}

pub(super) async fn a_transaction_sees_its_own_changes(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    tx.clients().save(&[client("C-1")], at(0)).await.unwrap();
    assert_eq!(tx.clients().find("C-1").await.unwrap(), Some(client("C-1")));
    assert_eq!(tx.outbox().newest().await.unwrap(), 1);
}

pub(super) async fn a_read_transaction_cannot_write(store: &dyn Store) {
    let mut tx = store.read().await.unwrap();
    assert!(tx.connections().insert(&connection(1, "acme")).await.is_err());
    drop(tx);
    let mut tx = store.read().await.unwrap();
    assert!(tx.clients().save(&[client("C-1")], at(0)).await.is_err());
    drop(tx);

    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.connections().find(id("conn", 1)).await.unwrap(), None);
    assert_eq!(tx.clients().count().await.unwrap(), 0);
}

pub(super) async fn a_read_transaction_sees_one_state(store: &dyn Store) {
    let mut before = store.read().await.unwrap();
    assert_eq!(before.clients().count().await.unwrap(), 0);
    save_clients(store, &[client("C-1")]).await;
    assert_eq!(before.clients().count().await.unwrap(), 0);
    assert_eq!(before.outbox().newest().await.unwrap(), 0);

    let mut after = store.read().await.unwrap();
    assert_eq!(after.clients().count().await.unwrap(), 1);
}

pub(super) async fn write_transactions_are_serialized(store: &dyn Store) {
    let mut first = store.write().await.unwrap();
    let mut second = store.write();
    let waits = std::future::poll_fn(|context| Poll::Ready(second.as_mut().poll(context).is_pending())).await;
    assert!(waits, "a second writer waits for the first");
    first.clients().save(&[client("C-1")], at(0)).await.unwrap();
    first.commit().await.unwrap();

    let mut second = second.await.unwrap();
    assert_eq!(second.clients().count().await.unwrap(), 1);
}
