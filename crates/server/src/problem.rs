//! Every error that leaves through the API: all our statuses and codes in one place.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use salesbridge_hub::clients::import::HeadingProblem;
use salesbridge_hub::syncs::PairsProblem;
use salesbridge_hub::{Chain, FieldProblem, HubError, MachineTrouble, StartNotice, machine_trouble};
use salesbridge_model::{ParseIdError, RequestId, Timestamp};

use crate::door::Unknown;
use crate::refusals::Refused;
use crate::wrong_fields::{of_body, of_query};

/// What went wrong, and what to do about it.
// Inner causes go to the log, never into a body.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Problem {
    #[serde(skip)]
    status: StatusCode,
    /// Stable; Salesforce's own where it gave one.
    code: String,
    /// What kind of problem it is.
    title: &'static str,
    /// What happened.
    detail: String,
    /// The one thing to do next.
    remedy: String,
    /// Id of the request, as the log has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<RequestId>,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldProblem>,
    /// What sending would do, when a person has to say yes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Box<StartNotice>>,
    /// Seconds after which asking again makes sense, for the header of that name.
    #[serde(skip)]
    retry_after: Option<u64>,
    /// Until when it is tried again by itself, when time alone may mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    retry_until: Option<Timestamp>,
}

/// Our own codes, each with a page in the guides. A code of the other side (Salesforce's) is passed on as it is.
pub const CODES: [&str; 31] = [
    "not_signed_in",
    "sign_in_refused",
    "sign_in_paused",
    "session_needed",
    "cross_site",
    "not_found",
    "forbidden",
    "name_taken",
    "invalid",
    "confirmation_needed",
    "not_possible",
    "vault",
    "internal",
    "bad_request",
    "malformed_json",
    "method_not_allowed",
    "unsupported_media_type",
    "not_acceptable",
    "request_under_way",
    "key_of_another_request",
    "shown_once",
    "too_large",
    "too_many_requests",
    "took_too_long",
    "unknown_host",
    "proxy_required",
    "no_room",
    "read_only",
    "damaged",
    "locked",
    "database_away",
];

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &str, title: &'static str, detail: String, remedy: &str) -> Self {
        let (code, remedy) = (code.to_owned(), remedy.to_owned());
        Self {
            status,
            code,
            title,
            detail,
            remedy,
            request_id: None,
            fields: Vec::new(),
            start: None,
            retry_after: None,
            retry_until: None,
        }
    }

    /// Something is wrong with one parameter or field.
    pub(crate) fn about_field(field: &str, message: String) -> Self {
        let detail = format!("`{field}` {message}");
        Self { fields: vec![FieldProblem { field: field.to_owned(), message }], ..bad_request(detail) }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn remedy(&self) -> &str {
        &self.remedy
    }
}

/// What kind of text a problem is (RFC 9457).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let told = Self { request_id: crate::requests::id_of_this_request(), ..self };
        let (refused, retry_after) = (Refused(told.detail.clone()), told.retry_after);
        let mut answer = (told.status, [(CONTENT_TYPE, PROBLEM_JSON)], Json(told)).into_response();
        if answer.status() == StatusCode::FORBIDDEN {
            answer.extensions_mut().insert(refused);
        }
        if let Some(seconds) = retry_after {
            answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        answer
    }
}

