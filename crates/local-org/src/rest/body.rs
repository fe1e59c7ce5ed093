//! Reading JSON bodies, with the parser errors the API answers.

use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::answers::{Fault, RowError};

/// Media types whose bodies are read.
const READ: [&str; 3] = ["application/json", "text/json", "application/xml"];

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
    Fault::of(StatusCode::BAD_REQUEST, errors)
}

/// The media type of a body in lower case, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Refuses a body whose kind is named and not read. One without a name counts as JSON.
pub(crate) fn check_media_type(headers: &HeaderMap, body: &[u8]) -> Result<(), Fault> {
    match media_type(headers) {
        Some(kind) if !body.is_empty() && !READ.contains(&kind.as_str()) => {
            let text = format!("Content-Type {kind} not supported");
            Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", text))
        }
        _ => Ok(()),
    }
}
