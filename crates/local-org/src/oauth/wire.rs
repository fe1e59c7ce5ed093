//! The wire of the token endpoint: its form, its answers, its errors. Refuses to decide.

use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::json;

use crate::answers::{Fault, json_answer};

/// A refusal of the token endpoint. Its shape is OAuth's, not the REST API's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    Grant { error: &'static str, description: &'static str },
    Broken(Fault),
}

/// The fields of a token request, wherever the client put them.
#[derive(Default)]
pub(crate) struct TokenForm {
    fields: HashMap<String, String>,
    basic: Option<(String, String)>,
}

/// A granted token. Salesforce gives no lifetime with it.
#[derive(Serialize)]
pub(crate) struct TokenAnswer {
    pub(crate) access_token: String,
    pub(crate) signature: String,
    pub(crate) scope: String,
    pub(crate) instance_url: String,
    pub(crate) id: String,
    pub(crate) token_type: &'static str,
    /// Milliseconds since 1970, as text.
    pub(crate) issued_at: String,
    pub(crate) api_instance_url: String,
    pub(crate) token_format: &'static str,
}

impl Refusal {
    pub(crate) const fn new(error: &'static str, description: &'static str) -> Self {
        Self::Grant { error, description }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Broken(fault)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Grant { error, description } => {
                let body = json!({"error": error, "error_description": description});
                uncached(json_answer(StatusCode::BAD_REQUEST, &body))
            }
            Self::Broken(fault) => fault.into_response(),
        }
    }
}

impl IntoResponse for TokenAnswer {
    fn into_response(self) -> Response {
        uncached(json_answer(StatusCode::OK, &serde_json::to_value(self).unwrap_or_default()))
    }
}

impl TokenForm {
    pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let fields = url::form_urlencoded::parse(body).into_owned().collect();
        Self { fields, basic: basic_credentials(headers) }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        self.field("client_id").or(self.basic.as_ref().map(|(id, _)| id.as_str()))
    }

    pub(crate) fn client_secret(&self) -> Option<&str> {
        self.field("client_secret").or(self.basic.as_ref().map(|(_, secret)| secret.as_str()))
    }
}

/// HTTP Basic, each part percent-encoded or plain (RFC 6749, section 2.3.1; real clients send both).
fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    Some((plain(id), plain(secret)))
}

fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
