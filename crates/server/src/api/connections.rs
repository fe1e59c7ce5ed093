//! Connections.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use salesbridge_hub::connections::{ConnectionDetails, ConnectionEdit, ConnectionQuery, NewConnection, TestReport};
use salesbridge_hub::{ConnectionField, ConnectionFilter, FieldSchema, Hub, Order};
use salesbridge_model::{HealthState, Page};

use super::problems::{Anywhere, Conflicting, Missing, OtherSide, Unusable};
use super::{As, Json, Paging, Path, Query};
use crate::problem::Problem;

/// Which connections are wanted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Text that the name, the caption or the description contains, in any case
    #[param(example = "acme")]
    q: Option<String>,
    /// Of this kind of system
    #[param(example = "salesforce")]
    provider: Option<String>,
    /// That sign in in this way
    #[param(example = "client_credentials")]
    method: Option<String>,
    /// Enabled ones, or the others
    enabled: Option<bool>,
    /// Held ones, or the others
    held: Option<bool>,
    /// Whose last look found this; one that nobody has looked at is unknown
    #[param(example = "ailing")]
    health: Option<HealthState>,
    /// With this tag
    #[param(example = "production")]
    tag: Option<String>,
    /// That use the service with this name
    #[param(example = "shared")]
    service: Option<String>,
    /// `name`, as it is without this, `caption`, `created_at` or `updated_at`; with a minus before it, from the last
    #[serde(default)]
    #[param(value_type = Option<String>, example = "-updated_at")]
    sort: Order<ConnectionField>,
}

impl From<Wanted> for ConnectionQuery {
    fn from(wanted: Wanted) -> Self {
        let Wanted { q: search, provider, method, enabled, held, health, tag, service, sort: order } = wanted;
        let filter =
            ConnectionFilter { provider, method, enabled, held, health, tag, search, order, ..Default::default() };
        Self { service, filter }
    }
}

/// A page of connections, by name.
#[utoipa::path(
    get, path = "/connections", operation_id = "list_connections", tag = "connections",
    params(Wanted, Paging),
    responses((status = 200, description = "A page of the list", body = Page<ConnectionDetails>), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<ConnectionDetails>>, Problem> {
    Ok(Json(hub.connections(&caller, &wanted.into(), &paging.into()).await?))
}

/// Makes a connection.
#[utoipa::path(
    post, path = "/connections", operation_id = "create_connection", tag = "connections",
    request_body = NewConnection,
    responses((status = 201, description = "The connection", body = ConnectionDetails), Anywhere, Conflicting, Unusable, OtherSide),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn create(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(new): Json<NewConnection>,
) -> Result<(StatusCode, Json<ConnectionDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.create_connection(&caller, new).await?)))
}

/// One connection.
#[utoipa::path(
    get, path = "/connections/{name}", operation_id = "get_connection", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection")),
    responses((status = 200, description = "The connection", body = ConnectionDetails), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<ConnectionDetails>, Problem> {
    Ok(Json(hub.connection(&caller, &name).await?))
}

/// Changes a connection, all at once.
#[utoipa::path(
    patch, path = "/connections/{name}", operation_id = "edit_connection", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection")),
    request_body = ConnectionEdit,
    responses((status = 200, description = "The connection", body = ConnectionDetails), Anywhere, Missing, Conflicting, Unusable, OtherSide),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn edit(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(edit): Json<ConnectionEdit>,
) -> Result<Json<ConnectionDetails>, Problem> {
    Ok(Json(hub.edit_connection(&caller, &name, edit).await?))
}

/// What goes with a connection.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Removal {
    /// The syncs that use it go too
    #[serde(default)]
    #[param(default = false, example = true)]
    force: bool,
}

/// Removes a connection. One that syncs use stays, unless `force` says that these go too.
#[utoipa::path(
    delete, path = "/connections/{name}", operation_id = "delete_connection", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection"), Removal),
    responses((status = 204, description = "It is gone"), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn delete(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Query(how): Query<Removal>,
) -> Result<StatusCode, Problem> {
    hub.delete_connection(&caller, &name, how.force).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The certificate of a connection that signs in with a key of its own, in PEM.
#[utoipa::path(
    get, path = "/connections/{name}/certificate", operation_id = "get_certificate", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection")),
    responses(
        (status = 200, description = "The certificate, X.509 in PEM", body = String, content_type = "application/x-pem-file"),
        Anywhere, Missing, Conflicting,
    ),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn certificate(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    Ok(([(CONTENT_TYPE, "application/x-pem-file")], hub.certificate(&caller, &name).await?))
}

/// Tests a connection.
#[utoipa::path(
    post, path = "/connections/{name}/test", operation_id = "test_connection", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection")),
    responses((status = 200, description = "What each check found", body = TestReport), Anywhere, Missing, OtherSide),
    extensions(("x-ability" = json!("run"))),
)]
pub(super) async fn test(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<TestReport>, Problem> {
    Ok(Json(hub.test_connection(&caller, &name).await?))
}

/// Tests settings without storing them.
#[utoipa::path(
    post, path = "/connections/test", operation_id = "test_new_connection", tag = "connections",
    request_body = NewConnection,
    responses((status = 200, description = "What each check found", body = TestReport), Anywhere, Unusable, OtherSide),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn test_new(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(new): Json<NewConnection>,
) -> Result<Json<TestReport>, Problem> {
    Ok(Json(hub.test_new_connection(&caller, &new).await?))
}

/// Fields of an object that may be written.
#[utoipa::path(
    get, path = "/connections/{name}/objects/{object}/fields", operation_id = "list_fields", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection"), ("object" = String, Path, description = "API name of the object, such as `Lead`")),
    responses((status = 200, description = "All of them", body = Page<FieldSchema>), Anywhere, Missing, OtherSide),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn fields(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path((name, object)): Path<(String, String)>,
) -> Result<Json<Page<FieldSchema>>, Problem> {
    Ok(Json(Page::whole(hub.writable_fields(&caller, &name, &object).await?)))
}
