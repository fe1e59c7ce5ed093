//! From the client's errors and row results to what the engine understands.

use std::time::Duration;

use salesbridge_connector_kit::{ConnectorError, NextStep, Refusal, RowAnswer, SendFailure};
use salesbridge_salesforce::{ApiError, ApiFault, Disposition, RowResult, WriteError};

/// Pause after a daily limit: Salesforce's window is 24 hours, rolling, so some allowance comes back all the time.
const DEFERRED: Duration = Duration::from_secs(15 * 60);

/// Codes that say that a record is not there to be written any more (REST API fact: also as 400 in result lists).
const GONE: [&str; 4] =
    ["ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"];

/// A failed call that writes nothing.
pub(super) fn connector_error(error: ApiError) -> ConnectorError {
    ConnectorError {
        code: error.code(),
        message: in_words(&error),
        remedy: error.remedy().to_owned(),
        next: next_step(error.disposition()),
        cause: Some(Box::new(error)),
    }
}

/// A failed write.
pub(super) fn send_failure(error: WriteError) -> SendFailure {
    match error {
        WriteError::MayHaveHappened { cause, .. } => SendFailure::MayHaveHappened(ConnectorError {
            next: NextStep::RetryLater { pause: None },
            ..connector_error(cause)
        }),
        WriteError::Refused(ApiError::Refused { status, faults })
            if faults.first().is_some_and(|fault| fault.disposition() == Disposition::Refuse) =>
        {
            let words = ApiError::Refused { status, faults: faults.clone() }.to_string();
            SendFailure::RefusedWhole(faults.into_iter().next().map_or_else(|| unexplained(&words), refusal))
        }
        WriteError::NotSent(cause) | WriteError::Refused(cause) => SendFailure::NotSent(connector_error(cause)),
    }
}

/// The answer for one row.
pub(super) fn row_answer(result: RowResult, updating: bool) -> RowAnswer {
    match (result.success, result.id) {
        (true, Some(id)) if updating => RowAnswer::Updated { record_id: id.to_string() },
        (true, Some(id)) => RowAnswer::Created { record_id: id.to_string() },
        _ => refused_row(result.errors, updating),
    }
}

fn refused_row(mut faults: Vec<ApiFault>, updating: bool) -> RowAnswer {
    if faults.is_empty() {
        return RowAnswer::Refused(unexplained("Salesforce gave no reason"));
    }
    let fault = faults.remove(0);
    match fault.disposition() {
        _ if updating && GONE.contains(&fault.code.as_str()) && fault.fields.is_empty() => {
            RowAnswer::Gone(refusal(fault))
        }
        Disposition::RetryNow | Disposition::RetryLater | Disposition::LookUpFirst => {
            RowAnswer::Deferred { refusal: refusal(fault), pause: None }
        }
        Disposition::Defer => RowAnswer::Deferred { refusal: refusal(fault), pause: Some(DEFERRED) },
        Disposition::HoldConnection | Disposition::Refuse => RowAnswer::Refused(refusal(fault)),
    }
}

fn refusal(fault: ApiFault) -> Refusal {
    let remedy = fault.remedy().to_owned();
    Refusal { code: fault.code, message: fault.message, fields: fault.fields, remedy }
}

fn unexplained(words: &str) -> Refusal {
    Refusal {
        code: "salesforce.unexplained".to_owned(),
        message: words.to_owned(),
        fields: Vec::new(),
        remedy: "Retry the row; if it stays, send it by hand in Salesforce to see its reason".to_owned(),
    }
}

fn next_step(disposition: Disposition) -> NextStep {
    match disposition {
        Disposition::RetryNow | Disposition::RetryLater | Disposition::LookUpFirst => {
            NextStep::RetryLater { pause: None }
        }
        Disposition::Defer => NextStep::RetryLater { pause: Some(DEFERRED) },
        Disposition::HoldConnection => NextStep::HoldConnection,
        Disposition::Refuse => NextStep::HoldSync,
    }
}

/// The error with what caused it, as far as a person can use it: Salesforce's own words, never a transport's inner text.
fn in_words(error: &ApiError) -> String {
    match error {
        ApiError::SignIn(cause) => match std::error::Error::source(cause) {
            Some(words) => format!("{cause} ({words})"),
            None => cause.to_string(),
        },
        ApiError::Budget(cause) => format!("{error}: {cause}"),
        ApiError::Transport(cause) => format!("{error}: {cause}"),
        other => other.to_string(),
    }
}
