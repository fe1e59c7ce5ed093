//! Clauses about the calls that connections may make.

use salesbridge_model::{ConnectionId, OrgAllowance};

use super::samples::{at, connection, id, lay_ground};
use crate::{Store, StoreError};

const DAY: i64 = 24 * 3_600;

fn ours() -> ConnectionId {
    id("conn", 1)
}

fn said(used: u64, seconds: i64) -> OrgAllowance {
    OrgAllowance { used, allowed: 15_000, told_at: at(seconds) }
}

pub(super) async fn calls_are_granted_up_to_the_ceiling_of_a_day(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(2, "other")).await.unwrap();
    assert_eq!(tx.allowances().find(ours()).await.unwrap(), None);
    let mut granted = Vec::new();
    for (wanted, ceiling, seconds) in [
        (50, None, 0),
        (50, Some(120), 1),
        (50, Some(120), 2),
        (50, Some(120), 3),
        (50, Some(10), 4),
        (50, Some(120), DAY),
        (50, None, -DAY),
    ] {
        granted.push(tx.allowances().grant(ours(), wanted, ceiling, at(seconds)).await.unwrap());
    }
    assert_eq!(granted, [50, 50, 20, 0, 0, 50, 50], "the day after begins anew, and a clock set back does not");
    tx.commit().await.unwrap();

    let mut tx = store.read().await.unwrap();
    let found = tx.allowances().find(ours()).await.unwrap().unwrap();
    assert_eq!((found.calls, found.org), (100, None));
    assert_eq!(found.day.timestamp() % DAY, 0);
    assert!(found.day <= at(DAY) && found.day > at(0), "{}", found.day);
    assert_eq!(tx.allowances().find(id("conn", 2)).await.unwrap(), None);
}

pub(super) async fn what_the_org_said_last_is_remembered(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    for (used, seconds) in [(10, 5), (30, 7), (20, 6)] {
        tx.allowances().remember(ours(), &said(used, seconds)).await.unwrap();
    }
    assert_eq!(tx.allowances().find(ours()).await.unwrap().unwrap().org, Some(said(30, 7)));
    assert_eq!(tx.allowances().grant(ours(), 5, None, at(8)).await.unwrap(), 5);
    tx.commit().await.unwrap();
    let found = store.read().await.unwrap().allowances().find(ours()).await.unwrap().unwrap();
    assert_eq!((found.calls, found.org), (5, Some(said(30, 7))));
}

pub(super) async fn an_allowance_needs_its_connection_and_goes_with_it(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let refused = tx.allowances().grant(ours(), 1, None, at(0)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
    drop(tx);
    let mut tx = store.write().await.unwrap();
    let refused = tx.allowances().remember(ours(), &said(1, 0)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
    drop(tx);
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(2, "other")).await.unwrap();
    tx.allowances().grant(id("conn", 2), 1, None, at(0)).await.unwrap();
    tx.connections().delete(id("conn", 2)).await.unwrap();
    assert_eq!(tx.allowances().find(id("conn", 2)).await.unwrap(), None);
}
