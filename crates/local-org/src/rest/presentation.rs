//! How answers are written for this caller: compact or indented JSON, or XML; and refusals of the machinery below in the
//! API's shape. Refuses to know what is answered.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

use crate::answers::Fault;
use crate::rest::xml;
use crate::server::LARGEST_BODY;

/// From this version on a path has no ending that names the format.
const NO_SUFFIX_SINCE: &str = "v58.0";
/// Retired versions answer 410, deprecated ones warn. No version is deprecated at present.
const DEPRECATED_BEFORE: &str = "v31.0";

/// Answers below this size in bytes are not compressed (unconfirmed).
const SMALLEST_COMPRESSED: u64 = 1_024;

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Compact,
    Indented,
    Xml,
}

/// Writes the answer as the caller asked.
pub(super) async fn present(request: Request, next: Next) -> Response {
    let form = form(request.headers());
    let version = request.uri().path().split('/').nth(3).unwrap_or_default().to_owned();
    let method = request.method().clone();
    let mut response = shaped(next.run(request).await, &method).await;
    if version.as_str() < DEPRECATED_BEFORE {
        let warning = HeaderValue::from_static("299 - \"This API version is deprecated.\"");
        response.headers_mut().insert(header::WARNING, warning);
    }
    if form == Form::Compact || !is_json(response.headers()) { response } else { rewritten(response, form).await }
}

/// Compresses answers for those who take it, but none so small that it would only grow.
pub(super) fn compression() -> CompressionLayer<SizeAbove> {
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(SMALLEST_COMPRESSED))
}

/// A path that names the format, as `….json` up to v57.0, without that ending; `.xml` asks for XML.
pub(crate) fn without_suffix<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let path = request.uri().path();
    let is_old = path.strip_prefix("/services/data/").is_some_and(|rest| rest < NO_SUFFIX_SINCE);
    let media_type = match () {
        () if is_old && path.ends_with(".json") => "application/json",
        () if is_old && path.ends_with(".xml") => "application/xml",
        () => return request,
    };
    let bare = path.rsplit_once('.').map_or(path, |(bare, _)| bare);
    let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
    if let Ok(uri) = format!("{bare}{query}").parse::<Uri>() {
        *request.uri_mut() = uri;
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static(media_type));
    }
    request
}

/// The first of the formats that the caller accepts; JSON when it names none that is known.
fn form(headers: &HeaderMap) -> Form {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut names = accepted.split(',').map(|name| name.split(';').next().unwrap_or_default().trim());
    let known = names.find(|name| ["application/json", "application/xml", "text/xml", "*/*"].contains(name));
    if known.is_some_and(|name| name.ends_with("/xml")) {
        Form::Xml
    } else if headers.get("x-prettyprint").is_some_and(|value| value != "0" && value != "false") {
        Form::Indented
    } else {
        Form::Compact
    }
}

/// The answer, or in the place of a bare refusal one in the API's shape.
async fn shaped(response: Response, method: &Method) -> Response {
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_bare = content_type.is_none_or(|name| name.starts_with("text/plain"));
    let is_refusal = status.is_client_error() || status.is_server_error();
    if !is_refusal || !is_bare || *method == Method::HEAD {
        return response;
    }
    let (parts, body) = response.into_parts();
    let text = to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let code = match status {
        StatusCode::NOT_FOUND => "NOT_FOUND",
        StatusCode::PAYLOAD_TOO_LARGE => "REQUEST_ENTITY_TOO_LARGE",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "UNSUPPORTED_MEDIA_TYPE",
        status if status.is_server_error() => "UNKNOWN_EXCEPTION",
        _ => "INVALID_INPUT",
    };
    let text = if text.is_empty() { status.canonical_reason().unwrap_or_default().to_owned() } else { text };
    let mut shaped = Fault::new(status, code, text).into_response();
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            shaped.headers_mut().insert(name, value.clone());
        }
    }
    shaped
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|name| name.starts_with("application/json"))
}

async fn rewritten(response: Response, form: Form) -> Response {
    let (mut parts, body) = response.into_parts();
    // What the org wrote itself can be read again; a body that ended early is handed on as it ended.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return Response::from_parts(parts, Body::empty()) };
    let Ok(value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let text = if form == Form::Xml {
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml;charset=UTF-8"));
        xml::document(&value, parts.status)
    } else {
        serde_json::to_string_pretty(&value).unwrap_or_default()
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(text))
}
