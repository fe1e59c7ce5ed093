//! Faults carried out: around the org's own answer come the waits, the errors, the lost connections and the broken bodies
//! that rules and the request's own header ask for. Refuses to choose them.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use axum::response::{Html, IntoResponse};
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::BodyExt;
use serde_json::json;

use crate::answers::json_answer;
use crate::clock;
use crate::faults::broken_body::BrokenBody;
use crate::faults::rows::{self, under_reached_rows};
use crate::faults::strikes::Blow;
use crate::faults::{Asked, CallerNames, FAULT_HEADER, FaultError, Outcome, Strikes, TokensEnded, in_header};
use crate::oauth::{bearer, tokens, users};
use crate::org::Org;
use crate::server::{Dropped, routed};

/// What some edge answers while an org is being moved. The words are our own; only that it is HTML matters.
const MAINTENANCE_PAGE: &str = "<!DOCTYPE html><html><head><title>Scheduled maintenance</title></head><body>\
    <h1>We are down for maintenance</h1><p>Sorry for the inconvenience. We'll be back shortly.</p></body></html>";

/// The answer to a request, or what faults make of it.
pub(crate) async fn answered(
    org: &Org,
    router: Router,
    request: Request<Body>,
    body: &[u8],
) -> Result<Response<Body>, Dropped> {
    if !org.faults.is_any() && !request.headers().contains_key(FAULT_HEADER) {
        return Ok(routed(router, request).await);
    }
    let (parts, content) = request.into_parts();
    let strikes = match strikes_of(org, &parts, body).await {
        Ok(strikes) => strikes,
        Err(problem) => return Ok((StatusCode::BAD_REQUEST, problem).into_response()),
    };
    let path = parts.uri.path().to_owned();
    if let Some(which) = strikes.end_tokens {
        end_tokens(org, &parts.headers, which).await;
    }
    let answer = match struck(org, &path, &strikes.before).await? {
        Some(instead) => instead,
        None => {
            let request = Request::from_parts(parts, content);
            let answer = under_reached_rows(strikes.rows(), routed(router, request)).await;
            struck(org, &path, &strikes.after).await?.unwrap_or(answer)
        }
    };
    Ok(broken(org, answer, &strikes).await)
}

async fn strikes_of(org: &Org, request: &Parts, body: &[u8]) -> Result<Strikes, String> {
    let own = in_header(&request.headers).transpose()?;
    let is_asked_for = org.faults.needs_caller() || own.as_ref().is_some_and(|rule| rule.matches.needs_caller());
    let caller = if is_asked_for { caller(org, &request.headers).await } else { None };
    let asked = Asked {
        method: &request.method,
        path: request.uri.path(),
        query: request.uri.query(),
        headers: &request.headers,
        body,
        caller,
    };
    let mut strikes = org.faults.strike(&asked, org.now());
    if let Some(rule) = own {
        strikes.add_once(&rule, &asked);
    }
    Ok(strikes)
}

async fn caller(org: &Org, headers: &HeaderMap) -> Option<CallerNames> {
    let token = bearer(headers)?;
    let found = org.read(move |work| {
        let Some(session) = tokens::present(work.sql, &token, work.now)? else { return Ok(None) };
        let user = users::find(work.sql, &session.user_id)?;
        let username = user.map(|user| user.username).unwrap_or_default();
        Ok(Some(CallerNames { user_id: session.user_id, username, consumer_key: session.consumer_key }))
    });
    found.await.ok().flatten()
}

async fn end_tokens(org: &Org, headers: &HeaderMap, which: TokensEnded) {
    let token = bearer(headers);
    let ended = org.write(move |work| {
        work.sessions_changed();
        match (which, token) {
            (TokensEnded::All, _) => drop(tokens::expire_all(work.sql)?),
            (TokensEnded::Presented, Some(token)) => tokens::revoke(work.sql, &token)?,
            (TokensEnded::User, Some(token)) => {
                if let Some(session) = tokens::present(work.sql, &token, work.now)? {
                    tokens::expire_of_user(work.sql, &session.user_id)?;
                }
            }
            (_, None) => {}
        }
        Ok(())
    });
    if let Err(fault) = ended.await {
        tracing::warn!(status = fault.status.as_u16(), "a fault could not end tokens");
    }
}

