//! Connected services.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use salesbridge_hub::Hub;
use salesbridge_hub::services::{NewService, ServiceDetails, ServiceEdit};
use salesbridge_model::Page;

use super::problems::{Anywhere, Conflicting, Missing, Unusable};
use super::{As, Json, Path};
use crate::problem::Problem;

/// Every connected service, by name.
#[utoipa::path(
    get, path = "/services", operation_id = "list_services", tag = "services",
    responses((status = 200, description = "All of them", body = Page<ServiceDetails>), Anywhere),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn list(State(hub): State<Arc<Hub>>, As(caller): As) -> Result<Json<Page<ServiceDetails>>, Problem> {
    Ok(Json(hub.services(&caller).await?))
}

/// Makes a connected service.
#[utoipa::path(
    post, path = "/services", operation_id = "create_service", tag = "services",
    request_body = NewService,
    responses((status = 201, description = "The service", body = ServiceDetails), Anywhere, Conflicting, Unusable),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn create(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(new): Json<NewService>,
) -> Result<(StatusCode, Json<ServiceDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.create_service(&caller, new).await?)))
}

/// One connected service.
#[utoipa::path(
    get, path = "/services/{name}", operation_id = "get_service", tag = "services",
    params(("name" = String, Path, description = "Name of the service")),
    responses((status = 200, description = "The service", body = ServiceDetails), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<ServiceDetails>, Problem> {
    Ok(Json(hub.service(&caller, &name).await?))
}

/// Changes a connected service. The connections that use it are opened anew.
#[utoipa::path(
    patch, path = "/services/{name}", operation_id = "edit_service", tag = "services",
    params(("name" = String, Path, description = "Name of the service")),
    request_body = ServiceEdit,
    responses((status = 200, description = "The service", body = ServiceDetails), Anywhere, Missing, Unusable),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn edit(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(edit): Json<ServiceEdit>,
) -> Result<Json<ServiceDetails>, Problem> {
    Ok(Json(hub.edit_service(&caller, &name, edit).await?))
}

/// Removes a connected service that no connection uses.
#[utoipa::path(
    delete, path = "/services/{name}", operation_id = "delete_service", tag = "services",
    params(("name" = String, Path, description = "Name of the service")),
    responses((status = 204, description = "It is gone"), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn delete(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    hub.delete_service(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
