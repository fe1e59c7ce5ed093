//! What was done, and by whom.

use std::sync::Arc;

use axum::extract::State;
use salesbridge_hub::{AuditField, AuditQuery, Hub, Order};
use salesbridge_model::{AuditEntry, Page, Timestamp};

use super::problems::{Anywhere, Missing};
use super::{As, Json, Paging, Query};
use crate::problem::Problem;

/// Which entries are wanted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Name or id of the person or key that did it
    actor: Option<String>,
    /// What was done, such as `connection.edit`
    action: Option<String>,
    /// Kind of thing it was done to, such as `sync`
    noun: Option<String>,
    /// Name or id of that thing
    target: Option<String>,
    /// Name of the connection it belongs to; its id, when it has been removed
    connection: Option<String>,
    /// Not before this instant
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Before this instant
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// `at`, or `-at` for the newest first, as it is without this
    #[serde(default)]
    #[param(value_type = Option<String>, example = "at")]
    sort: Order<AuditField>,
}

impl From<Filter> for AuditQuery {
    fn from(Filter { actor, action, noun, target, connection, since, until, sort }: Filter) -> Self {
        Self { actor, action, noun, target, connection, since, until, order: sort }
    }
}

/// A page of what was done, newest first.
#[utoipa::path(
    get, path = "/audit", operation_id = "list_audit", tag = "installation",
    params(Filter, Paging),
    responses((status = 200, description = "A page of the list", body = Page<AuditEntry>), Anywhere, Missing),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<AuditEntry>>, Problem> {
    Ok(Json(hub.audit(&caller, &filter.into(), &paging.into()).await?))
}
