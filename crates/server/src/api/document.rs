//! The API's own description, OpenAPI 3.1: made from the handlers and the types they take and give.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::problems::Anywhere;
use crate::problem::Problem;

/// What does not follow from the handlers.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Salesbridge", description = "Sends clients to Salesforce and keeps them the same there. \
        Every operation says in `x-ability` what its caller has to be allowed: see, run, edit, raw or administer; \
        with none it is for everybody who is signed in, and with public for everybody."),
    servers((url = "/", description = "This installation")),
    components(schemas(Problem)),
    security(("api_key" = []), ("session" = [])),
    tags(
        (name = "installation", description = "This installation of Salesbridge"),
        (name = "people", description = "Who works with this installation, what they may do, and what lets them in"),
        (name = "connections", description = "Named, sealed ways into Salesforce orgs"),
        (name = "services", description = "Connected services: app registrations that connections share"),
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
        let mut document = serde_json::to_value(super::routes().into_openapi()).unwrap_or_default();
        name_idempotency_key(&mut document);
        sort_extensions(&mut document);
        serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
    });
    &DOCUMENT
}

/// Names the header that makes a POST safe to send again, at each that takes it.
fn name_idempotency_key(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for operation in paths.filter_map(|(_, item)| item.get_mut("post")) {
        if !takes_key(operation) {
            continue;
        }
        let header = json!({
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A key of the caller's own: sent again under it within 24 hours, the request is not carried out again, and has the same answer",
            "required": false,
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
            "example": "order-4711",
        });
        match operation.get_mut("parameters").and_then(Value::as_array_mut) {
            Some(parameters) => parameters.push(header),
            None => operation["parameters"] = json!([header]),
        }
    }
}

/// Puts what we say of operations beyond OpenAPI last and in order: each process would write it in another.
fn sort_extensions(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.filter_map(|(_, item)| item.as_object_mut()).flatten();
    for operation in operations.filter_map(|(_, operation)| operation.as_object_mut()) {
        let is_ours = |name: &str| name.starts_with("x-");
        let ours: BTreeMap<String, Value> = operation
            .iter()
            .filter(|(name, _)| is_ours(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        operation.retain(|name, _| !is_ours(name));
        operation.extend(ours);
    }
}

/// Files of any size are not kept in memory to be compared; what they do may be done again.
pub(super) fn takes_key(operation: &Value) -> bool {
    let body = operation["requestBody"]["content"].as_object();
    let is_public = operation["security"].as_array().is_some_and(|ways| ways.iter().any(|way| *way == json!({})));
    !is_public && body.is_none_or(|kinds| kinds.contains_key("application/json"))
}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "get_openapi", tag = "installation",
    responses((status = 200, description = "The description, OpenAPI 3.1", body = Object), Anywhere),
    security(()), extensions(("x-ability" = json!("public"))),
)]
pub(super) async fn show() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], openapi_document())
}
