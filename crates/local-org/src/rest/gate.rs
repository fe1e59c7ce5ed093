//! What every call to a version of the API passes: the version exists, the token is good, the user may call, the day's
//! calls are not used up. Refuses to know resources.

use std::sync::Arc;

use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::answers::Fault;
use crate::metadata;
use crate::oauth::tokens::{Session, digest, looks_like_jwt, present};
use crate::oauth::{Caller, bearer, refused_session, users};
use crate::org::{Org, Work};
use crate::rest::{Call, CallOptions, versions};

/// Scopes that open the REST API.
const API_SCOPES: [&str; 2] = ["api", "full"];

pub(crate) async fn gate(State(org): State<Org>, uri: OriginalUri, mut request: Request, next: Next) -> Response {
    let version = uri.path().split('/').nth(3).unwrap_or_default().to_owned();
    if let Err(fault) = versions::check(&version) {
        return fault.into_response();
    }
    let caller = match caller(&org, request.headers()).await {
        Ok(caller) => caller,
        Err(fault) => return fault.into_response(),
    };
    let limit = org.daily_limit();
    let (used, is_allowed) = org.calls.count(1, limit, org.now());
    if !is_allowed {
        let text = "TotalRequests Limit exceeded.";
        let refused = Fault::new(StatusCode::FORBIDDEN, "REQUEST_LIMIT_EXCEEDED", text);
        return with_usage(refused.into_response(), used, limit);
    }
    if org.calls.is_long_unwritten() {
        let org = Arc::clone(&org);
        drop(tokio::task::spawn_blocking(move || org.write_now(|_| Ok(()))));
    }
    if let Err(fault) = metadata::freshen(&org, &request.uri().to_string()).await {
        return with_usage(fault.into_response(), used, limit);
    }
    let user_id = caller.user_id;
    let method = request.method().clone();
    let options = CallOptions::from_headers(request.headers());
    request.extensions_mut().insert(Call { version, user_id, options });
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && !response.headers().contains_key(header::CONTENT_TYPE) {
        response = explained(&response, method.as_str());
    }
    with_usage(response, used, limit)
}

/// Who calls: remembered, or asked of the database.
async fn caller(org: &Org, headers: &HeaderMap) -> Result<Caller, Fault> {
    let Some(token) = bearer(headers).or_else(|| session_header(headers)) else { return Err(refused_session(None)) };
    let digest = digest(&token);
    if let Some(caller) = org.sessions.find(&digest, org.now()) {
        return Ok(caller);
    }
    let generation = org.sessions.generation();
    // A refusal is an answer too: the job commits either way, as asking may extend the token.
    let caller = org.write(move |work| Ok(admitted(work, &token))).await??;
    org.sessions.remember(digest, generation, caller.clone());
    Ok(caller)
}

/// The header that older APIs use; its value is a token all the same.
fn session_header(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-sfdc-session")?.to_str().ok()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The user behind the token.
fn admitted(work: &Work<'_>, token: &str) -> Result<Caller, Fault> {
    let session = present(work.sql, token, work.now)?.ok_or_else(|| refused_session(Some(token)))?;
    check_scope(&session, looks_like_jwt(token))?;
    let user = users::find(work.sql, &session.user_id)?.filter(|user| user.is_active);
    let user = user.ok_or_else(|| refused_session(Some(token)))?;
    if !user.api_enabled {
        return Err(Fault::new(StatusCode::FORBIDDEN, "API_CURRENTLY_DISABLED", "API is disabled for this User"));
    }
    let holds_until = session.next_look(work.now);
    Ok(Caller { user_id: user.id, holds_until })
}

fn with_usage(mut response: Response, used: u64, limit: u64) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("api-usage={used}/{limit}")) {
        response.headers_mut().insert("sforce-limit-info", value);
    }
    response
}

fn check_scope(session: &Session, is_jwt: bool) -> Result<(), Fault> {
    if session.scopes.split(' ').any(|scope| API_SCOPES.contains(&scope)) {
        return Ok(());
    }
    let (code, message) = if is_jwt {
        ("INVALID_AUTH_HEADER", "INVALID_SCOPES")
    } else {
        ("INVALID_SESSION_ID", "This session is not valid for use with the REST API")
    };
    Err(Fault::new(StatusCode::UNAUTHORIZED, code, message))
}

/// The bare refusal of a method in the API's words.
fn explained(bare: &Response, method: &str) -> Response {
    let allowed = bare.headers().get(header::ALLOW).cloned();
    let text = allowed.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut response = Fault::method_not_allowed(method, &text).into_response();
    if let Some(allowed) = allowed {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}
