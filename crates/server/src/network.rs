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

use crate::door::{
    DoorSettings, Guard, Rates, Recognise, SessionCookie, Unknown, by_address, guard, own_pages_only, recognise,
};
use crate::links::links_router;
use crate::oauth::oauth_router;
use crate::problem::{Problem, not_signed_in};
use crate::public_routes::is_public;
use crate::requests::{Identify, identify};

/// Every route of the door on the network: those of `api`, and those for whoever watches the process.
///
/// Who asks is found out before the rates, which are for those whom nobody knows.
pub fn network_router(hub: Arc<Hub>, api: Router, settings: &DoorSettings) -> Router {
    let (identifying, cookie) = (Identify { hub: hub.clone(), https: settings.is_https() }, cookie_of(settings));
    let recognising = Recognise { hub: hub.clone(), cookie };
    let oauth = oauth_router(hub.clone(), settings.is_https());
    let health = Router::new().route("/health/live", get(live)).route("/health/ready", get(ready)).with_state(hub);
    api.merge(oauth)
        .merge(links_router())
        .layer(from_fn(signed_in))
        .layer(from_fn_with_state(Rates::new(settings), by_address))
        .layer(from_fn_with_state(cookie, own_pages_only))
        .layer(from_fn_with_state(recognising, recognise))
        .merge(health)
        .layer(from_fn_with_state(Guard::new(Arc::new(settings.clone())), guard))
        .layer(from_fn_with_state(identifying, identify))
}

fn cookie_of(settings: &DoorSettings) -> SessionCookie {
    SessionCookie { https: settings.is_https() }
}

/// Refuses those who have not said who they are, before any handler: nobody learns what there is.
async fn signed_in(request: Request, next: Next) -> Response {
    if request.extensions().get::<Caller>().is_some() || is_public(&request) {
        return next.run(request).await;
    }
    let carried = request.extensions().get::<Unknown>().copied();
    ([(WWW_AUTHENTICATE, "Bearer")], not_signed_in(carried)).into_response()
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
