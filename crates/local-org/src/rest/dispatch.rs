//! Which resource a path names. Refuses to hold what the resources do.

use axum::http::Method;

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::{
    Call, collection_retrieve, collection_upsert, collections, describe, external_ids, limits, query, rows,
};

/// Whether an operation leaves the org as it is.
pub(super) fn only_reads(operation: &Operation) -> bool {
    operation.method == Method::GET
}

/// Answers one operation, in the caller's transaction.
pub(super) fn run(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    let path: Vec<&str> = operation.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["sobjects", rest @ ..] => sobjects(work, call, operation, rest),
        ["composite", "sobjects", rest @ ..] => collection(work, call, operation, rest),
        [name @ ("query" | "queryAll"), rest @ ..] => queried(work, call, operation, *name == "queryAll", rest),
        ["limits", rest @ ..] => limited(work, operation, rest),
        _ => Err(Fault::no_resource()),
    }
}

fn sobjects(work: &Work<'_>, call: &Call, operation: &Operation, rest: &[&str]) -> Result<OperationAnswer, Fault> {
    let is_get = operation.method == Method::GET;
    match rest {
        [] if is_get => Ok(OperationAnswer::ok(describe::global_answer(work, call))),
        [object] if is_get => describe::basic_answer(work, call, object).map(OperationAnswer::ok),
        [object, "describe"] if is_get => describe::object_answer(work, call, object).map(OperationAnswer::ok),
        [] | [_, "describe"] => Err(operation.not_allowed("HEAD,GET")),
        [object] if operation.method == Method::POST => rows::create(work, call, operation, object, false),
        [_] => Err(operation.not_allowed("HEAD,GET,POST")),
        [object, id] if id.eq_ignore_ascii_case("Id") && operation.method == Method::POST => {
            rows::create(work, call, operation, object, true)
        }
        [object, id] => rows::one(work, call, operation, object, id),
        [object, field, value] => external_ids::one(work, call, operation, object, field, value),
        _ => Err(Fault::no_resource()),
    }
}

fn collection(work: &Work<'_>, call: &Call, operation: &Operation, rest: &[&str]) -> Result<OperationAnswer, Fault> {
    match (operation.method.as_str(), rest) {
        ("POST", []) => collections::create(work, call, operation),
        ("PATCH", []) => collections::update(work, call, operation),
        ("DELETE", []) => collections::delete(work, call, operation),
        (_, []) => Err(operation.not_allowed("POST,PATCH,DELETE")),
        ("GET" | "POST", [object]) => collection_retrieve::retrieve(work, call, operation, object),
        (_, [_]) => Err(operation.not_allowed("HEAD,GET,POST")),
        ("PATCH", [object, field]) => collection_upsert::upsert(work, call, operation, object, field),
        (_, [_, _]) => Err(operation.not_allowed("PATCH")),
        _ => Err(Fault::no_resource()),
    }
}

fn queried(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    include_deleted: bool,
    rest: &[&str],
) -> Result<OperationAnswer, Fault> {
    operation.only_get()?;
    match rest {
        [] => query::first_page_answer(work, call, &operation.query, include_deleted).map(OperationAnswer::ok),
        [locator] => query::next_page_answer(work, call, locator).map(OperationAnswer::ok),
        _ => Err(Fault::no_resource()),
    }
}

fn limited(work: &Work<'_>, operation: &Operation, rest: &[&str]) -> Result<OperationAnswer, Fault> {
    operation.only_get()?;
    match rest {
        [] => limits::limits(work).map(OperationAnswer::ok),
        ["recordCount"] => limits::record_count(work, operation.query.get("sObjects")).map(OperationAnswer::ok),
        _ => Err(Fault::no_resource()),
    }
}
