//! Why a call failed, and what follows from it.

use std::time::Duration;

use salesbridge_egress::{EgressError, MethodKind, Sent, Verdict};

use crate::decision::{self, Disposition, Entry, Stage};
use crate::{ApiFault, BudgetSpent, RecordIdProblem, SignInError};

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No session could be had.
    #[error("could not sign in to Salesforce")]
    SignIn(#[from] SignInError),
    /// Our own budget of calls is spent.
    #[error("the call was not made")]
    Budget(#[from] BudgetSpent),
    /// No complete answer came.
    #[error("the call to Salesforce did not complete")]
    Transport(#[from] EgressError),
    /// Salesforce refused, and said why.
    #[error("Salesforce refused the call: {}", in_words(faults))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its reasons; at least one.
        faults: Vec<ApiFault>,
    },
    /// A page, an empty answer or a redirect instead of an answer.
    #[error("Salesforce answered with status {status} and no explanation, as it does during maintenance")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long it asked us to wait.
        retry_after: Option<Duration>,
    },
    /// A successful answer that is not what was asked for. Its content is not repeated.
    #[error("Salesforce's answer could not be read: {expected} was expected")]
    Unreadable {
        /// What was expected.
        expected: &'static str,
    },
    /// More rows than the caller has room for.
    #[error("the query finds more than the {cap} rows that were asked for at most")]
    TooManyRows {
        /// Rows asked for at most.
        cap: usize,
    },
    /// Something that cannot stand in an address, such as an object name with a slash.
    #[error("`{text}` cannot be the name or value in the address of a record")]
    BadName {
        /// The text.
        text: String,
    },
}

/// Why a write gave no result, told apart by what matters: whether it may have happened.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Nothing was sent, or Salesforce turned it away at the door. Sending it again is safe.
    #[error("nothing was written")]
    NotSent(#[source] ApiError),
    /// It may have been carried out, and no readable answer tells.
    #[error("the write may have happened")]
    MayHaveHappened {
        /// What kind of write it was.
        kind: MethodKind,
        /// Why there is no answer.
        #[source]
        cause: ApiError,
    },
    /// Salesforce refused all of it.
    #[error("Salesforce refused the write")]
    Refused(#[source] ApiError),
}

impl ApiError {
    /// Its line in the table of decisions.
    pub fn entry(&self) -> &'static Entry {
        decision::of_call(self)
    }

    /// What follows, when the call was a read.
    pub fn disposition(&self) -> Disposition {
        self.entry().at(Stage::Read)
    }

    /// How long it waits at least before it is tried again, where that is known.
    pub fn pause(&self) -> Option<Duration> {
        match self {
            ApiError::Budget(spent) => Some(spent.again().pause),
            ApiError::Unavailable { retry_after: Some(asked), .. } => Some(*asked),
            _ => self.disposition().pause(),
        }
    }

    /// Until when it is tried again by itself, because time alone mends it (R16).
    pub fn retry_until(&self) -> Option<salesbridge_model::Timestamp> {
        match self {
            ApiError::SignIn(error) => error.retry_until(),
            _ => None,
        }
    }

    /// The one thing to do next, for a person: what Salesforce's code asks for, if it gave one.
    pub fn remedy(&self) -> &'static str {
        self.faults().first().map_or(self.entry(), ApiFault::entry).remedy
    }

    /// Stable code: Salesforce's own when it gave one.
    pub fn code(&self) -> String {
        match self {
            ApiError::SignIn(error) => error.code(),
            ApiError::Refused { faults, .. } if !faults.is_empty() => faults[0].code.clone(),
            ApiError::Budget(_)
            | ApiError::Transport(_)
            | ApiError::Refused { .. }
            | ApiError::Unavailable { .. }
            | ApiError::Unreadable { .. }
            | ApiError::TooManyRows { .. }
            | ApiError::BadName { .. } => self.entry().code.to_owned(),
        }
    }

    /// Salesforce's reasons; empty when it gave none.
    pub fn faults(&self) -> &[ApiFault] {
        match self {
            ApiError::Refused { faults, .. } => faults,
            _ => &[],
        }
    }

    /// Whether the client itself repeats a read. A sign-in has been repeated already when it fails.
    pub(crate) fn verdict_for_read(&self) -> Verdict {
        match self {
            ApiError::SignIn(_) => Verdict::Final,
            ApiError::Unavailable { retry_after, .. } => self.entry().verdict(Stage::Read, *retry_after),
            ApiError::Transport(_)
            | ApiError::Refused { .. }
            | ApiError::Budget(_)
            | ApiError::Unreadable { .. }
            | ApiError::TooManyRows { .. }
            | ApiError::BadName { .. } => self.entry().verdict(Stage::Read, None),
        }
    }

    /// Whether the client itself repeats a write: only when surely nothing was written, because nothing was sent or the call was turned away.
    pub(crate) fn verdict_for_write(&self) -> Verdict {
        match self {
            ApiError::Transport(error) if error.sent() == Sent::MayHave => Verdict::Final,
            ApiError::Refused { status, .. } | ApiError::Unavailable { status, .. } if !is_refusal(*status) => {
                Verdict::Final
            }
            _ => self.verdict_for_read(),
        }
    }
}

