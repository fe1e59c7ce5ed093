//! Jobs on the wire.

use serde::{Deserialize, Serialize};

use super::jobs::{IngestOperation, JobId, JobInfo, JobState};
use crate::ApiFault;

/// A job that loads. Lines end with LF, columns are parted by commas: Salesforce's defaults, said aloud.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewIngest<'a> {
    object: &'a str,
    operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id_field_name: Option<&'a str>,
    content_type: &'static str,
    line_ending: &'static str,
    column_delimiter: &'static str,
}

impl<'a> NewIngest<'a> {
    pub(super) fn new(object: &'a str, operation: &'a IngestOperation) -> Self {
        let (operation, external_id_field_name) = match operation {
            IngestOperation::Insert => ("insert", None),
            IngestOperation::Update => ("update", None),
            IngestOperation::Upsert { external_id_field } => ("upsert", Some(external_id_field.as_str())),
            IngestOperation::Delete => ("delete", None),
        };
        let (content_type, line_ending, column_delimiter) = ("CSV", "LF", "COMMA");
        Self { object, operation, external_id_field_name, content_type, line_ending, column_delimiter }
    }
}

/// A job that reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewQuery<'a> {
    pub(super) operation: &'static str,
    pub(super) query: &'a str,
}

/// A change of a job's state.
#[derive(Serialize)]
pub(super) struct Change {
    pub(super) state: &'static str,
}

/// What is said of a job. Counters are missing in the answers to a creation and to a change.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Job {
    id: String,
    state: State,
    #[serde(default)]
    number_records_processed: u64,
    #[serde(default)]
    number_records_failed: u64,
    #[serde(default)]
    error_message: Option<String>,
}

#[derive(Deserialize)]
enum State {
    Open,
    UploadComplete,
    InProgress,
    JobComplete,
    Failed,
    Aborted,
}

impl From<Job> for JobInfo {
    fn from(job: Job) -> Self {
        let state = match job.state {
            State::Open => JobState::Open,
            State::UploadComplete => JobState::UploadComplete,
            State::InProgress => JobState::InProgress,
            State::JobComplete => JobState::JobComplete,
            State::Failed => JobState::Failed,
            State::Aborted => JobState::Aborted,
        };
        Self {
            id: JobId(job.id),
            state,
            processed: job.number_records_processed,
            failed: job.number_records_failed,
            fault: job.error_message.as_deref().filter(|text| !text.trim().is_empty()).map(job_fault),
        }
    }
}

/// `InvalidBatch : Field name not found : Foo__c`: a code, a blank, a colon, a blank, the message.
fn job_fault(text: &str) -> ApiFault {
    let is_code = |code: &&str| !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let parted = text.split_once(':').map(|(code, message)| (code.trim(), message.trim()));
    let (code, message) = parted.filter(|(code, _)| is_code(code)).unwrap_or(("Unknown", text.trim()));
    ApiFault { code: code.to_owned(), message: message.to_owned(), fields: vec![] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_read_with_and_without_its_counters() {
        let created = r#"{"id":"750AA00000BbCcDIAV","operation":"upsert","object":"Account","state":"Open","apiVersion":66.0,
            "contentUrl":"services/data/v66.0/jobs/ingest/750AA00000BbCcDIAV/batches","lineEnding":"LF"}"#;
        let info: JobInfo = serde_json::from_str::<Job>(created).expect("a job").into();
        assert_eq!((info.id.to_string().as_str(), info.state), ("750AA00000BbCcDIAV", JobState::Open));
        let failed = r#"{"id":"750AA00000BbCcDIAV","state":"Failed","numberRecordsProcessed":3,"numberRecordsFailed":1,
            "errorMessage":"InvalidBatch : Field name not found : Foo__c"}"#;
        let info: JobInfo = serde_json::from_str::<Job>(failed).expect("a job").into();
        assert_eq!((info.processed, info.failed), (3, 1));
        let fault = info.fault.expect("a fault");
        assert_eq!((fault.code.as_str(), fault.message.as_str()), ("InvalidBatch", "Field name not found : Foo__c"));
    }

    #[test]
    fn a_message_without_a_code_is_kept_whole() {
        assert_eq!(job_fault("Something went wrong: sorry").message, "Something went wrong: sorry");
        assert_eq!(job_fault("nothing").code, "Unknown");
    }
}
