//! Leases: one holder at a time, tokens that grow.

use super::samples::at;
use crate::Store;

const NAME: &str = "sync:1";

pub(super) async fn one_holder_at_a_time_and_tokens_grow(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let first = tx.leases().take(NAME, "a", at(0), at(10)).await.unwrap().unwrap();
    assert!(tx.leases().take("sync:2", "b", at(0), at(10)).await.unwrap().is_some(), "another name is another lease");
    tx.commit().await.unwrap();

    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.leases().take(NAME, "b", at(9), at(20)).await.unwrap(), None);
    assert_eq!(tx.leases().holder(NAME, at(9)).await.unwrap().as_deref(), Some("a"));
    assert!(tx.leases().prolong(NAME, first, at(15)).await.unwrap());
    assert_eq!(tx.leases().take(NAME, "b", at(14), at(20)).await.unwrap(), None);
    assert!(tx.leases().is_current(NAME, first).await.unwrap());
    assert_eq!(tx.leases().holder(NAME, at(15)).await.unwrap(), None, "it has run out");
    assert!(tx.leases().is_current(NAME, first).await.unwrap(), "and nobody has taken it");
    let second = tx.leases().take(NAME, "b", at(15), at(20)).await.unwrap().unwrap();
    assert!(second > first);
    assert!(!tx.leases().is_current(NAME, first).await.unwrap());
    assert!(!tx.leases().prolong(NAME, first, at(99)).await.unwrap());
    assert!(!tx.leases().give_back(NAME, first).await.unwrap());
    assert!(tx.leases().is_current(NAME, second).await.unwrap());
    tx.commit().await.unwrap();
}

pub(super) async fn one_that_was_given_back_is_free_and_its_token_is_old(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let first = tx.leases().take(NAME, "a", at(0), at(10)).await.unwrap().unwrap();
    assert!(tx.leases().give_back(NAME, first).await.unwrap());
    assert!(!tx.leases().give_back(NAME, first).await.unwrap());
    assert!(!tx.leases().is_current(NAME, first).await.unwrap());
    assert!(!tx.leases().prolong(NAME, first, at(10)).await.unwrap());
    let second = tx.leases().take(NAME, "a", at(1), at(10)).await.unwrap().unwrap();
    assert!(second > first);
    assert_eq!(tx.leases().give_all_back().await.unwrap(), 1);
    assert_eq!(tx.leases().give_all_back().await.unwrap(), 0);
    assert!(!tx.leases().is_current(NAME, second).await.unwrap());
    assert!(tx.leases().take(NAME, "b", at(2), at(10)).await.unwrap().unwrap() > second);
    tx.commit().await.unwrap();
}
