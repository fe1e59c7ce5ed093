//! Clauses about the journal.

use super::samples::{id, intent, lay_ground, sync_id};
use crate::{JournalEntry, Store, StoreError};

pub(super) async fn entries_come_back_in_the_order_of_their_ids(store: &dyn Store) {
    lay_ground(store).await;
    let empty = JournalEntry { payload: Vec::new(), rows: Vec::new(), ..intent(2) };
    let mut tx = store.write().await.unwrap();
    for entry in [&intent(3), &intent(1), &empty] {
        tx.journal().record(entry).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.journal().unsettled(sync_id(1)).await.unwrap(), [intent(1), empty, intent(3)]);
    assert_eq!(tx.journal().unsettled(sync_id(2)).await.unwrap(), []);
    assert_eq!(tx.journal().count(sync_id(1)).await.unwrap(), 3);
    assert_eq!(tx.journal().count(sync_id(2)).await.unwrap(), 0);
}

pub(super) async fn an_entry_is_settled_once(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.journal().record(&intent(1)).await.unwrap();
    tx.journal().record(&intent(2)).await.unwrap();
    assert!(tx.journal().settle(id("intent", 1)).await.unwrap());
    assert!(!tx.journal().settle(id("intent", 1)).await.unwrap());
    assert_eq!(tx.journal().unsettled(sync_id(1)).await.unwrap(), [intent(2)]);
}

pub(super) async fn an_entry_needs_its_run(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    let refused = tx.journal().record(&JournalEntry { run_id: id("run", 9), ..intent(1) }).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}
