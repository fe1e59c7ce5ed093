//! Snapshots, reset and demo data over HTTP.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde_json::json;

use crate::answers::ok;
use crate::control::routes::{done_or_missing, json_of, read};
use crate::control::{ControlError, OrgControl};
use crate::org::Org;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSnapshot {
    name: String,
}

pub(super) fn routes() -> Router<Org> {
    Router::new()
        .route("/local-org/snapshots", get(list).post(take))
        .route("/local-org/snapshots/{name}", delete(forget))
        .route("/local-org/snapshots/{name}/restore", post(restore))
        .route("/local-org/reset", post(reset))
        .route("/local-org/demo-data", post(make_demo_data))
}

async fn list(State(org): State<Org>) -> Result<Response, ControlError> {
    Ok(json_of(&OrgControl::new(org).snapshots().await?))
}

async fn take(State(org): State<Org>, body: Bytes) -> Result<StatusCode, ControlError> {
    let asked: NewSnapshot = read(&body)?;
    OrgControl::new(org).take_snapshot(&asked.name).await?;
    Ok(StatusCode::CREATED)
}

async fn restore(State(org): State<Org>, Path(name): Path<String>) -> Result<StatusCode, ControlError> {
    OrgControl::new(org).restore_snapshot(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn forget(State(org): State<Org>, Path(name): Path<String>) -> Result<StatusCode, ControlError> {
    Ok(done_or_missing(OrgControl::new(org).delete_snapshot(&name).await?))
}

async fn reset(State(org): State<Org>) -> Result<StatusCode, ControlError> {
    OrgControl::new(org).reset().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn make_demo_data(State(org): State<Org>, body: Bytes) -> Result<Response, ControlError> {
    let records = OrgControl::new(org).make_demo_data(read(&body)?).await?;
    Ok(ok(&json!({"records": records})))
}
