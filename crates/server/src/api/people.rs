//! People, and what they may do.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use salesbridge_hub::people::{NewPerson, OneTimeLink, PersonDetails, PersonEdit};
use salesbridge_hub::{Hub, Order, PersonField, PersonFilter};
use salesbridge_model::{Abilities, Page, Reach, Role, Timestamp};

use super::problems::{Anywhere, Conflicting, Missing, Unusable};
use super::{As, Json, Paging, Path, Query};
use crate::problem::Problem;

/// Which people are wanted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Text that the name or full name contains, in any case
    q: Option<String>,
    /// Only those with this role
    #[param(inline)]
    role: Option<Role>,
    /// Only those with this reach
    #[param(inline)]
    reach: Option<Reach>,
    /// Only disabled ones, or only the others
    disabled: Option<bool>,
    /// A field, with a minus before it from the last: `name`, as it is without this, `full_name`, `created_at`, `last_signed_in_at`
    #[serde(default)]
    #[param(value_type = Option<String>, example = "-last_signed_in_at")]
    sort: Order<PersonField>,
}

impl From<Filter> for PersonFilter {
    fn from(Filter { q, role, reach, disabled, sort }: Filter) -> Self {
        Self { search: q, role, reach, disabled, order: sort }
    }
}

/// A page of people, by name.
#[utoipa::path(
    get, path = "/people", operation_id = "list_people", tag = "people",
    params(Filter, Paging),
    responses((status = 200, description = "A page of the list", body = Page<PersonDetails>), Anywhere),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<PersonDetails>>, Problem> {
    Ok(Json(hub.people(&caller, &filter.into(), &paging.into()).await?))
}

/// Adds a person.
#[utoipa::path(
    post, path = "/people", operation_id = "create_person", tag = "people",
    request_body = NewPerson,
    responses((status = 201, description = "The person", body = PersonDetails), Anywhere, Conflicting, Unusable),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn create(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(new): Json<NewPerson>,
) -> Result<(StatusCode, Json<PersonDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.create_person(&caller, new).await?)))
}

/// One person.
#[utoipa::path(
    get, path = "/people/{name}", operation_id = "get_person", tag = "people",
    params(("name" = String, Path, description = "Name of the person")),
    responses((status = 200, description = "The person", body = PersonDetails), Anywhere, Missing),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<PersonDetails>, Problem> {
    Ok(Json(hub.person(&caller, &name).await?))
}

/// Changes a person: full name, role and reach.
#[utoipa::path(
    patch, path = "/people/{name}", operation_id = "edit_person", tag = "people",
    params(("name" = String, Path, description = "Name of the person")),
    request_body = PersonEdit,
    responses((status = 200, description = "The person", body = PersonDetails), Anywhere, Missing, Conflicting, Unusable),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn edit(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(edit): Json<PersonEdit>,
) -> Result<Json<PersonDetails>, Problem> {
    Ok(Json(hub.edit_person(&caller, &name, edit).await?))
}

/// Removes a person with their grants, sessions and keys.
#[utoipa::path(
    delete, path = "/people/{name}", operation_id = "delete_person", tag = "people",
    params(("name" = String, Path, description = "Name of the person")),
    responses((status = 204, description = "They are gone"), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn delete(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    hub.delete_person(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a person in no more: all their sessions end at once.
#[utoipa::path(
    post, path = "/people/{name}/disable", operation_id = "disable_person", tag = "people",
    params(("name" = String, Path, description = "Name of the person")),
    responses((status = 200, description = "The person", body = PersonDetails), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn disable(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<PersonDetails>, Problem> {
    Ok(Json(hub.disable_person(&caller, &name).await?))
}

/// Lets a person in again.
#[utoipa::path(
    post, path = "/people/{name}/enable", operation_id = "enable_person", tag = "people",
    params(("name" = String, Path, description = "Name of the person")),
    responses((status = 200, description = "The person", body = PersonDetails), Anywhere, Missing),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn enable(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<PersonDetails>, Problem> {
    Ok(Json(hub.enable_person(&caller, &name).await?))
}

/// A link by which a person sets their password, once.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct PasswordLink {
    /// What makes it work: `POST /password` takes it. It is told here and never again.
    token: String,
    /// The link, below the address of this installation; the token is behind `#`, which browsers keep to themselves.
    path: String,
    /// Until when it works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<OneTimeLink> for PasswordLink {
    fn from(OneTimeLink { token, expires_at }: OneTimeLink) -> Self {
        let token = token.expose().clone();
        Self { path: format!("/password#{token}"), token, expires_at }
    }
}

/// Makes a link by which a person sets their password, new or forgotten. Earlier links stop working.
#[utoipa::path(
    post, path = "/people/{name}/password-link", operation_id = "make_password_link", tag = "people",
    params(("name" = String, Path, description = "Name of the person")),
    responses((status = 201, description = "The link", body = PasswordLink), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("administer")), ("x-shown-once" = json!(true))),
)]
pub(super) async fn make_password_link(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<PasswordLink>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.make_password_link(&caller, &name).await?.into())))
}

/// What a person may do with one connection.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Granted {
    /// In place of their role: some of see, run, edit and raw. With nothing the connection is hidden from them.
    abilities: Abilities,
}

/// Says what a person may do with one connection, in place of their role.
#[utoipa::path(
    put, path = "/people/{name}/grants/{connection}", operation_id = "grant", tag = "people",
    params(("name" = String, Path, description = "Name of the person"), ("connection" = String, Path, description = "Name of the connection")),
    request_body = Granted,
    responses((status = 200, description = "The person", body = PersonDetails), Anywhere, Missing, Unusable),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn grant(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path((name, connection)): Path<(String, String)>,
    Json(Granted { abilities }): Json<Granted>,
) -> Result<Json<PersonDetails>, Problem> {
    Ok(Json(hub.grant(&caller, &name, &connection, &abilities).await?))
}

/// Takes a grant back: the role holds on that connection again.
#[utoipa::path(
    delete, path = "/people/{name}/grants/{connection}", operation_id = "take_grant_back", tag = "people",
    params(("name" = String, Path, description = "Name of the person"), ("connection" = String, Path, description = "Name of the connection")),
    responses((status = 200, description = "The person", body = PersonDetails), Anywhere, Missing),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn take_grant_back(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path((name, connection)): Path<(String, String)>,
) -> Result<Json<PersonDetails>, Problem> {
    Ok(Json(hub.take_grant_back(&caller, &name, &connection).await?))
}
