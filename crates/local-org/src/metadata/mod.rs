//! What the schema is, as rows that can be queried: `EntityDefinition`, `FieldDefinition` and their kin, `CustomField`,
//! `CustomObject`. Their tables are written when they are first asked for after a change, so that an org nobody asks
//! pays nothing. Refuses to know records.

mod definitions;
mod entities;
mod fields;
mod layouts;
mod picklists;
mod relationships;
mod types;

pub(crate) use layouts::layout_id;

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::params_from_iter;
use rusqlite::types::Value as Cell;
use serde_json::Value;

use crate::answers::Fault;
use crate::org::{Org, Work};
use crate::schema::{Field, FieldType, Object, Schema, tables};
use crate::storage::{identifier, table};

/// The schema that the written rows follow from.
#[derive(Default)]
pub(crate) struct Written {
    of: Mutex<Option<Arc<Schema>>>,
}

type Rows = Result<Vec<Value>, Fault>;
type Maker = fn(&Work<'_>) -> Rows;

/// The objects with rows of this making, and who makes them.
const MAKERS: [(&str, Maker); 9] = [
    ("EntityDefinition", entities::rows),
    ("FieldDefinition", fields::definitions),
    ("EntityParticle", fields::particles),
    ("PicklistValueInfo", picklists::rows),
    ("RelationshipDomain", relationships::rows),
    ("DataType", types::rows),
    ("CustomField", definitions::fields),
    ("CustomObject", definitions::objects),
    ("Layout", layouts::rows),
];

/// Writes the rows again if `asked`, a path or a query, names one of the objects and the schema has changed since.
pub(crate) async fn freshen(org: &Org, asked: &str) -> Result<(), Fault> {
    let asked = asked.to_lowercase();
    let is_asked = MAKERS.iter().any(|(name, _)| asked.contains(&name.to_lowercase()));
    if !is_asked || org.metadata.is_of(&org.schema()) {
        return Ok(());
    }
    let schema = org
        .write(|work| {
            MAKERS.iter().try_for_each(|(name, maker)| write(work, name, &maker(work)?))?;
            Ok(Arc::clone(&work.schema))
        })
        .await?;
    *org.metadata.of.lock().unwrap_or_else(PoisonError::into_inner) = Some(schema);
    Ok(())
}

impl Written {
    fn is_of(&self, schema: &Arc<Schema>) -> bool {
        let of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.as_ref().is_some_and(|known| Arc::ptr_eq(known, schema))
    }
}

/// The name that stays the same when a label changes: of custom objects the id in 15 characters.
fn durable_id(object: &Object) -> &str {
    object.custom_id.as_deref().and_then(|id| id.get(..15)).unwrap_or(&object.name)
}

/// A name without what marks it as custom.
fn developer_name(name: &str) -> &str {
    name.strip_suffix("__c").unwrap_or(name)
}

fn write(work: &Work<'_>, name: &str, rows: &[Value]) -> Result<(), Fault> {
    let Some(object) = work.schema.metadata_object(name) else { return Ok(()) };
    let columns: Vec<&Field> = object.fields.iter().filter(|field| tables::is_stored(field)).collect();
    let names: Vec<String> = columns.iter().map(|field| identifier(&field.name)).collect();
    let places = vec!["?"; names.len()].join(", ");
    work.sql.execute(&format!("DELETE FROM {}", table(name)), [])?;
    let mut insert =
        work.sql.prepare(&format!("INSERT INTO {} ({}) VALUES ({places})", table(name), names.join(", ")))?;
    for row in rows {
        insert.execute(params_from_iter(columns.iter().map(|field| cell(field, row.get(&field.name)))))?;
    }
    Ok(())
}

fn cell(field: &Field, value: Option<&Value>) -> Cell {
    match value {
        None | Some(Value::Null) if field.kind == FieldType::Boolean => Cell::Integer(0),
        None | Some(Value::Null) => Cell::Null,
        Some(Value::Bool(flag)) => Cell::Integer(i64::from(*flag)),
        Some(Value::Number(number)) => number.as_i64().map_or(Cell::Null, Cell::Integer),
        Some(Value::String(text)) => Cell::Text(text.clone()),
        Some(other) => Cell::Text(other.to_string()),
    }
}
