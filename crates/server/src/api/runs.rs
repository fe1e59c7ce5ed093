//! Runs.

use std::sync::Arc;

use axum::extract::State;
use salesbridge_hub::{Hub, TimelineBatch};
use salesbridge_model::{OutcomeKind, Page, RecordOutcome, Run, RunId};

use super::problems::{Anywhere, Conflicting, Missing};
use super::{As, Json, Paging, Path, Query};
use crate::problem::Problem;

/// A page of all runs, newest first.
#[utoipa::path(
    get, path = "/runs", operation_id = "list_runs", tag = "runs",
    params(Paging),
    responses((status = 200, description = "A page of the list", body = Page<Run>), Anywhere),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Run>>, Problem> {
    Ok(Json(hub.runs(&caller, None, &paging.into()).await?))
}

/// One run.
#[utoipa::path(
    get, path = "/runs/{id}", operation_id = "get_run", tag = "runs",
    params(("id" = RunId, Path, description = "Id of the run")),
    responses((status = 200, description = "The run", body = Run), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(hub.run(&caller, id.parse()?).await?))
}

/// Ends a run.
#[utoipa::path(
    post, path = "/runs/{id}/cancel", operation_id = "cancel_run", tag = "runs",
    params(("id" = RunId, Path, description = "Id of the run")),
    responses((status = 200, description = "The run", body = Run), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("run"))),
)]
pub(super) async fn cancel(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(hub.cancel_run(&caller, id.parse()?).await?))
}

/// What a run did, batch by batch.
#[utoipa::path(
    get, path = "/runs/{id}/timeline", operation_id = "get_timeline", tag = "runs",
    params(("id" = RunId, Path, description = "Id of the run")),
    responses((status = 200, description = "All of them", body = Vec<TimelineBatch>), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn timeline(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<Json<Vec<TimelineBatch>>, Problem> {
    Ok(Json(hub.timeline(&caller, id.parse()?).await?))
}

/// Which outcomes are wanted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Outcomes {
    /// Of this kind; of all when absent.
    kind: Option<OutcomeKind>,
    /// Continue after this position, which is `next` of the page before.
    after: Option<String>,
    /// Rows wanted: 50 when absent, 1000 at most.
    limit: Option<u32>,
}

/// A page of what happened to a run's rows.
#[utoipa::path(
    get, path = "/runs/{id}/records", operation_id = "list_outcomes", tag = "runs",
    params(("id" = RunId, Path, description = "Id of the run"), Outcomes),
    responses((status = 200, description = "A page of the list", body = Page<RecordOutcome>), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn records(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
    Query(Outcomes { kind, after, limit }): Query<Outcomes>,
) -> Result<Json<Page<RecordOutcome>>, Problem> {
    Ok(Json(hub.outcomes(&caller, id.parse()?, kind, &Paging { after, limit }.into()).await?))
}
