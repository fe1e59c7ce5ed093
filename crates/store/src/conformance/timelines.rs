//! Clauses about what runs did, batch by batch.

use super::samples::{at, id, lay_ground};
use crate::{Store, StoreError, TIMELINE_BATCHES, TimelineBatch};

pub(super) async fn the_newest_batches_stay_in_order(store: &dyn Store) {
    lay_ground(store).await;
    let last = i64::from(TIMELINE_BATCHES) + 3;
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.timelines().list(id("run", 1)).await.unwrap(), []);
    for number in 1..=last {
        tx.timelines().add(id("run", 1), &batch(number)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    let expected: Vec<_> = (4..=last).map(batch).collect();
    assert_eq!(tx.timelines().list(id("run", 1)).await.unwrap(), expected);
}

pub(super) async fn a_batch_needs_its_run(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    let refused = tx.timelines().add(id("run", 9), &batch(1)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

fn batch(number: i64) -> TimelineBatch {
    TimelineBatch { at: at(number), rows: 200, calls: 2, took_milliseconds: 15, result: format!("answered {number}") }
}
