//! Objects to tables, fields to columns. The collation of a column is the comparison the API promises for the field.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::schema::{Ability, Field, FieldType, Object, Schema};
use crate::storage::{IGNORING_CASE, identifier, table};

/// Makes the tables of all objects that are not there yet, and the columns that came to an object after its table was made.
pub(crate) fn create(sql: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    let known = known_columns(sql)?;
    for object in schema.with_tables() {
        match known.get(&format!("record_{}", object.name)) {
            None => create_table(sql, object)?,
            Some(columns) => {
                let is_missing = |field: &&Field| is_stored(field) && !columns.contains(&field.name);
                for field in object.fields.iter().filter(is_missing) {
                    add_column(sql, object, field)?;
                }
            }
        }
    }
    Ok(())
}

/// Makes the table of one object. Its rows lie in the order of their ids, which is that of their making: an insert goes to the end
/// of one tree, and a look-up by id walks that tree alone.
pub(crate) fn create_table(sql: &Connection, object: &Object) -> rusqlite::Result<()> {
    let columns: Vec<String> = object.fields.iter().filter_map(column).collect();
    sql.execute_batch(&format!("CREATE TABLE {} ({}) WITHOUT ROWID", table(&object.name), columns.join(", ")))?;
    for field in object.fields.iter().filter(|field| is_indexed(field)) {
        create_index(sql, object, field)?;
    }
    Ok(())
}

fn known_columns(sql: &Connection) -> rusqlite::Result<HashMap<String, HashSet<String>>> {
    let mut statement = sql.prepare(
        "SELECT tables.name, columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
         WHERE tables.type = 'table' AND tables.name LIKE 'record!_%' ESCAPE '!'",
    )?;
    let mut known: HashMap<String, HashSet<String>> = HashMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        known.entry(row.get(0)?).or_default().insert(row.get(1)?);
    }
    Ok(known)
}

/// Fields that find rows, and references: who refers to a record is asked whenever one is deleted. What is in every row
/// and leads to records that stay is left out.
fn is_indexed(field: &Field) -> bool {
    let stays = ["CreatedById", "LastModifiedById", "OwnerId", "RecordTypeId"].contains(&field.name.as_str());
    match field.kind {
        FieldType::Id => false,
        FieldType::Reference => !stays || field.finds_rows(),
        _ => field.finds_rows() || field.can(Ability::Unique),
    }
}

/// Drops the table of an object with all its rows.
pub(crate) fn drop_table(sql: &Connection, object: &str) -> rusqlite::Result<()> {
    sql.execute_batch(&format!("DROP TABLE {}", table(object)))
}

/// Adds the column of a new field, and the index that finds rows by it.
pub(crate) fn add_column(sql: &Connection, object: &Object, field: &Field) -> rusqlite::Result<()> {
    if let Some(column) = column(field) {
        sql.execute_batch(&format!("ALTER TABLE {} ADD COLUMN {column}", table(&object.name)))?;
    }
    if is_indexed(field) {
        create_index(sql, object, field)?;
    }
    Ok(())
}

/// Gives a column the form that a changed field needs, and keeps its values.
pub(crate) fn change_column(sql: &Connection, object: &Object, field: &Field) -> rusqlite::Result<()> {
    let aside = Field { name: format!("{} aside", field.name), ..field.clone() };
    let Some(column) = column(&aside) else { return Ok(()) };
    let (table, aside, name) = (table(&object.name), identifier(&aside.name), identifier(&field.name));
    sql.execute_batch(&format!(
        "DROP INDEX IF EXISTS {}; ALTER TABLE {table} ADD COLUMN {column}; UPDATE {table} SET {aside} = {name};
         ALTER TABLE {table} DROP COLUMN {name}; ALTER TABLE {table} RENAME COLUMN {aside} TO {name}",
        index_name(&object.name, &field.name)
    ))?;
    if is_indexed(field) { create_index(sql, object, field) } else { Ok(()) }
}

/// As [`add_column`], unless the table has the column already.
pub(crate) fn add_column_once(sql: &Connection, object: &Object, field: &Field) -> rusqlite::Result<()> {
    let known: i64 = sql.query_row(
        "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2",
        [format!("record_{}", object.name), field.name.clone()],
        |row| row.get(0),
    )?;
    if known > 0 { Ok(()) } else { add_column(sql, object, field) }
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

/// Rows without a value are not in it: nobody looks for them by it, and they need not pay for it.
fn create_index(sql: &Connection, object: &Object, field: &Field) -> rusqlite::Result<()> {
    let column = identifier(&field.name);
    sql.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS {} ON {} ({column}) WHERE {column} IS NOT NULL",
        index_name(&object.name, &field.name),
        table(&object.name),
    ))
}

fn index_name(object: &str, field: &str) -> String {
    identifier(&format!("find_{object}_{field}"))
}

fn is_true(field: &Field) -> bool {
    field.default.as_ref().and_then(serde_json::Value::as_bool).unwrap_or(false)
}
