//! What every request gets, by whichever door it came: an id, a place in the log, and an answer that browsers handle with care.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use salesbridge_hub::Hub;
use salesbridge_model::RequestId;
use tracing::Instrument;

tokio::task_local! {
    static REQUEST: RequestId;
}

/// Id of the request that is being answered; problems carry it.
pub(crate) fn id_of_this_request() -> Option<RequestId> {
    REQUEST.try_with(|id| *id).ok()
}

/// The same work in a task of its own, whose problems carry the id of this request all the same.
pub(crate) fn within_this_request<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let id = id_of_this_request();
    async move {
        match id {
            Some(id) => REQUEST.scope(id, work).await,
            None => work.await,
        }
    }
}

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What [`identify`] needs.
#[derive(Clone)]
pub(crate) struct Identify {
    pub(crate) hub: Arc<Hub>,
    /// Browsers reach us by https, and shall never try otherwise.
    pub(crate) https: bool,
}

/// Gives a request its id, and its answer what every answer has.
pub(crate) async fn identify(
    State(Identify { hub, https }): State<Identify>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.extensions().get::<RequestId>().is_some() {
        return next.run(request).await; // the door in front has done it
    }
    let id = hub.request_id();
    // The path as it was declared: what stands in its place may be about a client.
    let path = request.extensions().get::<MatchedPath>().map_or("(unknown)", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    request.extensions_mut().insert(id);
    let span = tracing::info_span!("request", request.id = %id);
    async move {
        let begun = Instant::now();
        let mut answer = REQUEST.scope(id, next.run(request)).await;
        let (status, elapsed_ms) = (answer.status().as_u16(), begun.elapsed().as_millis() as u64);
        tracing::debug!(http.method = %method, http.path = %path, http.status = status, elapsed_ms,
            "{method} {path} answered {status} in {elapsed_ms} ms");
        if let Ok(id) = HeaderValue::try_from(id.to_string()) {
            answer.headers_mut().insert(X_REQUEST_ID, id);
        }
        guard_answer(answer.headers_mut(), https);
        answer
    }
    .instrument(span)
    .await
}

/// Headers that hold wherever a handler did not decide otherwise.
fn guard_answer(headers: &mut HeaderMap, https: bool) {
    let usual = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    let always_https = https.then_some((STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    for (name, value) in usual.into_iter().chain(always_https) {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
