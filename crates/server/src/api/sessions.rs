//! Sessions of people.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use salesbridge_hub::people::{PersonSessionQuery, SessionDetails, Whose};
use salesbridge_hub::{Hub, Order, PersonSessionField};
use salesbridge_model::{Page, PersonSessionId};

use super::problems::{Anywhere, Missing, Unusable};
use super::{As, Json, Paging, Path, Query};
use crate::problem::{Problem, bad_request};

/// Whose are meant: one's own when nothing is said.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfWhom {
    /// Name of the person; another's takes an administrator
    person: Option<String>,
    /// Everybody's, which takes an administrator
    #[serde(default)]
    all: bool,
}

impl TryFrom<OfWhom> for Whose {
    type Error = Problem;

    fn try_from(OfWhom { person, all }: OfWhom) -> Result<Self, Problem> {
        match (person, all) {
            (Some(_), true) => Err(bad_request("`person` and `all` do not go together; give one of them".to_owned())),
            (Some(person), false) => Ok(Whose::Of(person)),
            (None, true) => Ok(Whose::All),
            (None, false) => Ok(Whose::Own),
        }
    }
}

/// In which order.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Sorted {
    /// `created_at`, or `-created_at` for the newest first, as it is without this
    #[serde(default)]
    #[param(value_type = Option<String>, example = "created_at")]
    sort: Order<PersonSessionField>,
}

/// A page of sessions that have not ended, newest first.
#[utoipa::path(
    get, path = "/sessions", operation_id = "list_sessions", tag = "people",
    params(OfWhom, Sorted, Paging),
    responses((status = 200, description = "A page of the list", body = Page<SessionDetails>), Anywhere, Missing),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(whom): Query<OfWhom>,
    Query(Sorted { sort }): Query<Sorted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<SessionDetails>>, Problem> {
    let query = PersonSessionQuery { whose: whom.try_into()?, order: sort };
    Ok(Json(hub.person_sessions(&caller, &query, &paging.into()).await?))
}

/// Whose sessions are to end: one's own when nothing is said.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfOne {
    /// Name of the person; another's takes an administrator
    person: Option<String>,
}

/// How many sessions ended.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct EndedSessions {
    /// So many.
    ended: u64,
}

/// Ends all sessions of a person, but for the one that asks.
#[utoipa::path(
    delete, path = "/sessions", operation_id = "end_sessions", tag = "people",
    params(OfOne),
    responses((status = 200, description = "How many ended", body = EndedSessions), Anywhere, Missing, Unusable),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn end_all(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(OfOne { person }): Query<OfOne>,
) -> Result<Json<EndedSessions>, Problem> {
    let whose = person.map_or(Whose::Own, Whose::Of);
    Ok(Json(EndedSessions { ended: hub.end_sessions(&caller, &whose).await? }))
}

/// Ends a session: one's own, or as an administrator anybody's.
#[utoipa::path(
    delete, path = "/sessions/{id}", operation_id = "end_session", tag = "people",
    params(("id" = PersonSessionId, Path, description = "Id of the session")),
    responses((status = 204, description = "It has ended"), Anywhere, Missing),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn end(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    hub.end_session(&caller, id.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
