//! `/api/v1`: one file per noun.

mod clients;
mod connections;
mod runs;
mod status;
mod syncs;
mod upkeep;
mod vault;

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts};
use axum::http::request::Parts;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Extension, Router};
use salesbridge_hub::{Caller, Hub};
use salesbridge_model::PageRequest;

use crate::problem::{Problem, bad_request, not_signed_in};
use crate::requests::{Identify, identify};

/// Routes for whoever has the machine, who may everything: its socket and its own commands.
pub fn for_owner(router: Router) -> Router {
    router.layer(Extension(Caller::owner()))
}

/// Every route of the API. A door puts the [`Caller`] into the extensions of each request; one without is refused.
pub fn router(hub: Arc<Hub>) -> Router {
    let v1 = Router::new()
        .route("/status", get(status::show))
        .route("/connections", get(connections::list).post(connections::create))
        .route("/connections/test", post(connections::test_new))
        .route("/connections/{name}", get(connections::show).patch(connections::edit).delete(connections::delete))
        .route("/connections/{name}/test", post(connections::test))
        .route("/connections/{name}/objects/{object}/fields", get(connections::fields))
        .route("/clients", get(clients::list))
        .route("/clients/import", post(clients::import))
        .route("/clients/archive", post(clients::archive))
        .route("/clients/unarchive", post(clients::unarchive))
        .route("/clients/erase", post(clients::erase))
        .route("/clients/readmit", post(clients::readmit))
        .route("/clients/by-key/{key}/standing", get(clients::standing))
        .route("/clients/by-key/{key}", get(clients::show).put(clients::save))
        .route("/clients/by-key/{key}/links", get(clients::links))
        .route("/syncs", get(syncs::list).post(syncs::create))
        .route("/syncs/{name}", get(syncs::show).delete(syncs::delete))
        .route("/syncs/{name}/enable", post(syncs::enable))
        .route("/syncs/{name}/disable", post(syncs::disable))
        .route("/syncs/{name}/preview", get(syncs::preview))
        .route("/syncs/{name}/runs", get(syncs::runs).post(syncs::run))
        .route("/syncs/{name}/adopt", post(syncs::adopt))
        .route("/syncs/{name}/due", get(syncs::due))
        .route("/syncs/{name}/retry", post(syncs::retry))
        .route("/syncs/{name}/drop", post(syncs::drop_rows))
        .route("/syncs/{name}/release", post(syncs::release))
        .route("/runs", get(runs::list))
        .route("/runs/{id}", get(runs::show))
        .route("/runs/{id}/cancel", post(runs::cancel))
        .route("/runs/{id}/records", get(runs::records))
        .route("/runs/{id}/timeline", get(runs::timeline))
        .route("/upkeep", get(upkeep::show))
        .route("/restored", post(upkeep::mark_restored))
        .route("/vault", get(vault::show))
        .route("/vault/rewrap", post(vault::rewrap));
    let identifying = Identify { hub: hub.clone(), https: false };
    let routes = Router::new().nest("/api/v1", v1).fallback(unknown).with_state(hub);
    routes.layer(from_fn_with_state(identifying, identify))
}

async fn unknown(method: axum::http::Method, uri: axum::http::Uri) -> Problem {
    bad_request(format!("there is no {method} {}", uri.path()))
}

/// On whose behalf a request is; nobody's is a [`Problem`].
pub(crate) struct As(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for As {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Caller>().cloned().map(Self).ok_or_else(not_signed_in)
    }
}

/// A JSON body; one that cannot be read is a [`Problem`].
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
struct Json<T>(T);

impl<T: serde::Serialize> axum::response::IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

/// Query parameters; ones that cannot be read are a [`Problem`].
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
struct Query<T>(T);

/// Which page of a list.
#[derive(Debug, serde::Deserialize)]
struct Paging {
    after: Option<String>,
    limit: Option<u32>,
}

impl From<Paging> for PageRequest {
    fn from(Paging { after, limit }: Paging) -> Self {
        Self { after, limit }
    }
}
