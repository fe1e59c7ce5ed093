//! A way into an org in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_model::Timestamp;

use super::org::{MemoryOrg, Org, SendFault};
use super::writes::OrgIntent;
use super::{Prepared, prepare_row, trouble, unreadable};
use crate::{
    Answers, Batching, ClaimedRecords, ConnectorError, Destination, Intent, NextStep, ObjectSchema, Operation,
    RecordFinder, Recovery, Route, SendFailure, SendWatch, WriteBatch, WriteOptions,
};

/// A way into an org in memory, by a consumer key.
pub struct MemoryConnection {
    pub(super) there: Arc<MemoryOrg>,
    consumer_key: String,
    calls: AtomicU64,
}

impl MemoryConnection {
    pub(super) fn new(there: Arc<MemoryOrg>, consumer_key: String) -> Self {
        Self { there, consumer_key, calls: AtomicU64::new(0) }
    }

    /// Makes a call, if the org lets it.
    pub(super) fn call(&self) -> Result<(), ConnectorError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.there.org().answer_call(&self.consumer_key, self.there.terms.calls_a_day, self.there.now())
    }
}

#[async_trait]
impl Destination for MemoryConnection {
    async fn describe(&self, object: &str, _: bool) -> Result<ObjectSchema, ConnectorError> {
        self.call()?;
        Ok(self.there.schema(object))
    }

    fn batching(&self, _: &Operation, _: WriteOptions, waiting: usize) -> Batching {
        match self.there.terms.jobs {
            Some(jobs) if waiting >= jobs.from_rows => Batching { rows: jobs.rows, route: Route::Job, calls: 5 },
            _ => Batching { rows: self.there.terms.batch_rows, route: Route::Call, calls: 1 },
        }
    }

    fn calls_made(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    async fn prepare(&self, batch: &WriteBatch) -> Result<Intent, ConnectorError> {
        self.there.org().sign_in(&self.consumer_key)?;
        let job = match batch.route {
            Route::Job => {
                self.call()?;
                Some(self.there.org().open_job())
            }
            Route::Call => None,
        };
        let rows = (0..batch.rows.len()).map(|row| prepare_row(batch, row)).collect();
        let write = Prepared { object: batch.object.clone(), operation: batch.operation.clone(), rows, job };
        let intent = OrgIntent { prepared_at: self.there.now(), write };
        serde_json::to_vec(&intent).map(Intent).map_err(unreadable)
    }

    async fn send(&self, intent: &Intent, watch: &dyn SendWatch) -> Result<Answers, SendFailure> {
        let prepared = read(intent).map_err(SendFailure::NotSent)?;
        if let Some(job) = prepared.write.job {
            return self.run_job(job, prepared, watch).await;
        }
        self.call().map_err(SendFailure::NotSent)?;
        let (now, lost) = (self.there.now(), |what| Err(SendFailure::MayHaveHappened(trouble(what))));
        let answers = {
            let mut org = self.there.org();
            org.sends += 1;
            match org.faults.pop_front() {
                Some(SendFault::NotSent) => return Err(SendFailure::NotSent(trouble("not sent"))),
                Some(SendFault::LostBeforeWrite) => return lost("lost before the write"),
                Some(SendFault::LandsLater(after)) => {
                    org.under_way.push((now + after, prepared));
                    return lost("given up while it was under way");
                }
                Some(SendFault::LostAfterWrite) => org.write(&prepared.write, now).map(|_| None),
                None => org.write(&prepared.write, now).map(Some),
            }
        };
        let answers = answers.map_err(SendFailure::RefusedWhole)?;
        watch.sent();
        let Some(answers) = answers else { return lost("the answer was lost") };
        watch.answered();
        Ok(answers)
    }

    async fn recover(
        &self,
        intent: &Intent,
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        let prepared = read(intent)?;
        match prepared.write.job {
            Some(job) => self.recover_job(job, &prepared, silent_for, claimed).await,
            None => self.find_out(&prepared, silent_for, claimed).await,
        }
    }

    fn finder(&self) -> &dyn RecordFinder {
        self
    }
}

impl Org {
    /// Lets a program in, or says why not.
    pub(super) fn sign_in(&self, consumer_key: &str) -> Result<(), ConnectorError> {
        if self.is_down {
            return Err(trouble("the org cannot be reached"));
        }
        let hold = |code: &str, message: &str| ConnectorError {
            code: code.to_owned(),
            next: NextStep::HoldConnection,
            ..trouble(message)
        };
        if self.app.as_deref() != Some(consumer_key) {
            return Err(hold("invalid_client_id", "client identifier invalid"));
        }
        if self.refuses_sign_in {
            return Err(hold("invalid_grant", "a policy of the org refuses the sign-in"));
        }
        Ok(())
    }

    fn answer_call(&mut self, consumer_key: &str, calls_a_day: usize, now: Timestamp) -> Result<(), ConnectorError> {
        self.sign_in(consumer_key)?;
        self.forget_old_calls(now);
        if self.calls.len() >= calls_a_day {
            self.calls_in_vain += 1;
            let next = NextStep::RetryLater { pause: Some(PAUSE_AT_LIMIT) };
            let code = "REQUEST_LIMIT_EXCEEDED".to_owned();
            return Err(ConnectorError { code, next, ..trouble("the calls of the last 24 hours are used up") });
        }
        self.calls.push_back(now);
        Ok(())
    }

    pub(super) fn forget_old_calls(&mut self, now: Timestamp) {
        while self.calls.front().is_some_and(|call| *call + chrono::Duration::days(1) <= now) {
            self.calls.pop_front();
        }
    }
}

/// The window is 24 hours, rolling: some allowance comes back all the time.
const PAUSE_AT_LIMIT: Duration = Duration::from_secs(15 * 60);

fn read(intent: &Intent) -> Result<OrgIntent, ConnectorError> {
    serde_json::from_slice(&intent.0).map_err(unreadable)
}