/// Waits, then drops the connection or answers instead of the org, as told.
async fn struck(org: &Org, path: &str, blow: &Blow) -> Result<Option<Response<Body>>, Dropped> {
    if !blow.wait.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(blow.wait) => {}
            () = org.stop.cancelled() => {}
        }
    }
    match &blow.outcome {
        None => Ok(None),
        Some(Outcome::Dropped) => Err(Dropped),
        Some(Outcome::Maintenance(status)) => Ok(Some((status_of(*status), Html(MAINTENANCE_PAGE)).into_response())),
        Some(Outcome::Error(error)) => Ok(Some(in_shape(path, error))),
    }
}

/// An error in the shape of the API that was called.
fn in_shape(path: &str, error: &FaultError) -> Response<Body> {
    let status = status_of(error.status);
    let last = path.rsplit('/').next().unwrap_or_default();
    let id = if last.len() == 15 || last.len() == 18 { last } else { "unknown" };
    let message = rows::with_ids(&error.message, id, id);
    if path.starts_with("/services/oauth2/") {
        return json_answer(status, &json!({"error": error.code, "error_description": message}));
    }
    if path.starts_with("/services/Soap/") {
        return soap_fault(&error.code, &message);
    }
    if path.starts_with("/id/") {
        return (status, message).into_response();
    }
    json_answer(status, &json!([{"message": message, "errorCode": error.code}]))
}

/// SOAP faults have the status 500, whatever they say.
fn soap_fault(code: &str, message: &str) -> Response<Body> {
    let (code, message) = (quick_xml::escape::escape(code), quick_xml::escape::escape(message));
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:sf=\"urn:fault.partner.soap.sforce.com\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><soapenv:Fault><faultcode>sf:{code}</faultcode>\
         <faultstring>{code}: {message}</faultstring><detail><sf:LoginFault xsi:type=\"sf:LoginFault\"><sf:exceptionCode>{code}\
         </sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>\
         </soapenv:Body></soapenv:Envelope>"
    );
    const XML: HeaderValue = HeaderValue::from_static("text/xml;charset=UTF-8");
    (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, XML)], body).into_response()
}

/// Dates an answer by the org's clock when that is off; hyper dates all others by the machine's.
pub(crate) fn date(org: &Org, answer: &mut Response<Body>) {
    if org.clock_offset.load(Ordering::Relaxed) != 0 && !answer.headers().contains_key(header::DATE) {
        answer.headers_mut().extend(dated(org.now()));
    }
}

fn dated(time: DateTime<Utc>) -> Option<(HeaderName, HeaderValue)> {
    Some((header::DATE, HeaderValue::from_str(&clock::http_date(time)).ok()?))
}

/// The answer with a wrong date, or a body that comes slowly or not to its end.
async fn broken(org: &Org, answer: Response<Body>, strikes: &Strikes) -> Response<Body> {
    let mut answer = answer;
    if strikes.date_skew_seconds != 0 {
        let skew = TimeDelta::try_seconds(strikes.date_skew_seconds).unwrap_or_default();
        answer.headers_mut().extend(org.now().checked_add_signed(skew).and_then(dated));
    }
    if strikes.truncate.is_none() && strikes.slow_bytes_per_second.is_none() {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let whole = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    if strikes.truncate.is_none_or(|cut| cut.announce_length) {
        parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    }
    let cut_after = strikes.truncate.map(|cut| cut.after_bytes);
    Response::from_parts(parts, Body::new(BrokenBody::new(whole, cut_after, strikes.slow_bytes_per_second)))
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
