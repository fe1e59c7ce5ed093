//! How things stand inside, and marking the installation as restored.

use std::sync::Arc;

use axum::extract::State;
use salesbridge_hub::Hub;
use salesbridge_hub::upkeep::UpkeepReport;
use salesbridge_model::Timestamp;
use serde_json::{Value, json};

use super::{As, Json};
use crate::problem::Problem;

/// How things stand inside; asks every enabled org for its time.
pub(super) async fn show(State(hub): State<Arc<Hub>>, As(caller): As) -> Result<Json<UpkeepReport>, Problem> {
    Ok(Json(hub.upkeep_report(&caller).await?))
}

/// When the backup was made that was restored.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restored {
    made_at: Timestamp,
}

/// Marks the installation as restored from a backup.
pub(super) async fn mark_restored(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Restored { made_at }): Json<Restored>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "syncs": hub.mark_restored(&caller, made_at).await? })))
}
