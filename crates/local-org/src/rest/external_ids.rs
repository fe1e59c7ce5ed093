//! Single records by an external id: upsert, retrieve, delete.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::rows::{self as single, created, deleted, writeable};
use crate::rest::{Call, body, object};
use crate::rows::{self, Found, Purpose, key_cell, record_url};
use crate::schema::{Field, FieldType, Object, ObjectAbility};

/// Versions before this one answer an upsert that updated with 204 and no body.
const BODY_SINCE: &str = "v46.0";

/// `/sobjects/X/FIELD/VALUE`.
pub(crate) fn one(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    name: &str,
    field: &str,
    value: &str,
) -> Result<OperationAnswer, Fault> {
    match operation.method {
        Method::PATCH => upsert(work, call, operation, name, field, value),
        Method::GET => {
            let object = object(work, name)?;
            match found(work, call, &object, field, value)? {
                Ok(id) => single::retrieve(work, call, operation, &object, &id),
                Err(several) => Ok(several),
            }
        }
        Method::DELETE => {
            let object = writeable(work, name, ObjectAbility::Deletable, operation)?;
            match found(work, call, &object, field, value)? {
                Ok(id) => single::delete(work, call, operation, &object, &id),
                Err(several) => Ok(several),
            }
        }
        _ => Err(operation.not_allowed("HEAD,GET,PATCH,DELETE")),
    }
}

fn upsert(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    name: &str,
    field: &str,
    value: &str,
) -> Result<OperationAnswer, Fault> {
    let object = writeable(work, name, ObjectAbility::Updateable, operation)?;
    let row: Map<String, Value> = operation.read()?;
    let found = rows::by_external_id(work, &object, field, value)?;
    let key = object.field(field).ok_or_else(|| Fault::no_row(field))?;
    match found {
        Found::NoSuchField => Err(Fault::no_row(field)),
        Found::Several(ids) => Ok(several(&call.version, &object, &ids)),
        Found::One(id) => {
            single::check_condition(work, operation, &object, &id)?;
            let input = rows::parse(&object, &row, Purpose::Update, Some(key), operation.text()?)?;
            let id = rows::update(work, &object, &id, input, &call.user_id)?.map_err(body::refused)?;
            Ok(updated(&call.version, &object.name, &id))
        }
        Found::Deleted => Err(deleted()),
        Found::None if operation.query.is_true("updateOnly") || key.kind == FieldType::Id => Err(Fault::no_row(value)),
        Found::None => inserted(work, call, operation, &object, key, value, &row),
    }
}

fn inserted(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    object: &Object,
    key: &Field,
    value: &str,
    row: &Map<String, Value>,
) -> Result<OperationAnswer, Fault> {
    if !object.can(ObjectAbility::Createable) {
        return Err(operation.not_allowed("HEAD,GET,PATCH"));
    }
    let mut input = rows::parse(object, row, Purpose::Create, Some(key), operation.text()?)?;
    input.values.extend(key_cell(key, value).map(|cell| (key, cell)));
    let id = rows::create(work, object, input, &call.user_id)?.map_err(body::refused)?;
    Ok(created(&call.version, &object.name, &id, Some(true)))
}

fn updated(version: &str, object: &str, id: &str) -> OperationAnswer {
    // Versions of two digits compare as text.
    if version < BODY_SINCE {
        return OperationAnswer::nothing(StatusCode::NO_CONTENT);
    }
    created(version, object, id, Some(false))
}

/// The id of the one record with the key, or the answer that there are several.
fn found(
    work: &Work<'_>,
    call: &Call,
    object: &Object,
    field: &str,
    value: &str,
) -> Result<Result<String, OperationAnswer>, Fault> {
    match rows::by_external_id(work, object, field, value)? {
        Found::One(id) => Ok(Ok(id)),
        Found::Several(ids) => Ok(Err(several(&call.version, object, &ids))),
        Found::NoSuchField => Err(Fault::no_row(field)),
        Found::Deleted => Err(deleted()),
        Found::None => Err(Fault::no_row(value)),
    }
}

fn several(version: &str, object: &Object, ids: &[String]) -> OperationAnswer {
    let urls: Vec<Value> = ids.iter().map(|id| record_url(version, &object.name, id).into()).collect();
    OperationAnswer::json(StatusCode::MULTIPLE_CHOICES, urls.into())
}
