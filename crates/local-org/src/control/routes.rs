//! Control over HTTP, in JSON. The Host check of the server and the loopback address are its only guard, so a request
//! from a page of another site is refused by its `Origin` header.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::ok;
use crate::control::{ControlError, OrgControl, UserSignIn, fault_routes, snapshot_routes};
use crate::oauth::{App, SignInRules};
use crate::org::Org;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DailyLimit {
    calls: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserChange {
    api_enabled: Option<bool>,
    is_active: Option<bool>,
}

pub(crate) fn routes() -> Router<Org> {
    Router::new()
        .route("/local-org/requests", get(requests).delete(clear_requests))
        .route("/local-org/daily-limit", put(set_daily_limit))
        .route("/local-org/apps", get(apps).post(keep_app))
        .route("/local-org/apps/{consumer_key}", delete(delete_app))
        .route("/local-org/users", get(users))
        .route("/local-org/users/{id}", axum::routing::patch(change_user))
        .route("/local-org/users/{id}/sign-in", axum::routing::patch(change_sign_in))
        .route("/local-org/sign-in-rules", get(sign_in_rules).put(set_sign_in_rules))
        .route("/local-org/counts", get(counts))
        .merge(fault_routes::routes())
        .merge(crate::control::recycle_bin::routes())
        .merge(crate::control::rules::routes())
        .merge(snapshot_routes::routes())
        .layer(from_fn(refuse_other_sites))
}

async fn requests(State(org): State<Org>) -> Response {
    json_of(&OrgControl::new(org).requests())
}

async fn clear_requests(State(org): State<Org>) -> StatusCode {
    OrgControl::new(org).clear_requests();
    StatusCode::NO_CONTENT
}

async fn set_daily_limit(State(org): State<Org>, Json(limit): Json<DailyLimit>) -> Result<StatusCode, ControlError> {
    OrgControl::new(org).set_daily_limit(limit.calls).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The apps without their secrets.
async fn apps(State(org): State<Org>) -> Result<Response, ControlError> {
    let mut apps = OrgControl::new(org).apps().await?;
    for app in &mut apps {
        app.consumer_secret = "[masked]".to_owned();
    }
    Ok(json_of(&apps))
}

/// The app with its secret: whoever makes one has to learn it.
async fn keep_app(State(org): State<Org>, Json(app): Json<App>) -> Result<Response, ControlError> {
    Ok(json_of(&OrgControl::new(org).keep_app(app).await?))
}

async fn delete_app(State(org): State<Org>, Path(consumer_key): Path<String>) -> Result<StatusCode, ControlError> {
    Ok(done_or_missing(OrgControl::new(org).delete_app(&consumer_key).await?))
}

async fn users(State(org): State<Org>) -> Result<Response, ControlError> {
    Ok(json_of(&OrgControl::new(org).users().await?))
}

async fn change_user(
    State(org): State<Org>,
    Path(id): Path<String>,
    Json(change): Json<UserChange>,
) -> Result<StatusCode, ControlError> {
    let control = OrgControl::new(org);
    if let Some(api_enabled) = change.api_enabled {
        control.set_api_enabled(&id, api_enabled).await?;
    }
    if let Some(is_active) = change.is_active {
        control.set_active(&id, is_active).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn change_sign_in(
    State(org): State<Org>,
    Path(id): Path<String>,
    Json(change): Json<UserSignIn>,
) -> Result<StatusCode, ControlError> {
    OrgControl::new(org).change_sign_in(&id, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn sign_in_rules(State(org): State<Org>) -> Result<Response, ControlError> {
    Ok(json_of(&OrgControl::new(org).sign_in_rules().await?))
}

async fn set_sign_in_rules(State(org): State<Org>, Json(rules): Json<SignInRules>) -> Result<StatusCode, ControlError> {
    OrgControl::new(org).set_sign_in_rules(rules).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn counts(State(org): State<Org>) -> Result<Response, ControlError> {
    Ok(json_of(&OrgControl::new(org).record_counts().await?))
}

/// A page of another site can make a browser send requests here; its browser then names that site.
pub(crate) async fn refuse_other_sites(request: Request, next: Next) -> Response {
    if is_from_other_site(request.headers()) {
        return (StatusCode::FORBIDDEN, "requests from other sites are refused").into_response();
    }
    next.run(request).await
}

fn is_from_other_site(headers: &HeaderMap) -> bool {
    let named = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = named(header::HOST).unwrap_or_default();
    named(header::ORIGIN).is_some_and(|origin| origin.split_once("://").is_none_or(|(_, site)| site != host))
}

pub(super) fn done_or_missing(done: bool) -> StatusCode {
    if done { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

/// A body in JSON; an error says what is wrong with it.
pub(super) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    serde_json::from_slice(body).map_err(|error| ControlError::new(error.to_string()))
}

pub(super) fn json_of(value: &impl serde::Serialize) -> Response {
    ok(&serde_json::to_value(value).unwrap_or(Value::Null))
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({"error": self.to_string()}))).into_response()
    }
}
