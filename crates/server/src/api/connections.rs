//! Connections.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;

use salesbridge_hub::connections::{ConnectionDetails, ConnectionEdit, NewConnection, TestReport};
use salesbridge_hub::{FieldSchema, Hub};
use salesbridge_model::Page;

use super::{As, Json, Paging, Query};
use crate::problem::Problem;

/// A page of connections, by name.
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<ConnectionDetails>>, Problem> {
    Ok(Json(hub.connections(&caller, &paging.into()).await?))
}

/// Makes a connection.
pub(super) async fn create(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(new): Json<NewConnection>,
) -> Result<(StatusCode, Json<ConnectionDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.create_connection(&caller, new).await?)))
}

/// One connection.
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<ConnectionDetails>, Problem> {
    Ok(Json(hub.connection(&caller, &name).await?))
}

/// Changes a connection, all at once.
pub(super) async fn edit(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(edit): Json<ConnectionEdit>,
) -> Result<Json<ConnectionDetails>, Problem> {
    Ok(Json(hub.edit_connection(&caller, &name, edit).await?))
}

/// Removes a connection.
pub(super) async fn delete(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    hub.delete_connection(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tests a connection.
pub(super) async fn test(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<TestReport>, Problem> {
    Ok(Json(hub.test_connection(&caller, &name).await?))
}

/// Tests settings without storing them.
pub(super) async fn test_new(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(new): Json<NewConnection>,
) -> Result<Json<TestReport>, Problem> {
    Ok(Json(hub.test_new_connection(&caller, &new).await?))
}

/// Fields of an object that may be written.
pub(super) async fn fields(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path((name, object)): Path<(String, String)>,
) -> Result<Json<Vec<FieldSchema>>, Problem> {
    Ok(Json(hub.writable_fields(&caller, &name, &object).await?))
}
