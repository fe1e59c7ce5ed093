//! Syncs.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use salesbridge_hub::syncs::{AdoptReport, Adoption, NewSync, RowChoice, SyncDetails, read_pairs};
use salesbridge_hub::{DueRow, DueState, Hub, Preview};
use salesbridge_model::{Page, Run};

use serde_json::{Value, json};

use super::{As, Json, Paging, Query};
use crate::problem::{Problem, bad_request};

/// A page of syncs, by name.
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<SyncDetails>>, Problem> {
    Ok(Json(hub.syncs(&caller, &paging.into()).await?))
}

/// Makes a sync, disabled.
pub(super) async fn create(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(new): Json<NewSync>,
) -> Result<(StatusCode, Json<SyncDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.create_sync(&caller, new).await?)))
}

/// One sync.
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<SyncDetails>, Problem> {
    Ok(Json(hub.sync(&caller, &name).await?))
}

/// Removes a disabled sync.
pub(super) async fn delete(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    hub.delete_sync(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a person has said yes.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Confirmation {
    #[serde(default)]
    confirmed: bool,
}

/// Enables a sync.
pub(super) async fn enable(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(Confirmation { confirmed }): Query<Confirmation>,
) -> Result<Json<SyncDetails>, Problem> {
    Ok(Json(hub.enable_sync(&caller, &name, confirmed).await?))
}

/// Disables a sync.
pub(super) async fn disable(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<SyncDetails>, Problem> {
    Ok(Json(hub.disable_sync(&caller, &name).await?))
}

/// How many rows a preview shows.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Rows {
    rows: Option<usize>,
}

/// What a full run would do.
pub(super) async fn preview(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(Rows { rows }): Query<Rows>,
) -> Result<Json<Preview>, Problem> {
    Ok(Json(hub.preview_sync(&caller, &name, rows).await?))
}

/// A page of the sync's runs, newest first.
pub(super) async fn runs(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Run>>, Problem> {
    Ok(Json(hub.runs(&caller, Some(&name), &paging.into()).await?))
}

/// Asks for a full run.
pub(super) async fn run(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<Run>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(hub.run_sync(&caller, &name).await?)))
}

/// How records are adopted.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdoptionManner {
    /// Fields to match by, separated by commas; without any the body is a CSV file of pairs.
    r#match: Option<String>,
    /// Make the links; else say what would be linked.
    #[serde(default)]
    apply: bool,
}

/// Bytes of a file of pairs at most: about two million of them.
const LONGEST_PAIRS: usize = 96 * 1024 * 1024;

/// Links rows to records that are there.
pub(super) async fn adopt(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(AdoptionManner { r#match, apply }): Query<AdoptionManner>,
    body: Body,
) -> Result<Json<AdoptReport>, Problem> {
    let fields = r#match.unwrap_or_default();
    let fields: Vec<String> =
        fields.split(',').map(str::trim).filter(|field| !field.is_empty()).map(str::to_owned).collect();
    let adoption = if fields.is_empty() {
        let file = axum::body::to_bytes(body, LONGEST_PAIRS).await;
        let file = file.map_err(|_| bad_request(format!("the file of pairs is longer than {LONGEST_PAIRS} bytes")))?;
        Adoption::Pairs(read_pairs(&file[..])?)
    } else {
        Adoption::Matching(fields)
    };
    Ok(Json(hub.adopt(&caller, &name, adoption, apply).await?))
}

/// Which waiting rows are wanted.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Waiting {
    state: Option<DueState>,
    after: Option<String>,
    limit: Option<u32>,
}

/// A page of rows that are to be sent, or wait.
pub(super) async fn due(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(Waiting { state, after, limit }): Query<Waiting>,
) -> Result<Json<Page<DueRow>>, Problem> {
    Ok(Json(hub.due_rows(&caller, &name, state, &Paging { after, limit }.into()).await?))
}

/// Makes waiting rows due again.
pub(super) async fn retry(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(choice): Json<RowChoice>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "rows": hub.retry_rows(&caller, &name, &choice).await? })))
}

/// Gives waiting rows up.
pub(super) async fn drop_rows(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(choice): Json<RowChoice>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "rows": hub.drop_rows(&caller, &name, &choice).await? })))
}

/// Lets rows be sent that waited because of a restore.
pub(super) async fn release(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<SyncDetails>, Problem> {
    Ok(Json(hub.release_sync(&caller, &name).await?))
}
