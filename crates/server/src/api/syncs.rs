//! Syncs.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use salesbridge_hub::runs::RunQuery;
use salesbridge_hub::syncs::{AdoptReport, Adoption, NewSync, RowChoice, SyncDetails, SyncQuery, read_pairs};
use salesbridge_hub::{ByKey, DueFilter, DueRow, DueState, Hub, Order, Preview, SyncField, SyncFilter};
use salesbridge_model::{Page, Run};

use super::problems::{Anywhere, Conflicting, Missing, OtherSide, Unusable};
use super::runs::RunsWanted;
use super::{As, Json, Paging, Path, Query};
use crate::problem::{Problem, bad_request};

/// Which syncs are wanted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Text that the name contains, in any case
    #[param(example = "leads")]
    q: Option<String>,
    /// Name of the connection that they write through
    #[param(example = "acme")]
    connection: Option<String>,
    /// That read this stream
    #[param(example = "clients")]
    stream: Option<String>,
    /// That write this object
    #[param(example = "Lead")]
    object: Option<String>,
    /// Enabled ones, or the others
    enabled: Option<bool>,
    /// Held ones, or the others
    held: Option<bool>,
    /// `name`, as it is without this, `created_at` or `updated_at`; with a minus before it, from the last
    #[serde(default)]
    #[param(value_type = Option<String>, example = "-updated_at")]
    sort: Order<SyncField>,
}

impl From<Wanted> for SyncQuery {
    fn from(Wanted { q: search, connection, stream, object, enabled, held, sort: order }: Wanted) -> Self {
        Self { connection, filter: SyncFilter { stream, object, enabled, held, search, order, ..Default::default() } }
    }
}

/// A page of syncs, by name.
#[utoipa::path(
    get, path = "/syncs", operation_id = "list_syncs", tag = "syncs",
    params(Wanted, Paging),
    responses((status = 200, description = "A page of the list", body = Page<SyncDetails>), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<SyncDetails>>, Problem> {
    Ok(Json(hub.syncs(&caller, &wanted.into(), &paging.into()).await?))
}

/// Makes a sync, disabled.
#[utoipa::path(
    post, path = "/syncs", operation_id = "create_sync", tag = "syncs",
    request_body = NewSync,
    responses((status = 201, description = "The sync", body = SyncDetails), Anywhere, Missing, Conflicting, Unusable, OtherSide),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn create(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(new): Json<NewSync>,
) -> Result<(StatusCode, Json<SyncDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.create_sync(&caller, new).await?)))
}

/// One sync.
#[utoipa::path(
    get, path = "/syncs/{name}", operation_id = "get_sync", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync")),
    responses((status = 200, description = "The sync", body = SyncDetails), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<SyncDetails>, Problem> {
    Ok(Json(hub.sync(&caller, &name).await?))
}

/// Removes a disabled sync.
#[utoipa::path(
    delete, path = "/syncs/{name}", operation_id = "delete_sync", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync")),
    responses((status = 204, description = "It is gone"), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn delete(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    hub.delete_sync(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a person has said yes.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Confirmation {
    /// A person has been told how many records this makes, and said yes.
    #[serde(default)]
    confirmed: bool,
}

/// Enables a sync.
#[utoipa::path(
    post, path = "/syncs/{name}/enable", operation_id = "enable_sync", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync"), Confirmation),
    responses((status = 200, description = "The sync", body = SyncDetails), Anywhere, Missing, Conflicting, OtherSide),
    extensions(("x-ability" = json!("run"))),
)]
pub(super) async fn enable(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(Confirmation { confirmed }): Query<Confirmation>,
) -> Result<Json<SyncDetails>, Problem> {
    Ok(Json(hub.enable_sync(&caller, &name, confirmed).await?))
}

/// Disables a sync.
#[utoipa::path(
    post, path = "/syncs/{name}/disable", operation_id = "disable_sync", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync")),
    responses((status = 200, description = "The sync", body = SyncDetails), Anywhere, Missing),
    extensions(("x-ability" = json!("run"))),
)]
pub(super) async fn disable(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<SyncDetails>, Problem> {
    Ok(Json(hub.disable_sync(&caller, &name).await?))
}

/// How many rows a preview shows.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Rows {
    /// So many rows: 20 when absent.
    rows: Option<usize>,
}

