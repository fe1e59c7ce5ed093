//! The definitions of custom objects and fields as they are kept: what was sent, who made it, who changed it.
//! Refuses to judge them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use crate::answers::Fault;
use crate::schema::custom::{self, CustomObject, FieldMetadata, Kind, ObjectMetadata};
use crate::schema::{Schema, auto_number};

const TABLE: &str = "
CREATE TABLE IF NOT EXISTS definition (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, object TEXT NOT NULL, name TEXT NOT NULL, key_prefix TEXT NOT NULL,
    metadata TEXT NOT NULL, created_date TEXT NOT NULL, created_by TEXT NOT NULL, modified_date TEXT NOT NULL,
    modified_by TEXT NOT NULL) STRICT;
";
const COLUMNS: &str =
    "id, kind, object, name, key_prefix, metadata, created_date, created_by, modified_date, modified_by";

/// The kind of a custom object's definition.
pub(crate) const OBJECT: &str = "CustomObject";
/// The kind of a custom field's definition.
pub(crate) const FIELD: &str = "CustomField";

/// A definition.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) id: String,
    pub(crate) kind: String,
    /// The object the field is on, or the object itself.
    pub(crate) object: String,
    pub(crate) name: String,
    /// Of an object.
    pub(crate) key_prefix: String,
    /// As it was sent.
    pub(crate) metadata: Value,
    pub(crate) created_date: String,
    pub(crate) created_by: String,
    pub(crate) modified_date: String,
    pub(crate) modified_by: String,
}

/// The schema with what this org was given, and the tables that remember it.
pub(crate) fn load(sql: &Connection, standard: Schema) -> rusqlite::Result<Schema> {
    sql.execute_batch(TABLE)?;
    sql.execute_batch(auto_number::TABLE)?;
    let mut schema = standard;
    for definition in list(sql, OBJECT)? {
        match object(&definition) {
            Ok(object) => schema = schema.with_object(object.object()),
            Err(fault) => tracing::error!(id = definition.id, ?fault, "a custom object cannot be read"),
        }
    }
    for definition in list(sql, FIELD)? {
        match with_field(&schema, &definition) {
            Ok(changed) => schema = changed,
            Err(fault) => tracing::error!(id = definition.id, ?fault, "a custom field cannot be read"),
        }
    }
    Ok(schema)
}

/// The custom object a definition comes to.
pub(crate) fn object(definition: &Definition) -> Result<CustomObject, Fault> {
    Ok(CustomObject {
        id: definition.id.clone(),
        name: definition.name.clone(),
        key_prefix: definition.key_prefix.clone(),
        metadata: read::<ObjectMetadata>(&definition.metadata)?,
    })
}

/// The schema with the field a definition comes to.
pub(crate) fn with_field(schema: &Schema, definition: &Definition) -> Result<Schema, Fault> {
    let object = schema.object(&definition.object).ok_or_else(Fault::no_resource)?;
    let metadata: FieldMetadata = read(&definition.metadata)?;
    let kind = Kind::named(metadata.kind.as_deref().unwrap_or_default())?;
    let custom = custom::built(&metadata, kind, object, &definition.name, &definition.id)?;
    Ok(schema.with_custom(&definition.object, custom))
}

/// Metadata as it was sent, read.
pub(crate) fn read<T: serde::de::DeserializeOwned>(metadata: &Value) -> Result<T, Fault> {
    serde_json::from_value(metadata.clone()).map_err(|error| Fault::unreadable(error.to_string()))
}

/// All definitions of a kind, in the order they were made.
pub(crate) fn list(sql: &Connection, kind: &str) -> rusqlite::Result<Vec<Definition>> {
    let statement = format!("SELECT {COLUMNS} FROM definition WHERE kind = ?1 ORDER BY rowid");
    sql.prepare(&statement)?.query_map([kind], definition)?.collect()
}

pub(crate) fn find(sql: &Connection, kind: &str, id: &str) -> rusqlite::Result<Option<Definition>> {
    let statement = format!("SELECT {COLUMNS} FROM definition WHERE kind = ?1 AND id = ?2");
    sql.prepare(&statement)?.query_row([kind, id], definition).optional()
}

/// Adds a definition, or puts it in the place of the one with its id.
pub(crate) fn keep(sql: &Connection, definition: &Definition) -> rusqlite::Result<()> {
    let statement = format!(
        "INSERT INTO definition ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET metadata = ?6, modified_date = ?9, modified_by = ?10"
    );
    sql.prepare_cached(&statement)?
        .execute(params![
            definition.id,
            definition.kind,
            definition.object,
            definition.name,
            definition.key_prefix,
            definition.metadata.to_string(),
            definition.created_date,
            definition.created_by,
            definition.modified_date,
            definition.modified_by,
        ])
        .map(drop)
}

pub(crate) fn forget(sql: &Connection, id: &str) -> rusqlite::Result<()> {
    sql.execute("DELETE FROM definition WHERE id = ?1", [id]).map(drop)
}

/// Forgets an object's definition with those of its fields; answers the ids that are gone.
pub(crate) fn forget_object(sql: &Connection, object: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = sql.prepare("DELETE FROM definition WHERE object = ?1 RETURNING id")?;
    statement.query_map([object], |row| row.get(0))?.collect()
}

fn definition(row: &Row<'_>) -> rusqlite::Result<Definition> {
    let metadata: String = row.get(5)?;
    Ok(Definition {
        id: row.get(0)?,
        kind: row.get(1)?,
        object: row.get(2)?,
        name: row.get(3)?,
        key_prefix: row.get(4)?,
        metadata: serde_json::from_str(&metadata).unwrap_or_default(),
        created_date: row.get(6)?,
        created_by: row.get(7)?,
        modified_date: row.get(8)?,
        modified_by: row.get(9)?,
    })
}
