//! Reading JSON bodies, with the parser errors the API answers.

use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::answers::{Fault, RowError};

/// Media types whose bodies are read.
const READ: [&str; 2] = ["application/json", "text/json"];

/// What the parser of this org says, and what Salesforce's says of the same.
const WANTED: [(&str, &str); 7] = [
    ("key must be a string", "was expecting double-quote to start field name"),
    ("trailing comma", "was expecting double-quote to start field name"),
    ("expected `:`", "was expecting a colon to separate field name and value"),
    ("expected `,` or `}`", "was expecting comma to separate OBJECT entries"),
    ("expected `,` or `]`", "was expecting comma to separate ARRAY entries"),
    ("expected value", "expected a valid value (number, String, array, object, 'true', 'false' or 'null')"),
    ("trailing characters", "expected the end of the value"),
];

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
    serde_json::from_slice(body).map_err(|error| Fault::unreadable(parser_text(body, &error)))
}

/// What the API's parser says of a body that is no JSON, or not of the wanted kind.
fn parser_text(body: &[u8], error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column().max(1));
    let at = format!("at [line:{line}, column:{column}]");
    let found = body.split(|byte| *byte == b'\n').nth(line.saturating_sub(1)).and_then(|text| text.get(column - 1));
    let said = error.to_string();
    let wanted = WANTED.iter().find(|(ours, _)| said.starts_with(ours)).map(|(_, theirs)| *theirs);
    match (error.classify(), found, wanted) {
        (Category::Eof, ..) => format!("Unexpected end-of-input: was expecting more of the value {at}"),
        (Category::Data, ..) => {
            format!("Cannot deserialize instance: {} {at}", said.split(" at line ").next().unwrap_or_default())
        }
        (_, Some(byte), Some(wanted)) => {
            format!("Unexpected character ('{}' (code {byte})): {wanted} {at}", char::from(*byte))
        }
        _ => format!("{} {at}", said.split(" at line ").next().unwrap_or_default()),
    }
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
