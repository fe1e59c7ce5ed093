//! The Tooling API: custom objects and fields made, changed and deleted, and what the org is made of, asked for.
//! A new field is usable at once, and by everyone. Refuses to hold the rules of definitions; those are in `schema::custom`.

mod anonymous;
mod asked;
mod fields;
mod objects;
mod query;
mod rows;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::org::{Org, Work};
use crate::rest::Call;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::tooling::asked::Asked;
use crate::rules::{self, ValidationSent};
use crate::schema::definitions::{FIELD, OBJECT};

/// What the Tooling API has, by the keys of its resource map.
const RESOURCES: [&str; 4] = ["executeAnonymous", "query", "queryAll", "sobjects"];

/// The kind of a validation rule; its rows are the rules themselves.
const VALIDATION_RULE: &str = "ValidationRule";

/// Answers a request of the Tooling API.
pub(crate) async fn handle(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    request: Request,
) -> Result<Response, Fault> {
    let operation = Operation::of_request(request).await?;
    // A query writes a locator when its rows are more than a page.
    let only_reads = operation.method == Method::GET && !operation.path.iter().any(|part| part.starts_with("query"));
    let answer = if only_reads {
        org.read(move |work| run(work, &call, &operation)).await?
    } else {
        org.write(move |work| run(work, &call, &operation)).await?
    };
    Ok(answer.into_response())
}

fn run(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    let path: Vec<&str> = operation.path.iter().skip(1).map(String::as_str).collect();
    let is_get = operation.method == Method::GET;
    match path.as_slice() {
        [] if is_get => Ok(OperationAnswer::ok(resources(call))),
        ["query"] if is_get => query::first_page(work, call, operation, false),
        ["queryAll"] if is_get => query::first_page(work, call, operation, true),
        ["query" | "queryAll", locator] if is_get => query::next_page(work, call, locator),
        ["executeAnonymous"] if is_get => anonymous::execute(operation),
        ["sobjects", rest @ ..] if is_get => rows::asked_for(work, call, operation, rest),
        ["sobjects", object] if operation.method == Method::POST => create(work, call, operation, object),
        ["sobjects", object, id] if operation.method == Method::PATCH => update(work, call, operation, object, id),
        ["sobjects", object, id] if operation.method == Method::DELETE => delete(work, operation, object, id),
        ["sobjects", _] => Err(operation.not_allowed("HEAD,GET,POST")),
        ["sobjects", _, _] => Err(operation.not_allowed("HEAD,GET,PATCH,DELETE")),
        [] | ["query" | "queryAll", ..] | ["executeAnonymous"] | ["sobjects", ..] => {
            Err(operation.not_allowed("HEAD,GET"))
        }
        _ => Err(Fault::no_resource()),
    }
}

fn resources(call: &Call) -> Value {
    let path = |key: &&str| ((*key).to_owned(), format!("/services/data/{}/tooling/{key}", call.version).into());
    RESOURCES.iter().map(path).collect::<Map<String, Value>>().into()
}

fn create(work: &Work<'_>, call: &Call, operation: &Operation, object: &str) -> Result<OperationAnswer, Fault> {
    let id = match kind(work, operation, object)? {
        FIELD => fields::create(work, &Asked::read(&operation.body)?, &call.user_id)?,
        VALIDATION_RULE => operation.read::<ValidationSent>()?.create(work, &call.user_id)?,
        _ => objects::create(work, &Asked::read(&operation.body)?, &call.user_id)?,
    };
    let answer = json!({"id": id, "success": true, "errors": [], "warnings": [], "infos": []});
    Ok(OperationAnswer::json(StatusCode::CREATED, answer))
}

fn update(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    object: &str,
    id: &str,
) -> Result<OperationAnswer, Fault> {
    match kind(work, operation, object)? {
        FIELD => fields::update(work, id, &Asked::read(&operation.body)?, &call.user_id)?,
        VALIDATION_RULE => operation.read::<ValidationSent>()?.update(work, id, &call.user_id)?,
        _ => objects::update(work, id, &Asked::read(&operation.body)?, &call.user_id)?,
    }
    Ok(OperationAnswer::nothing(StatusCode::NO_CONTENT))
}

fn delete(work: &Work<'_>, operation: &Operation, object: &str, id: &str) -> Result<OperationAnswer, Fault> {
    match kind(work, operation, object)? {
        FIELD => fields::delete(work, id)?,
        VALIDATION_RULE => rules::delete_validation_rule(work, id)?,
        _ => objects::delete(work, id)?,
    }
    Ok(OperationAnswer::nothing(StatusCode::NO_CONTENT))
}

/// The kind of definition a path names, in any case. What else the Tooling API shows can only be read.
fn kind(work: &Work<'_>, operation: &Operation, object: &str) -> Result<&'static str, Fault> {
    let known = [FIELD, OBJECT, VALIDATION_RULE].into_iter().find(|known| known.eq_ignore_ascii_case(object));
    known.ok_or_else(|| match work.schema.for_tooling().object(object) {
        Some(_) => operation.not_allowed("HEAD,GET"),
        None => Fault::no_resource(),
    })
}
