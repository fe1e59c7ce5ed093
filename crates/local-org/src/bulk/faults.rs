//! What jobs refuse, in the API's words. Codes are the exception codes of the Bulk API, which 2.0 writes in capitals.

use axum::http::StatusCode;

use crate::answers::Fault;
use crate::bulk::csv_rows::CsvError;
use crate::bulk::jobs::LineEnding;

/// A definition that cannot be a job. Most texts are unconfirmed; the code is not.
pub(crate) fn invalid_job(message: impl Into<String>) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "INVALIDJOB", message)
}

/// The job is not in a state for this.
pub(crate) fn invalid_state(message: impl Into<String>) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "INVALIDJOBSTATE", message)
}

pub(crate) fn api_error(message: impl Into<String>) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "API_ERROR", message)
}

pub(crate) fn already_completed() -> Fault {
    invalid_state("Aborting already Completed Job not allowed")
}

pub(crate) fn not_terminated() -> Fault {
    api_error("Error encountered when deleting the job because the job is not terminated")
}

/// The object cannot be loaded or queried in bulk.
pub(crate) fn not_supported(object: &str) -> Fault {
    let text = format!("Entity '{object}' is not supported by the Bulk API.");
    Fault::new(StatusCode::BAD_REQUEST, "INVALIDENTITY", text)
}

/// A hard delete by a user without the permission, which Salesforce grants to nobody at first.
pub(crate) fn no_hard_delete() -> Fault {
    let text =
        "hardDelete operation requires special user profile permission, please contact your system administrator";
    Fault::new(StatusCode::BAD_REQUEST, "FEATURENOTENABLED", text)
}

/// Results that are not there yet. Shape and text are unconfirmed.
pub(crate) fn no_results_yet(state: &str) -> Fault {
    api_error(format!("The results are not available: the job is in state {state}"))
}

/// The day's allowance of query jobs is used up. The text is unconfirmed.
pub(crate) fn too_many_query_jobs() -> Fault {
    let text = "The maximum number of query jobs per 24 hours was exceeded";
    Fault::new(StatusCode::BAD_REQUEST, "ExceededQuota", text)
}

/// A file larger than a job takes. Status and text are unconfirmed.
pub(crate) fn too_large() -> Fault {
    let text = "The uploaded data exceeds the maximum size of 150 MB after conversion to base64";
    Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "CLIENTINPUTERROR", text)
}

/// The upload ended before its end.
pub(crate) fn broken_upload() -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "CLIENTINPUTERROR", "The uploaded data could not be read to its end")
}

/// The disk refused. The caller learns no more than with any other error of the server.
pub(crate) fn disk(error: &std::io::Error) -> Fault {
    tracing::error!(error = %error, "a file of a bulk job could not be read or written");
    let text = "An unexpected error occurred. Please include this ErrorId if you contact support: 1-2 (2)";
    Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN_EXCEPTION", text)
}

/// Why a job failed as a whole, in the form of its `errorMessage`: `Code : text`.
pub(crate) fn unparsed(error: &CsvError) -> String {
    match error {
        CsvError::Unreadable(error) => {
            tracing::error!(error = %error, "an uploaded file could not be read");
            "Unknown : The uploaded data could not be read".to_owned()
        }
        error => format!("InvalidBatch : Failed to parse CSV. {error}"),
    }
}

pub(crate) fn wrong_line_ending(expected: LineEnding) -> String {
    let expected = expected.as_str();
    format!("ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {expected}")
}

pub(crate) fn no_column(name: &str) -> String {
    format!("InvalidBatch : Field name not found : {name}")
}

pub(crate) fn no_records() -> String {
    "InvalidBatch : Records not found".to_owned()
}

/// A column that stands twice in the header. The text is unconfirmed.
pub(crate) fn repeated_column(name: &str) -> String {
    format!("InvalidBatch : Field name duplicated : {name}")
}

/// A header beyond the longest. The text is unconfirmed.
pub(crate) fn long_header(most: usize) -> String {
    format!("InvalidBatch : The header row exceeds the maximum of {most} characters")
}

pub(crate) fn more_than_ids() -> String {
    "InvalidBatch : Delete batch must contain only ids".to_owned()
}

/// The day's batches are used up. The text is unconfirmed.
pub(crate) fn no_batches_left(most: u64) -> String {
    format!("ExceededQuota : ApiBatchItems Limit exceeded. The limit of {most} batches per 24 hours is used up")
}

/// The org stopped in a way that a job cannot go on from. Ours alone: Salesforce does not stop.
pub(crate) fn interrupted() -> String {
    "Unknown : The local org stopped while it worked on this job, and what was uploaded is gone".to_owned()
}

/// One block of rows met locks again and again. The form is that of the older Bulk API.
pub(crate) fn too_many_locks(failures: usize) -> String {
    format!("TooManyLockFailure : Too many lock failure {failures} . Trying again later.")
}

/// The org's own database or disk refused.
pub(crate) fn unexpected() -> String {
    "Unknown : An unexpected error occurred while the job was processed".to_owned()
}

/// Results asked for in another version of the API than the job's. Code and text are unconfirmed, the status is not.
pub(crate) fn other_version(version: &str) -> Fault {
    let text = format!("The results must be requested with the API version of the job, {version}");
    Fault::new(StatusCode::CONFLICT, "API_ERROR", text)
}
