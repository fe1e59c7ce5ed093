//! The right to write for a sync, as the process that has it sees it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The right to write for a sync. At most one process has it; whoever records an intent proves it by the token, in the transaction that records.
#[derive(Debug)]
pub struct Lease {
    name: String,
    token: i64,
    taken_at: Duration,
    good_until: Mutex<Option<Duration>>,
}

impl Lease {
    /// A lease that was taken at `taken_at` and may be used until `good_until`, both on the clock's monotonic time; without an end when nobody else
    /// could take it.
    pub fn new(name: String, token: i64, taken_at: Duration, good_until: Option<Duration>) -> Self {
        Self { name, token, taken_at, good_until: Mutex::new(good_until) }
    }

    /// The right to nothing, for whoever only looks: no store knows it.
    pub fn to_look_only() -> Self {
        Self::new(String::new(), 0, Duration::ZERO, Some(Duration::ZERO))
    }

    /// What it is for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its token, greater than every earlier one of its name.
    pub fn token(&self) -> i64 {
        self.token
    }

    /// When it was taken, on the clock's monotonic time: who held it before has not begun to send anything since.
    pub fn taken_at(&self) -> Duration {
        self.taken_at
    }

    /// It was prolonged.
    pub fn prolong(&self, good_until: Duration) {
        *self.good_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(good_until);
    }

    /// Whether something may still be sent under it: after its end another process may have taken it.
    pub fn is_good_at(&self, monotonic: Duration) -> bool {
        self.good_until.lock().unwrap_or_else(PoisonError::into_inner).is_none_or(|until| monotonic < until)
    }
}