/// What a full run would do.
#[utoipa::path(
    get, path = "/syncs/{name}/preview", operation_id = "preview_sync", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync"), Rows),
    responses((status = 200, description = "What it would do", body = Preview), Anywhere, Missing, OtherSide),
    extensions(("x-ability" = json!("run"))),
)]
pub(super) async fn preview(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(Rows { rows }): Query<Rows>,
) -> Result<Json<Preview>, Problem> {
    Ok(Json(hub.preview_sync(&caller, &name, rows).await?))
}

/// A page of the sync's runs, newest first.
#[utoipa::path(
    get, path = "/syncs/{name}/runs", operation_id = "list_runs_of_sync", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync"), RunsWanted, Paging),
    responses((status = 200, description = "A page of the list", body = Page<Run>), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn runs(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(wanted): Query<RunsWanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Run>>, Problem> {
    let query = RunQuery { filter: wanted.into(), ..RunQuery::of(&name) };
    Ok(Json(hub.runs(&caller, &query, &paging.into()).await?))
}

/// Asks for a full run.
#[utoipa::path(
    post, path = "/syncs/{name}/runs", operation_id = "run_sync", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync")),
    responses((status = 202, description = "The run", body = Run), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("run"))),
)]
pub(super) async fn run(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<Run>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(hub.run_sync(&caller, &name).await?)))
}

/// How records are adopted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
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
#[utoipa::path(
    post, path = "/syncs/{name}/adopt", operation_id = "adopt_records", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync"), AdoptionManner),
    request_body(content = Option<String>, content_type = "text/csv", description = "Pairs of a key and a record; not looked at when fields to match by are named"),
    responses((status = 200, description = "What was linked, or would be", body = AdoptReport), Anywhere, Missing, Conflicting, Unusable, OtherSide),
    extensions(("x-ability" = json!("edit"))),
)]
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
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Waiting {
    /// In this state
    #[param(example = "refused")]
    state: Option<DueState>,
    /// The row with this key
    #[param(example = "C-1042")]
    key: Option<String>,
    /// Whose last refusal had this code
    #[param(example = "REQUIRED_FIELD_MISSING")]
    code: Option<String>,
    /// `key`, as it is without this, or `-key`
    #[serde(default)]
    #[param(value_type = Option<String>, example = "-key")]
    sort: Order<ByKey>,
}

/// A page of rows that are to be sent, or wait.
#[utoipa::path(
    get, path = "/syncs/{name}/due", operation_id = "list_due_rows", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync"), Waiting, Paging),
    responses((status = 200, description = "A page of the list", body = Page<DueRow>), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn due(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(Waiting { state, key, code, sort: order }): Query<Waiting>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<DueRow>>, Problem> {
    let filter = DueFilter { state, key, code, order };
    Ok(Json(hub.due_rows(&caller, &name, &filter, &paging.into()).await?))
}

/// How many rows that changed.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct RowCount {
    /// So many.
    rows: u64,
}

/// Makes waiting rows due again.
#[utoipa::path(
    post, path = "/syncs/{name}/retry", operation_id = "retry_rows", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync")),
    request_body = RowChoice,
    responses((status = 200, description = "How many rows that changed", body = RowCount), Anywhere, Missing, Unusable),
    extensions(("x-ability" = json!("run"))),
)]
pub(super) async fn retry(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(choice): Json<RowChoice>,
) -> Result<Json<RowCount>, Problem> {
    Ok(Json(RowCount { rows: hub.retry_rows(&caller, &name, &choice).await? }))
}

/// Gives waiting rows up.
#[utoipa::path(
    post, path = "/syncs/{name}/drop", operation_id = "drop_rows", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync")),
    request_body = RowChoice,
    responses((status = 200, description = "How many rows that changed", body = RowCount), Anywhere, Missing, Unusable),
    extensions(("x-ability" = json!("run"))),
)]
pub(super) async fn drop_rows(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(choice): Json<RowChoice>,
) -> Result<Json<RowCount>, Problem> {
    Ok(Json(RowCount { rows: hub.drop_rows(&caller, &name, &choice).await? }))
}

/// Lets rows be sent that waited because of a restore.
#[utoipa::path(
    post, path = "/syncs/{name}/release", operation_id = "release_sync", tag = "syncs",
    params(("name" = String, Path, description = "Name of the sync")),
    responses((status = 200, description = "The sync", body = SyncDetails), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("run"))),
)]
pub(super) async fn release(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<SyncDetails>, Problem> {
    Ok(Json(hub.release_sync(&caller, &name).await?))
}
