//! Which resource a path names. Refuses to hold what the resources do.

use std::sync::Arc;

use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use crate::answers::Fault;
use crate::ids;
use crate::org::Work;
use crate::rest::blobs::is_blob;
use crate::rest::conditional::State;
use crate::rest::convert_lead;
use crate::rest::describe_object::Place;
use crate::rest::described_answers::Moment;
use crate::rest::operation::{AnswerBody, Operation, OperationAnswer};
use crate::rest::{
    Call, blobs, collection_retrieve, collection_upsert, collections, composite, describe, external_ids, layouts,
    limits, listings, object, query, recent, relations, replication, rows, search,
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
        ["composite", rest @ ..] => composite::run(work, call, operation, rest),
        [name @ ("query" | "queryAll"), rest @ ..] => queried(work, call, operation, *name == "queryAll", rest),
        ["actions", "standard", "convertLead"] => convert_lead::run(work, call, operation),
        ["limits", rest @ ..] => limited(work, operation, rest),
        ["recent"] => recent::recent(work, call, operation),
        ["search"] => search::search(work, call, operation),
        ["parameterizedSearch"] => search::parameterized(work, call, operation),
        path => listings::answered(work, call, operation, path).unwrap_or_else(|| Err(Fault::no_resource())),
    }
}

fn sobjects(work: &Work<'_>, call: &Call, operation: &Operation, rest: &[&str]) -> Result<OperationAnswer, Fault> {
    let is_get = operation.method == Method::GET;
    let place = Place { version: &call.version, api: "", instance_url: work.org.instance_url() };
    match rest {
        [] if is_get => described(work, call, operation, || Ok(describe::global(work, &place))),
        [object] if is_get => describe::basic(work, &place, object).map(OperationAnswer::ok),
        [object, "describe"] if is_get => described(work, call, operation, || describe::object(work, &place, object)),
        [object, "describe", kind @ ("layouts" | "compactLayouts" | "approvalLayouts"), rest @ ..] if is_get => {
            described(work, call, operation, || laid_out(work, &place, object, kind, rest))
        }
        [object, kind @ ("listviews" | "quickActions")] if is_get => {
            laid_out(work, &place, object, kind, &[]).map(OperationAnswer::ok)
        }
        [] | [_, "describe", ..] | [_, "listviews" | "quickActions"] => Err(operation.not_allowed("HEAD,GET")),
        [object] if operation.method == Method::POST => rows::create(work, call, operation, object, false),
        [_] => Err(operation.not_allowed("HEAD,GET,POST")),
        [object, "updated"] => replication::updated(work, operation, object),
        [object, "deleted"] => replication::deleted(work, operation, object),
        [object, id] if id.eq_ignore_ascii_case("Id") && operation.method == Method::POST => {
            rows::create(work, call, operation, object, true)
        }
        [object, id] => rows::one(work, call, operation, object, id),
        [name, field, value] if object(work, name)?.field(field).is_some() => {
            external_ids::one(work, call, operation, name, field, value)
        }
        [name, id, steps @ ..] => below_record(work, call, operation, name, id, steps),
    }
}

/// What the org says about its objects, unless the caller knows it already.
pub(super) fn described(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    describe: impl FnOnce() -> Result<Value, Fault>,
) -> Result<OperationAnswer, Fault> {
    let (state, changed_at) = State::of_schema(work)?;
    if let Some(unchanged) = state.judged(operation)? {
        return Ok(unchanged);
    }
    let moment = Moment { schema: &work.schema, changed_at, now: work.now };
    let key = format!("{} {}", call.version, operation.path.join("/").to_lowercase());
    let known = work.org.described.find(&key, &moment);
    let text = match known {
        Some(text) => text,
        None => {
            let text: Arc<str> = describe()?.to_string().into();
            work.org.described.keep(key, &text, &moment);
            text
        }
    };
    let body = AnswerBody::Written(text);
    Ok(state.on(OperationAnswer { status: StatusCode::OK, headers: HeaderMap::new(), body }))
}

/// How the pages of an object are laid out.
fn laid_out(work: &Work<'_>, place: &Place<'_>, name: &str, kind: &str, rest: &[&str]) -> Result<Value, Fault> {
    let object = object(work, name)?;
    match (kind, rest) {
        ("layouts", []) => layouts::layouts(work, place, &object),
        ("layouts", [record_type]) => layouts::layout_of(work, &object, record_type),
        ("compactLayouts", []) => layouts::compact_layouts(work, place, &object),
        ("compactLayouts", [record_type]) => layouts::compact_layout_of(work, &object, record_type),
        ("approvalLayouts", []) => layouts::approval_layouts(&object),
        ("listviews", []) => layouts::list_views(&object),
        ("quickActions", []) => layouts::quick_actions(&object),
        _ => Err(Fault::no_resource()),
    }
}

/// What hangs below a record. What is no id of one is taken for a field that finds no rows.
fn below_record(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    name: &str,
    id: &str,
    steps: &[&str],
) -> Result<OperationAnswer, Fault> {
    if ids::normalized(id).is_none() {
        return Err(Fault::no_row(id));
    }
    match steps {
        [field] if is_blob(object(work, name)?.field(field)) => blobs::read(work, operation, name, id, field),
        _ => relations::followed(work, call, operation, name, id, steps),
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
