//! Kinds of systems, and the ways of signing in to each.

use std::sync::Arc;

use axum::extract::State;
use salesbridge_hub::{Hub, Provider};

use super::problems::{Anywhere, Missing};
use super::{As, Json, Path};
use crate::problem::Problem;

/// Every provider, with its methods and their fields.
#[utoipa::path(
    get, path = "/providers", operation_id = "list_providers", tag = "connections",
    responses((status = 200, description = "All of them", body = Vec<Provider>), Anywhere),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
) -> Result<Json<&'static [&'static Provider]>, Problem> {
    Ok(Json(hub.providers(&caller).await?))
}

/// One provider, with its methods and their fields.
#[utoipa::path(
    get, path = "/providers/{name}", operation_id = "get_provider", tag = "connections",
    params(("name" = String, Path, description = "Name of the provider, such as `salesforce`")),
    responses((status = 200, description = "The provider", body = Provider), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<&'static Provider>, Problem> {
    Ok(Json(hub.provider(&caller, &name).await?))
}
