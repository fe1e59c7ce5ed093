//! Files inside records: their bytes below the path of the record, and bodies of several parts that bring them.
//! Refuses to know what follows from a file's bytes.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::OptionalExtension;
use serde_json::{Map, Value};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::rest::object;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::rows::existing;
use crate::schema::{Field, FieldType};
use crate::storage::{identifier, table};

/// What bytes are when the record does not say (unconfirmed).
const UNKNOWN_KIND: &str = "application/octet-stream";

/// One part of a body.
struct Part {
    name: String,
    is_json: bool,
    content: Bytes,
}

/// `GET /sobjects/X/ID/FIELD` of a field that holds a file.
pub(super) fn read(
    work: &Work<'_>,
    operation: &Operation,
    name: &str,
    id: &str,
    field: &str,
) -> Result<OperationAnswer, Fault> {
    operation.only_get()?;
    let object = object(work, name)?;
    let id = existing(work, &object, id)?;
    let field = object.field(field).filter(|field| field.kind == FieldType::Base64).ok_or_else(Fault::no_resource)?;
    let kind = object.field("ContentType").map_or_else(|| "NULL".to_owned(), |kind| identifier(&kind.name));
    let sql = format!("SELECT {}, {kind} FROM {} WHERE \"Id\" = ?1", identifier(&field.name), table(&object.name));
    let found: Option<(Option<Vec<u8>>, Option<String>)> =
        work.sql.prepare_cached(&sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (content, kind) = found.unwrap_or_default();
    let content = content.ok_or_else(Fault::no_resource)?;
    Ok(OperationAnswer::bytes(kind.unwrap_or_else(|| UNKNOWN_KIND.to_owned()), content.into()))
}

/// Whether this is a field that holds a file.
pub(super) fn is_blob(field: Option<&Field>) -> bool {
    field.is_some_and(|field| field.kind == FieldType::Base64)
}

/// The JSON part of a body of several parts, with the files of the others in their places as base64.
pub(super) async fn joined(request: Request) -> Result<Bytes, Fault> {
    let mut parts = parts(request).await?;
    let at = parts.iter().position(|part| part.is_json).ok_or_else(|| unfit("The request has no part in JSON."))?;
    let json = parts.remove(at);
    let mut body: Map<String, Value> = crate::rest::body::read(&json.content)?;
    match body.get_mut("records").and_then(Value::as_array_mut) {
        Some(records) => records.iter_mut().try_for_each(|record| into_record(record, &parts))?,
        None => {
            let files = parts.iter().map(|part| (part.name.clone(), STANDARD.encode(&part.content).into()));
            body.extend(files);
        }
    }
    Ok(Value::from(body).to_string().into())
}

/// A record of a collection names its part, and the field that the part is for, among its attributes.
fn into_record(record: &mut Value, parts: &[Part]) -> Result<(), Fault> {
    let attribute = |name: &str| record["attributes"][name].as_str().map(str::to_owned);
    let Some((name, field)) = attribute("binaryPartName").zip(attribute("binaryPartNameAlias")) else { return Ok(()) };
    let part = parts.iter().find(|part| part.name == name);
    let part = part.ok_or_else(|| unfit(&format!("The request has no part with the name {name}.")))?;
    record[field] = STANDARD.encode(&part.content).into();
    Ok(())
}

async fn parts(request: Request) -> Result<Vec<Part>, Fault> {
    let unreadable = |error: &dyn std::fmt::Display| unfit(&error.to_string());
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| unreadable(&error))?;
    let mut parts: Vec<Part> = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_named = name.starts_with("entity_") || name == "collection";
        let is_json = is_named || field.content_type().is_some_and(|kind| kind.starts_with("application/json"));
        let content = field.bytes().await.map_err(|error| unreadable(&error))?;
        let is_json = is_json && parts.iter().all(|part| !part.is_json);
        parts.push(Part { name, is_json, content });
    }
    Ok(parts)
}

/// The code of a body of several parts that cannot be read (unconfirmed).
fn unfit(text: &str) -> Fault {
    Fault::bad_request(RowError::new("INVALID_MULTIPART_REQUEST", text))
}
