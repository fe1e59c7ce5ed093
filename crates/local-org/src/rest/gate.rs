//! What every call to a version of the API passes: the version exists, the token is good, the user may call, the day's
//! calls are not used up. Refuses to know resources.

use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::answers::Fault;
use crate::limits::{count_call, used};
use crate::oauth::tokens::{Session, looks_like_jwt, present};
use crate::oauth::{bearer, refused_session, users};
use crate::org::{Org, Work};
use crate::rest::{Call, CallOptions, versions};

/// Scopes that open the REST API.
const API_SCOPES: [&str; 2] = ["api", "full"];

pub(crate) async fn gate(State(org): State<Org>, uri: OriginalUri, mut request: Request, next: Next) -> Response {
    let version = uri.path().split('/').nth(3).unwrap_or_default().to_owned();
    if let Err(fault) = versions::check(&version) {
        return fault.into_response();
    }
    let token = bearer(request.headers());
    let limit = org.daily_limit();
    let admitted = org.write(move |work| Ok(admitted(work, token.as_deref(), limit)));
    let (user_id, used) = match admitted.await {
        Ok(Ok(admitted)) => admitted,
        Ok(Err(fault)) | Err(fault) => return fault.into_response(),
    };
    let Some(user_id) = user_id else {
        let text = "TotalRequests Limit exceeded.";
        let refused = Fault::new(StatusCode::FORBIDDEN, "REQUEST_LIMIT_EXCEEDED", text);
        return with_usage(refused.into_response(), used, limit);
    };
    let method = request.method().clone();
    let options = CallOptions::from_headers(request.headers());
    request.extensions_mut().insert(Call { version, user_id, options });
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && !response.headers().contains_key(header::CONTENT_TYPE) {
        response = explained(&response, method.as_str());
    }
    with_usage(response, used, limit)
}

/// The user behind the token and the calls used with this one; no user when the day's calls are used up.
fn admitted(work: &Work<'_>, token: Option<&str>, limit: u64) -> Result<(Option<String>, u64), Fault> {
    let session = match token {
        Some(token) => present(work.sql, token, work.now)?,
        None => None,
    };
    let Some(session) = session else { return Err(refused_session(token)) };
    check_scope(&session, token.is_some_and(looks_like_jwt))?;
    let user = users::find(work.sql, &session.user_id)?.filter(|user| user.is_active);
    let Some(user) = user else { return Err(refused_session(token)) };
    if !user.api_enabled {
        return Err(Fault::new(StatusCode::FORBIDDEN, "API_CURRENTLY_DISABLED", "API is disabled for this User"));
    }
    let used = used(work.sql, work.now)?;
    if used >= limit {
        return Ok((None, used));
    }
    Ok((Some(user.id), count_call(work.sql, work.now)?))
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
