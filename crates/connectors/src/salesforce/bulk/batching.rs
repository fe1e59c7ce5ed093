//! When rows go by a job, and when they cannot.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use salesbridge_connector_kit::{Batching, Operation, Route, WriteOptions};
use salesbridge_model::Timestamp;

/// Calls of one job: make, upload, queue, ask a few times, two lists.
const CALLS_PER_JOB: u64 = 9;

/// One row alone always goes by a call: what no job takes has to have another way.
const FEWEST_ROWS: usize = 2;

/// What is known of the org's jobs.
pub(in crate::salesforce) struct Jobs {
    /// From how many rows on jobs are used; 0 is never.
    pub(in crate::salesforce) from_rows: usize,
    /// Rows of one job.
    pub(in crate::salesforce) rows: usize,
    /// Not before this: an allowance is used up.
    closed_until: Mutex<Option<Timestamp>>,
    /// The org said that a record may be saved as a duplicate, if it is asked so; a job cannot ask.
    meets_duplicate_rules: AtomicBool,
}

impl Jobs {
    pub(in crate::salesforce) fn new(from_rows: usize, rows: usize) -> Self {
        Self { from_rows, rows, closed_until: Mutex::default(), meets_duplicate_rules: AtomicBool::default() }
    }

    /// How so many rows are parted; `call_rows` is the size of a call.
    pub(in crate::salesforce) fn batching(
        &self,
        operation: &Operation,
        options: WriteOptions,
        rows: usize,
        call_rows: usize,
        now: Timestamp,
    ) -> Batching {
        let many = self.from_rows > 0 && rows >= self.from_rows.max(FEWEST_ROWS);
        if many && self.can_take(operation, options) && self.are_open(now) {
            return Batching { rows: self.rows, route: Route::Job, calls: CALLS_PER_JOB };
        }
        Batching { rows: call_rows, route: Route::Call, calls: 1 }
    }

    /// No job is made before this, nor before what was said earlier.
    pub(in crate::salesforce) fn close_until(&self, until: Timestamp) {
        let mut closed_until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed_until = Some(closed_until.map_or(until, |known| known.max(until)));
    }

    /// A row was refused as a duplicate.
    pub(super) fn meet_duplicate_rules(&self) {
        self.meets_duplicate_rules.store(true, Ordering::Relaxed);
    }

    /// A job runs an assignment rule by its id alone, and cannot ask a duplicate rule to let a record pass.
    fn can_take(&self, operation: &Operation, options: WriteOptions) -> bool {
        let creating = matches!(operation, Operation::Create { .. });
        let duplicates = options.allow_duplicates && self.meets_duplicate_rules.load(Ordering::Relaxed);
        !(duplicates || creating && options.assignment_rules)
    }

    fn are_open(&self, now: Timestamp) -> bool {
        self.closed_until.lock().unwrap_or_else(PoisonError::into_inner).is_none_or(|until| until <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_rows_go_by_jobs_unless_a_job_cannot_take_them() {
        let now = Timestamp::UNIX_EPOCH;
        let create = Operation::Create { external_id_field: None };
        let (plain, assigned) =
            (WriteOptions::default(), WriteOptions { assignment_rules: true, ..WriteOptions::default() });
        let allowed = WriteOptions { allow_duplicates: true, ..WriteOptions::default() };
        let jobs = Jobs::new(2000, 20_000);
        let route = |operation: &Operation, options, rows| jobs.batching(operation, options, rows, 200, now).route;
        assert_eq!((route(&create, plain, 1999), route(&create, plain, 2000)), (Route::Call, Route::Job));
        assert_eq!(
            (route(&create, assigned, 5000), route(&Operation::Update, assigned, 5000)),
            (Route::Call, Route::Job)
        );
        assert_eq!(route(&create, allowed, 5000), Route::Job);
        jobs.meet_duplicate_rules();
        assert_eq!((route(&create, allowed, 5000), route(&create, plain, 5000)), (Route::Call, Route::Job));
        jobs.close_until(now + chrono::Duration::seconds(1));
        assert_eq!(route(&create, plain, 5000), Route::Call, "an allowance is used up");
        let later = now + chrono::Duration::seconds(1);
        assert_eq!(jobs.batching(&create, plain, 5000, 200, later).route, Route::Job);
        let eager = Jobs::new(1, 20_000);
        let of = |rows| eager.batching(&create, plain, rows, 200, now).route;
        assert_eq!((of(1), of(2)), (Route::Call, Route::Job), "a row that no job takes has another way");
        assert_eq!(Jobs::new(0, 20_000).batching(&create, plain, usize::MAX, 200, now).route, Route::Call);
    }
}
