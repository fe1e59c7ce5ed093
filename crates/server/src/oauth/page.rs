//! How the pages look. Nothing runs on them, and nothing but their own style is loaded.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use salesbridge_hub::HubError;
use salesbridge_hub::sign_ins::{SignInDetails, SignInProgress};

use crate::problem::Problem;

/// Where the style is.
pub(crate) const STYLE_PATH: &str = "/oauth/style.css";
const STYLE: &str = include_str!("style.css");
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Seconds until a page that waits asks again.
const AGAIN_AFTER: u32 = 5;

/// The style of the pages.
pub(super) async fn style() -> Response {
    const A_DAY: HeaderValue = HeaderValue::from_static("max-age=86400");
    const CSS: HeaderValue = HeaderValue::from_static("text/css; charset=utf-8");
    ([(CONTENT_TYPE, CSS), (CACHE_CONTROL, A_DAY)], STYLE).into_response()
}

/// What has become of a sign-in. `again` is where the page asks while it is not over.
pub(super) fn sign_in(details: &SignInDetails, again: &str) -> Response {
    let name = &details.connection;
    let failure = details.failure.as_ref();
    match details.state {
        SignInProgress::Done => {
            let org = details.org.as_ref();
            let body = html! {
                @if let Some(org) = org {
                    p { (name) " is signed in to " strong { (org.name.as_deref().unwrap_or("an org without a name")) } ", a " (org.kind) "." }
                    dl { dt { "Org" } dd { code { (org.org_id) } } dt { "User" } dd { code { (org.user_id) } } }
                } @else {
                    p { (name) " is signed in to Salesforce." }
                }
                p { "You can close this window." }
            };
            page(StatusCode::OK, "Signed in", None, &body)
        }
        SignInProgress::Pending | SignInProgress::Finishing => {
            let until = details.expires_at.format("%H:%M:%S UTC");
            let body = html! {
                p { "Salesforce has sent you back, and " (name) " is being signed in." }
                @if let Some(failure) = failure {
                    p { (sentence(&failure.message)) }
                    p { "It is tried again by itself until " (until) ". You can leave this page open, or close it." }
                }
            };
            page(StatusCode::OK, "One moment", Some(again), &body)
        }
        SignInProgress::Failed => {
            let body = html! {
                @if let Some(failure) = failure {
                    p { (name) " could not be signed in. " (sentence(&failure.message)) }
                    p class="remedy" { (sentence(&failure.remedy)) }
                    p { "Code: " code { (failure.code) } }
                }
            };
            page(StatusCode::OK, "Not signed in", None, &body)
        }
        SignInProgress::Cancelled | SignInProgress::Expired => {
            let why = if details.state == SignInProgress::Expired { "took too long" } else { "was given up" };
            let body = html! { p { "The sign-in for " (name) " " (why) "." } p class="remedy" { "Begin it again from Salesbridge." } };
            page(StatusCode::OK, "Not signed in", None, &body)
        }
    }
}

/// What went wrong before anything could become of it.
pub(super) fn problem(error: HubError) -> Response {
    let problem = Problem::from(error);
    let body = html! {
        p { (sentence(problem.detail())) }
        p class="remedy" { (sentence(problem.remedy())) }
        p { "Code: " code { (problem.code()) } }
    };
    page(problem.status(), "Not signed in", None, &body)
}

/// An address that holds what cannot be read.
pub(super) fn unreadable() -> Response {
    let body = html! { p { "The address that Salesforce sent you to cannot be read." } p class="remedy" { "Begin the sign-in again from Salesbridge." } };
    page(StatusCode::BAD_REQUEST, "Not signed in", None, &body)
}

/// With a capital letter before it and a full stop behind.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

fn page(status: StatusCode, title: &str, again: Option<&str>, body: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if let Some(again) = again { meta http-equiv="refresh" content=(format!("{AGAIN_AFTER}; url={again}")); }
                title { (title) " · Salesbridge" }
                link rel="stylesheet" href=(STYLE_PATH);
            }
            body { main { h1 { (title) } (body) } footer { "Salesbridge" } }
        }
    };
    (status, [(CONTENT_SECURITY_POLICY, POLICY)], Html(markup.into_string())).into_response()
}
