//! Single records by an external id: upsert, retrieve, delete.

use std::collections::HashMap;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answers::{Fault, json_answer, ok};
use crate::org::{Org, Work};
use crate::rest::rows::{created, show, writeable};
use crate::rest::{Call, body, object};
use crate::rows::{self, Found, Purpose, key_cell, record_url};
use crate::schema::{FieldType, Object, ObjectAbility};

/// Versions before this one answer an upsert that updated with 204 and no body.
const BODY_SINCE: &str = "v46.0";

#[derive(Deserialize)]
pub(crate) struct KeyPath {
    object: String,
    field: String,
    value: String,
}

/// What an upsert came to.
enum Upserted {
    Created(String, String),
    Updated(String, String),
    Several(Vec<String>),
}

pub(crate) async fn upsert(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<KeyPath>,
    Query(query): Query<HashMap<String, String>>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let row: Map<String, Value> = body::read(&bytes)?;
    let update_only = query.get("updateOnly").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let version = call.version.clone();
    let outcome = org.write(move |work| upserted(work, &call, &path, &row, body::text(&bytes)?, update_only)).await?;
    Ok(match outcome {
        Upserted::Created(object, id) => created(&version, &object, &id, Some(true)),
        Upserted::Updated(..) if is_before(&version, BODY_SINCE) => StatusCode::NO_CONTENT.into_response(),
        Upserted::Updated(object, id) => created(&version, &object, &id, Some(false)),
        Upserted::Several(urls) => several(urls),
    })
}

fn upserted(
    work: &Work<'_>,
    call: &Call,
    path: &KeyPath,
    row: &Map<String, Value>,
    text: &str,
    update_only: bool,
) -> Result<Upserted, Fault> {
    let object = writeable(work, &path.object, ObjectAbility::Updateable, "PATCH")?;
    let found = rows::by_external_id(work, &object, &path.field, &path.value)?;
    let key = object.field(&path.field).ok_or_else(|| Fault::no_row(&path.field))?;
    match found {
        Found::NoSuchField => Err(Fault::no_row(&path.field)),
        Found::Several(ids) => Ok(Upserted::Several(urls(&call.version, &object, &ids))),
        Found::One(id) => {
            let input = rows::parse(&object, row, Purpose::Update, Some(key), text)?;
            let id = rows::update(work, &object, &id, input, &call.user_id)?.map_err(body::refused)?;
            Ok(Upserted::Updated(object.name.clone(), id))
        }
        Found::Deleted => Err(Fault::new(StatusCode::NOT_FOUND, "ENTITY_IS_DELETED", "entity is deleted")),
        Found::None if update_only || key.kind == FieldType::Id => Err(Fault::no_row(&path.value)),
        Found::None => {
            let mut input = rows::parse(&object, row, Purpose::Create, Some(key), text)?;
            input.values.extend(key_cell(key, &path.value).map(|cell| (key, cell)));
            let id = rows::create(work, &object, input, &call.user_id)?.map_err(body::refused)?;
            Ok(Upserted::Created(object.name.clone(), id))
        }
    }
}

pub(crate) async fn retrieve(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<KeyPath>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    let outcome = org.read(move |work| {
        let object = object(work, &path.object)?;
        match one(work, &call, &object, &path)? {
            Ok(id) => show(work, &call.version, &object, &id, query.get("fields").map(String::as_str)).map(Ok),
            Err(urls) => Ok(Err(urls)),
        }
    });
    Ok(outcome.await?.map_or_else(several, |record| ok(&record)))
}

pub(crate) async fn delete(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<KeyPath>,
) -> Result<Response, Fault> {
    let outcome = org.write(move |work| {
        let object = writeable(work, &path.object, ObjectAbility::Deletable, "DELETE")?;
        match one(work, &call, &object, &path)? {
            Ok(id) => rows::delete(work, &object, &id, &call.user_id)?.map_err(body::refused).map(Ok),
            Err(urls) => Ok(Err(urls)),
        }
    });
    Ok(outcome.await?.map_or_else(several, |_| StatusCode::NO_CONTENT.into_response()))
}

/// The id of the one record with the key, or the paths of several.
fn one(work: &Work<'_>, call: &Call, object: &Object, path: &KeyPath) -> Result<Result<String, Vec<String>>, Fault> {
    match rows::by_external_id(work, object, &path.field, &path.value)? {
        Found::One(id) => Ok(Ok(id)),
        Found::Several(ids) => Ok(Err(urls(&call.version, object, &ids))),
        Found::NoSuchField => Err(Fault::no_row(&path.field)),
        Found::Deleted => Err(Fault::new(StatusCode::NOT_FOUND, "ENTITY_IS_DELETED", "entity is deleted")),
        Found::None => Err(Fault::no_row(&path.value)),
    }
}

fn several(urls: Vec<String>) -> Response {
    json_answer(StatusCode::MULTIPLE_CHOICES, &urls.into())
}

fn urls(version: &str, object: &Object, ids: &[String]) -> Vec<String> {
    ids.iter().map(|id| record_url(version, &object.name, id)).collect()
}

/// Versions of two digits compare as text.
fn is_before(version: &str, other: &str) -> bool {
    version < other
}
