//! This installation.

use std::sync::Arc;

use axum::extract::State;
use salesbridge_hub::Hub;
use salesbridge_model::InstallationId;

use super::problems::Anywhere;
use super::{As, Json};

/// Which program serves which installation.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct Installation {
    /// Version of Salesbridge.
    version: &'static str,
    /// This installation.
    installation: InstallationId,
    /// Id of the process on its machine.
    process: u32,
}

/// Which program serves which installation.
#[utoipa::path(
    get, path = "/status", operation_id = "get_status", tag = "installation",
    responses((status = 200, description = "The installation", body = Installation), Anywhere),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn show(State(hub): State<Arc<Hub>>, As(_): As) -> Json<Installation> {
    Json(Installation {
        version: env!("CARGO_PKG_VERSION"),
        installation: hub.installation(),
        process: std::process::id(),
    })
}
