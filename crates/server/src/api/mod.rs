//! `/api/v1`: one file per noun.

mod audit;
mod clients;
mod connections;
mod document;
mod events;
mod keys;
mod links;
mod lists;
mod parameters;
mod people;
mod problems;
mod providers;
mod repeats;
mod runs;
mod services;
mod session;
mod sessions;
mod sign_ins;
mod status;
mod syncs;
mod upkeep;
mod vault;

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use salesbridge_hub::{Caller, Hub, Origin};
use salesbridge_model::RequestId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::door::ClientAddress;
use crate::problem::{Problem, no_such_route, not_signed_in, not_this_method};
use crate::refusals::written_down;
use crate::requests::{Identify, identify};

pub use document::openapi_document;
use lists::Paging;

/// Routes for whoever has the machine, who may everything: its socket and its own commands.
pub fn for_owner(router: Router) -> Router {
    router.layer(Extension(Caller::owner()))
}

/// Every route of the API. A door puts the [`Caller`] into the extensions of each request; one without is refused.
pub fn router(hub: Arc<Hub>) -> Router {
    let identifying = Identify { hub: hub.clone(), https: false };
    let routes = routes().split_for_parts().0.method_not_allowed_fallback(other_method).fallback(unknown);
    routes
        .with_state(hub.clone())
        .layer(from_fn_with_state(hub.clone(), repeats::repeat_safely))
        .layer(from_fn_with_state(hub, written_down))
        .layer(from_fn(parameters::know_parameters))
        .layer(from_fn_with_state(identifying, identify))
}

/// Every operation with its description.
fn routes() -> OpenApiRouter<Arc<Hub>> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(document::show))
        .routes(routes!(status::show))
        .routes(routes!(providers::list))
        .routes(routes!(providers::show))
        .routes(routes!(session::sign_in, session::show, session::edit, session::sign_out))
        .routes(routes!(session::change_password))
        .routes(routes!(sessions::list, sessions::end_all))
        .routes(routes!(sessions::end))
        .routes(routes!(people::list, people::create))
        .routes(routes!(people::show, people::edit, people::delete))
        .routes(routes!(people::disable))
        .routes(routes!(people::enable))
        .routes(routes!(people::make_password_link))
        .routes(routes!(people::grant, people::take_grant_back))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::show, keys::revoke))
        .routes(routes!(links::needs_administrator, links::become_first_administrator))
        .routes(routes!(links::set_password))
        .routes(routes!(services::list, services::create))
        .routes(routes!(services::show, services::edit, services::delete))
        .routes(routes!(connections::list, connections::create))
        .routes(routes!(connections::test_new))
        .routes(routes!(connections::show, connections::edit, connections::delete))
        .routes(routes!(connections::certificate))
        .routes(routes!(connections::test))
        .routes(routes!(connections::fields))
        .routes(routes!(sign_ins::begin, sign_ins::show, sign_ins::cancel))
        .routes(routes!(sign_ins::answer))
        .routes(routes!(sign_ins::sign_out))
        .routes(routes!(sign_ins::import_login))
        .routes(routes!(clients::list))
        .routes(routes!(clients::import))
        .routes(routes!(clients::archive))
        .routes(routes!(clients::unarchive))
        .routes(routes!(clients::erase))
        .routes(routes!(clients::readmit))
        .routes(routes!(clients::standing))
        .routes(routes!(clients::show, clients::save))
        .routes(routes!(clients::links))
        .routes(routes!(syncs::list, syncs::create))
        .routes(routes!(syncs::show, syncs::delete))
        .routes(routes!(syncs::enable))
        .routes(routes!(syncs::disable))
        .routes(routes!(syncs::preview))
        .routes(routes!(syncs::runs, syncs::run))
        .routes(routes!(syncs::adopt))
        .routes(routes!(syncs::due))
        .routes(routes!(syncs::retry))
        .routes(routes!(syncs::drop_rows))
        .routes(routes!(syncs::release))
        .routes(routes!(runs::list))
        .routes(routes!(runs::show))
        .routes(routes!(runs::cancel))
        .routes(routes!(runs::records))
        .routes(routes!(runs::timeline))
        .routes(routes!(events::watch))
        .routes(routes!(audit::list))
        .routes(routes!(upkeep::show))
        .routes(routes!(upkeep::mark_restored))
        .routes(routes!(vault::show))
        .routes(routes!(vault::rewrap));
    OpenApiRouter::with_openapi(document::frame()).nest("/api/v1", v1)
}

async fn unknown(method: Method, uri: Uri) -> Problem {
    no_such_route(&method, uri.path())
}

async fn other_method(method: Method, uri: Uri) -> Problem {
    not_this_method(&method, uri.path())
}

/// On whose behalf a request is; nobody's is a [`Problem`].
pub(crate) struct As(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for As {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned().ok_or_else(|| not_signed_in(None))?;
        Ok(Self(caller.from(origin_of(&parts.extensions))))
    }
}

/// From where a request comes, for the few that are nobody's yet.
struct FromWhere(Origin);

impl<S: Send + Sync> FromRequestParts<S> for FromWhere {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(origin_of(&parts.extensions)))
    }
}

/// From where a request comes.
pub(crate) fn origin_of(extensions: &Extensions) -> Origin {
    Origin {
        address: extensions.get::<ClientAddress>().map(|ClientAddress(address)| *address),
        request_id: extensions.get::<RequestId>().map(ToString::to_string),
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

/// What stands in the address; what cannot be read is a [`Problem`].
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
struct Path<T>(T);
