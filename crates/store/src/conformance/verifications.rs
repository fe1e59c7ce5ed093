//! Clauses about what is to be found again after a restore.

use super::samples::{at, lay_ground, sync_id};
use crate::{Store, StoreError, Verification, VerificationState};

pub(super) async fn one_comes_back_whole_until_it_is_removed(store: &dyn Store) {
    lay_ground(store).await;
    let pending = Verification { since: at(1), until: at(2), state: VerificationState::Pending };
    let guarding = Verification { state: VerificationState::Guarding, ..pending.clone() };
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.verifications().find(sync_id(1)).await.unwrap(), None);
    tx.verifications().save(sync_id(1), Some(&pending)).await.unwrap();
    assert_eq!(tx.verifications().find(sync_id(1)).await.unwrap(), Some(pending));
    tx.verifications().save(sync_id(1), Some(&guarding)).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.verifications().find(sync_id(1)).await.unwrap(), Some(guarding));
    tx.verifications().save(sync_id(1), None).await.unwrap();
    tx.verifications().save(sync_id(1), None).await.unwrap();
    assert_eq!(tx.verifications().find(sync_id(1)).await.unwrap(), None);
}

pub(super) async fn one_needs_its_sync(store: &dyn Store) {
    lay_ground(store).await;
    let pending = Verification { since: at(1), until: at(2), state: VerificationState::Pending };
    let mut tx = store.write().await.unwrap();
    let refused = tx.verifications().save(sync_id(9), Some(&pending)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}
