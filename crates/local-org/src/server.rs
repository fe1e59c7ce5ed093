//! Listening, and what happens to a request before and after the rooms that answer it: the Host header is checked, the
//! request is kept for the log, faults strike. Refuses to know what is asked.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{Method, Request, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::answers::Fault;
use crate::clock;
use crate::config::StartError;
use crate::faults;
use crate::org::Org;
use crate::requests::{SeenRequest, masked_body, masked_form, masked_headers};
use crate::rest::without_suffix;

/// The largest body read (REST API Developer Guide: 50 MB for text).
pub(crate) const LARGEST_BODY: usize = 50 * 1024 * 1024;
/// The longest path with query string in bytes.
const LONGEST_URI: usize = 16_384;
/// The longest path and headers together, in bytes.
const LONGEST_HEAD: usize = 16_384;

/// What the log of requests shows in place of a bulk upload.
const UPLOAD_SHOWN: &[u8] = b"[a bulk upload]";

/// A listener's end: the connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("told to close the connection without an answer")]
pub(crate) struct Dropped;

/// Binds an address, loopback ones only unless allowed.
pub(crate) async fn bind(address: SocketAddr, allow_other: bool) -> Result<TcpListener, StartError> {
    if !allow_other && !address.ip().is_loopback() {
        return Err(StartError::NotLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|cause| StartError::Listen { address, cause })
}

/// Accepts connections until the org stops. Every connection and request is a task of `tasks`.
pub(crate) async fn serve(org: Org, router: Router, listener: TcpListener, tasks: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = org.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => drop(tasks.spawn(connection(Arc::clone(&org), router.clone(), stream, tasks.clone()))),
            Err(error) => tracing::warn!(error = %error, "a connection could not be accepted"),
        }
    }
}

/// The name in a Host header, without the port.
pub(crate) fn host_name(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    }
}

async fn connection(org: Org, router: Router, stream: TcpStream, tasks: TaskTracker) {
    // Answers are small and awaited one by one: waiting to fill a packet only delays them.
    drop(stream.set_nodelay(true));
    let Some(certificate) = &org.certificate else { return spoken(Arc::clone(&org), router, stream, tasks).await };
    let accepted = tokio::select! {
        biased;
        accepted = certificate.accept(stream) => accepted,
        () = org.stop.cancelled() => return,
    };
    if let Some(stream) = accepted {
        spoken(Arc::clone(&org), router, stream, tasks).await;
    }
}

async fn spoken(
    org: Org,
    router: Router,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    tasks: TaskTracker,
) {
    let stop = org.stop.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        // A task of its own, so that a request that began is finished although its caller hangs up.
        let answered = tasks.spawn(answer(Arc::clone(&org), router.clone(), request));
        async move { answered.await.unwrap_or(Err(Dropped)) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        biased;
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    drop(connection.await);
}

/// Answers one request, whatever it came by.
pub(crate) async fn answer<B>(org: Org, router: Router, request: Request<B>) -> Result<Response<Body>, Dropped>
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if !is_known_host(&org, &request) {
        let text = "This host name is not the org's: use a loopback name, or add the name to the org's configuration";
        return Ok((StatusCode::MISDIRECTED_REQUEST, text).into_response());
    }
    if request.uri().to_string().len() > LONGEST_URI {
        return Ok(StatusCode::URI_TOO_LONG.into_response());
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers + request.uri().to_string().len() > LONGEST_HEAD {
        return Ok(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response());
    }
    let (parts, body) = without_suffix(normalized(request)).into_parts();
    let (body, shown) = if is_upload(&parts) {
        (Body::new(body), Bytes::from_static(UPLOAD_SHOWN))
    } else {
        match Limited::new(body, LARGEST_BODY).collect().await {
            Ok(body) => {
                let body = body.to_bytes();
                (Body::from(body.clone()), body)
            }
            Err(_) => return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response()),
        }
    };
    let request = Request::from_parts(parts, body);
    let path = request.uri().path();
    if path == "/" || path.starts_with("/local-org") {
        return Ok(routed(router, request).await);
    }
    let (number, began) = (org.requests.add(seen(&org, &request, &shown)), Instant::now());
    let mut outcome = faults::answered(&org, router, request, &shown).await;
    if let Ok(response) = &mut outcome {
        faults::date(&org, response);
    }
    let status = outcome.as_ref().ok().map(|response| response.status().as_u16());
    org.requests.answered(number, status, began.elapsed());
    outcome
}

/// Whether the body is a bulk upload, which is handed on as it arrives: it may be larger than memory should hold.
fn is_upload(parts: &Parts) -> bool {
    let path = parts.uri.path();
    parts.method == Method::PUT && path.starts_with("/services/data/") && path.ends_with("/batches")
}

pub(crate) async fn routed(router: Router, request: Request<Body>) -> Response<Body> {
    let answered: Result<_, Infallible> = router.oneshot(request).await;
    match answered {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The path without a closing slash, which clients add as they like, nor a second one at its front, which `sf` sends because it keeps
/// an instance URL with a slash, and the method that `_HttpMethod` names.
fn normalized<B>(mut request: Request<B>) -> Request<B> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    if request.method() == Method::POST && query.split('&').any(|pair| pair == "_HttpMethod=PATCH") {
        *request.method_mut() = Method::PATCH;
    }
    let path = request.uri().path();
    let trimmed = path.trim_matches('/');
    if !trimmed.is_empty() && trimmed.len() + 1 < path.len() {
        let query = if query.is_empty() { query } else { format!("?{query}") };
        if let Ok(uri) = format!("/{trimmed}{query}").parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

fn is_known_host<B>(org: &Org, request: &Request<B>) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host_name(host);
    let is_loopback = name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let mut configured = org.config.host_names.iter().chain(&org.config.login_hosts);
    is_loopback || configured.any(|known| known.eq_ignore_ascii_case(name))
}

fn seen(org: &Org, request: &Request<Body>, body: &[u8]) -> SeenRequest {
    let path = request.uri().path().to_owned();
    SeenRequest {
        number: 0,
        at: clock::shown(org.now()),
        method: request.method().to_string(),
        query: request.uri().query().map(masked_form),
        headers: masked_headers(request.headers()),
        body: masked_body(&path, body),
        path,
        status: None,
        took_micros: None,
    }
}

/// What no room answers.
pub(crate) async fn nothing_here() -> Fault {
    Fault::no_resource()
}