/// Whether a status says that Salesforce did nothing of what was asked. 408 may come while it works.
fn is_refusal(status: u16) -> bool {
    matches!(status, 300..=499) && status != 408
}

impl WriteError {
    /// Judges the failure of a write. When in doubt, it may have happened.
    pub(crate) fn judge(kind: MethodKind, cause: ApiError) -> Self {
        match &cause {
            ApiError::SignIn(_) | ApiError::Budget(_) | ApiError::BadName { .. } => Self::NotSent(cause),
            ApiError::Transport(error) if error.sent() == Sent::Nothing => Self::NotSent(cause),
            ApiError::Refused { status, .. } | ApiError::Unavailable { status, .. } if is_refusal(*status) => {
                Self::Refused(cause)
            }
            ApiError::Transport(_)
            | ApiError::Refused { .. }
            | ApiError::Unavailable { .. }
            | ApiError::Unreadable { .. }
            | ApiError::TooManyRows { .. } => Self::MayHaveHappened { kind, cause },
        }
    }

    /// What follows. Only an insert must be looked up; every other write may be repeated.
    pub fn disposition(&self) -> Disposition {
        self.cause().entry().at(self.stage())
    }

    fn stage(&self) -> Stage {
        match self {
            Self::NotSent(_) | Self::Refused(_) => Stage::NotWritten,
            Self::MayHaveHappened { kind, .. } => Stage::MayHaveHappened(*kind),
        }
    }

    /// The one thing to do next, for a person.
    pub fn remedy(&self) -> &'static str {
        self.cause().remedy()
    }

    /// Stable code: Salesforce's own when it gave one.
    pub fn code(&self) -> String {
        self.cause().code()
    }

    /// Why, whatever became of the write.
    pub fn into_cause(self) -> ApiError {
        match self {
            Self::NotSent(cause) | Self::Refused(cause) | Self::MayHaveHappened { cause, .. } => cause,
        }
    }

    /// Why, whatever became of the write.
    pub fn cause(&self) -> &ApiError {
        match self {
            Self::NotSent(cause) | Self::Refused(cause) | Self::MayHaveHappened { cause, .. } => cause,
        }
    }
}

impl From<RecordIdProblem> for ApiError {
    fn from(_: RecordIdProblem) -> Self {
        ApiError::Unreadable { expected: "a record id" }
    }
}

fn in_words(faults: &[ApiFault]) -> String {
    faults.iter().map(ApiFault::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent() -> BudgetSpent {
        let again = crate::Again { at: salesbridge_model::Timestamp::UNIX_EPOCH, pause: Duration::ZERO };
        BudgetSpent::Own { allowed: 1, again }
    }

    fn refused(status: u16, code: &str) -> ApiError {
        let fault = ApiFault { code: code.to_owned(), message: "m".to_owned(), fields: vec![] };
        ApiError::Refused { status, faults: vec![fault] }
    }

    fn stage(cause: ApiError) -> (&'static str, Disposition) {
        let error = WriteError::judge(MethodKind::Insert, cause);
        let name = match error {
            WriteError::NotSent(_) => "not sent",
            WriteError::MayHaveHappened { .. } => "may have happened",
            WriteError::Refused(_) => "refused",
        };
        (name, error.disposition())
    }

    #[test]
    fn a_failed_insert_is_told_apart_by_whether_it_may_have_happened() {
        let late = EgressError::TimedOutAfterSend { host: "h".to_owned() };
        let early = EgressError::TimedOutBeforeSend { host: "h".to_owned() };
        let table = [
            (ApiError::Transport(early), "not sent", Disposition::RetryNow),
            (ApiError::Budget(spent()), "not sent", Disposition::Defer),
            (ApiError::Transport(late), "may have happened", Disposition::LookUpFirst),
            (refused(500, "UNKNOWN_EXCEPTION"), "may have happened", Disposition::LookUpFirst),
            (ApiError::Unavailable { status: 503, retry_after: None }, "may have happened", Disposition::LookUpFirst),
            (ApiError::Unreadable { expected: "rows" }, "may have happened", Disposition::LookUpFirst),
            (refused(400, "JSON_PARSER_ERROR"), "refused", Disposition::Refuse),
            (refused(403, "REQUEST_LIMIT_EXCEEDED"), "refused", Disposition::Defer),
            (refused(401, "INVALID_SESSION_ID"), "refused", Disposition::HoldConnection),
            (ApiError::Unavailable { status: 420, retry_after: None }, "refused", Disposition::RetryNow),
        ];
        for (cause, expected, disposition) in table {
            let shown = cause.to_string();
            assert_eq!(stage(cause), (expected, disposition), "{shown}");
        }
    }
}
