//! Runs.

use std::sync::Arc;

use axum::extract::{Path, State};
use salesbridge_hub::{Hub, TimelineBatch};
use salesbridge_model::{OutcomeKind, Page, RecordOutcome, Run};

use super::{As, Json, Paging, Query};
use crate::problem::Problem;

/// A page of all runs, newest first.
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Run>>, Problem> {
    Ok(Json(hub.runs(&caller, None, &paging.into()).await?))
}

/// One run.
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(hub.run(&caller, id.parse()?).await?))
}

/// Ends a run.
pub(super) async fn cancel(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(hub.cancel_run(&caller, id.parse()?).await?))
}

/// What a run did, batch by batch.
pub(super) async fn timeline(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<Json<Vec<TimelineBatch>>, Problem> {
    Ok(Json(hub.timeline(&caller, id.parse()?).await?))
}

/// Which outcomes are wanted.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Outcomes {
    kind: Option<OutcomeKind>,
    after: Option<String>,
    limit: Option<u32>,
}

/// A page of what happened to a run's rows.
pub(super) async fn records(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
    Query(Outcomes { kind, after, limit }): Query<Outcomes>,
) -> Result<Json<Page<RecordOutcome>>, Problem> {
    Ok(Json(hub.outcomes(&caller, id.parse()?, kind, &Paging { after, limit }.into()).await?))
}
