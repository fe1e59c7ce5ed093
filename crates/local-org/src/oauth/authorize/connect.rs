//! The page where a person allows a device (`/setup/connect`). Refuses to know what the device does then.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::answers::Fault;
use crate::oauth::access;
use crate::oauth::authorize::asked::Asked;
use crate::oauth::authorize::browser::Browser;
use crate::oauth::authorize::pages::{self, Onward, answered};
use crate::oauth::authorize::routes::strange_form;
use crate::oauth::wire::Refusal;
use crate::oauth::{apps, device, refresh_grants, users};
use crate::org::{Org, Work};
use crate::page::org_name;

const UNKNOWN_CODE: &str = "No device waits for this code. Look at the device again; a code is good for ten minutes.";

pub(crate) async fn show(State(org): State<Org>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let (asked, browser) = (Asked::read(query.as_deref(), b""), Browser::of(&org, &headers));
    let html = org.write(move |work| Ok(answered(StatusCode::OK, &browser, shown(work, &browser, &asked)?)));
    html.await.unwrap_or_else(IntoResponse::into_response)
}

fn shown(work: &Work<'_>, browser: &Browser, asked: &Asked) -> Result<String, Fault> {
    let Some(code) = asked.field("user_code") else { return Ok(pages::device_code(None)) };
    let Some(waiting) = device::waiting(work, code)? else { return Ok(pages::device_code(Some(UNKNOWN_CODE))) };
    let person = browser.person(work)?;
    let user = person.map(|person| users::find(work.sql, &person.user_id)).transpose()?.flatten();
    let Some(user) = user else {
        return Ok(pages::sign_in(&org_name(work)?, browser, Onward::Connect, asked, None, None));
    };
    let app = apps::find(work.sql, &waiting.consumer_key)?.map(|app| app.name).unwrap_or_default();
    Ok(pages::device_consent(browser, code, &app, &user.username, &waiting.scopes))
}

pub(crate) async fn decide(State(org): State<Org>, headers: HeaderMap, body: Bytes) -> Response {
    let (form, browser) = (Asked::read(None, &body), Browser::of(&org, &headers));
    if !browser.is_own_form(form.field("token")) {
        return strange_form(&browser);
    }
    let html = org.write(move |work| Ok(answered(StatusCode::OK, &browser, decided(work, &browser, &form)?)));
    html.await.unwrap_or_else(IntoResponse::into_response)
}

fn decided(work: &Work<'_>, browser: &Browser, form: &Asked) -> Result<String, Fault> {
    let code = form.field("user_code").unwrap_or_default();
    let Some(waiting) = device::waiting(work, code)? else { return Ok(pages::device_code(Some(UNKNOWN_CODE))) };
    let Some(person) = browser.person(work)? else { return shown(work, browser, form) };
    let denied = |text: &str| {
        device::decide(work.sql, &waiting, None)?;
        Ok(pages::message("Access denied", text))
    };
    if form.field("decision") != Some("allow") {
        return denied("The device was not connected.");
    }
    let (app, user) = (apps::find(work.sql, &waiting.consumer_key)?, users::find(work.sql, &person.user_id)?);
    let (Some(app), Some(user)) = (app, user) else { return denied("The app or the user is gone.") };
    match access::check_user(work, &app, &user) {
        Ok(()) => {}
        Err(Refusal::Grant { description, .. }) => return denied(description),
        Err(Refusal::Broken(fault)) => return Err(fault),
    }
    refresh_grants::keep_consent(work.sql, &app, &user.id, &waiting.scopes)?;
    device::decide(work.sql, &waiting, Some((&user.id, person.signed_in_at)))?;
    Ok(pages::message("Connected", "The device is connected. You can close this page and go back to it."))
}
