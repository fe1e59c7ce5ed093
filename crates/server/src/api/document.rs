//! The API's own description, OpenAPI 3.1: made from the handlers and the types they take and give.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::As;
use super::problems::Anywhere;
use crate::problem::Problem;

/// What does not follow from the handlers.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Salesbridge", description = "Sends clients to Salesforce and keeps them the same there. \
        Every operation says in `x-ability` what its caller has to be allowed: see, run, edit, raw or administer; \
        with none it is for everybody who is signed in."),
    servers((url = "/", description = "This installation")),
    components(schemas(Problem)),
    security(("api_key" = []), ("session" = [])),
    tags(
        (name = "installation", description = "This installation of Salesbridge"),
        (name = "connections", description = "Named, sealed ways into Salesforce orgs"),
        (name = "clients", description = "The client directory"),
        (name = "syncs", description = "What keeps records of an org the same as rows of a stream"),
        (name = "runs", description = "Executions of syncs, and what became of each row"),
    ),
    modifiers(&SignIn),
)]
struct Frame;

/// The ways to say who one is.
struct SignIn;

impl utoipa::Modify for SignIn {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key"));
        components.add_security_scheme("api_key", SecurityScheme::Http(bearer.build()));
        let cookie = ApiKeyValue::with_description(SESSION_COOKIE, "The session of a person who has signed in");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Name of the cookie that holds a session.
const SESSION_COOKIE: &str = "__Host-salesbridge";

/// The document before any operation has been added.
pub(super) fn frame() -> OpenApi {
    let mut frame = <Frame as utoipa::OpenApi>::openapi();
    frame.info.license = None;
    frame.info.contact = None;
    frame
}

/// The API's description, OpenAPI 3.1, as it is served.
pub fn openapi_document() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let written = super::routes().into_openapi().to_pretty_json();
        written.map(|text| text + "\n").unwrap_or_default()
    });
    &DOCUMENT
}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "get_openapi", tag = "installation",
    responses((status = 200, description = "The description, OpenAPI 3.1", body = Object), Anywhere),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn show(As(_): As) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], openapi_document())
}
