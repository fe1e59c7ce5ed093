//! Pages for the browser that signs in to Salesforce for a connection: the one-time link that begins it, the address that Salesforce sends it back to, and
//! what has become of it. Nobody is signed in to us here: the cookie that the link gives says which browser it is.

mod cookie;
mod page;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use salesbridge_hub::Hub;
use salesbridge_hub::sign_ins::{BrowserAnswer, CALLBACK_PATH, Carried, START_PATH};
use salesbridge_model::Secret;

use self::cookie::Cookie;
pub(crate) use self::page::STYLE_PATH;

/// Where a browser asks what has become of its sign-in, before the id.
const STATE_PATH: &str = "/oauth/sign-ins";

/// What the pages need.
#[derive(Clone)]
struct Pages {
    hub: Arc<Hub>,
    cookie: Cookie,
}

/// The routes of the pages, all of them for everybody.
pub(crate) fn oauth_router(hub: Arc<Hub>, https: bool) -> Router {
    Router::new()
        .route(&format!("{START_PATH}/{{id}}/{{ticket}}"), get(start))
        .route(CALLBACK_PATH, get(callback))
        .route(&format!("{STATE_PATH}/{{id}}"), get(state))
        .route(page::STYLE_PATH, get(page::style))
        .with_state(Pages { hub, cookie: Cookie::new(https) })
}

/// Opens a one-time link: the browser is given its cookie and goes to Salesforce.
async fn start(State(pages): State<Pages>, Path((id, ticket)): Path<(String, String)>) -> Response {
    match pages.hub.open_sign_in_link(&id, &Secret::new(ticket)).await {
        Ok(opened) => {
            let cookie = pages.cookie.given(&opened.browser);
            (StatusCode::SEE_OTHER, [(SET_COOKIE, cookie), (LOCATION, opened.location)]).into_response()
        }
        Err(error) => page::problem(error),
    }
}

/// What Salesforce puts into the address (RFC 6749 sections 4.1.2 and 4.1.2.1).
#[derive(serde::Deserialize)]
struct Returned {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Takes what the browser brings back (R11).
async fn callback(
    State(pages): State<Pages>,
    returned: Result<Query<Returned>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(Returned { state, code, error, error_description })) = returned else { return page::unreadable() };
    let answer = BrowserAnswer {
        state,
        code: code.map(Secret::new),
        refusal: error.map(|error| (error, error_description.unwrap_or_default())),
        browser: pages.cookie.read(&headers),
    };
    pages.show(pages.hub.carry_sign_in(answer).await)
}

/// What has become of it.
async fn state(State(pages): State<Pages>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let browser = pages.cookie.read(&headers);
    pages.show(pages.hub.carried_sign_in(&id, browser.as_ref()).await)
}

impl Pages {
    fn show(&self, carried: Result<Carried, salesbridge_hub::HubError>) -> Response {
        let Carried { id, sign_in } = match carried {
            Ok(carried) => carried,
            Err(error) => return page::problem(error),
        };
        let page = page::sign_in(&sign_in, &format!("{STATE_PATH}/{id}"));
        if sign_in.state.is_final() {
            return ([(SET_COOKIE, self.cookie.taken_back())], page).into_response();
        }
        page
    }
}
