//! The wire of the token endpoint: its form, its answers in three formats, its errors. Refuses to decide.

use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use quick_xml::escape::escape;
use serde_json::{Map, Value};

use crate::answers::{Fault, json_answer};

/// A refusal of the token endpoint. Its shape is OAuth's, not the REST API's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    Grant { status: StatusCode, error: &'static str, description: &'static str },
    Broken(Fault),
}

/// The fields of a token request, wherever the client put them.
#[derive(Default)]
pub(crate) struct TokenForm {
    fields: HashMap<String, String>,
    basic: Option<(String, String)>,
    /// The host the request was sent to, as the client wrote it.
    pub(crate) host: String,
}

/// What the token endpoint answers. Salesforce gives no lifetime with a token.
#[derive(Debug, Default)]
pub(crate) struct TokenAnswer(Map<String, Value>);

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Xml,
    UrlEncoded,
}

impl Refusal {
    pub(crate) const fn new(error: &'static str, description: &'static str) -> Self {
        Self::Grant { status: StatusCode::BAD_REQUEST, error, description }
    }

    pub(crate) fn in_format(self, format: Format) -> Response {
        match self {
            Self::Grant { status, error, description } => {
                let answer = TokenAnswer::default().with("error", error).with("error_description", description);
                answer.written(status, format)
            }
            Self::Broken(fault) => fault.into_response(),
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Broken(fault)
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broken(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.in_format(Format::Json)
    }
}

impl TokenAnswer {
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// With a value that is not always there.
    pub(crate) fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// As a form, for the fragment of a callback.
    pub(crate) fn as_form(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| (name, plain(value)));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    pub(crate) fn in_format(self, format: Format) -> Response {
        self.written(StatusCode::OK, format)
    }

    fn written(self, status: StatusCode, format: Format) -> Response {
        let (kind, body) = match format {
            Format::Json => return uncached(json_answer(status, &self.0.into())),
            Format::Xml => {
                let element = |(name, value): (&String, &Value)| format!("<{name}>{}</{name}>", escape(plain(value)));
                let elements: String = self.0.iter().map(element).collect();
                let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><OAuth>{elements}</OAuth>");
                ("application/xml;charset=UTF-8", xml)
            }
            Format::UrlEncoded => ("application/x-www-form-urlencoded;charset=UTF-8", self.as_form()),
        };
        uncached((status, [(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response())
    }
}

impl Format {
    /// What `format` names; else the first type of the `Accept` header that is one of the three; else JSON.
    pub(crate) fn of(form: &TokenForm, headers: &HeaderMap) -> Self {
        match form.field("format") {
            Some("json") => return Self::Json,
            Some("xml") => return Self::Xml,
            Some("urlencoded") => return Self::UrlEncoded,
            _ => {}
        }
        let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        let mut kinds = accept.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
        kinds.find_map(Self::named).unwrap_or(Self::Json)
    }

    fn named(kind: &str) -> Option<Self> {
        match kind {
            "application/json" | "*/*" => Some(Self::Json),
            "application/xml" | "text/xml" => Some(Self::Xml),
            "application/x-www-form-urlencoded" => Some(Self::UrlEncoded),
            _ => None,
        }
    }
}

impl TokenForm {
    /// Fields of the body, and of the query string where the body has none.
    pub(crate) fn read(headers: &HeaderMap, query: Option<&str>, body: &[u8]) -> Self {
        let mut fields: HashMap<String, String> =
            url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
        fields.extend(url::form_urlencoded::parse(body).into_owned());
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
        Self { fields, basic: basic_credentials(headers), host }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        self.field("client_id").or(self.basic.as_ref().map(|(id, _)| id.as_str()))
    }

    pub(crate) fn client_secret(&self) -> Option<&str> {
        let basic = self.basic.as_ref().map(|(_, secret)| secret.as_str());
        self.field("client_secret").or(basic.filter(|secret| !secret.is_empty()))
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

/// What holds secrets is kept nowhere on its way.
pub(crate) fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
