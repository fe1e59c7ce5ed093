//! Reading JSON bodies, with the parser errors the API answers.

use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::answers::{Fault, RowError};

/// The body as text.
pub(crate) fn text(body: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(body).map_err(|error| Fault::unreadable(format!("Invalid UTF-8: {error}")))
}

/// The body as a value of its kind.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    if body.iter().all(u8::is_ascii_whitespace) {
        let text = "The HTTP entity body is required, but this request has no entity body.";
        return Err(Fault::unreadable(text));
    }
    serde_json::from_slice(body)
        .map_err(|error| Fault::unreadable(format!("{error} at [line:{}, column:{}]", error.line(), error.column())))
}

/// The refusal of a single row.
pub(crate) fn refused(errors: Vec<RowError>) -> Fault {
    Fault { status: StatusCode::BAD_REQUEST, errors }
}
