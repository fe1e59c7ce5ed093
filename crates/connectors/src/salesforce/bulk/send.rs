//! Making, filling, queueing and awaiting a job.

use std::time::Duration;

use salesbridge_connector_kit::{Answers, ConnectorError, Intent, NextStep, SendFailure, SendWatch, WriteBatch};
use salesbridge_model::Timestamp;
use salesbridge_salesforce::{
    ApiError, ApiFault, Disposition, JobId, JobInfo, JobPauses, JobState, Stage, UploadBody, WriteError,
};

use super::intent::PreparedJob;
use super::results::Told;
use crate::salesforce::SalesforceConnector;
use crate::salesforce::judge::{connector_error, job_failed, not_by_a_job, send_failure};

/// How long no job is tried after the org said that it takes none.
const TRY_AGAIN_AFTER: chrono::Duration = chrono::Duration::hours(24);

/// How long no job is tried after the org's limits said that no batch is left; within a day, rolling, some come back all the time.
const NO_BATCHES_FOR: chrono::Duration = chrono::Duration::minutes(15);

/// What became of a job is found out at once.
const SOON: NextStep = NextStep::RetryLater { pause: None };

impl SalesforceConnector {
    /// Makes the file and an empty job for it. A batch that no job can take is prepared all the same, and refused when it is sent.
    pub(in crate::salesforce) async fn prepare_job(
        &self,
        batch: &WriteBatch,
        user_id: String,
        not_before: Timestamp,
    ) -> Result<Intent, ConnectorError> {
        let (mut prepared, file) = PreparedJob::new(batch, user_id, not_before);
        if prepared.unfit.is_none() {
            match self.client.create_ingest_job(&prepared.object, &prepared.ingest_operation()).await {
                Ok(job) => prepared.job = Some(job),
                Err(error) if takes_no_jobs(&error) => {
                    self.jobs.close_until(self.clock.now() + TRY_AGAIN_AFTER);
                    prepared.unfit = Some(error.to_string());
                }
                Err(error) if error.faults().iter().any(is_quota) && self.finds_no_batches_left().await => {
                    prepared.unfit = Some(error.to_string());
                }
                Err(error) => return Err(connector_error(error)),
            }
        }
        prepared.to_intent(if prepared.job.is_some() { &file } else { &[] })
    }

    pub(in crate::salesforce) async fn send_job(
        &self,
        prepared: &PreparedJob,
        file: &[u8],
        watch: &dyn SendWatch,
    ) -> Result<Answers, SendFailure> {
        let Some(job) = &prepared.job else {
            let why = prepared.unfit.as_deref().unwrap_or("no job was made for it");
            return Err(SendFailure::RefusedWhole(not_by_a_job(why)));
        };
        if let Err(error) = self.client.upload(job, &UploadBody::from(file.to_vec())).await {
            return Err(self.not_uploaded(job, error).await);
        }
        watch.uploaded();
        if let Err(error) = self.client.queue_job(job).await {
            return Err(self.not_queued(job, error).await);
        }
        watch.sent();
        let info = self.ended(job, watch).await?;
        let told = self.told(prepared, file, &info).await.map_err(unknown)?;
        watch.answered();
        match told {
            Told::Rows(answers) => Ok(answers),
            Told::Nothing(fault) => Err(self.nothing_written(fault).await),
            Told::Unclear => {
                Err(unknown(ApiError::Unreadable { expected: "the uploaded rows in the results of the job" }))
            }
        }
    }

    /// A job that was not queued writes nothing, whatever became of its file.
    async fn not_uploaded(&self, job: &JobId, error: WriteError) -> SendFailure {
        self.abandon(job).await;
        match send_failure(error) {
            SendFailure::MayHaveHappened(error) => SendFailure::NotSent(error),
            nothing_written => nothing_written,
        }
    }

