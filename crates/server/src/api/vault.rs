//! The master keys: which of them seals how much, and sealing with the newest.

use std::sync::Arc;

use axum::extract::State;
use salesbridge_hub::Hub;
use salesbridge_hub::upkeep::MasterKeyUse;

use super::problems::Anywhere;
use super::{As, Json};
use crate::problem::Problem;

/// How many data keys each master key has wrapped.
#[utoipa::path(
    get, path = "/vault", operation_id = "get_master_key_use", tag = "installation",
    responses((status = 200, description = "How much each master key seals", body = MasterKeyUse), Anywhere),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn show(State(hub): State<Arc<Hub>>, As(caller): As) -> Result<Json<MasterKeyUse>, Problem> {
    Ok(Json(hub.master_key_use(&caller).await?))
}

/// Reads the master keys anew and wraps every data key by the newest.
#[utoipa::path(
    post, path = "/vault/rewrap", operation_id = "rewrap_data_keys", tag = "installation",
    responses((status = 200, description = "How much each master key seals now", body = MasterKeyUse), Anywhere),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn rewrap(State(hub): State<Arc<Hub>>, As(caller): As) -> Result<Json<MasterKeyUse>, Problem> {
    Ok(Json(hub.rewrap_data_keys(&caller).await?))
}
