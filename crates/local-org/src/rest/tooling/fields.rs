//! Custom fields made, changed and deleted.

use std::sync::Arc;

use rusqlite::params;

use crate::answers::{Fault, RowError};
use crate::clock;
use crate::ids;
use crate::org::Work;
use crate::rest::tooling::asked::Asked;
use crate::schema::custom::{self, CustomField, FieldMetadata, Kind, field_names};
use crate::schema::definitions::{self, Definition, FIELD};
use crate::schema::{Ability, Field, Object, auto_number, tables};
use crate::storage::{identifier, table};

/// The key prefix of custom fields.
const KEY_PREFIX: &str = "00N";
/// The most custom fields of an object (Developer Edition).
const MOST_FIELDS: usize = 500;

/// Creates a field; answers its id.
pub(crate) fn create(work: &Work<'_>, asked: &Asked, user_id: &str) -> Result<String, Fault> {
    let (object_name, name) = field_names(asked.full_name()?)?;
    let object = customizable(work, object_name)?;
    let metadata: FieldMetadata = definitions::read(asked.metadata()?)?;
    let kind = custom::check(&metadata, &object, &work.schema, None)?;
    if object.fields.iter().filter(|field| field.is_custom()).count() >= MOST_FIELDS {
        let text = format!("You have reached the maximum number of {MOST_FIELDS} custom fields on {}", object.label);
        return Err(Fault::bad_request(RowError::new("LIMIT_EXCEEDED", text)));
    }
    let id = work.next_id(KEY_PREFIX);
    let built = custom::built(&metadata, kind, &object, name, &id)?;
    if built.fields.iter().any(|field| object.field(&field.name).is_some()) {
        let text = format!("There is already a field named {} on {}.", name.trim_end_matches("__c"), object.label);
        return Err(Fault::bad_request(RowError::on("DUPLICATE_DEVELOPER_NAME", text, &["DeveloperName"])));
    }
    if kind == Kind::MasterDetail && has_rows(work, &object)? {
        let text = "Cannot Create Master-Detail Relationship: You cannot create a new Master-Detail relationship on an \
                    existing custom object if records already exist.";
        return Err(Fault::bad_request(RowError::new("FIELD_INTEGRITY_EXCEPTION", text)));
    }
    add_columns(work, &object, &built)?;
    if kind == Kind::AutoNumber {
        count_rows(work, &object, &built.fields[0], metadata.starting_number)?;
    }
    let now = clock::stamp(work.now);
    let definition = Definition {
        id: id.clone(),
        kind: FIELD.to_owned(),
        object: object.name.clone(),
        name: name.to_owned(),
        key_prefix: String::new(),
        metadata: asked.metadata()?.clone(),
        created_date: now.clone(),
        created_by: user_id.to_owned(),
        modified_date: now,
        modified_by: user_id.to_owned(),
    };
    definitions::keep(work.sql, &definition)?;
    work.publish(work.schema.with_custom(&object.name, built));
    Ok(id)
}

/// Puts other metadata in the place of a field's. What it leaves out is no longer so.
pub(crate) fn update(work: &Work<'_>, id: &str, asked: &Asked, user_id: &str) -> Result<(), Fault> {
    let mut definition = existing(work, id)?;
    let full_name = format!("{}.{}", definition.object, definition.name);
    if asked.repeated_name().is_some_and(|name| !name.eq_ignore_ascii_case(&full_name)) {
        return Err(refused("The local org changes no names of custom fields"));
    }
    let object = customizable(work, &definition.object)?;
    let metadata: FieldMetadata = definitions::read(asked.metadata()?)?;
    let kind = custom::check(&metadata, &object, &work.schema, Some(&definition.id))?;
    let before: FieldMetadata = definitions::read(&definition.metadata)?;
    let kind_before = Kind::named(before.kind.as_deref().unwrap_or_default())?;
    if !kind_before.may_become(kind) {
        let text = format!("Cannot change the field type from {} to {}", kind_before.as_str(), kind.as_str());
        return Err(refused(&text));
    }
    let built = custom::built(&metadata, kind, &object, &definition.name, &definition.id)?;
    check_unique(work, &object, &built)?;
    for field in built.fields.iter().filter(|field| tables::is_stored(field)) {
        tables::change_column(work.sql, &object, field)?;
    }
    definition.metadata = asked.metadata()?.clone();
    definition.modified_date = clock::stamp(work.now);
    user_id.clone_into(&mut definition.modified_by);
    definitions::keep(work.sql, &definition)?;
    work.publish(work.schema.with_custom(&object.name, built));
    Ok(())
}

