//! Writing records: few by collections of up to 200, many by jobs of the Bulk API.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::{
    Answers, Batching, ClaimedRecords, ConnectorError, Destination, Intent, NextStep, ObjectSchema, Operation,
    RecordFinder, Recovery, Route, SendFailure, SendWatch, WriteBatch, WriteOptions,
};
use salesbridge_egress::HttpClient;
use salesbridge_model::{Clock, OrgIdentity, Timestamp};
use salesbridge_salesforce::{DomainUrl, OrgClient};

use super::bulk::{Jobs, PreparedJob};
use super::discover::object_schema;
use super::intent::PreparedWrite;
use super::judge::{connector_error, row_answer, send_failure};
use super::way::SignInWay;

/// One Salesforce org, signed in to when it is first used.
pub struct SalesforceConnector {
    pub(super) client: OrgClient,
    pub(super) http: HttpClient,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) batch_rows: usize,
    pub(super) jobs: Jobs,
    pub(super) in_flight: Duration,
    pub(super) domain: DomainUrl,
    pub(super) way: SignInWay,
}

/// The org's clock is known to a second, and a record's creation time is cut to whole seconds.
pub(super) const CLOCK_DOUBT: chrono::Duration = chrono::Duration::seconds(3);

impl SalesforceConnector {
    /// The org behind the connection.
    pub async fn org(&self) -> Result<OrgIdentity, ConnectorError> {
        self.client.identity(&self.domain).await.map_err(connector_error)
    }

    /// How far the org's clock is ahead of ours, as far as its answers told.
    pub fn org_clock_ahead(&self) -> Option<chrono::Duration> {
        self.client.org_time_offset()
    }

    /// The org's time, as far as its answers told.
    fn org_now(&self) -> Timestamp {
        self.org_time(self.clock.now())
    }

    /// An instant of our time as the org's clock shows it.
    pub(super) fn org_time(&self, at: Timestamp) -> Timestamp {
        at + self.client.org_time_offset().unwrap_or_default()
    }
}

#[async_trait]
impl Destination for SalesforceConnector {
    async fn describe(&self, object: &str, refresh: bool) -> Result<ObjectSchema, ConnectorError> {
        let describe = match refresh {
            true => self.client.refresh_describe(object).await,
            false => self.client.describe(object).await,
        };
        describe.map(|describe| object_schema(&describe)).map_err(connector_error)
    }

    fn batching(&self, operation: &Operation, options: WriteOptions, rows: usize) -> Batching {
        self.close_without_batches();
        self.jobs.batching(operation, options, rows, self.batch_rows, self.clock.now())
    }

    fn calls_made(&self) -> u64 {
        self.http.calls()
    }

    async fn prepare(&self, batch: &WriteBatch) -> Result<Intent, ConnectorError> {
        let session = self.client.session().await.map_err(connector_error)?;
        let (user_id, not_before) = (session.user_id.to_string(), self.org_now() - CLOCK_DOUBT);
        if batch.route == Route::Job {
            return self.prepare_job(batch, user_id, not_before).await;
        }
        let prepared = PreparedWrite::new(batch, user_id, not_before).map_err(|problem| ConnectorError {
            code: "salesforce.unsendable".to_owned(),
            message: problem.to_string(),
            remedy: "Correct the mapping of the sync".to_owned(),
            next: NextStep::HoldSync,
            retry_until: None,
            cause: None,
        })?;
        prepared.to_intent()
    }

    async fn send(&self, intent: &Intent, watch: &dyn SendWatch) -> Result<Answers, SendFailure> {
        if let Some(job) = PreparedJob::from_intent(intent) {
            let (prepared, file) = job.map_err(SendFailure::NotSent)?;
            return self.send_job(&prepared, file, watch).await;
        }
        let prepared = PreparedWrite::from_intent(intent).map_err(SendFailure::NotSent)?;
        let updating = prepared.operation == Operation::Update;
        let sent = self.client.send_collection(&prepared.request).await.map_err(send_failure)?;
        watch.sent();
        let results = sent.answer().await.map_err(send_failure)?;
        watch.answered();
        let mut answers: Answers = results.into_iter().map(|result| row_answer(result, updating)).collect();
        self.follow_converted(&mut answers, &prepared.record_ids()).await;
        Ok(answers)
    }

    async fn recover(
        &self,
        intent: &Intent,
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        if let Some(job) = PreparedJob::from_intent(intent) {
            let (prepared, file) = job?;
            return self.recover_job(&prepared, file, silent_for, claimed).await;
        }
        self.find_out(&PreparedWrite::from_intent(intent)?.lost(), silent_for, claimed).await
    }

    fn finder(&self) -> &dyn RecordFinder {
        self
    }
}
