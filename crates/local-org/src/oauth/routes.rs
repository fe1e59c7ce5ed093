//! The paths of signing in. Refuses to decide who gets a token.

use std::collections::HashMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use crate::answers::{Fault, ok};
use crate::oauth::wire::{Refusal, TokenAnswer, TokenForm};
use crate::oauth::{client_credentials, identity, signing::SigningKey, tokens};
use crate::org::Org;

pub(crate) fn routes() -> Router<Org> {
    Router::new()
        .route("/services/oauth2/token", post(token))
        .route("/services/oauth2/revoke", post(revoke).get(revoke))
        .route("/services/oauth2/userinfo", get(user_info).post(user_info))
        .route("/id/keys", get(keys))
        .route("/id/{org_id}/{user_id}", get(identity_of))
}

async fn token(State(org): State<Org>, headers: HeaderMap, body: Bytes) -> Result<TokenAnswer, Refusal> {
    let form = TokenForm::read(&headers, &body);
    let on_login_host = stands_for_login(&org, &headers);
    match form.field("grant_type") {
        None => Err(Refusal::new("invalid_request", "must specify grant_type")),
        Some("client_credentials") => {
            // A refusal is an outcome too: nothing is written before it, and the job commits either way.
            org.write(move |work| Ok(client_credentials::grant(work, &form, on_login_host))).await?
        }
        Some(_) => Err(Refusal::new("unsupported_grant_type", "grant type not supported")),
    }
}

async fn revoke(
    State(org): State<Org>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let form = TokenForm::read(&headers, &body);
    let token = form.field("token").map(str::to_owned).or_else(|| query.get("token").cloned());
    let token = token.ok_or(Refusal::new("invalid_request", "must specify token"))?;
    org.write(move |work| {
        work.sessions_changed();
        Ok(tokens::revoke(work.sql, &token)?)
    })
    .await?;
    Ok(StatusCode::OK)
}

async fn user_info(State(org): State<Org>, headers: HeaderMap) -> Response {
    let Some(token) = bearer(&headers) else { return bad_token("Missing_OAuth_Token") };
    let found = org.write(move |work| match tokens::present(work.sql, &token, work.now)? {
        Some(session) => identity::user_info(work, &session.user_id).map(Some),
        None => Ok(None),
    });
    match found.await {
        Ok(Some(document)) => ok(&document),
        Ok(None) => bad_token("Bad_OAuth_Token"),
        Err(fault) => fault.into_response(),
    }
}

/// Refusals here are plain text with status 403 (fact of the identity URL, unlike every other endpoint).
async fn identity_of(
    State(org): State<Org>,
    Path((org_id, user_id)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let Some(token) = bearer(&headers).or_else(|| query.get("oauth_token").cloned()) else {
        return bad_token("Missing_OAuth_Token");
    };
    let version = query.get("version").map(|version| if version == "latest" { "68.0" } else { version }.to_owned());
    let found = org.write(move |work| {
        if crate::ids::normalized(&org_id).as_deref() != Some(&work.org_id()?) {
            return Ok(Err("Wrong_Org"));
        }
        let Some(session) = tokens::present(work.sql, &token, work.now)? else { return Ok(Err("Bad_OAuth_Token")) };
        if crate::ids::normalized(&user_id).as_deref() != Some(&session.user_id) {
            return Ok(Err("Bad_OAuth_Token"));
        }
        identity::identity(work, &session.user_id).map(Ok)
    });
    match found.await {
        Ok(Ok(document)) => match version {
            Some(version) => {
                let text = document.to_string().replace("{version}", &version);
                ok(&serde_json::from_str(&text).unwrap_or_default())
            }
            None => ok(&document),
        },
        Ok(Err(text)) => bad_token(text),
        Err(fault) => fault.into_response(),
    }
}

async fn keys(State(org): State<Org>) -> Result<Response, Fault> {
    let keys = org.write(|work| {
        let key = SigningKey::of(work.org, work.sql)?.public(&tokens::key_id(&work.org_id()?));
        Ok(json!({"keys": [key]}))
    });
    Ok(ok(&keys.await?))
}

/// The token of an `Authorization` header; both schemes that Salesforce knows.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let is_known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth");
    (is_known && !token.trim().is_empty()).then(|| token.trim().to_owned())
}

/// The refusal of a request whose token is missing, unknown or over.
pub(crate) fn refused_session(token: Option<&str>) -> Fault {
    let (code, message) = match token {
        None => ("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"),
        Some(token) if tokens::looks_like_jwt(token) => ("INVALID_AUTH_HEADER", "INVALID_JWT_FORMAT"),
        Some(_) => ("INVALID_SESSION_ID", "Session expired or invalid"),
    };
    Fault::new(StatusCode::UNAUTHORIZED, code, message)
}

fn stands_for_login(org: &Org, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = crate::server::host_name(host);
    org.config.login_hosts.iter().any(|login| login.eq_ignore_ascii_case(name))
}

fn bad_token(text: &'static str) -> Response {
    (StatusCode::FORBIDDEN, text).into_response()
}
