//! Jobs as the API writes them, keys in its order, and what a caller may send. Refuses to decide.

use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::answers::json_answer;
use crate::bulk::jobs::{Delimiter, Job, Kind, LineEnding, Operation, State};
use crate::clock;

/// A job to make. Unknown keys are passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct NewJob {
    pub(crate) operation: Option<String>,
    pub(crate) object: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) external_id_field_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) column_delimiter: Option<String>,
    pub(crate) line_ending: Option<String>,
    pub(crate) assignment_rule_id: Option<String>,
}

/// A change of a job's state.
#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    pub(crate) state: Option<String>,
}

/// The path of a job.
#[derive(Deserialize)]
pub(crate) struct JobPath {
    pub(crate) id: String,
}

/// The path of something that belongs to a job.
#[derive(Deserialize)]
pub(crate) struct PartPath {
    pub(crate) id: String,
    pub(crate) part: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JobInfo<'job> {
    id: &'job str,
    operation: Operation,
    object: &'job str,
    created_by_id: &'job str,
    created_date: String,
    system_modstamp: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id_field_name: Option<&'job str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignment_rule_id: Option<&'job str>,
    concurrency_mode: &'static str,
    content_type: &'static str,
    api_version: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_ending: Option<LineEnding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column_delimiter: Option<Delimiter>,
    #[serde(flatten)]
    counters: Option<Counters<'job>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counters<'job> {
    number_records_processed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_records_failed: Option<u64>,
    retries: u64,
    total_processing_time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_active_processing_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apex_processing_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_pk_chunking_supported: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'job str>,
}

/// How much of a job an answer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// A new job.
    Created,
    /// A job whose state was changed: the shortest.
    Changed,
    /// A job in a list: no counters.
    Listed,
    /// All.
    Full,
}

/// A job in the state callers see it in.
pub(crate) fn job(job: &Job, state: State, detail: Detail) -> serde_json::Value {
    let definition = &job.definition;
    let has_form = detail != Detail::Changed;
    let is_open = state == State::Open && has_form;
    let info = JobInfo {
        id: &job.id,
        operation: definition.operation,
        object: &definition.object,
        created_by_id: &definition.created_by,
        created_date: clock::stamp(job.created_at),
        system_modstamp: clock::stamp(job.changed_at),
        state: state.as_str(),
        external_id_field_name: definition.external_id_field.as_deref(),
        assignment_rule_id: definition.assignment_rule.as_deref(),
        concurrency_mode: "Parallel",
        content_type: "CSV",
        api_version: definition.version.strip_prefix('v').and_then(|text| text.parse().ok()).unwrap_or_default(),
        job_type: matches!(detail, Detail::Listed | Detail::Full).then(|| job_type(job.kind)),
        content_url: is_open.then(|| format!("services/data/{}/jobs/ingest/{}/batches", definition.version, job.id)),
        line_ending: has_form.then_some(definition.line_ending),
        column_delimiter: has_form.then_some(definition.delimiter),
        counters: (detail == Detail::Full).then(|| counters(job, state)),
    };
    serde_json::to_value(info).unwrap_or_default()
}

/// The answer that tells of a job.
pub(crate) fn answer(told: &serde_json::Value) -> Response {
    json_answer(StatusCode::OK, told)
}

pub(crate) fn job_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Ingest => "V2Ingest",
        Kind::Query => "V2Query",
    }
}

fn counters(job: &Job, state: State) -> Counters<'_> {
    let (progress, is_ingest) = (&job.progress, job.kind == Kind::Ingest);
    Counters {
        number_records_processed: progress.processed,
        number_records_failed: is_ingest.then_some(progress.failed),
        retries: progress.retries,
        total_processing_time: progress.total_ms,
        api_active_processing_time: is_ingest.then_some(progress.active_ms),
        apex_processing_time: is_ingest.then_some(0),
        is_pk_chunking_supported: (!is_ingest).then_some(false),
        error_message: progress.error.as_deref().filter(|_| state.is_final()),
    }
}
