//! Pages for people: what this org is, how to sign in, what it holds, what it was asked, how it misbehaves. Plain HTML without scripts,
//! everything escaped, secrets masked. Refuses to change anything.
//!
//! A consumer secret is shown to who presses the button beside it, since nobody could sign in without one; the button is a form of this
//! page, and is not there when other machines may call. No page shows a token.

mod frame;
mod log;
mod overview;
mod plain;
mod record;
mod records;
mod secret;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::control::refuse_other_sites;
use crate::org::Org;

pub(crate) use frame::{escaped, org_name};
pub(crate) use plain::{page, shown};

pub(crate) fn routes() -> Router<Org> {
    Router::new()
        .route("/", get(overview::overview))
        .route("/local-org/page/style.css", get(style))
        .route("/local-org/page/{object}", get(records::records))
        .route("/local-org/page/{object}/{id}", get(record::record))
        .route("/local-org/log", get(log::requests))
        .route("/local-org/log/{number}", get(log::request))
        .route("/local-org/secret", post(secret::show))
        .layer(from_fn(refuse_other_sites))
}

async fn style() -> Response {
    const CSS: HeaderValue = HeaderValue::from_static("text/css;charset=UTF-8");
    ([(header::CONTENT_TYPE, CSS)], include_str!("style.css")).into_response()
}
