//! Every error that leaves through the API: all our statuses and codes in one place.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use salesbridge_hub::clients::import::HeadingProblem;
use salesbridge_hub::syncs::PairsProblem;
use salesbridge_hub::{Chain, FieldProblem, HubError, MachineTrouble, StartNotice, machine_trouble};
use salesbridge_model::{ParseIdError, Timestamp};
use serde_json::json;

/// An error as the API tells it. Inner causes go to the log, never into a body.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: String,
    title: &'static str,
    detail: String,
    remedy: String,
    fields: Vec<FieldProblem>,
    start: Option<Box<StartNotice>>,
    retry_until: Option<Timestamp>,
}

/// Our own codes, each with a page in the guides. A code of the other side (Salesforce's) is passed on as it is.
pub const CODES: [&str; 15] = [
    "not_signed_in",
    "not_found",
    "forbidden",
    "name_taken",
    "invalid",
    "confirmation_needed",
    "not_possible",
    "vault",
    "internal",
    "bad_request",
    "no_room",
    "read_only",
    "damaged",
    "locked",
    "database_away",
];

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &str, title: &'static str, detail: String, remedy: &str) -> Self {
        let (code, remedy) = (code.to_owned(), remedy.to_owned());
        Self { status, code, title, detail, remedy, fields: Vec::new(), start: None, retry_until: None }
    }

    pub(crate) fn code(&self) -> &str {
        &self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
            "remedy": self.remedy,
        });
        if let Some(id) = crate::requests::id_of_this_request() {
            body["request_id"] = json!(id);
        }
        if !self.fields.is_empty() {
            body["fields"] = json!(self.fields);
        }
        if let Some(start) = self.start {
            body["start"] = json!(start);
        }
        if let Some(until) = self.retry_until {
            body["retry_until"] = json!(until);
        }
        (self.status, Json(body)).into_response()
    }
}

impl From<HubError> for Problem {
    fn from(error: HubError) -> Self {
        let detail = error.to_string();
        let problem = |status, code: &str, title, remedy: &str| Problem {
            status,
            code: code.to_owned(),
            title,
            detail,
            remedy: remedy.to_owned(),
            fields: Vec::new(),
            start: None,
            retry_until: None,
        };
        match error {
            HubError::NotFound { noun, .. } => problem(
                StatusCode::NOT_FOUND,
                "not_found",
                "There is no such thing",
                &format!("`salesbridge {noun} list` shows what there is"),
            ),
            HubError::Forbidden { scoped, .. } => {
                let remedy = match scoped {
                    true => "Make an API key whose scopes hold this ability",
                    false => "Ask an administrator for it",
                };
                problem(StatusCode::FORBIDDEN, "forbidden", "That is not allowed", remedy)
            }
            HubError::NameTaken { .. } => Problem {
                fields: vec![FieldProblem { field: "name".to_owned(), message: error.to_string() }],
                ..problem(StatusCode::CONFLICT, "name_taken", "The name is taken", "Choose another name")
            },
            HubError::Invalid { problems } => Problem {
                fields: problems,
                ..problem(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "Something given cannot be used",
                    "Correct it and send it again",
                )
            },
            HubError::ConfirmationNeeded(start) => Problem {
                start: Some(start),
                ..problem(
                    StatusCode::CONFLICT,
                    "confirmation_needed",
                    "This starts sending",
                    "Say yes to go on: `--yes` on the command line, `confirmed` in the API",
                )
            },
            HubError::NotPossible { code, remedy, .. } => {
                problem(StatusCode::CONFLICT, code, "It cannot be done as things are", &remedy)
            }
            HubError::OtherSide { ref code, ref remedy, retry_until, .. } => {
                tracing::info!(code = %code, error = %error, "the other side of a connection refused or did not answer");
                let title = "The other side of the connection said no, or nothing";
                Problem { retry_until, ..problem(StatusCode::BAD_GATEWAY, code, title, remedy) }
            }
            HubError::Vault(cause) => {
                tracing::info!(error = %cause, "a secret could not be sealed or opened");
                problem(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "vault",
                    "A secret could not be sealed or opened",
                    "Put the right master key back, or enter the secret again: `salesbridge connection edit NAME --consumer-secret-file FILE`",
                )
            }
            HubError::Store(_) | HubError::Engine(_) | HubError::Source(_) => {
                if let Some(trouble) = machine_trouble(&error) {
                    if trouble == MachineTrouble::Away {
                        // The reconciler tells the log of it once; every request would be a storm.
                        tracing::debug!(error = %Chain(&error), "a request failed: {trouble}");
                    } else {
                        tracing::warn!(error = %Chain(&error), "a request failed: {trouble}");
                    }
                    return Problem {
                        detail: trouble.to_string(),
                        ..problem(
                            status_of(trouble),
                            trouble.code(),
                            "The database cannot be used for now",
                            trouble.remedy(),
                        )
                    };
                }
                tracing::error!(error = %Chain(&error), "a request failed inside");
                Problem {
                    detail: "an internal error happened; the log says more".to_owned(),
                    ..problem(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "internal",
                        "Something failed inside",
                        "See the log; if the disk is full, make room",
                    )
                }
            }
        }
    }
}

/// What passes by itself is "try again later"; what a person has to mend in the storage is not.
fn status_of(trouble: MachineTrouble) -> StatusCode {
    match trouble {
        MachineTrouble::Away | MachineTrouble::Locked => StatusCode::SERVICE_UNAVAILABLE,
        MachineTrouble::NoRoom | MachineTrouble::ReadOnly | MachineTrouble::Damaged => StatusCode::INSUFFICIENT_STORAGE,
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        bad_request(rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        bad_request(rejection.body_text())
    }
}

impl From<ParseIdError> for Problem {
    fn from(problem: ParseIdError) -> Self {
        Problem {
            remedy: "`salesbridge sync runs` shows the ids of runs".to_owned(),
            ..bad_request(problem.to_string())
        }
    }
}

impl From<HeadingProblem> for Problem {
    fn from(problem: HeadingProblem) -> Self {
        Problem {
            remedy: "Correct the first line of the file; docs/clients.md says what each heading means".to_owned(),
            ..bad_request(problem.to_string())
        }
    }
}

impl From<PairsProblem> for Problem {
    fn from(problem: PairsProblem) -> Self {
        Problem {
            remedy: "Correct the file of pairs; docs/adopting-records.md shows one".to_owned(),
            ..bad_request(problem.to_string())
        }
    }
}

/// A request of nobody.
pub(crate) fn not_signed_in() -> Problem {
    Problem {
        status: StatusCode::UNAUTHORIZED,
        code: "not_signed_in".to_owned(),
        title: "Nobody is signed in",
        detail: "this needs a session or an API key".to_owned(),
        remedy: "Sign in, or send an API key as `Authorization: Bearer …`".to_owned(),
        fields: Vec::new(),
        start: None,
        retry_until: None,
    }
}

/// A request that is not of the form the API has.
pub(crate) fn bad_request(detail: String) -> Problem {
    Problem {
        status: StatusCode::BAD_REQUEST,
        code: "bad_request".to_owned(),
        title: "The request is not of the right form",
        detail,
        remedy: "See the documentation of the API".to_owned(),
        fields: Vec::new(),
        start: None,
        retry_until: None,
    }
}
