//! The paths of signing in without a browser. Refuses to decide who gets a token.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use crate::answers::{Fault, ok};
use crate::oauth::wire::{Format, Refusal, TokenAnswer, TokenForm, uncached};
use crate::oauth::{
    authorization_codes, authorize, client_credentials, device, discovery, identity, introspection, jwt_bearer,
    refresh, revocation, signing::SigningKey, tokens, username_password,
};
use crate::org::{Org, Work};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The text is unconfirmed.
const POST_ONLY: Refusal = Refusal::new("invalid_request", "must use HTTP POST");

pub(crate) fn routes() -> Router<Org> {
    Router::new()
        .route("/services/oauth2/token", post(token).get(async || POST_ONLY))
        .route("/services/oauth2/introspect", post(introspect))
        .route("/services/oauth2/revoke", post(revoke).get(revoke))
        .route("/services/oauth2/userinfo", get(user_info).post(user_info))
        .route("/id/keys", get(keys))
        .route("/id/{org_id}/{user_id}", get(identity_of).post(identity_of))
        .route("/.well-known/openid-configuration", get(discovery::openid))
        .route("/.well-known/auth-configuration", get(discovery::auth))
        .merge(authorize::routes())
}

async fn token(State(org): State<Org>, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let form = TokenForm::read(&headers, query.as_deref(), &body);
    let format = Format::of(&form, &headers);
    let on_login_host = stands_for_login(&org, &headers);
    // A refusal is an outcome too: what it has to remember (a mistake, a token used twice) is committed all the same.
    match org.write(move |work| Ok(granted(work, &form, on_login_host))).await {
        Ok(Ok(answer)) => answer.in_format(format),
        Ok(Err(refusal)) => refusal.in_format(format),
        Err(fault) => fault.into_response(),
    }
}

fn granted(work: &Work<'_>, form: &TokenForm, on_login_host: bool) -> Result<TokenAnswer, Refusal> {
    match form.field("grant_type") {
        None if form.field("response_type") == Some("device_code") => device::start(work, form),
        None => Err(Refusal::new("invalid_request", "must specify grant_type")),
        Some("client_credentials") => client_credentials::grant(work, form, on_login_host),
        Some("authorization_code") => authorization_codes::grant(work, form),
        Some("refresh_token") => refresh::grant(work, form),
        Some("password") => username_password::grant(work, form),
        Some("device") => device::grant(work, form),
        Some(JWT_BEARER) => jwt_bearer::grant(work, form),
        Some(_) => Err(Refusal::new("unsupported_grant_type", "grant type not supported")),
    }
}

async fn introspect(State(org): State<Org>, headers: HeaderMap, body: Bytes) -> Response {
    let form = TokenForm::read(&headers, None, &body);
    match org.write(move |work| Ok(introspection::describe(work, &form))).await {
        Ok(Ok(document)) => uncached(ok(&document)),
        Ok(Err(refusal)) => refusal.into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// Answers nothing, or a call of the function that a page named to get around its origin.
async fn revoke(State(org): State<Org>, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let form = TokenForm::read(&headers, query.as_deref(), &body);
    let callback = form.field("callback").map(str::to_owned);
    let Some(token) = form.field("token").map(str::to_owned) else {
        return Refusal::new("invalid_request", "must specify token").into_response();
    };
    if let Err(fault) = org.write(move |work| Ok(revocation::revoke(work, &token)?)).await {
        return fault.into_response();
    }
    match callback {
        None => StatusCode::OK.into_response(),
        Some(callback) => script(&callback, "{}").unwrap_or_else(|| StatusCode::OK.into_response()),
    }
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
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = TokenForm::read(&headers, query.as_deref(), &body);
    let Some(token) = bearer(&headers).or_else(|| form.field("oauth_token").map(str::to_owned)) else {
        return bad_token("Missing_OAuth_Token");
    };
    let version = form.field("version").map(|version| if version == "latest" { "68.0" } else { version }.to_owned());
    let found = org.write(move |work| {
        if crate::ids::normalized(&org_id).as_deref() != Some(&work.org_id()?) {
            return Ok(Err("Wrong_Org"));
        }
        let Some(session) = tokens::present(work.sql, &token, work.now)? else { return Ok(Err("Bad_OAuth_Token")) };
        if crate::ids::normalized(&user_id).as_deref() != Some(&session.user_id) {
            return Ok(Err("Bad_OAuth_Token"));
        }
        identity::identity(work, &session.user_id, version.as_deref()).map(Ok)
    });
    let document = match found.await {
        Ok(Ok(document)) => document,
        Ok(Err(text)) => return bad_token(text),
        Err(fault) => return fault.into_response(),
    };
    match form.field("format") {
        Some("jsonp") => {
            let callback = form.field("callback").unwrap_or("callback");
            script(callback, &document.to_string()).unwrap_or_else(|| ok(&document))
        }
        _ if Format::of(&form, &headers) == Format::Xml => {
            let kind = HeaderValue::from_static("application/xml;charset=UTF-8");
            ([(header::CONTENT_TYPE, kind)], identity::as_xml(&document)).into_response()
        }
        _ => ok(&document),
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

/// A call of a function; nothing when what was named is not the name of one.
fn script(callback: &str, argument: &str) -> Option<Response> {
    let is_name = !callback.is_empty()
        && callback.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$' | '.'));
    let kind = HeaderValue::from_static("application/javascript;charset=UTF-8");
    is_name.then(|| uncached(([(header::CONTENT_TYPE, kind)], format!("{callback}({argument});")).into_response()))
}
