//! Times in which the database cannot be used: the log is told once when one begins, and once when it is over.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use salesbridge_store::MachineTrouble;

use crate::{Chain, machine_trouble};

/// The trouble that the log was told of and that lasts, with the monotonic time since when.
#[derive(Default)]
pub(crate) struct Outage(Mutex<Option<(MachineTrouble, Duration)>>);

impl Outage {
    /// Tells of a trouble of the machine, unless it is the one that lasts already; `false` when something else is behind the error.
    pub(crate) fn met(&self, error: &(dyn std::error::Error + 'static), now: Duration) -> bool {
        let Some(trouble) = machine_trouble(error) else { return false };
        let mut lasting = self.lock();
        if lasting.is_none_or(|(known, _)| known != trouble) {
            tracing::warn!(code = trouble.code(), error = %Chain(error), "{trouble}. {}", trouble.remedy());
            *lasting = Some((trouble, now));
        }
        true
    }

    /// The database was read: it is not away any more. Whether it can be written is not known yet.
    pub(super) fn has_read(&self, now: Duration) {
        if matches!(*self.lock(), Some((MachineTrouble::Away, _))) {
            self.has_written(now);
        }
    }

    /// The database let us write.
    pub(super) fn has_written(&self, now: Duration) {
        if let Some((trouble, since)) = self.lock().take() {
            let seconds = now.saturating_sub(since).as_secs_f64();
            // As loud as its beginning: whoever has read of the one looks for the other.
            tracing::warn!(code = trouble.code(), "the database can be used again, after {seconds:.1} s; work goes on");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(MachineTrouble, Duration)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
