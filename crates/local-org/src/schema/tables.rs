//! Objects to tables, fields to columns. The collation of a column is the comparison the API promises for the field.

use rusqlite::Connection;

use crate::schema::{Ability, Field, FieldType, Object, Schema};
use crate::storage::{IGNORING_CASE, identifier, table};

/// Makes the tables of all objects that are not there yet.
pub(crate) fn create(sql: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    for object in schema.objects() {
        let columns: Vec<String> = object.fields.iter().filter_map(column).collect();
        sql.execute_batch(&format!("CREATE TABLE IF NOT EXISTS {} ({})", table(&object.name), columns.join(", ")))?;
        for field in object.fields.iter().filter(|field| field.finds_rows() && field.kind != FieldType::Id) {
            create_index(sql, object, field)?;
        }
    }
    Ok(())
}

/// Adds the column of a new field, and the index that finds rows by it.
pub(crate) fn add_column(sql: &Connection, object: &Object, field: &Field) -> rusqlite::Result<()> {
    if let Some(column) = column(field) {
        sql.execute_batch(&format!("ALTER TABLE {} ADD COLUMN {column}", table(&object.name)))?;
    }
    if field.finds_rows() || field.can(Ability::Unique) {
        create_index(sql, object, field)?;
    }
    Ok(())
}

/// Drops the column of a field with all its values.
pub(crate) fn drop_column(sql: &Connection, object: &str, field: &str) -> rusqlite::Result<()> {
    sql.execute_batch(&format!(
        "DROP INDEX IF EXISTS {}; ALTER TABLE {} DROP COLUMN {}",
        index_name(object, field),
        table(object),
        identifier(field)
    ))
}

/// Whether the field has a column: addresses and locations are put together from other fields.
pub(crate) fn is_stored(field: &Field) -> bool {
    !matches!(field.kind, FieldType::Address | FieldType::Location)
}

fn column(field: &Field) -> Option<String> {
    let name = identifier(&field.name);
    Some(match field.kind {
        FieldType::Address | FieldType::Location => return None,
        FieldType::Base64 => format!("{name} BLOB"),
        FieldType::Id => format!("{name} TEXT PRIMARY KEY NOT NULL"),
        FieldType::Boolean => format!("{name} INTEGER NOT NULL DEFAULT {}", u8::from(is_true(field))),
        FieldType::Int => format!("{name} INTEGER"),
        FieldType::Double | FieldType::Currency | FieldType::Percent => format!("{name} REAL"),
        FieldType::Date | FieldType::DateTime | FieldType::Time | FieldType::Reference => format!("{name} TEXT"),
        _ if field.can(Ability::CaseSensitive) => format!("{name} TEXT"),
        _ => format!("{name} TEXT COLLATE {IGNORING_CASE}"),
    })
}

fn create_index(sql: &Connection, object: &Object, field: &Field) -> rusqlite::Result<()> {
    sql.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS {} ON {} ({})",
        index_name(&object.name, &field.name),
        table(&object.name),
        identifier(&field.name)
    ))
}

fn index_name(object: &str, field: &str) -> String {
    identifier(&format!("find_{object}_{field}"))
}

fn is_true(field: &Field) -> bool {
    field.default.as_ref().and_then(serde_json::Value::as_bool).unwrap_or(false)
}
