//! Clauses about the installation.

use super::samples::{at, id};
use crate::{Store, StoreError};

pub(super) async fn it_gets_its_id_once(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.installation().id().await.unwrap(), None);
    tx.installation().create(id("inst", 7), at(0)).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.installation().id().await.unwrap(), Some(id("inst", 7)));
    let again = tx.installation().create(id("inst", 8), at(1)).await;
    assert!(matches!(again, Err(StoreError::Taken { .. })), "{again:?}");
    drop(tx);
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.installation().id().await.unwrap(), Some(id("inst", 7)));
}
