//! API keys.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use salesbridge_hub::api_keys::{ApiKeyDetails, ApiKeyQuery, NewApiKey, NewKey};
use salesbridge_hub::{ApiKeyField, Hub, Order};
use salesbridge_model::{ApiKeyId, Page};

use super::problems::{Anywhere, Conflicting, Missing, Unusable};
use super::sessions::OfWhom;
use super::{As, Json, Paging, Path, Query};
use crate::problem::Problem;

/// In which order.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Sorted {
    /// `created_at`, or `-created_at` for the newest first, as it is without this
    #[serde(default)]
    #[param(value_type = Option<String>, example = "created_at")]
    sort: Order<ApiKeyField>,
}

/// A page of keys, newest first; revoked and expired ones are among them.
#[utoipa::path(
    get, path = "/keys", operation_id = "list_keys", tag = "people",
    params(OfWhom, Sorted, Paging),
    responses((status = 200, description = "A page of the list", body = Page<ApiKeyDetails>), Anywhere, Missing),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(whom): Query<OfWhom>,
    Query(Sorted { sort }): Query<Sorted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<ApiKeyDetails>>, Problem> {
    let query = ApiKeyQuery { whose: whom.try_into()?, order: sort };
    Ok(Json(hub.api_keys(&caller, &query, &paging.into()).await?))
}

/// A key that was made.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct MadeKey {
    /// What may be shown of it.
    #[serde(flatten)]
    details: ApiKeyDetails,
    /// The whole key, for `Authorization: Bearer`. It is told here and never again.
    key: String,
}

impl From<NewApiKey> for MadeKey {
    fn from(NewApiKey { details, key }: NewApiKey) -> Self {
        Self { details, key: key.expose().clone() }
    }
}

/// Makes a key, on one's own behalf or as an administrator on somebody's.
#[utoipa::path(
    post, path = "/keys", operation_id = "create_key", tag = "people",
    request_body = NewKey,
    responses((status = 201, description = "The key", body = MadeKey), Anywhere, Missing, Conflicting, Unusable),
    extensions(("x-ability" = json!("none")), ("x-shown-once" = json!(true))),
)]
pub(super) async fn create(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(new): Json<NewKey>,
) -> Result<(StatusCode, Json<MadeKey>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.create_api_key(&caller, new).await?.into())))
}

/// One key.
#[utoipa::path(
    get, path = "/keys/{id}", operation_id = "get_key", tag = "people",
    params(("id" = ApiKeyId, Path, description = "Id of the key")),
    responses((status = 200, description = "The key", body = ApiKeyDetails), Anywhere, Missing),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<Json<ApiKeyDetails>, Problem> {
    Ok(Json(hub.api_key(&caller, id.parse()?).await?))
}

/// Revokes a key, from now on and for ever.
#[utoipa::path(
    delete, path = "/keys/{id}", operation_id = "revoke_key", tag = "people",
    params(("id" = ApiKeyId, Path, description = "Id of the key")),
    responses((status = 200, description = "The key", body = ApiKeyDetails), Anywhere, Missing),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn revoke(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(id): Path<String>,
) -> Result<Json<ApiKeyDetails>, Problem> {
    Ok(Json(hub.revoke_api_key(&caller, id.parse()?).await?))
}
