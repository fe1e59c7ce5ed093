//! `Idempotency-Key`: whoever cannot tell whether a request arrived sends it again under the same key, and it is carried out once.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use salesbridge_hub::{Caller, Chain, Hub, IdempotentAnswer, Repeat};
use sha2::{Digest, Sha256};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::parameters::{answers_once, takes_idempotency_key};
use crate::problem::{PROBLEM_JSON, Problem, too_large};
use crate::requests::within_this_request;

/// The header that names the key.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says of an answer that it was given before.
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Bytes of a key at most.
const LONGEST_KEY: usize = 255;
/// Bytes of a body at most, as handlers take them.
const LONGEST_BODY: usize = 2 << 20;

/// Carries a POST that has a key out once.
pub(super) async fn repeat_safely(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    // Whoever is nobody is refused by the handler.
    let (Some(caller), true) = (caller, request.headers().contains_key(IDEMPOTENCY_KEY)) else {
        return next.run(request).await;
    };
    let key = match key_of(&request) {
        Ok(Some(key)) => key,
        Ok(None) => return next.run(request).await,
        Err(problem) => return problem.into_response(),
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LONGEST_BODY).await else { return too_large().into_response() };
    let asked = digest(&parts.method, parts.uri.path_and_query().map_or("/", |asked| asked.as_str()), &body);
    match hub.begin_request(&caller, &key, &asked).await {
        Ok(Repeat::First) => {}
        Ok(Repeat::Answered(answer)) => return given_before(answer),
        Ok(Repeat::UnderWay) => return under_way(),
        Ok(Repeat::OfAnother) => return of_another().into_response(),
        Err(error) => return Problem::from(error).into_response(),
    }
    let once = answers_once(&parts);
    let request = Request::from_parts(parts, Body::from(body));
    // A task of its own: who goes away does not stop it in the middle, and finds the answer when they ask again.
    let work = within_this_request(async move { carry_out(&hub, &caller, &key, once, next.run(request)).await });
    let done = TaskTracker::new().spawn(work.in_current_span()).await;
    done.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// The key of a request that takes one.
fn key_of(request: &Request) -> Result<Option<String>, Box<Problem>> {
    let refused = |message: &str| Err(Box::new(Problem::about_field("Idempotency-Key", message.to_owned())));
    if request.method() != Method::POST || request.extensions().get::<MatchedPath>().is_none() {
        return Ok(None); // the others do the same however often they are sent
    }
    if !takes_idempotency_key(request) {
        return refused("is not for this operation, which may be sent again as it is");
    }
    let keys: Vec<&HeaderValue> = request.headers().get_all(IDEMPOTENCY_KEY).iter().collect();
    let [key] = keys[..] else { return refused("is given more than once") };
    match key.to_str().map(str::trim) {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => refused("has to have 1 to 255 visible characters of ASCII"),
    }
}

fn digest(method: &Method, asked: &str, body: &Bytes) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(format!("{method}\n{asked}\n"));
    digest.update(body);
    digest.finalize().to_vec()
}

/// Keeps the answer when something was done; otherwise the request may be sent again.
async fn carry_out(
    hub: &Hub,
    caller: &Caller,
    key: &str,
    once: bool,
    answering: impl Future<Output = Response>,
) -> Response {
    let (parts, body) = answering.await.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let kept = if parts.status.is_success() {
        hub.keep_answer(caller, key, &to_keep(parts.status, &parts.headers, &body, once)).await
    } else {
        hub.forget_request(caller, key).await
    };
    if let Err(error) = kept {
        tracing::warn!(error = %Chain(&error), "the answer to a request with a key could not be kept");
    }
    Response::from_parts(parts, Body::from(body))
}

/// An answer that holds a secret is not kept: whoever asks again is told that it was done.
fn to_keep(status: StatusCode, headers: &HeaderMap, body: &Bytes, once: bool) -> IdempotentAnswer {
    if once {
        let told = serde_json::to_vec(&shown_once()).unwrap_or_default();
        return IdempotentAnswer {
            status: StatusCode::CONFLICT.as_u16(),
            content_type: Some(PROBLEM_JSON.to_owned()),
            body: told,
        };
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    IdempotentAnswer { status: status.as_u16(), content_type, body: body.to_vec() }
}

fn given_before(answer: IdempotentAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Body::from(answer.body)).into_response();
    if let Some(kind) = answer.content_type.and_then(|kind| HeaderValue::try_from(kind).ok()) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    response
}

fn under_way() -> Response {
    let problem = Problem::new(
        StatusCode::CONFLICT,
        "request_under_way",
        "This request is being carried out",
        "a request with this Idempotency-Key has no answer yet".to_owned(),
        "Wait as long as the header Retry-After says, then send it again",
    );
    ([(RETRY_AFTER, "1")], problem).into_response()
}

fn of_another() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "key_of_another_request",
        "The Idempotency-Key belongs to another request",
        "something else was asked with this Idempotency-Key in the last 24 hours".to_owned(),
        "Take a new key for every request, and the same one only to send that request again",
    )
}

fn shown_once() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "shown_once",
        "This was done, and its answer is shown once",
        "a request with this Idempotency-Key was carried out; its answer held a secret, which is not kept".to_owned(),
        "Look at what was made; when the secret is lost, remove it and make another with a new key",
    )
}
