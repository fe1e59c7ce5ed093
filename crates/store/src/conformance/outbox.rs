//! Clauses about the outbox.

use salesbridge_model::Sync;

use super::samples::{at, client, lay_ground, save_clients, sync};
use crate::{OutboxEntry, Store};

pub(super) async fn a_change_and_its_entry_are_one(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    tx.clients().save(&[client("C-1")], at(0)).await.unwrap();
    drop(tx);
    assert_eq!(entries(store, 0).await, []);

    save_clients(store, &[client("C-2"), client("C-1")]).await;
    assert_eq!(entries(store, 0).await, [entry(1, "C-2"), entry(2, "C-1")], "in the order given");
}

pub(super) async fn an_unchanged_client_has_no_entry(store: &dyn Store) {
    save_clients(store, &[client("C-1")]).await;
    save_clients(store, &[client("C-1")]).await;
    assert_eq!(entries(store, 0).await, [entry(1, "C-1")]);
}

pub(super) async fn entries_are_read_on_from_a_sequence(store: &dyn Store) {
    save_clients(store, &["a", "b", "c"].map(client)).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.outbox().after(0, 2).await.unwrap(), [entry(1, "a"), entry(2, "b")]);
    assert_eq!(tx.outbox().after(2, 2).await.unwrap(), [entry(3, "c")]);
    assert_eq!(tx.outbox().newest().await.unwrap(), 3);
}

pub(super) async fn trimming_waits_for_the_slowest_enabled_sync(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    let slow = Sync { enabled: false, ..sync(2, "slow") };
    tx.syncs().insert(&slow).await.unwrap();
    tx.clients().save(&["a", "b"].map(client), at(0)).await.unwrap();
    tx.due().take_in(sync(1, "x").id, "clients", at(0)).await.unwrap();
    tx.clients().save(&[client("c")], at(0)).await.unwrap();
    assert_eq!(tx.outbox().trim().await.unwrap(), 2, "a disabled sync holds nothing back");
    tx.commit().await.unwrap();
    assert_eq!(entries(store, 0).await, [entry(3, "c")]);

    let mut tx = store.write().await.unwrap();
    tx.syncs().update(&Sync { enabled: true, ..slow }).await.unwrap();
    tx.due().take_in(sync(1, "x").id, "clients", at(0)).await.unwrap();
    assert_eq!(tx.outbox().trim().await.unwrap(), 0, "an enabled one does");
}

pub(super) async fn a_sequence_is_never_used_twice(store: &dyn Store) {
    save_clients(store, &["a", "b"].map(client)).await;
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.outbox().trim().await.unwrap(), 2, "nobody waits for them");
    assert_eq!(tx.outbox().newest().await.unwrap(), 2);
    tx.commit().await.unwrap();
    save_clients(store, &[client("c")]).await;
    assert_eq!(entries(store, 0).await, [entry(3, "c")]);
}

fn entry(sequence: i64, key: &str) -> OutboxEntry {
    OutboxEntry { sequence, stream: "clients".to_owned(), source_key: key.to_owned() }
}

async fn entries(store: &dyn Store, after: i64) -> Vec<OutboxEntry> {
    let mut tx = store.read().await.unwrap();
    tx.outbox().after(after, 100).await.unwrap()
}
