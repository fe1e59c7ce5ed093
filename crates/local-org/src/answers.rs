//! The shapes of what the REST API answers: JSON bodies, and errors in an array.
//! Refuses to know why something was refused.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// One error, of a request or of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// API names of the fields at fault; `None` where the API leaves the key out.
    pub(crate) fields: Option<Vec<String>>,
    /// The records a duplicate rule found; answers to a single row show them.
    pub(crate) duplicates: Option<Box<Value>>,
}

/// The key of what a duplicate rule found. Real answers misspell it; `duplicateResult` has been seen too.
const DUPLICATE_RESULT: &str = "duplicateResut";

/// A request refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) errors: Vec<RowError>,
    /// The methods the resource knows, where another one was used.
    pub(crate) allow: Option<String>,
}

impl RowError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), fields: None, duplicates: None }
    }

    pub(crate) fn on(code: &'static str, message: impl Into<String>, fields: &[&str]) -> Self {
        let fields = fields.iter().map(|&field| field.to_owned()).collect();
        Self { code, message: message.into(), fields: Some(fields), duplicates: None }
    }

    /// With what a duplicate rule found.
    pub(crate) fn with_duplicates(self, found: Value) -> Self {
        Self { duplicates: Some(Box::new(found)), ..self }
    }

    /// As results inside collections write it.
    pub(crate) fn in_result(&self) -> Value {
        let fields = self.fields.clone().unwrap_or_default();
        json!({"statusCode": self.code, "message": self.message, "fields": fields})
    }

    fn in_array(&self) -> Value {
        let mut error = Map::new();
        if let Some(duplicates) = &self.duplicates {
            error.insert(DUPLICATE_RESULT.to_owned(), Value::clone(duplicates));
        }
        error.insert("message".to_owned(), self.message.clone().into());
        error.insert("errorCode".to_owned(), self.code.into());
        if let Some(fields) = &self.fields {
            error.insert("fields".to_owned(), fields.clone().into());
        }
        error.into()
    }
}

impl Fault {
    pub(crate) fn of(status: StatusCode, errors: Vec<RowError>) -> Self {
        Self { status, errors, allow: None }
    }

    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self::of(status, vec![RowError::new(code, message)])
    }

    pub(crate) fn bad_request(error: RowError) -> Self {
        Self::of(StatusCode::BAD_REQUEST, vec![error])
    }

    /// The errors as the API writes them.
    pub(crate) fn body(&self) -> Value {
        self.errors.iter().map(RowError::in_array).collect()
    }

    /// The path leads nowhere.
    pub(crate) fn no_resource() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "The requested resource does not exist")
    }

    /// No row has this id or external id, or no such field finds rows.
    pub(crate) fn no_row(asked: &str) -> Self {
        let text = format!("Provided external ID field does not exist or is not accessible: {asked}");
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", text)
    }

    /// The resource has no such method; `allowed` are those it has, between commas.
    pub(crate) fn method_not_allowed(method: &str, allowed: &str) -> Self {
        let text = format!("HTTP Method '{method}' not allowed. Allowed are {allowed}");
        let refused = Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", text);
        Self { allow: Some(allowed.to_owned()), ..refused }
    }

    /// A body that is not what the resource reads.
    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "JSON_PARSER_ERROR", message)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(error = %error, "the local org's database refused a statement");
        let text = "An unexpected error occurred. Please include this ErrorId if you contact support: 1-1 (1)";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN_EXCEPTION", text)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = json_answer(self.status, &self.body());
        if let Some(allow) = self.allow.and_then(|allow| HeaderValue::from_str(&allow).ok()) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }
}

/// A JSON body as the API sends it.
pub(crate) fn json_answer(status: StatusCode, body: &Value) -> Response {
    json_text(status, body.to_string())
}

/// As [`json_answer`], of a body that is written already.
pub(crate) fn json_text(status: StatusCode, body: String) -> Response {
    const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
    (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
}

/// A JSON body with status 200.
pub(crate) fn ok(body: &Value) -> Response {
    json_answer(StatusCode::OK, body)
}
