//! One thing asked of the API, apart from the connection it came on: a request of its own or a part of a composite one.
//! It runs on a [`Work`], so that its siblings share its transaction. Refuses to know what any resource does.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answers::{Fault, RowError, json_answer, json_text};
use crate::metadata;
use crate::org::{Org, Work};
use crate::rest::{Call, blobs, body, dispatch};

/// The code of a path that is no text once decoded (unconfirmed).
const UNREADABLE_PATH: &str = "ILLEGAL_QUERY_PARAMETER_VALUE";

/// What is asked. Paths begin below the version: `sobjects`, `Account`, …, each part decoded.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: Vec<String>,
    pub(crate) query: Parameters,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The query string, decoded, in its order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters(pub(crate) Vec<(String, String)>);

/// How an operation was answered.
#[derive(Debug)]
pub(crate) struct OperationAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: AnswerBody,
}

#[derive(Debug)]
pub(crate) enum AnswerBody {
    Nothing,
    Json(Value),
    /// JSON that is written already.
    Written(Arc<str>),
    /// Of this media type.
    Bytes(String, Bytes),
}

/// Answers a request of its own.
pub(crate) async fn handle(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    request: Request,
) -> Result<Response, Fault> {
    let operation = Operation::of_request(request).await?;
    if operation.has_parts() {
        metadata::freshen(&org, &String::from_utf8_lossy(&operation.body)).await?;
    }
    let answer = if dispatch::only_reads(&operation) {
        org.read(move |work| dispatch::run(work, &call, &operation)).await?
    } else {
        let run = move |work: &Work<'_>| {
            work.save_options.replace(call.save_options());
            dispatch::run(work, &call, &operation)
        };
        org.write(run).await?
    };
    Ok(answer.into_response())
}

impl Operation {
    /// `target` is the path below the version, with the query string.
    pub(crate) fn new(method: Method, target: &str, headers: HeaderMap, body: Bytes) -> Result<Self, Fault> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.trim_matches('/').split('/').map(decoded).collect::<Result<_, _>>()?;
        // Whatever is answered to a GET is answered to a HEAD, less the body.
        let method = if method == Method::HEAD { Method::GET } else { method };
        Ok(Self { method, path, query: Parameters::parse(query), headers, body })
    }

    pub(super) async fn of_request(request: Request) -> Result<Self, Fault> {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let target = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
        if body::media_type(&headers).is_some_and(|kind| kind == "multipart/form-data") {
            return Self::new(method, &target, headers, blobs::joined(request).await?);
        }
        let bytes =
            Bytes::from_request(request, &()).await.map_err(|error| unreadable(error.status(), error.body_text()))?;
        body::check_media_type(&headers, &bytes)?;
        Self::new(method, &target, headers, bytes)
    }

    /// Whether the body asks for other operations.
    fn has_parts(&self) -> bool {
        self.path.first().is_some_and(|first| first == "composite")
            && self.path.get(1).is_none_or(|next| next != "sobjects")
    }

    /// The body as a value of its kind.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        body::read(&self.body)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str, Fault> {
        body::text(&self.body)
    }

    /// The refusal of the method; `allowed` are the others, between commas.
    pub(crate) fn not_allowed(&self, allowed: &str) -> Fault {
        Fault::method_not_allowed(self.method.as_str(), allowed)
    }

    /// Refuses every method but GET.
    pub(crate) fn only_get(&self) -> Result<(), Fault> {
        if self.method == Method::GET { Ok(()) } else { Err(self.not_allowed("HEAD,GET")) }
    }
}

impl Parameters {
    pub(crate) fn parse(query: &str) -> Self {
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter, the first one when it is repeated.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

impl OperationAnswer {
    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        Self { status, headers: HeaderMap::new(), body: AnswerBody::Json(body) }
    }

    pub(crate) fn ok(body: impl Into<Value>) -> Self {
        Self::json(StatusCode::OK, body.into())
    }

    pub(crate) fn nothing(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: AnswerBody::Nothing }
    }

    pub(crate) fn bytes(media_type: String, content: Bytes) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body: AnswerBody::Bytes(media_type, content) }
    }

    /// The same answer with one header more.
    pub(crate) fn with(mut self, name: header::HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The body as parts of composite answers carry it: null when there is none.
    pub(crate) fn into_json(self) -> Value {
        match self.body {
            AnswerBody::Json(body) => body,
            AnswerBody::Written(text) => serde_json::from_str(&text).unwrap_or_default(),
            AnswerBody::Nothing | AnswerBody::Bytes(..) => Value::Null,
        }
    }
}

impl From<Fault> for OperationAnswer {
    fn from(fault: Fault) -> Self {
        let allow = fault.allow.clone().unwrap_or_default();
        let answer = Self::json(fault.status, fault.body());
        if allow.is_empty() { answer } else { answer.with(header::ALLOW, &allow) }
    }
}

impl IntoResponse for OperationAnswer {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            AnswerBody::Nothing => self.status.into_response(),
            AnswerBody::Json(body) => json_answer(self.status, &body),
            AnswerBody::Written(text) => json_text(self.status, text.to_string()),
            AnswerBody::Bytes(media_type, content) => {
                (self.status, [(header::CONTENT_TYPE, media_type)], content).into_response()
            }
        };
        response.headers_mut().extend(self.headers);
        response
    }
}

/// A body that did not come whole: too large, or badly compressed.
fn unreadable(status: StatusCode, text: String) -> Fault {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::new(status, "REQUEST_ENTITY_TOO_LARGE", text),
        _ => Fault::unreadable(text),
    }
}

fn decoded(segment: &str) -> Result<String, Fault> {
    let text = percent_decode_str(segment).decode_utf8().map(std::borrow::Cow::into_owned);
    text.map_err(|_| {
        Fault::bad_request(RowError::new(UNREADABLE_PATH, format!("Illegal encoding in the URL: {segment}")))
    })
}
