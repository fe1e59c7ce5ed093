//! Pages that one-time links open: for the first administrator, and for a password. What makes a link work stands behind `#`, where no server and no proxy
//! sees it; the page's script takes it from there and sends it in the body of a request.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};

use crate::oauth::STYLE_PATH;

/// Where the script is.
const SCRIPT_PATH: &str = "/links/script.js";
const SCRIPT: &str = include_str!("script.js");
/// Nothing but our own script and style is loaded, and nothing is sent but by that script, to us.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// The routes of the pages, all of them for everybody.
pub(crate) fn links_router() -> Router {
    Router::new()
        .route("/first-administrator", get(first_administrator))
        .route("/password", get(password))
        .route(SCRIPT_PATH, get(script))
}

async fn first_administrator() -> Response {
    let fields = html! {
        label { "Name to sign in with" input name="name" required autocomplete="username" pattern="[a-z][a-z0-9]*(-[a-z0-9]+)*" maxlength="63" autofocus; }
        p class="soft" { "Lower-case letters, digits and hyphens. It never changes." }
        label { "Full name" input name="full_name" autocomplete="name" maxlength="200"; }
        (passwords())
    };
    let about = "Nobody administers this Salesbridge yet. Whoever fills this in becomes its administrator.";
    let done = "You are the administrator now. You can close this window, and sign in with your name and password.";
    page("The first administrator", about, "/api/v1/first-administrator", done, &fields)
}

async fn password() -> Response {
    let about = "Choose the password that you sign in with from now on. Wherever you are signed in, that ends.";
    let done = "The new password holds. You can close this window, and sign in with it.";
    page("A new password", about, "/api/v1/password", done, &passwords())
}

async fn script() -> Response {
    const A_DAY: HeaderValue = HeaderValue::from_static("max-age=86400");
    const JAVASCRIPT: HeaderValue = HeaderValue::from_static("text/javascript; charset=utf-8");
    ([(CONTENT_TYPE, JAVASCRIPT), (CACHE_CONTROL, A_DAY)], SCRIPT).into_response()
}

fn passwords() -> Markup {
    html! {
        label { "Password" input type="password" name="password" required minlength="12" autocomplete="new-password"; }
        p class="soft" { "At least 12 characters; a few words that have nothing to do with each other do." }
        label { "Once more" input type="password" name="again" required minlength="12" autocomplete="new-password"; }
    }
}

/// The button works once the script does: without it a form could only send what it holds in an address.
fn page(title: &str, about: &str, to: &str, done: &str, fields: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Salesbridge" }
                link rel="stylesheet" href=(STYLE_PATH);
                script src=(SCRIPT_PATH) defer {}
            }
            body {
                main {
                    h1 { (title) }
                    form method="post" data-to=(to) data-done=(done) {
                        p { (about) }
                        (fields)
                        button disabled { "Go on" }
                    }
                    p id="told" role="status" aria-live="polite" {}
                    noscript { p class="remedy" { "This page needs JavaScript." } }
                }
                footer { "Salesbridge" }
            }
        }
    };
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(markup.into_string())).into_response()
}
