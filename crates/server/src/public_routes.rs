//! The routes that answer whoever has not said who they are. There is no other list: what is not in it is refused before any handler.

use axum::extract::MatchedPath;
use axum::extract::Request;
use axum::http::Method;

/// Methods and paths, as they were declared. The health of the process is told beside the API (`network.rs`).
const PUBLIC: [(Method, &str); 12] = [
    (Method::GET, "/api/v1/openapi.json"),
    (Method::POST, "/api/v1/session"),
    (Method::GET, "/api/v1/first-administrator"),
    (Method::POST, "/api/v1/first-administrator"),
    (Method::POST, "/api/v1/password"),
    (Method::GET, "/first-administrator"),
    (Method::GET, "/password"),
    (Method::GET, "/links/script.js"),
    // Browsers that sign in to Salesforce: a one-time link, and a cookie, say which sign-in it is.
    (Method::GET, "/oauth/start/{id}/{ticket}"),
    (Method::GET, "/oauth/callback"),
    (Method::GET, "/oauth/sign-ins/{id}"),
    (Method::GET, "/oauth/style.css"),
];

/// Whether a request is for everybody.
pub(crate) fn is_public(request: &Request) -> bool {
    let Some(path) = request.extensions().get::<MatchedPath>() else { return false };
    let method = if *request.method() == Method::HEAD { &Method::GET } else { request.method() };
    PUBLIC.iter().any(|(public, declared)| public == method && *declared == path.as_str())
}
