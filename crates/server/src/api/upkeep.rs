//! How things stand inside, and marking the installation as restored.

use std::sync::Arc;

use axum::extract::State;
use salesbridge_hub::Hub;
use salesbridge_hub::upkeep::UpkeepReport;
use salesbridge_model::Timestamp;

use super::problems::{Anywhere, Unusable};
use super::{As, Json};
use crate::problem::Problem;

/// How things stand inside; asks every enabled org for its time.
#[utoipa::path(
    get, path = "/upkeep", operation_id = "get_upkeep", tag = "installation",
    responses((status = 200, description = "How things stand", body = UpkeepReport), Anywhere),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn show(State(hub): State<Arc<Hub>>, As(caller): As) -> Result<Json<UpkeepReport>, Problem> {
    Ok(Json(hub.upkeep_report(&caller).await?))
}

/// When the backup was made that was restored.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Restored {
    /// The time that the backup was made.
    #[schema(value_type = String, format = DateTime)]
    made_at: Timestamp,
}

/// How many syncs compare everything before they write.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct SyncCount {
    /// So many.
    syncs: u64,
}

/// Marks the installation as restored from a backup.
#[utoipa::path(
    post, path = "/restored", operation_id = "mark_restored", tag = "installation",
    request_body = Restored,
    responses((status = 200, description = "How many syncs compare everything before they write", body = SyncCount), Anywhere, Unusable),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn mark_restored(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Restored { made_at }): Json<Restored>,
) -> Result<Json<SyncCount>, Problem> {
    Ok(Json(SyncCount { syncs: hub.mark_restored(&caller, made_at).await? }))
}
