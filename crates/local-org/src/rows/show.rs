//! A stored record as the API shows it. Refuses to decide which fields.

use rusqlite::OptionalExtension;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value, json};

use crate::org::Work;
use crate::schema::tables::is_stored;
use crate::schema::{Field, FieldType, Object};
use crate::storage::{identifier, table};

/// The path of a record: `/services/data/v66.0/sobjects/Account/001…`.
pub(crate) fn record_url(version: &str, object: &str, id: &str) -> String {
    format!("/services/data/{version}/sobjects/{object}/{id}")
}

/// A stored value as JSON.
pub(crate) fn cell(kind: FieldType, value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) if kind == FieldType::Boolean => (number != 0).into(),
        ValueRef::Integer(number) if kind.is_number() && kind != FieldType::Int => json!(to_float(number)),
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        // Encrypted text is shown to nobody: a star for each character.
        ValueRef::Text(text) if kind == FieldType::EncryptedString => {
            "*".repeat(String::from_utf8_lossy(text).chars().count()).into()
        }
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned().into(),
    }
}

/// The record with this id, deleted or not, with these fields in this order.
pub(crate) fn show(
    work: &Work<'_>,
    version: &str,
    object: &Object,
    id: &str,
    fields: &[&Field],
) -> rusqlite::Result<Option<Value>> {
    let needed: Vec<&Field> = object.fields.iter().filter(|field| is_stored(field)).collect();
    let columns: Vec<String> = needed.iter().map(|field| shown_column(field)).collect();
    let sql = format!("SELECT {} FROM {} WHERE \"Id\" = ?1", columns.join(", "), table(&object.name));
    let read = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Map<String, Value>> {
        let cells = needed.iter().enumerate();
        cells.map(|(at, field)| Ok((field.name.clone(), cell(field.kind, row.get_ref(at)?)))).collect()
    };
    let stored = work.sql.prepare_cached(&sql)?.query_row([id], read).optional()?;
    Ok(stored.map(|stored| {
        let mut record = Map::new();
        let attributes = json!({"type": object.name, "url": record_url(version, &object.name, id)});
        record.insert("attributes".to_owned(), attributes);
        for field in fields {
            let value = match field.kind {
                FieldType::Address | FieldType::Location => address(object, field, |part| stored.get(part).cloned()),
                FieldType::Base64 if stored.get(&field.name).is_some_and(|held| !held.is_null()) => {
                    format!("{}/{}", record_url(version, &object.name, id), field.name).into()
                }
                _ => stored.get(&field.name).cloned().unwrap_or(Value::Null),
            };
            record.insert(field.name.clone(), value);
        }
        record.into()
    }))
}

/// A file is shown by its path, so its bytes stay where they are.
fn shown_column(field: &Field) -> String {
    let name = identifier(&field.name);
    if field.kind == FieldType::Base64 { format!("CASE WHEN {name} IS NULL THEN NULL ELSE 1 END") } else { name }
}

/// An address or a location put together from its parts; null when all of them are.
pub(crate) fn address(object: &Object, compound: &Field, part: impl Fn(&str) -> Option<Value>) -> Value {
    let prefix = compound.name.strip_suffix("Address").unwrap_or_default();
    let mut parts: Vec<(String, Value)> = object
        .parts_of(compound)
        .map(|field| {
            let name = field.name.strip_prefix(prefix).unwrap_or(&field.name);
            let name = name.strip_suffix("__s").and_then(|name| name.rsplit("__").next()).unwrap_or(name);
            (lower_first(name), part(&field.name).unwrap_or(Value::Null))
        })
        .collect();
    if parts.iter().all(|(_, value)| value.is_null()) {
        return Value::Null;
    }
    parts.sort_by(|(left, _), (right, _)| left.cmp(right));
    parts.into_iter().collect::<Map<_, _>>().into()
}

fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of the API are doubles")]
fn to_float(number: i64) -> f64 {
    number as f64
}
