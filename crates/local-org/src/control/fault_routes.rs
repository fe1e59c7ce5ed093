//! Misbehaviour over HTTP: fault rules, ended tokens, the clock.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use serde::Deserialize;
use serde_json::json;

use crate::answers::ok;
use crate::control::routes::{done_or_missing, json_of, read};
use crate::control::{ControlError, OrgControl};
use crate::faults::{KNOWN, read_rule};
use crate::org::Org;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokensToEnd {
    user: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    offset_seconds: i64,
}

pub(super) fn routes() -> Router<Org> {
    Router::new()
        .route("/local-org/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/local-org/faults/reload", post(reload_faults))
        .route("/local-org/faults/{id}", delete(remove_fault))
        .route("/local-org/error-codes", get(error_codes))
        .route("/local-org/tokens/expire", post(expire_tokens))
        .route("/local-org/clock", put(set_clock))
}

async fn faults(State(org): State<Org>) -> Response {
    json_of(&OrgControl::new(org).faults())
}

async fn add_fault(State(org): State<Org>, body: Bytes) -> Result<Response, ControlError> {
    let rule = read_rule(&body).map_err(ControlError::new)?;
    Ok(ok(&json!({"id": OrgControl::new(org).add_fault(rule)})))
}

async fn clear_faults(State(org): State<Org>) -> StatusCode {
    OrgControl::new(org).clear_faults();
    StatusCode::NO_CONTENT
}

async fn remove_fault(State(org): State<Org>, Path(id): Path<u64>) -> StatusCode {
    done_or_missing(OrgControl::new(org).remove_fault(id))
}

async fn reload_faults(State(org): State<Org>) -> Result<StatusCode, ControlError> {
    OrgControl::new(org).reload_faults().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn error_codes() -> Response {
    json_of(&KNOWN)
}

/// Every token, or those of the user named in the body.
async fn expire_tokens(State(org): State<Org>, body: Bytes) -> Result<StatusCode, ControlError> {
    let control = OrgControl::new(org);
    let asked: TokensToEnd = match body.is_empty() {
        true => TokensToEnd::default(),
        false => read(&body)?,
    };
    match asked.user {
        Some(user) => control.expire_tokens_of(&user).await?,
        None => control.expire_tokens().await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn set_clock(State(org): State<Org>, body: Bytes) -> Result<StatusCode, ControlError> {
    let change: ClockChange = read(&body)?;
    OrgControl::new(org).set_clock_offset_seconds(change.offset_seconds)?;
    Ok(StatusCode::NO_CONTENT)
}
