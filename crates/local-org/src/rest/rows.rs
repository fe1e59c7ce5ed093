//! Single records by id.

use axum::http::{Method, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::rest::conditional::{State, is_conditional};
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::{Call, body, object};
use crate::rows::{self, Found, Purpose, record_url};
use crate::schema::{Field, Object, ObjectAbility};

/// `POST /sobjects/X`; by the path `/sobjects/X/Id` the answer says that the record is new.
pub(crate) fn create(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    name: &str,
    says_created: bool,
) -> Result<OperationAnswer, Fault> {
    let object = writeable(work, name, ObjectAbility::Createable, operation)?;
    let row: Map<String, Value> = operation.read()?;
    let input = rows::parse(&object, &row, Purpose::Create, None, operation.text()?)?;
    let id = rows::create(work, &object, input, &call.user_id)?.map_err(body::refused)?;
    Ok(created(&call.version, &object.name, &id, says_created.then_some(true)))
}

/// `/sobjects/X/ID`.
pub(crate) fn one(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    name: &str,
    id: &str,
) -> Result<OperationAnswer, Fault> {
    match operation.method {
        Method::GET => {
            let object = object(work, name)?;
            retrieve(work, call, operation, &object, &existing(work, &object, id)?)
        }
        Method::PATCH => {
            let object = writeable(work, name, ObjectAbility::Updateable, operation)?;
            update(work, call, operation, &object, &existing(work, &object, id)?)
        }
        Method::DELETE => {
            let object = writeable(work, name, ObjectAbility::Deletable, operation)?;
            delete(work, call, operation, &object, &existing(work, &object, id)?)
        }
        _ => Err(operation.not_allowed(&allowed(object(work, name)?.as_ref()))),
    }
}

pub(crate) fn retrieve(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    object: &Object,
    id: &str,
) -> Result<OperationAnswer, Fault> {
    let state = State::of_record(work, object, id)?;
    if let Some(unchanged) = state.judged(operation)? {
        return Ok(unchanged);
    }
    let record = show(work, &call.version, object, id, operation.query.get("fields"))?;
    Ok(state.on(OperationAnswer::ok(record)))
}

pub(crate) fn update(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    object: &Object,
    id: &str,
) -> Result<OperationAnswer, Fault> {
    check_condition(work, operation, object, id)?;
    let row: Map<String, Value> = operation.read()?;
    let input = rows::parse(object, &row, Purpose::Update, None, operation.text()?)?;
    rows::update(work, object, id, input, &call.user_id)?.map_err(body::refused)?;
    Ok(OperationAnswer::nothing(StatusCode::NO_CONTENT))
}

pub(crate) fn delete(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    object: &Object,
    id: &str,
) -> Result<OperationAnswer, Fault> {
    check_condition(work, operation, object, id)?;
    rows::delete(work, object, id, &call.user_id)?.map_err(body::refused)?;
    Ok(OperationAnswer::nothing(StatusCode::NO_CONTENT))
}

/// Refuses to write a record that is not in the state the caller names.
pub(crate) fn check_condition(work: &Work<'_>, operation: &Operation, object: &Object, id: &str) -> Result<(), Fault> {
    if is_conditional(&operation.headers) {
        State::of_record(work, object, id)?.judged(operation)?;
    }
    Ok(())
}

/// The object a path names, when this can be done with it.
pub(crate) fn writeable(
    work: &Work<'_>,
    name: &str,
    ability: ObjectAbility,
    operation: &Operation,
) -> Result<std::sync::Arc<Object>, Fault> {
    let object = object(work, name)?;
    if object.can(ability) { Ok(object) } else { Err(operation.not_allowed(&allowed(&object))) }
}

/// The methods of a record's path.
fn allowed(object: &Object) -> String {
    let may = [(ObjectAbility::Updateable, ",PATCH"), (ObjectAbility::Deletable, ",DELETE")];
    let more = may.iter().filter(|(ability, _)| object.can(*ability)).map(|(_, method)| *method);
    std::iter::once("HEAD,GET").chain(more).collect()
}

/// The id of a record that is there and not deleted.
pub(crate) fn existing(work: &Work<'_>, object: &Object, id: &str) -> Result<String, Fault> {
    match rows::by_id(work, object, id)? {
        Found::One(id) => Ok(id),
        Found::Deleted => Err(deleted()),
        _ => Err(Fault::no_row(id)),
    }
}

/// The record is in the recycle bin.
pub(crate) fn deleted() -> Fault {
    Fault::new(StatusCode::NOT_FOUND, "ENTITY_IS_DELETED", "entity is deleted")
}

/// A record with the asked fields, or all of them. `Id` is always there.
pub(crate) fn show(
    work: &Work<'_>,
    version: &str,
    object: &Object,
    id: &str,
    asked: Option<&str>,
) -> Result<Value, Fault> {
    let mut fields: Vec<&Field> = match asked {
        None => object.fields.iter().collect(),
        Some(asked) => named_fields(object, asked.split(','))?,
    };
    if !fields.iter().any(|field| field.name == "Id") {
        fields.extend(object.field("Id"));
    }
    rows::show(work, version, object, id, &fields)?.ok_or_else(|| Fault::no_row(id))
}

/// Fields by name, in any case.
pub(crate) fn named_fields<'object, 'name>(
    object: &'object Object,
    names: impl Iterator<Item = &'name str>,
) -> Result<Vec<&'object Field>, Fault> {
    let find = |name: &str| {
        object.field(name.trim()).ok_or_else(|| {
            let text = format!(
                "No such column '{}' on entity '{}'. If you are attempting to use a custom field, be sure to append the \
                 '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate \
                 names.",
                name.trim(),
                object.name
            );
            Fault::bad_request(RowError::new("INVALID_FIELD", text))
        })
    };
    names.filter(|name| !name.trim().is_empty()).map(find).collect()
}

/// The answer to a record made or, for upserts, found and changed.
pub(crate) fn created(version: &str, object: &str, id: &str, created: Option<bool>) -> OperationAnswer {
    let mut body = json!({"id": id, "success": true, "errors": []});
    if let (Some(created), Some(map)) = (created, body.as_object_mut()) {
        map.insert("created".to_owned(), created.into());
    }
    if created == Some(false) {
        return OperationAnswer::ok(body);
    }
    OperationAnswer::json(StatusCode::CREATED, body).with(header::LOCATION, &record_url(version, object, id))
}
