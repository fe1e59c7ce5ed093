//! Clauses about sealed secrets.

use super::samples::{connection, id, lay_ground};
use crate::{SecretOwner, Store, StoreError};

fn of(connection: u32) -> SecretOwner {
    SecretOwner::Connection(id("conn", connection))
}

pub(super) async fn sealed_bytes_come_back(store: &dyn Store) {
    lay_ground(store).await;
    let (all_bytes, owner): (Vec<u8>, SecretOwner) = ((0..=255).collect(), of(1));
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.secrets().find(owner, "consumer_secret").await.unwrap(), None);
    assert_eq!(tx.secrets().data_key(owner).await.unwrap(), None);
    tx.secrets().save(owner, "consumer_secret", b"old").await.unwrap();
    tx.secrets().save(owner, "consumer_secret", &all_bytes).await.unwrap();
    tx.secrets().save_data_key(owner, b"old").await.unwrap();
    tx.secrets().save_data_key(owner, &all_bytes).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.secrets().find(owner, "consumer_secret").await.unwrap(), Some(all_bytes.clone()));
    assert_eq!(tx.secrets().find(owner, "password").await.unwrap(), None);
    assert_eq!(tx.secrets().data_key(owner).await.unwrap(), Some(all_bytes.clone()));
    assert_eq!(tx.secrets().data_keys().await.unwrap(), [(owner, all_bytes)]);
}

pub(super) async fn fields_are_named_in_order(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(2, "other")).await.unwrap();
    for (owner, field) in [(1, "refresh_token"), (1, "consumer_secret"), (2, "password")] {
        tx.secrets().save(of(owner), field, b"x").await.unwrap();
    }
    assert_eq!(tx.secrets().fields(of(1)).await.unwrap(), ["consumer_secret", "refresh_token"]);
    assert!(tx.secrets().remove(of(1), "refresh_token").await.unwrap());
    assert!(!tx.secrets().remove(of(1), "refresh_token").await.unwrap());
    assert_eq!(tx.secrets().fields(of(1)).await.unwrap(), ["consumer_secret"]);
    assert_eq!(tx.secrets().fields(of(3)).await.unwrap(), Vec::<String>::new());
}

pub(super) async fn a_secret_needs_its_connection(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let refused = tx.secrets().save(of(1), "password", b"x").await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
    drop(tx);
    let mut tx = store.write().await.unwrap();
    let refused = tx.secrets().save_data_key(of(1), b"x").await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}
