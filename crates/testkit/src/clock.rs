//! A clock that a test sets.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use salesbridge_model::{Clock, Timestamp};

/// Where every manual clock starts: 2026-01-05T09:00:00Z, a Monday.
const START: i64 = 1_767_603_600;

/// The instant so many seconds after the one at which every [`ManualClock`] starts (2026-01-05T09:00:00Z).
pub fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(START.saturating_add(seconds), 0).unwrap_or(Timestamp::MAX_UTC)
}

/// Real time since the first call in this process: what a test with a real clock tells as [`Clock::monotonic`].
pub fn since_the_test_began() -> Duration {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGAN.elapsed()
}

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct ManualClock {
    time: Mutex<Time>,
}

#[derive(Debug)]
struct Time {
    now: Timestamp,
    monotonic: Duration,
}

impl ManualClock {
    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let mut time = self.lock();
        let delta = chrono::TimeDelta::from_std(by).unwrap_or(chrono::TimeDelta::MAX);
        time.now = time.now.checked_add_signed(delta).unwrap_or(time.now);
        time.monotonic += by;
    }

    /// Sets the present instant, backwards too; no time passes by that.
    pub fn set(&self, now: Timestamp) {
        self.lock().now = now;
    }

    fn lock(&self) -> MutexGuard<'_, Time> {
        self.time.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self { time: Mutex::new(Time { now: moment(0), monotonic: Duration::ZERO }) }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    fn monotonic(&self) -> Duration {
        self.lock().monotonic
    }
}
