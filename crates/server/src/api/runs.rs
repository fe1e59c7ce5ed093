//! Runs.

use std::sync::Arc;

use axum::extract::State;
use salesbridge_hub::runs::RunQuery;
use salesbridge_hub::{ByKey, Hub, Order, OutcomeFilter, RunField, RunFilter, TimelineBatch};
use salesbridge_model::{OutcomeKind, Page, RecordOutcome, Run, RunId, RunState, RunTrigger, Timestamp};

use super::problems::{Anywhere, Conflicting, Missing};
use super::{As, Json, Paging, Path, Query};
use crate::problem::Problem;

/// Which runs are wanted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Name of their sync
    #[param(example = "acme-leads")]
    sync: Option<String>,
    /// Name of the connection that they write through
    #[param(example = "acme")]
    connection: Option<String>,
}

/// A page of all runs, newest first.
#[utoipa::path(
    get, path = "/runs", operation_id = "list_runs", tag = "runs",
    params(Wanted, RunsWanted, Paging),
    responses((status = 200, description = "A page of the list", body = Page<Run>), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(Wanted { sync, connection }): Query<Wanted>,
    Query(wanted): Query<RunsWanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Run>>, Problem> {
    let query = RunQuery { connection, sync, filter: wanted.into() };
    Ok(Json(hub.runs(&caller, &query, &paging.into()).await?))
}

/// Which runs are wanted, whosever they are.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RunsWanted {
    /// In this state
    #[param(example = "failed")]
    state: Option<RunState>,
    /// That exist for this reason
    #[param(example = "full")]
    trigger: Option<RunTrigger>,
    /// Asked for not before this instant
    #[param(value_type = Option<String>, format = DateTime, example = "2026-03-01T00:00:00Z")]
    since: Option<Timestamp>,
    /// Asked for before this instant
    #[param(value_type = Option<String>, format = DateTime, example = "2026-04-01T00:00:00Z")]
    until: Option<Timestamp>,
    /// `created_at`, or `-created_at` for the newest first, as it is without this
    #[serde(default)]
    #[param(value_type = Option<String>, example = "created_at")]
    sort: Order<RunField>,
}

impl From<RunsWanted> for RunFilter {
    fn from(RunsWanted { state, trigger, since, until, sort: order }: RunsWanted) -> Self {
        Self { state, trigger, since, until, order, ..Self::default() }
    }
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
    responses((status = 200, description = "All of them", body = Page<TimelineBatch>), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn timeline(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<Json<Page<TimelineBatch>>, Problem> {
    Ok(Json(Page::whole(hub.timeline(&caller, id.parse()?).await?)))
}

/// Which outcomes are wanted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Outcomes {
    /// Of this kind
    #[param(example = "refused")]
    kind: Option<OutcomeKind>,
    /// Of the row with this key
    #[param(example = "C-1042")]
    key: Option<String>,
    /// With this code
    #[param(example = "REQUIRED_FIELD_MISSING")]
    code: Option<String>,
    /// `key`, as it is without this, or `-key`
    #[serde(default)]
    #[param(value_type = Option<String>, example = "-key")]
    sort: Order<ByKey>,
}

/// A page of what happened to a run's rows.
#[utoipa::path(
    get, path = "/runs/{id}/records", operation_id = "list_outcomes", tag = "runs",
    params(("id" = RunId, Path, description = "Id of the run"), Outcomes, Paging),
    responses((status = 200, description = "A page of the list", body = Page<RecordOutcome>), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn records(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
    Query(Outcomes { kind, key, code, sort: order }): Query<Outcomes>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<RecordOutcome>>, Problem> {
    let filter = OutcomeFilter { kind, key, code, order };
    Ok(Json(hub.outcomes(&caller, id.parse()?, &filter, &paging.into()).await?))
}
