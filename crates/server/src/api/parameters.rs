//! What is looked at before any handler of the API: whether the operation has the parameters it is given, and whether the caller reads what is answered.
//!
//! Both are taken from the API's own description, so that no handler can forget them.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::{MatchedPath, Request};
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use url::form_urlencoded;

use super::document::{openapi_document, takes_key};
use crate::problem::Problem;

/// What an operation takes and gives.
#[derive(Default)]
struct Operation {
    parameters: Vec<String>,
    answers: Vec<String>,
    /// It is carried out once under an `Idempotency-Key`.
    takes_key: bool,
    /// Its answer holds a secret, and is shown once.
    answers_once: bool,
}

/// Operations by path and method.
static OPERATIONS: LazyLock<HashMap<(String, String), Operation>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(openapi_document()).unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(|(method, operation)| ((path.clone(), method.clone()), operation))
    });
    operations.map(|(place, operation)| (place, read(operation))).collect()
});

fn read(operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let in_query = parameters.filter(|parameter| parameter["in"] == "query");
    let answers = operation["responses"].as_object().into_iter().flatten();
    let kinds = answers
        .filter(|(status, _)| status.starts_with('2'))
        .flat_map(|(_, answer)| answer["content"].as_object().into_iter().flat_map(|content| content.keys().cloned()));
    Operation {
        parameters: in_query.filter_map(|parameter| parameter["name"].as_str()).map(str::to_owned).collect(),
        answers: kinds.collect(),
        takes_key: takes_key(operation),
        answers_once: operation["x-shown-once"] == true,
    }
}

fn operation(path: Option<&MatchedPath>, method: &Method) -> Option<&'static Operation> {
    let method = if method == Method::HEAD { Method::GET } else { method.clone() };
    OPERATIONS.get(&(path?.as_str().to_owned(), method.as_str().to_ascii_lowercase()))
}

/// Whether this request is carried out once under an `Idempotency-Key`.
pub(super) fn takes_idempotency_key(request: &Request) -> bool {
    operation(request.extensions().get(), request.method()).is_some_and(|operation| operation.takes_key)
}

/// Whether the answer to this request holds a secret. Such an operation says so in `x-shown-once`.
pub(super) fn answers_once(request: &Parts) -> bool {
    operation(request.extensions.get(), &request.method).is_some_and(|operation| operation.answers_once)
}

/// Refuses parameters that an operation does not have, and callers who would not read its answer.
pub(super) async fn know_parameters(request: Request, next: Next) -> Response {
    let Some(operation) = operation(request.extensions().get(), request.method()) else {
        return next.run(request).await;
    };
    if let Some(problem) = unknown_parameter(operation, request.uri().query().unwrap_or_default()) {
        return problem.into_response();
    }
    if !is_accepted(operation, request.headers()) {
        return not_acceptable(operation).into_response();
    }
    next.run(request).await
}

fn unknown_parameter(operation: &Operation, query: &str) -> Option<Problem> {
    let (name, _) = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| !operation.parameters.iter().any(|known| known == name))?;
    let known = match operation.parameters.join(", ") {
        none if none.is_empty() => "it has none".to_owned(),
        known => format!("it has: {known}"),
    };
    Some(Problem::about_field(&name, format!("is not a parameter of this operation; {known}")))
}

/// Whether the answer is of a kind that the caller reads. An operation that answers nothing suits everybody.
fn is_accepted(operation: &Operation, headers: &HeaderMap) -> bool {
    let lines: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok()).collect();
    let ranges = || lines.iter().flat_map(|line| line.split(',')).map(str::trim).filter(|range| !range.is_empty());
    if operation.answers.is_empty() || ranges().next().is_none() {
        return true;
    }
    operation.answers.iter().any(|kind| ranges().any(|range| covers(range, kind)))
}

/// Whether a media range, such as `application/*;q=0.8`, covers a kind.
fn covers(range: &str, kind: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let refused = parts.any(|part| {
        part.strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0)
    });
    let group = kind.split('/').next().unwrap_or_default();
    !refused && (name == "*/*" || name.eq_ignore_ascii_case(kind) || name.strip_suffix("/*") == Some(group))
}

fn not_acceptable(operation: &Operation) -> Problem {
    Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        "not_acceptable",
        "The answer is of another kind than the caller reads",
        format!("this operation answers {}, which the header Accept does not name", operation.answers.join(" or ")),
        "Send `Accept: */*`, or leave the header out",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_covers_its_kinds_unless_its_weight_is_nothing() {
        for range in ["*/*", "application/*", "application/json", "Application/JSON; q=0.1", "application/json;q=1"] {
            assert!(covers(range, "application/json"), "{range}");
        }
        for range in ["text/html", "text/*", "application/json;q=0", "*/*; q=0.0", "json"] {
            assert!(!covers(range, "application/json"), "{range}");
        }
    }

    #[test]
    fn every_operation_is_known_with_its_parameters() {
        let list = &OPERATIONS[&("/api/v1/clients".to_owned(), "get".to_owned())];
        assert!(list.parameters.contains(&"limit".to_owned()) && list.answers == ["application/json"]);
        assert!(unknown_parameter(list, "limit=1&q=x").is_none() && unknown_parameter(list, "%71=x").is_none());
        assert!(unknown_parameter(list, "limit=1&colour=red").is_some());
    }
}