impl From<HubError> for Problem {
    fn from(error: HubError) -> Self {
        let detail = error.to_string();
        let problem = |status, code: &str, title, remedy: &str| Problem::new(status, code, title, detail, remedy);
        match error {
            HubError::NotFound { noun, .. } => {
                let remedy = match noun {
                    "session" => "`salesbridge user sessions NAME` shows what there is".to_owned(),
                    noun => format!("`salesbridge {noun} list` shows what there is"),
                };
                problem(StatusCode::NOT_FOUND, "not_found", "There is no such thing", &remedy)
            }
            HubError::Forbidden { scoped, .. } => {
                let remedy = match scoped {
                    true => "Make an API key whose scopes hold this ability",
                    false => "Ask an administrator for it",
                };
                problem(StatusCode::FORBIDDEN, "forbidden", "That is not allowed", remedy)
            }
            HubError::NotByKey { .. } => problem(
                StatusCode::FORBIDDEN,
                "session_needed",
                "An API key may not do that",
                "Sign in with a name and a password, or use the command line on the machine",
            ),
            HubError::SignInRefused => problem(
                StatusCode::UNAUTHORIZED,
                "sign_in_refused",
                "The sign-in was refused",
                "Try again; whoever has forgotten the password asks an administrator for a link to set a new one",
            ),
            HubError::SignInPaused { seconds } => Problem {
                retry_after: Some(seconds),
                ..problem(
                    StatusCode::TOO_MANY_REQUESTS,
                    "sign_in_paused",
                    "Too many sign-ins failed",
                    "Wait as long as the header Retry-After says; whoever has forgotten the password asks an administrator",
                )
            },
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
                    "Put the right master key back, or enter the secret again: `salesbridge connection edit NAME --secret consumer_secret=file:FILE`",
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
        let (status, detail) = (rejection.status(), rejection.body_text());
        match rejection {
            JsonRejection::JsonSyntaxError(_) => Problem::new(
                StatusCode::BAD_REQUEST,
                "malformed_json",
                "The body is not JSON",
                detail,
                "Mend the body where the sentence says, and send it again",
            ),
            JsonRejection::MissingJsonContentType(_) => Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body is not of a kind that can be read here",
                detail,
                "Send JSON, with the header `Content-Type: application/json`",
            ),
            _ if status == StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            rejection => about_field_or(of_body(&rejection), detail),
        }
    }
}

fn about_field_or(wrong: Option<FieldProblem>, detail: String) -> Problem {
    match wrong {
        Some(FieldProblem { field, message }) => Problem::about_field(&field, message),
        None => bad_request(detail),
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        bad_request(rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        about_field_or(of_query(&rejection), rejection.body_text())
    }
}

impl From<ParseIdError> for Problem {
    fn from(problem: ParseIdError) -> Self {
        let command = match problem.kind {
            "key" => "`salesbridge key list` shows the ids of keys",
            "ses" => "`salesbridge user sessions NAME` shows the ids of sessions",
            _ => "`salesbridge sync runs` shows the ids of runs",
        };
        Problem { remedy: command.to_owned(), ..bad_request(problem.to_string()) }
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

/// A body that no handler reads.
pub(crate) fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "The body is too large",
        "the body is longer than is read here, which is 2 MiB".to_owned(),
        "Send less at once; many clients at once go through the import",
    )
}

/// A request of nobody: it says nothing of whose it is, or carries what nobody is known by.
pub(crate) fn not_signed_in(carried: Option<Unknown>) -> Problem {
    let (detail, remedy) = match carried {
        None => ("this needs a session or an API key", "Sign in, or send an API key as `Authorization: Bearer …`"),
        Some(Unknown::Session) => ("the session has ended", "Sign in again"),
        Some(Unknown::Key) => (
            "the API key is not known here, has expired or was revoked, or its person is disabled",
            "Make another key: `salesbridge key create NAME --scope see`",
        ),
    };
    Problem::new(StatusCode::UNAUTHORIZED, "not_signed_in", "Nobody is signed in", detail.to_owned(), remedy)
}

/// A request for what the API does not have.
pub(crate) fn no_such_route(method: &Method, path: &str) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "There is no such thing",
        format!("there is no {method} {path}"),
        "Look up the address in the description of the API: `/api/v1/openapi.json`",
    )
}

/// A request for something that is there, with a method that is not for it.
pub(crate) fn not_this_method(method: &Method, path: &str) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "The method is not for this address",
        format!("there is no {method} {path}"),
        "Use one of the methods that the header Allow names",
    )
}

/// A request that is not of the form the API has.
pub(crate) fn bad_request(detail: String) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad_request",
        "The request is not of the right form",
        detail,
        "See the description of the API: `/api/v1/openapi.json`",
    )
}
