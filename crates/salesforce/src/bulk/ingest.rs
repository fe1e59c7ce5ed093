//! Jobs that load records.

use salesbridge_egress::{Method, MethodKind};

use super::{
    IngestOperation, JobId, JobInfo, JobState, UploadBody,
    results::{IngestList, IngestRows},
    wire,
};
use crate::{
    ApiError, OrgClient, WriteError,
    call::Call,
    client::{body_of_success, parsed},
};

/// What the answer to a queueing shows.
const QUEUED: &str = "a job that is queued";

impl OrgClient {
    /// Makes a job without rows. It changes no record, so it is repeated like a read; a job that nobody uses ends by itself.
    pub async fn create_ingest_job(&self, object: &str, operation: &IngestOperation) -> Result<JobId, ApiError> {
        let new = serde_json::to_vec(&wire::NewIngest::new(object, operation)).unwrap_or_default();
        let call = Call::new(MethodKind::Get, Method::POST, ["jobs", "ingest"]).json(new);
        Ok(self.job(&call).await?.id)
    }

    /// Gives a job its file. Whatever becomes of this, no record is changed until [`OrgClient::queue_job`].
    pub async fn upload(&self, job: &JobId, file: &UploadBody) -> Result<(), WriteError> {
        let kind = MethodKind::Update;
        let call = Call::new(kind, Method::PUT, ["jobs", "ingest", &job.0, "batches"]).csv(file.clone());
        let response = self.write(&call).await?;
        body_of_success(response).await.map(drop).map_err(|cause| WriteError::judge(kind, cause))
    }

    /// Queues a job: from now on it changes records. Sent once. Only an answer that shows the job queued is a success.
    pub async fn queue_job(&self, job: &JobId) -> Result<(), WriteError> {
        let kind = MethodKind::Insert;
        let call = Call::new(kind, Method::PATCH, ["jobs", "ingest", &job.0]).json(change("UploadComplete"));
        let response = self.write(&call).await?;
        let body = body_of_success(response).await;
        let shown = body.and_then(|body| parsed::<wire::Job>(&body, QUEUED)).map(JobInfo::from);
        match shown {
            Ok(info) if info.state != JobState::Open => Ok(()),
            Ok(_) => Err(WriteError::judge(kind, ApiError::Unreadable { expected: QUEUED })),
            Err(cause) => Err(WriteError::judge(kind, cause)),
        }
    }

    /// Ends a job that has not run to its end. Rows written before stay written.
    pub async fn abort_job(&self, job: &JobId) -> Result<JobInfo, ApiError> {
        let call = Call::new(MethodKind::Update, Method::PATCH, ["jobs", "ingest", &job.0]).json(change("Aborted"));
        self.job(&call).await
    }

    /// What Salesforce says of a job; `None` when it knows none of this id.
    pub async fn ingest_job(&self, job: &JobId) -> Result<Option<JobInfo>, ApiError> {
        found(self.job(&Call::get(["jobs", "ingest", &job.0])).await)
    }

    /// One of the lists of a job that is over. Rows come in no particular order.
    pub async fn ingest_rows(&self, job: &JobId, list: IngestList) -> Result<IngestRows, ApiError> {
        let call = Call::get(["jobs", "ingest", &job.0, list.name()]).accept("text/csv");
        IngestRows::begin(self.open(&call).await?, list).await
    }

    /// Deletes a job that is over, and its data.
    pub async fn delete_ingest_job(&self, job: &JobId) -> Result<(), ApiError> {
        self.deleted(Call::new(MethodKind::Delete, Method::DELETE, ["jobs", "ingest", &job.0])).await
    }

    pub(super) async fn job(&self, call: &Call) -> Result<JobInfo, ApiError> {
        let job: wire::Job = self.read(call, "a job").await?;
        Ok(job.into())
    }

    /// Deleting what is gone already counts as done.
    pub(super) async fn deleted(&self, call: Call) -> Result<(), ApiError> {
        let response = self.write(&call).await.map_err(WriteError::into_cause)?;
        found(body_of_success(response).await).map(drop)
    }
}

pub(super) fn change(state: &'static str) -> Vec<u8> {
    serde_json::to_vec(&wire::Change { state }).unwrap_or_default()
}

pub(super) fn found<T>(answer: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(ApiError::Refused { status: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
