//! From the client's errors and row results to what the engine understands.

use std::time::Duration;

use salesbridge_connector_kit::{ConnectorError, NextStep, Refusal, RowAnswer, SendFailure};
use salesbridge_salesforce::{ApiError, ApiFault, Disposition, RecordId, RowResult, SignInError, Stage, WriteError};

/// What a job says of a column that the object does not have, or not for us.
const NO_SUCH_COLUMN: &str = "Field name not found";
/// Code of an update of a Lead that was converted.
const CONVERTED: &str = "CANNOT_UPDATE_CONVERTED_LEAD";
/// Codes that say of a whole call that the object is not what its describe said.
const OUTDATED: [&str; 2] = ["INVALID_FIELD", "INVALID_TYPE"];

/// A failed call that writes nothing.
pub(super) fn connector_error(error: ApiError) -> ConnectorError {
    ConnectorError {
        code: error.code(),
        message: in_words(&error),
        remedy: error.remedy().to_owned(),
        next: next_step(error.disposition(), error.pause()),
        retry_until: error.retry_until(),
        cause: Some(Box::new(error)),
    }
}

/// A sign-in that did not give what was asked for.
pub fn refusal_of_sign_in(error: SignInError) -> ConnectorError {
    connector_error(error.into())
}

/// A failed write.
pub(super) fn send_failure(error: WriteError) -> SendFailure {
    match error {
        WriteError::MayHaveHappened { cause, .. } => SendFailure::MayHaveHappened(ConnectorError {
            next: NextStep::RetryLater { pause: None },
            ..connector_error(cause)
        }),
        WriteError::Refused(cause @ ApiError::Refused { .. })
            if cause.faults().first().is_some_and(|fault| OUTDATED.contains(&fault.code.as_str())) =>
        {
            SendFailure::Outdated(connector_error(cause))
        }
        WriteError::Refused(ApiError::Refused { status, faults })
            if faults.first().is_some_and(|fault| fault.entry().at(Stage::NotWritten) == Disposition::Refuse) =>
        {
            let words = ApiError::Refused { status, faults: faults.clone() }.to_string();
            SendFailure::RefusedWhole(faults.into_iter().next().map_or_else(|| unexplained(&words), refusal))
        }
        WriteError::NotSent(cause) | WriteError::Refused(cause) => SendFailure::NotSent(connector_error(cause)),
    }
}

/// A job failed before its first row: a fault of its file refuses the batch, any other passes or is mended.
pub(super) fn job_failed(fault: ApiFault) -> SendFailure {
    let entry = fault.entry();
    let (disposition, remedy) = (entry.at(Stage::NotWritten), entry.remedy.to_owned());
    let has_gone = fault.message.contains(NO_SUCH_COLUMN);
    if disposition == Disposition::Refuse && !has_gone {
        return SendFailure::RefusedWhole(Refusal { remedy, ..refusal(fault) });
    }
    let error = ConnectorError {
        message: format!("the job failed in Salesforce: {fault}"),
        code: fault.code,
        remedy,
        next: next_step(disposition, disposition.pause()),
        retry_until: None,
        cause: None,
    };
    if has_gone { SendFailure::Outdated(error) } else { SendFailure::NotSent(error) }
}

/// The answer for a row that a job did not come to.
pub(super) fn left_out_row(fault: ApiFault) -> RowAnswer {
    let entry = fault.entry();
    let (remedy, pause) = (entry.remedy.to_owned(), entry.at(Stage::Row).pause());
    RowAnswer::Deferred { refusal: Refusal { remedy, ..refusal(fault) }, pause }
}

/// A batch that no job can take.
pub(super) fn not_by_a_job(why: &str) -> Refusal {
    Refusal {
        code: "salesforce.not_by_a_job".to_owned(),
        message: format!("the rows cannot go by one job of the Bulk API: {why}"),
        fields: Vec::new(),
        remedy: "Nothing to do; they are sent by calls instead".to_owned(),
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
    if updating && fault.code == CONVERTED {
        return RowAnswer::Converted { refusal: refusal(fault), into: Vec::new() };
    }
    if updating && fault.says_that_the_record_is_gone() {
        return RowAnswer::Gone(refusal(fault));
    }
    if fault.is_contention() {
        let records = ids_in(&fault.message);
        return RowAnswer::Contended { refusal: refusal(fault), records };
    }
    match fault.disposition() {
        disposition @ (Disposition::RetryNow
        | Disposition::RetryLater
        | Disposition::LookUpFirst
        | Disposition::Defer) => RowAnswer::Deferred { refusal: refusal(fault), pause: disposition.pause() },
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

fn next_step(disposition: Disposition, pause: Option<Duration>) -> NextStep {
    match disposition {
        Disposition::RetryNow | Disposition::RetryLater | Disposition::LookUpFirst | Disposition::Defer => {
            NextStep::RetryLater { pause }
        }
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

/// The record ids that a message names.
fn ids_in(message: &str) -> Vec<String> {
    let words = message.split(|letter: char| !letter.is_ascii_alphanumeric());
    let named = words.filter(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    named.filter_map(|word| word.parse::<RecordId>().ok()).map(|id| id.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_that_a_lock_names_are_told_and_no_other_words() {
        let named =
            ids_in("unable to obtain exclusive access to this record or 2 records: 0015g00000XyzAB,0015g00000XyzACAAZ");
        assert_eq!(named.len(), 2, "{named:?}");
        assert!(named.iter().all(|id| id.len() == 18 && id.starts_with("0015g00000Xyz")), "{named:?}");
        assert!(ids_in("unable to obtain exclusive access to this record").is_empty());
    }

    #[test]
    fn a_lock_is_told_whatever_code_it_hides_in() {
        for code in ["UNABLE_TO_LOCK_ROW", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"] {
            let message = "UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record".to_owned();
            let fault = ApiFault { code: code.to_owned(), message, fields: vec![] };
            let answer = refused_row(vec![fault], false);
            assert!(matches!(&answer, RowAnswer::Contended { refusal, .. } if refusal.code == code), "{answer:?}");
        }
    }
}
