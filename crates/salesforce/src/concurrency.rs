//! How many calls are made to one org at the same time: learnt down when the org says that there are too many, and up again while it does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Calls answered without such a refusal, after which one more is tried at the same time.
const CALLS_UNTIL_ONE_MORE: usize = 100;

/// Slots for calls to one org, in one process.
#[derive(Debug)]
pub(crate) struct Concurrency {
    slots: Arc<Semaphore>,
    most: usize,
    now: AtomicUsize,
    calm: AtomicUsize,
}

/// The right to make one call; free again when dropped.
#[derive(Debug)]
pub(crate) struct Slot(Option<OwnedSemaphorePermit>);

impl Concurrency {
    /// So many calls at the same time, at most.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        Self { slots: Arc::new(Semaphore::new(most)), most, now: most.into(), calm: 0.into() }
    }

    /// Waits for a slot.
    pub(crate) async fn enter(&self) -> Slot {
        Slot(self.slots.clone().acquire_owned().await.ok()) // it is never closed
    }

    /// How many calls may be under way now.
    pub(crate) fn now(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    /// The org said that there were too many calls: one less from now on, but never none.
    pub(crate) fn too_many(&self, mut slot: Slot) {
        self.calm.store(0, Ordering::Relaxed);
        let less = self.now.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| (now > 1).then(|| now - 1));
        if let (Ok(_), Some(permit)) = (less, slot.0.take()) {
            permit.forget();
        }
    }

    /// A call was answered otherwise.
    pub(crate) fn calm(&self) {
        if (self.calm.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(CALLS_UNTIL_ONE_MORE) {
            let more = |now| (now < self.most).then(|| now + 1);
            if self.now.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok() {
                self.slots.add_permits(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_learnt_down_to_one_and_slowly_up_again() {
        let concurrency = Concurrency::new(3);
        for expected in [2, 1, 1] {
            concurrency.too_many(concurrency.enter().await);
            assert_eq!((concurrency.now(), concurrency.slots.available_permits()), (expected, expected));
        }
        let only = concurrency.enter().await;
        assert!(concurrency.slots.clone().try_acquire_owned().is_err(), "one call at a time");
        drop(only);
        (0..5 * CALLS_UNTIL_ONE_MORE).for_each(|_| concurrency.calm());
        assert_eq!((concurrency.now(), concurrency.slots.available_permits()), (3, 3), "never more than at first");
    }
}
