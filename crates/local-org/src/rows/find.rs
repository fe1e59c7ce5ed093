//! Finding a record by its id or by an external id. Refuses to read more than the id.

use rusqlite::{OptionalExtension, types::Value as Cell};

use crate::ids;
use crate::org::Work;
use crate::schema::{Field, FieldType, Object};
use crate::storage::{identifier, table};

/// What a search for one record came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    One(String),
    Several(Vec<String>),
    None,
    Deleted,
    /// The field is unknown or finds no rows.
    NoSuchField,
}

/// The record of this object with this id, in 15 or 18 characters.
pub(crate) fn by_id(work: &Work<'_>, object: &Object, id: &str) -> rusqlite::Result<Found> {
    let Some(id) = ids::normalized(id) else { return Ok(Found::None) };
    let sql = format!("SELECT {} FROM {} WHERE \"Id\" = ?1", object.is_live_sql(), table(&object.name));
    let is_live: Option<bool> = work.sql.prepare_cached(&sql)?.query_row([&id], |row| row.get(0)).optional()?;
    Ok(match is_live {
        Some(true) => Found::One(id),
        Some(false) => Found::Deleted,
        None => Found::None,
    })
}

/// The records of this object with this value in an external id field.
pub(crate) fn by_external_id(work: &Work<'_>, object: &Object, field: &str, value: &str) -> rusqlite::Result<Found> {
    let Some(field) = object.field(field).filter(|field| field.finds_rows()) else { return Ok(Found::NoSuchField) };
    if field.kind == FieldType::Id {
        return by_id(work, object, value);
    }
    let Some(cell) = key_cell(field, value) else { return Ok(Found::None) };
    let sql = format!(
        "SELECT \"Id\" FROM {} WHERE {} = ?1 AND {} ORDER BY \"Id\"",
        table(&object.name),
        identifier(&field.name),
        object.is_live_sql()
    );
    let found: Vec<String> =
        work.sql.prepare_cached(&sql)?.query_map([cell], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(match found.len() {
        0 => Found::None,
        1 => found.into_iter().next().map_or(Found::None, Found::One),
        _ => Found::Several(found),
    })
}

/// The value of a key as it is stored.
pub(crate) fn key_cell(field: &Field, value: &str) -> Option<Cell> {
    let value = value.trim();
    match field.kind {
        _ if value.is_empty() => None,
        kind if kind.is_number() => value.parse().ok().map(Cell::Real),
        _ => Some(Cell::Text(value.to_owned())),
    }
}
