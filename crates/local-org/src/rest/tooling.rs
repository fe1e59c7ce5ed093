//! Custom fields through the Tooling API. A new field is usable at once, and by everyone.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use rusqlite::{OptionalExtension, params};
use serde::Deserialize;
use serde_json::json;

use crate::answers::{Fault, RowError, json_answer};
use crate::ids;
use crate::org::{Org, Work};
use crate::rest::{Call, body};
use crate::schema::custom::NewCustomField;
use crate::schema::tables;

/// The key prefix of custom fields.
const CUSTOM_FIELD: &str = "00N";

#[derive(Deserialize)]
pub(crate) struct FieldPath {
    id: String,
}

pub(crate) async fn create_field(
    State(org): State<Org>,
    Extension(_): Extension<Call>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let asked: NewCustomField = body::read(&bytes)?;
    let id = org.write(move |work| create(work, &asked)).await?;
    let answer = json!({"id": id, "success": true, "errors": [], "warnings": [], "infos": []});
    Ok(json_answer(StatusCode::CREATED, &answer))
}

pub(crate) async fn delete_field(
    State(org): State<Org>,
    Extension(_): Extension<Call>,
    Path(path): Path<FieldPath>,
) -> Result<StatusCode, Fault> {
    org.write(move |work| delete(work, &path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn create(work: &Work<'_>, asked: &NewCustomField) -> Result<String, Fault> {
    let (object_name, _) = asked.names()?;
    let object = work.schema.object(object_name).cloned().ok_or_else(|| {
        let text = format!("Entity Enumeration Or ID: bad value for restricted picklist field: {object_name}");
        Fault::bad_request(RowError::on("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["EntityEnumOrId"]))
    })?;
    let mut field = asked.field()?;
    if object.field(&field.name).is_some() {
        let stem = field.name.trim_end_matches("__c");
        let text = format!("There is already a field named {stem} on {}.", object.label);
        return Err(Fault::bad_request(RowError::on("DUPLICATE_DEVELOPER_NAME", text, &["DeveloperName"])));
    }
    let id = work.next_id(CUSTOM_FIELD);
    field.custom_id = Some(id.clone());
    tables::add_column(work.sql, &object, &field)?;
    let definition = serde_json::to_string(&field).unwrap_or_default();
    work.sql.execute(
        "INSERT INTO custom_field (id, object, field) VALUES (?1, ?2, ?3)",
        params![id, object.name, definition],
    )?;
    work.publish(work.schema.with_field(&object.name, field));
    Ok(id)
}

fn delete(work: &Work<'_>, id: &str) -> Result<(), Fault> {
    let id = ids::normalized(id).ok_or_else(|| Fault::no_row(id))?;
    let object: Option<String> = work
        .sql
        .query_row("DELETE FROM custom_field WHERE id = ?1 RETURNING object", [&id], |row| row.get(0))
        .optional()?;
    let object = object.and_then(|name| work.schema.object(&name)).ok_or_else(|| Fault::no_row(&id))?;
    let field = object.fields.iter().find(|field| field.custom_id.as_deref() == Some(&id));
    let field = field.ok_or_else(|| Fault::no_row(&id))?;
    tables::drop_column(work.sql, &object.name, &field.name)?;
    work.publish(work.schema.without_field(&object.name, &field.name));
    Ok(())
}
