//! What one-time links lead to: the first administrator, and a password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use salesbridge_hub::Hub;
use salesbridge_hub::people::{FirstAdministrator, PersonDetails};
use salesbridge_model::Secret;

use super::problems::{Anywhere, Conflicting, Unusable};
use super::{FromWhere, Json};
use crate::problem::Problem;

/// Whether this installation waits for its first administrator.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct Needed {
    /// Nobody administers it yet.
    needed: bool,
}

/// Whether nobody administers this installation yet.
#[utoipa::path(
    get, path = "/first-administrator", operation_id = "needs_administrator", tag = "people",
    responses((status = 200, description = "Whether there is none", body = Needed), Anywhere),
    security(()), extensions(("x-ability" = json!("public"))),
)]
pub(super) async fn needs_administrator(State(hub): State<Arc<Hub>>) -> Result<Json<Needed>, Problem> {
    Ok(Json(Needed { needed: hub.needs_administrator().await? }))
}

/// Adds the first administrator. It works once, with the one-time link of this installation, as long as there is none.
#[utoipa::path(
    post, path = "/first-administrator", operation_id = "become_first_administrator", tag = "people",
    request_body = FirstAdministrator,
    responses((status = 201, description = "The administrator", body = PersonDetails), Anywhere, Conflicting, Unusable),
    security(()), extensions(("x-ability" = json!("public"))),
)]
pub(super) async fn become_first_administrator(
    State(hub): State<Arc<Hub>>,
    FromWhere(origin): FromWhere,
    Json(new): Json<FirstAdministrator>,
) -> Result<(StatusCode, Json<PersonDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.become_first_administrator(&origin, new).await?)))
}

/// A password, and the one-time link that lets one set it.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordByLink {
    /// What stands in the link behind `#`.
    #[schema(value_type = String, format = Password, write_only)]
    token: Secret<String>,
    /// The password that holds from now on.
    #[schema(value_type = String, format = Password, write_only)]
    password: Secret<String>,
}

/// Sets the password of whoever a one-time link was made for. All their sessions end.
#[utoipa::path(
    post, path = "/password", operation_id = "set_password", tag = "people",
    request_body = PasswordByLink,
    responses((status = 204, description = "The password holds"), Anywhere, Conflicting, Unusable),
    security(()), extensions(("x-ability" = json!("public"))),
)]
pub(super) async fn set_password(
    State(hub): State<Arc<Hub>>,
    FromWhere(origin): FromWhere,
    Json(PasswordByLink { token, password }): Json<PasswordByLink>,
) -> Result<StatusCode, Problem> {
    hub.set_password_by_link(&origin, &token, &password).await?;
    Ok(StatusCode::NO_CONTENT)
}
