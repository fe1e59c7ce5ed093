//! Why a call failed, and what follows from it.

use salesbridge_egress::{EgressError, MethodKind, Seen, Sent, Verdict, verdict};

use crate::{ApiFault, BudgetSpent, Disposition, RecordIdProblem, SignInError};

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
    /// What the engine does next, when the call was a read.
    pub fn disposition(&self) -> Disposition {
        match self {
            ApiError::SignIn(error) => error.disposition(),
            ApiError::Budget(_) => Disposition::Defer,
            ApiError::Transport(error) => match Seen::of_error(error) {
                Seen::Unsendable => Disposition::HoldConnection,
                Seen::RefusedBeforeSend | Seen::BrokenAfterSend | Seen::Status(..) => Disposition::RetryLater,
            },
            ApiError::Refused { status: 500..=599, .. } | ApiError::Unavailable { .. } => Disposition::RetryLater,
            ApiError::Refused { faults, .. } => faults.first().map_or(Disposition::Refuse, ApiFault::disposition),
            ApiError::Unreadable { .. } => Disposition::RetryLater,
            ApiError::TooManyRows { .. } | ApiError::BadName { .. } => Disposition::Refuse,
        }
    }

    /// The one thing to do next, for a person.
    pub fn remedy(&self) -> &'static str {
        match self {
            ApiError::SignIn(error) => error.remedy(),
            ApiError::Budget(_) => "Raise the connection's budget of calls, or wait until it is filled again.",
            ApiError::Transport(error) => error.remedy(),
            ApiError::Refused { faults, .. } => faults.first().map_or("Try again later.", ApiFault::remedy),
            ApiError::Unavailable { .. } | ApiError::Unreadable { .. } => {
                "Nothing to do; it is tried again. If it stays, see status.salesforce.com and check the Domain URL."
            }
            ApiError::TooManyRows { .. } => "Narrow the query, or ask for more rows.",
            ApiError::BadName { .. } => "Use the API name from Setup > Object Manager.",
        }
    }

    /// Stable code: Salesforce's own when it gave one.
    pub fn code(&self) -> String {
        match self {
            ApiError::SignIn(error) => error.code(),
            ApiError::Budget(_) => "salesforce.budget_spent".to_owned(),
            ApiError::Transport(_) => "salesforce.unreachable".to_owned(),
            ApiError::Refused { faults, .. } => {
                faults.first().map_or_else(|| "salesforce.refused".to_owned(), |fault| fault.code.clone())
            }
            ApiError::Unavailable { .. } => "salesforce.unavailable".to_owned(),
            ApiError::Unreadable { .. } => "salesforce.unreadable_answer".to_owned(),
            ApiError::TooManyRows { .. } => "salesforce.too_many_rows".to_owned(),
            ApiError::BadName { .. } => "salesforce.bad_name".to_owned(),
        }
    }

    /// Salesforce's reasons; empty when it gave none.
    pub fn faults(&self) -> &[ApiFault] {
        match self {
            ApiError::Refused { faults, .. } => faults,
            _ => &[],
        }
    }

    /// Whether the client itself repeats a read.
    pub(crate) fn verdict_for_read(&self) -> Verdict {
        match self {
            ApiError::Transport(error) => verdict(MethodKind::Get, Seen::of_error(error)),
            ApiError::Refused { .. } if self.disposition() == Disposition::RetryNow => Verdict::Retry { after: None },
            ApiError::Refused { status, .. } | ApiError::Unavailable { status } => {
                verdict(MethodKind::Get, Seen::Status(*status, None))
            }
            ApiError::SignIn(_)
            | ApiError::Budget(_)
            | ApiError::Unreadable { .. }
            | ApiError::TooManyRows { .. }
            | ApiError::BadName { .. } => Verdict::Final,
        }
    }

    /// Whether the client itself repeats a write: only when surely nothing was sent.
    pub(crate) fn verdict_for_write(&self) -> Verdict {
        match self {
            ApiError::Transport(error) if Seen::of_error(error) == Seen::RefusedBeforeSend => {
                Verdict::Retry { after: None }
            }
            _ => Verdict::Final,
        }
    }
}

impl WriteError {
    /// Judges the failure of a write. When in doubt, it may have happened.
    pub(crate) fn judge(kind: MethodKind, cause: ApiError) -> Self {
        match &cause {
            ApiError::SignIn(_) | ApiError::Budget(_) | ApiError::BadName { .. } => Self::NotSent(cause),
            ApiError::Transport(error) if error.sent() == Sent::Nothing => Self::NotSent(cause),
            ApiError::Refused { status, .. } | ApiError::Unavailable { status }
                if matches!(status, 300..=499) && *status != 408 =>
            {
                Self::Refused(cause)
            }
            ApiError::Transport(_)
            | ApiError::Refused { .. }
            | ApiError::Unavailable { .. }
            | ApiError::Unreadable { .. }
            | ApiError::TooManyRows { .. } => Self::MayHaveHappened { kind, cause },
        }
    }

    /// What the engine does next. Only an insert must be looked up; every other write may be repeated.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::NotSent(cause) | Self::Refused(cause) => cause.disposition(),
            Self::MayHaveHappened { kind: MethodKind::Insert, .. } => Disposition::LookUpFirst,
            Self::MayHaveHappened {
                kind: MethodKind::Get | MethodKind::Update | MethodKind::Upsert | MethodKind::Delete,
                ..
            } => Disposition::RetryLater,
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
            (ApiError::Transport(early), "not sent", Disposition::RetryLater),
            (ApiError::Budget(BudgetSpent { used: 1, allowed: 1 }), "not sent", Disposition::Defer),
            (ApiError::Transport(late), "may have happened", Disposition::LookUpFirst),
            (refused(500, "UNKNOWN_EXCEPTION"), "may have happened", Disposition::LookUpFirst),
            (ApiError::Unavailable { status: 503 }, "may have happened", Disposition::LookUpFirst),
            (ApiError::Unreadable { expected: "rows" }, "may have happened", Disposition::LookUpFirst),
            (refused(400, "JSON_PARSER_ERROR"), "refused", Disposition::Refuse),
            (refused(403, "REQUEST_LIMIT_EXCEEDED"), "refused", Disposition::Defer),
            (refused(401, "INVALID_SESSION_ID"), "refused", Disposition::HoldConnection),
            (ApiError::Unavailable { status: 420 }, "refused", Disposition::RetryLater),
        ];
        for (cause, expected, disposition) in table {
            let shown = cause.to_string();
            assert_eq!(stage(cause), (expected, disposition), "{shown}");
        }
    }
}