/// Deletes a field with all its values.
pub(crate) fn delete(work: &Work<'_>, id: &str) -> Result<(), Fault> {
    let definition = existing(work, id)?;
    let object = customizable(work, &definition.object)?;
    let own = |field: &&Field| field.custom_id.as_deref() == Some(&definition.id);
    for field in object.fields.iter().filter(own).filter(|field| tables::is_stored(field)) {
        tables::drop_column(work.sql, &object.name, &field.name)?;
    }
    auto_number::forget(work.sql, &object.name, Some(&definition.name))?;
    definitions::forget(work.sql, &definition.id)?;
    work.publish(work.schema.without_custom(&definition.id));
    Ok(())
}

fn existing(work: &Work<'_>, id: &str) -> Result<Definition, Fault> {
    let normal = ids::normalized(id).ok_or_else(|| Fault::no_row(id))?;
    definitions::find(work.sql, FIELD, &normal)?.ok_or_else(|| Fault::no_row(id))
}

fn customizable(work: &Work<'_>, name: &str) -> Result<Arc<Object>, Fault> {
    work.schema.object(name).filter(|object| object.is_data()).cloned().ok_or_else(|| {
        let text = format!("Entity Enumeration Or ID: bad value for restricted picklist field: {name}");
        Fault::bad_request(RowError::on("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["EntityEnumOrId"]))
    })
}

fn add_columns(work: &Work<'_>, object: &Object, built: &CustomField) -> Result<(), Fault> {
    for field in &built.fields {
        tables::add_column(work.sql, object, field)?;
    }
    Ok(())
}

fn has_rows(work: &Work<'_>, object: &Object) -> Result<bool, Fault> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", table(&object.name));
    Ok(work.sql.query_row(&sql, [], |row| row.get(0))?)
}

/// Gives the rows that are there their numbers, in the order they were made.
fn count_rows(work: &Work<'_>, object: &Object, field: &Field, first: Option<u32>) -> Result<(), Fault> {
    auto_number::begin(work.sql, &object.name, &field.name, first.unwrap_or(1))?;
    let format = field.custom.display_format.clone().unwrap_or_default();
    let (table, column) = (table(&object.name), identifier(&field.name));
    let mut rows = work.sql.prepare(&format!("SELECT \"Id\" FROM {table} ORDER BY \"Id\""))?;
    let ids: Vec<String> = rows.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut change = work.sql.prepare(&format!("UPDATE {table} SET {column} = ?2 WHERE \"Id\" = ?1"))?;
    for id in ids {
        let number = auto_number::next(work.sql, &object.name, &field.name)?;
        change.execute(params![id, auto_number::formatted(&format, number, work.now)])?;
    }
    Ok(())
}

/// A field can become unique as long as no value is there twice.
fn check_unique(work: &Work<'_>, object: &Object, built: &CustomField) -> Result<(), Fault> {
    for field in built.fields.iter().filter(|field| field.can(Ability::Unique)) {
        let (column, live) = (identifier(&field.name), object.is_live_sql());
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} WHERE {column} IS NOT NULL AND {live} GROUP BY {column} HAVING count(*) > 1)",
            table(&object.name)
        );
        if work.sql.query_row(&sql, [], |row| row.get(0))? {
            let text = format!("{} cannot be unique: it has the same value in several records", field.label);
            return Err(Fault::bad_request(RowError::on("DUPLICATE_VALUE", text, &[&field.name])));
        }
    }
    Ok(())
}

fn refused(text: &str) -> Fault {
    Fault::bad_request(RowError::new("FIELD_INTEGRITY_EXCEPTION", text))
}
