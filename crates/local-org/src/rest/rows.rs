//! Single records by id.

use std::collections::HashMap;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::answers::{Fault, RowError, json_answer, ok};
use crate::org::{Org, Work};
use crate::rest::{Call, body, object};
use crate::rows::{self, Found, Purpose, record_url};
use crate::schema::{Field, Object, ObjectAbility};

#[derive(Deserialize)]
pub(crate) struct ObjectPath {
    pub(crate) object: String,
}

#[derive(Deserialize)]
pub(crate) struct RowPath {
    object: String,
    id: String,
}

pub(crate) async fn create(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<ObjectPath>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    made(&org, call, path.object, bytes, false).await
}

/// `POST /sobjects/X/Id`: as a create, and the answer says so.
pub(crate) async fn create_by_id_path(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<ObjectPath>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    made(&org, call, path.object, bytes, true).await
}

async fn made(org: &Org, call: Call, name: String, bytes: Bytes, says_created: bool) -> Result<Response, Fault> {
    let row: Map<String, Value> = body::read(&bytes)?;
    let version = call.version.clone();
    let (object, id) = org
        .write(move |work| {
            let object = writeable(work, &name, ObjectAbility::Createable, "POST")?;
            let input = rows::parse(&object, &row, Purpose::Create, None, body::text(&bytes)?)?;
            let id = rows::create(work, &object, input, &call.user_id)?.map_err(body::refused)?;
            Ok((object.name.clone(), id))
        })
        .await?;
    Ok(created(&version, &object, &id, says_created.then_some(true)))
}

pub(crate) async fn retrieve(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<RowPath>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    let record = org.read(move |work| {
        let object = object(work, &path.object)?;
        let id = existing(work, &object, &path.id)?;
        show(work, &call.version, &object, &id, query.get("fields").map(String::as_str))
    });
    Ok(ok(&record.await?))
}

pub(crate) async fn update(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<RowPath>,
    bytes: Bytes,
) -> Result<StatusCode, Fault> {
    let row: Map<String, Value> = body::read(&bytes)?;
    org.write(move |work| {
        let object = writeable(work, &path.object, ObjectAbility::Updateable, "PATCH")?;
        let id = existing(work, &object, &path.id)?;
        let input = rows::parse(&object, &row, Purpose::Update, None, body::text(&bytes)?)?;
        rows::update(work, &object, &id, input, &call.user_id)?.map_err(body::refused)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<RowPath>,
) -> Result<StatusCode, Fault> {
    org.write(move |work| {
        let object = writeable(work, &path.object, ObjectAbility::Deletable, "DELETE")?;
        let id = existing(work, &object, &path.id)?;
        rows::delete(work, &object, &id, &call.user_id)?.map_err(body::refused)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The object a path names, when this can be done with it.
pub(crate) fn writeable(
    work: &Work<'_>,
    name: &str,
    ability: ObjectAbility,
    method: &str,
) -> Result<std::sync::Arc<Object>, Fault> {
    let object = object(work, name)?;
    if object.can(ability) { Ok(object) } else { Err(Fault::method_not_allowed(method, "HEAD,GET")) }
}

/// The id of a record that is there and not deleted.
pub(crate) fn existing(work: &Work<'_>, object: &Object, id: &str) -> Result<String, Fault> {
    match rows::by_id(work, object, id)? {
        Found::One(id) => Ok(id),
        Found::Deleted => Err(Fault::new(StatusCode::NOT_FOUND, "ENTITY_IS_DELETED", "entity is deleted")),
        _ => Err(Fault::no_row(id)),
    }
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
pub(crate) fn created(version: &str, object: &str, id: &str, created: Option<bool>) -> Response {
    let mut body = json!({"id": id, "success": true, "errors": []});
    if let (Some(created), Some(map)) = (created, body.as_object_mut()) {
        map.insert("created".to_owned(), created.into());
    }
    if created == Some(false) {
        return ok(&body);
    }
    let location = [(header::LOCATION, record_url(version, object, id))];
    (location, json_answer(StatusCode::CREATED, &body)).into_response()
}
