//! From an API session to a browser session: an address that signs a browser in once, and the door behind it.
//! Refuses to send a browser anywhere but to paths of this org.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use rusqlite::params;

use crate::answers::Fault;
use crate::oauth::apps::random_text;
use crate::oauth::authorize::browser::Browser;
use crate::oauth::authorize::pages::{answered, message};
use crate::oauth::authorize::routes::away;
use crate::oauth::routes::{bearer, refused_session};
use crate::oauth::wire::{Format, Refusal, TokenAnswer, TokenForm};
use crate::oauth::{scopes, tokens};
use crate::org::{Org, Work};

pub(crate) const SINGLE_ACCESS_PATH: &str = "/services/oauth2/singleaccess";
pub(crate) const FRONT_DOOR_PATH: &str = "/secur/frontdoor.jsp";
/// How long the address is good (unconfirmed).
const LIFETIME: TimeDelta = TimeDelta::seconds(60);
const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// The words are unconfirmed.
const NO_WEB: Refusal = Refusal::new("invalid_scope", "the access token needs the scope web");

/// Gives an address for a browser in exchange for an access token with scope `web`.
pub(crate) async fn single_access(
    State(org): State<Org>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = TokenForm::read(&headers, query.as_deref(), &body);
    let token = bearer(&headers).or_else(|| form.field("access_token").map(str::to_owned));
    let Some(token) = token else { return refused_session(None).into_response() };
    match org.write(move |work| address(work, &token, form.field("redirect_uri"))).await {
        Ok(Ok(answer)) => answer.in_format(Format::Json),
        Ok(Err(refusal)) => refusal.into_response(),
        Err(fault) => fault.into_response(),
    }
}

fn address(work: &Work<'_>, token: &str, start: Option<&str>) -> Result<Result<TokenAnswer, Refusal>, Fault> {
    let session = tokens::present(work.sql, token, work.now)?.ok_or_else(|| refused_session(Some(token)))?;
    if !scopes::has(&session.scopes, "web") && !scopes::has(&session.scopes, "full") {
        return Ok(Err(NO_WEB));
    }
    let once = random_text(43, CHARACTERS);
    let (now, over) = (work.now.timestamp_millis(), (work.now + LIFETIME).timestamp_millis());
    work.sql.execute("DELETE FROM front_door WHERE expires_at <= ?1", [now])?;
    let statement = "INSERT INTO front_door (digest, user_id, expires_at) VALUES (?1, ?2, ?3)";
    work.sql.execute(statement, params![tokens::digest(&once), session.user_id, over])?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("otp", &once)
        .append_pair("startURL", &own_path(start))
        .finish();
    let url = format!("{}{FRONT_DOOR_PATH}?{query}", work.org.sign_in_url());
    Ok(Ok(TokenAnswer::default().with("frontdoor_uri", url)))
}

/// Signs the browser in, by such an address or by a session id (`sid`), and sends it on.
pub(crate) async fn front_door(
    State(org): State<Org>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (form, browser) = (TokenForm::read(&headers, query.as_deref(), &body), Browser::of(&org, &headers));
    let start = own_path(form.field("startURL").or(form.field("retURL")));
    let entered = org.write(move |work| {
        let Some(user_id) = visitor(work, &form)? else {
            let html = message("Signed out", "This address was used before, or its time is over. Ask for another one.");
            return Ok(answered(StatusCode::FORBIDDEN, &browser, html));
        };
        let session = browser.sign_in(work, &user_id)?;
        let mut response = away(&start);
        response.headers_mut().extend(browser.session_cookie(&session).map(|cookie| (header::SET_COOKIE, cookie)));
        Ok(response)
    });
    entered.await.unwrap_or_else(IntoResponse::into_response)
}

fn visitor(work: &Work<'_>, form: &TokenForm) -> Result<Option<String>, Fault> {
    if let Some(session) = form.field("sid") {
        let session = tokens::present(work.sql, session, work.now)?;
        let may_enter = |scopes: &str| scopes::has(scopes, "web") || scopes::has(scopes, "full");
        return Ok(session.filter(|session| may_enter(&session.scopes)).map(|session| session.user_id));
    }
    let once = tokens::digest(form.field("otp").unwrap_or_default());
    let mut statement =
        work.sql.prepare_cached("DELETE FROM front_door WHERE digest = ?1 RETURNING user_id, expires_at > ?2")?;
    let mut rows = statement.query(params![once, work.now.timestamp_millis()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (user_id, is_current): (String, bool) = (row.get(0)?, row.get(1)?);
    Ok(is_current.then_some(user_id))
}

/// A path of this org: neither another site's address nor one that browsers take for one.
fn own_path(asked: Option<&str>) -> String {
    let is_own = |path: &&str| {
        path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.contains(char::is_control)
    };
    asked.filter(is_own).unwrap_or("/").to_owned()
}
