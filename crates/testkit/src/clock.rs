//! A clock that a test sets.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use salesbridge_model::{Clock, Timestamp};

/// Where every manual clock starts: 2026-01-05T09:00:00Z, a Monday.
const START: i64 = 1_767_603_600;

/// The instant so many seconds after the one at which every [`ManualClock`] starts (2026-01-05T09:00:00Z).
pub fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(START.saturating_add(seconds), 0).unwrap_or(Timestamp::MAX_UTC)
}

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<Timestamp>,
}

impl ManualClock {
    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let mut now = self.lock();
        *now =
            now.checked_add_signed(chrono::TimeDelta::from_std(by).unwrap_or(chrono::TimeDelta::MAX)).unwrap_or(*now);
    }

    /// Sets it, backwards too.
    pub fn set(&self, now: Timestamp) {
        *self.lock() = now;
    }

    fn lock(&self) -> MutexGuard<'_, Timestamp> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self { now: Mutex::new(moment(0)) }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
    }
}