    /// A refusal to queue a job is believed when the job says the same. One that is queued all the same, or cannot be asked, tells later what it wrote.
    async fn not_queued(&self, job: &JobId, error: WriteError) -> SendFailure {
        if matches!(error, WriteError::MayHaveHappened { .. }) {
            return send_failure(error);
        }
        match self.client.ingest_job(job).await {
            Ok(Some(info)) if info.state == JobState::Open => {
                self.abandon(job).await;
                send_failure(error)
            }
            Ok(_) => SendFailure::MayHaveHappened(ConnectorError { next: SOON, ..connector_error(error.into_cause()) }),
            Err(unanswered) => {
                tracing::debug!(job.id = %job, error = %unanswered, "job {job} could not be asked whether it is queued");
                let error = connector_error(error.into_cause());
                SendFailure::MayHaveHappened(match error.next {
                    NextStep::HoldSync => ConnectorError { next: SOON, ..error },
                    NextStep::RetryLater { .. } | NextStep::HoldConnection => error,
                })
            }
        }
    }

    /// Ends a job that nobody will queue.
    async fn abandon(&self, job: &JobId) {
        if let Err(error) = self.client.abort_job(job).await {
            tracing::debug!(job.id = %job, error = %error, "job {job} could not be aborted; it ends by itself in a day");
        }
    }

    /// The job when it is over.
    async fn ended(&self, job: &JobId, watch: &dyn SendWatch) -> Result<JobInfo, SendFailure> {
        let (first, longest) = self.job_pauses();
        for pause in JobPauses::new(first, longest) {
            if !watch.waits(pause).await {
                return Err(SendFailure::GivenUp);
            }
            let info = self.client.ingest_job(job).await.map_err(unknown)?;
            match info {
                Some(info) if info.state.is_final() => return Ok(info),
                Some(_) => {}
                None => return Err(unknown(ApiError::Unreadable { expected: "the job that was queued" })),
            }
        }
        Err(SendFailure::GivenUp)
    }

    /// Pauses between two questions: a job takes a minute at Salesforce, and a fraction of a second at a local org.
    pub(super) fn job_pauses(&self) -> (Duration, Duration) {
        match self.domain.is_local() {
            true => (Duration::from_millis(10), Duration::from_millis(250)),
            false => (Duration::from_secs(1), Duration::from_secs(20)),
        }
    }

    /// The job failed before its first row.
    pub(super) async fn nothing_written(&self, fault: ApiFault) -> SendFailure {
        if is_quota(&fault) && self.finds_no_batches_left().await {
            return SendFailure::RefusedWhole(not_by_a_job(&fault.to_string()));
        }
        if let Some(pause) = fault.entry().at(Stage::NotWritten).pause() {
            self.jobs.close_until(self.clock.now() + chrono::Duration::from_std(pause).unwrap_or_default());
        }
        job_failed(fault)
    }

    /// Asks the org whether its batches are used up. When they are, rows need not wait for some: they go by calls.
    async fn finds_no_batches_left(&self) -> bool {
        if let Err(error) = self.client.limits().await {
            tracing::debug!(error = %error, "the org's limits could not be read");
        }
        self.close_without_batches();
        self.last_told_batches().is_some_and(|(at, left)| left <= 0 && at + NO_BATCHES_FOR > self.clock.now())
    }

    /// Makes no job while the org's limits, whoever read them, say that no batch is left.
    pub(in crate::salesforce) fn close_without_batches(&self) {
        if let Some((at, left)) = self.last_told_batches()
            && left <= 0
        {
            self.jobs.close_until(at + NO_BATCHES_FOR);
        }
    }

    /// When the org told its limits last, and how many batches were left.
    fn last_told_batches(&self) -> Option<(Timestamp, i64)> {
        let (at, limits) = self.client.last_limits()?;
        Some((at, limits.daily_bulk_batches()?.remaining))
    }
}

/// Whether an allowance of jobs is used up, of which there are several.
fn is_quota(fault: &ApiFault) -> bool {
    fault.code.eq_ignore_ascii_case("ExceededQuota")
}

/// Whether the org takes no job for this object from this user, while calls may pass all the same.
fn takes_no_jobs(error: &ApiError) -> bool {
    error.disposition() == Disposition::Refuse
        || error.faults().iter().any(|fault| fault.code.eq_ignore_ascii_case("FeatureNotEnabled"))
}

/// The job was queued: only its results tell what it wrote.
fn unknown(error: ApiError) -> SendFailure {
    SendFailure::MayHaveHappened(connector_error(error))
}
