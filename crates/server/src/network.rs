//! What is answered at the door on the network: how the process is, to everybody; the rest, to those who have said who they are.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use salesbridge_hub::{Caller, Hub, HubError};

use crate::door::{DoorSettings, Guard, Rates, by_address, guard};
use crate::oauth::oauth_router;
use crate::problem::{Problem, not_signed_in};
use crate::requests::{Identify, identify};

/// Every route of the door on the network: those of `api`, and those for whoever watches the process.
///
/// Whatever puts the [`Caller`] into the extensions of a request stands before the rates, which are for those without one.
pub fn network_router(hub: Arc<Hub>, api: Router, settings: &DoorSettings) -> Router {
    let identifying = Identify { hub: hub.clone(), https: settings.is_https() };
    let oauth = oauth_router(hub.clone(), settings.is_https());
    let health = Router::new().route("/health/live", get(live)).route("/health/ready", get(ready)).with_state(hub);
    api.layer(from_fn(signed_in))
        .merge(oauth)
        .layer(from_fn_with_state(Rates::new(settings), by_address))
        .merge(health)
        .layer(from_fn_with_state(Guard::new(Arc::new(settings.clone())), guard))
        .layer(from_fn_with_state(identifying, identify))
}

/// Refuses those who have not said who they are, before any handler: nobody learns what there is.
async fn signed_in(request: Request, next: Next) -> Response {
    if request.extensions().get::<Caller>().is_some() {
        return next.run(request).await;
    }
    ([(WWW_AUTHENTICATE, "Bearer")], not_signed_in()).into_response()
}

/// The process runs.
async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The process can reach its database.
async fn ready(State(hub): State<Arc<Hub>>) -> Result<StatusCode, Problem> {
    hub.is_ready().await.map_err(HubError::from)?;
    Ok(StatusCode::NO_CONTENT)
}
