//! The paths of signing in with a browser. Refuses to decide; `steps` does.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::answers::Fault;
use crate::oauth::authorize::asked::Asked;
use crate::oauth::authorize::browser::Browser;
use crate::oauth::authorize::connect;
use crate::oauth::authorize::frontdoor::{self, FRONT_DOOR_PATH, SINGLE_ACCESS_PATH};
use crate::oauth::authorize::pages::{self, AUTHORIZE_PATH, Onward, answered};
use crate::oauth::authorize::steps::{self, Step};
use crate::oauth::credentials::{self, Refused, SecurityToken};
use crate::oauth::device::CONNECT_PATH;
use crate::oauth::wire::uncached;
use crate::org::{Org, Work};
use crate::page::org_name;

pub(crate) fn routes() -> Router<Org> {
    Router::new()
        .route(AUTHORIZE_PATH, get(authorize).post(authorize))
        .route(pages::LOGIN_PATH, post(sign_in))
        .route(pages::CONSENT_PATH, post(consent))
        .route(CONNECT_PATH, get(connect::show).post(connect::decide))
        .route(SINGLE_ACCESS_PATH, get(frontdoor::single_access).post(frontdoor::single_access))
        .route(FRONT_DOOR_PATH, get(frontdoor::front_door).post(frontdoor::front_door))
        .route("/services/auth/idp/oidc/logout", get(sign_out).post(sign_out))
}

const WRONG: &str = "Check the username and the password. If you still cannot log in, ask your administrator.";
const EXPIRED: &str = "The password has to be changed first. Ask your administrator.";
const STRANGE_FORM: &str = "This form was not shown to this browser, or long ago. Go back to the app and start again.";

async fn authorize(State(org): State<Org>, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let (asked, browser) = (Asked::read(query.as_deref(), &body), Browser::of(&org, &headers));
    let step = org.write(move |work| {
        let person = browser.person(work)?;
        let step = steps::next(work, &asked, person.as_ref())?;
        Ok(stepped(&org_name(work)?, &browser, &asked, step))
    });
    step.await.unwrap_or_else(IntoResponse::into_response)
}

async fn consent(State(org): State<Org>, headers: HeaderMap, body: Bytes) -> Response {
    let (form, browser) = (Asked::read(None, &body), Browser::of(&org, &headers));
    if !browser.is_own_form(form.field("token")) {
        return strange_form(&browser);
    }
    let asked = Asked::read(form.field("query"), b"");
    let is_allowed = form.field("decision") == Some("allow");
    let step = org.write(move |work| {
        let person = browser.person(work)?;
        let step = steps::decided(work, &asked, person.as_ref(), is_allowed)?;
        Ok(stepped(&org_name(work)?, &browser, &asked, step))
    });
    step.await.unwrap_or_else(IntoResponse::into_response)
}

/// Signs in and goes on where the form says, which is one of two places of this org.
async fn sign_in(State(org): State<Org>, headers: HeaderMap, body: Bytes) -> Response {
    let (form, browser) = (Asked::read(None, &body), Browser::of(&org, &headers));
    if !browser.is_own_form(form.field("token")) {
        return strange_form(&browser);
    }
    let onward = Onward::named(form.field("onward"));
    let answer = org.write(move |work| tried(work, &browser, &form, onward));
    answer.await.unwrap_or_else(IntoResponse::into_response)
}

fn tried(work: &Work<'_>, browser: &Browser, form: &Asked, onward: Onward) -> Result<Response, Fault> {
    let asked = Asked::read(form.field("query"), b"");
    let (username, password) = (form.field("username").unwrap_or_default(), form.field("password").unwrap_or_default());
    let user = match credentials::attempt(work.sql, username, password, SecurityToken::Unknown, work.now)? {
        Ok(user) => user,
        Err(refused) => {
            let text = if refused == Refused::Expired { EXPIRED } else { WRONG };
            let html = pages::sign_in(&org_name(work)?, browser, onward, &asked, Some(username), Some(text));
            return Ok(answered(StatusCode::OK, browser, html));
        }
    };
    let session = browser.sign_in(work, &user.id)?;
    let path = if onward == Onward::Connect { CONNECT_PATH } else { AUTHORIZE_PATH };
    let mut response = away(&format!("{path}?{}", asked.after_sign_in().as_query()));
    if let Some(cookie) = browser.session_cookie(&session) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn sign_out(State(org): State<Org>, headers: HeaderMap) -> Response {
    let browser = Browser::of(&org, &headers);
    let answer = org.write(move |work| {
        browser.sign_out(work)?;
        let html = pages::message("Signed out", "This browser is signed out of the org.");
        Ok(answered(StatusCode::OK, &browser, html))
    });
    answer.await.unwrap_or_else(IntoResponse::into_response)
}

fn stepped(org_name: &str, browser: &Browser, asked: &Asked, step: Step) -> Response {
    let html = match step {
        Step::Leave(url) => return away(&url),
        Step::Stop(refusal) => return answered(StatusCode::BAD_REQUEST, browser, pages::refused(&refusal)),
        Step::SignIn => pages::sign_in(org_name, browser, Onward::Authorize, asked, asked.field("login_hint"), None),
        Step::Consent(wanted) => pages::consent(org_name, browser, asked, &wanted),
    };
    answered(StatusCode::OK, browser, html)
}

/// Sends the browser away, by GET whatever it came with.
pub(crate) fn away(url: &str) -> Response {
    match HeaderValue::from_str(url) {
        Ok(place) => uncached((StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()),
        // A callback with characters that no header may have; it was registered that way.
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

pub(crate) fn strange_form(browser: &Browser) -> Response {
    answered(StatusCode::FORBIDDEN, browser, pages::message("Start again", STRANGE_FORM))
}
