//! The org's clock, from the `Date` header of its answers: one second exact, and good enough to look for what was created when.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use salesbridge_model::Timestamp;

/// How far the org's clock is ahead of ours.
#[derive(Debug, Default)]
pub(crate) struct OrgTime(Mutex<Option<Duration>>);

impl OrgTime {
    /// An answer with this `Date` arrived at `now`.
    pub(crate) fn note(&self, date_header: &str, now: Timestamp) {
        let Ok(date) = DateTime::parse_from_rfc2822(date_header) else { return };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(date.with_timezone(&Utc) - now);
    }

    pub(crate) fn offset(&self) -> Option<Duration> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
