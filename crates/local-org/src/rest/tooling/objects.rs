//! Custom objects made, changed and deleted.

use crate::answers::{Fault, RowError};
use crate::clock;
use crate::ids;
use crate::org::{Work, keep_setting, setting};
use crate::rest::tooling::asked::Asked;
use crate::schema::custom::{FieldMetadata, ObjectMetadata, key_prefix, object_name};
use crate::schema::definitions::{self, Definition, OBJECT};
use crate::schema::{Field, Schema, auto_number, tables};

/// The key prefix of custom objects' definitions (unconfirmed).
const KEY_PREFIX: &str = "01I";
/// The most custom objects (Developer Edition).
const MOST_OBJECTS: usize = 400;
/// The setting that counts key prefixes: one that was given is never given again.
const PREFIXES_GIVEN: &str = "custom_key_prefixes";

/// Creates an object; answers the id of its definition.
pub(crate) fn create(work: &Work<'_>, asked: &Asked, user_id: &str) -> Result<String, Fault> {
    let name = object_name(asked.full_name()?)?;
    let metadata: ObjectMetadata = definitions::read(asked.metadata()?)?;
    metadata.check()?;
    if work.schema.object(name).is_some() {
        let text =
            format!("There is already an object named {} on Custom Object Definition.", name.trim_end_matches("__c"));
        return Err(Fault::bad_request(RowError::on("DUPLICATE_DEVELOPER_NAME", text, &["DeveloperName"])));
    }
    let now = clock::stamp(work.now);
    let definition = Definition {
        id: work.next_id(KEY_PREFIX),
        kind: OBJECT.to_owned(),
        object: name.to_owned(),
        name: name.to_owned(),
        key_prefix: next_prefix(work)?,
        metadata: asked.metadata()?.clone(),
        created_date: now.clone(),
        created_by: user_id.to_owned(),
        modified_date: now,
        modified_by: user_id.to_owned(),
    };
    let object = definitions::object(&definition)?.object();
    tables::create_table(work.sql, &object)?;
    begin_counting(work, name, metadata.name_field.as_ref())?;
    definitions::keep(work.sql, &definition)?;
    work.publish(work.schema.with_object(object));
    Ok(definition.id)
}

/// Puts other metadata in the place of an object's. Its custom fields stay.
pub(crate) fn update(work: &Work<'_>, id: &str, asked: &Asked, user_id: &str) -> Result<(), Fault> {
    let mut definition = existing(work, id)?;
    if asked.repeated_name().is_some_and(|name| !name.eq_ignore_ascii_case(&definition.name)) {
        return Err(refused("FIELD_INTEGRITY_EXCEPTION", "The local org changes no names of custom objects"));
    }
    let metadata: ObjectMetadata = definitions::read(asked.metadata()?)?;
    metadata.check()?;
    definition.metadata = asked.metadata()?.clone();
    definition.modified_date = clock::stamp(work.now);
    user_id.clone_into(&mut definition.modified_by);
    let mut object = definitions::object(&definition)?.object();
    let before = work.schema.object(&definition.name).ok_or_else(|| Fault::no_row(id))?;
    for field in object.fields.iter().filter(|field| before.field(&field.name).is_none() && field.name != "OwnerId") {
        tables::add_column(work.sql, &object, field)?;
    }
    let is_counted = |field: Option<&Field>| field.is_some_and(|name| name.custom.display_format.is_some());
    if is_counted(object.field("Name")) && !is_counted(before.field("Name")) {
        begin_counting(work, &definition.name, metadata.name_field.as_ref())?;
    }
    object.fields.extend(before.fields.iter().filter(|field| field.is_custom()).cloned());
    object.children.clone_from(&before.children);
    definitions::keep(work.sql, &definition)?;
    work.publish(work.schema.with_object(object));
    Ok(())
}

/// Deletes an object with its fields and all its records.
pub(crate) fn delete(work: &Work<'_>, id: &str) -> Result<(), Fault> {
    let definition = existing(work, id)?;
    if let Some(other) = referring(&work.schema, &definition.name) {
        let text = format!(
            "Your attempt to delete {} could not be completed because it is associated with the following custom field: \
             {other}",
            definition.name
        );
        return Err(refused("DEPENDENCY_EXISTS", &text));
    }
    tables::drop_table(work.sql, &definition.name)?;
    auto_number::forget(work.sql, &definition.name, None)?;
    definitions::forget_object(work.sql, &definition.name)?;
    work.publish(work.schema.without_object(&definition.name));
    Ok(())
}

/// A custom field of another object that leads to this one.
fn referring(schema: &Schema, name: &str) -> Option<String> {
    let others = schema.objects().filter(|object| object.name != name);
    others
        .flat_map(|object| object.fields.iter().map(move |field| (object, field)))
        .find(|(_, field)| field.is_custom() && field.refers_to.iter().any(|target| target.eq_ignore_ascii_case(name)))
        .map(|(object, field)| format!("{}.{}", object.name, field.name))
}

fn existing(work: &Work<'_>, id: &str) -> Result<Definition, Fault> {
    let normal = ids::normalized(id).ok_or_else(|| Fault::no_row(id))?;
    definitions::find(work.sql, OBJECT, &normal)?.ok_or_else(|| Fault::no_row(id))
}

fn next_prefix(work: &Work<'_>) -> Result<String, Fault> {
    let given: usize = setting(work.sql, PREFIXES_GIVEN)?.and_then(|text| text.parse().ok()).unwrap_or_default();
    let there = work.schema.objects().filter(|object| object.is_custom()).count();
    let prefix = key_prefix(given).filter(|_| there < MOST_OBJECTS);
    let prefix = prefix.ok_or_else(|| refused("LIMIT_EXCEEDED", "You have reached the limit for custom objects"))?;
    keep_setting(work.sql, PREFIXES_GIVEN, &(given + 1).to_string())?;
    Ok(prefix)
}

fn begin_counting(work: &Work<'_>, object: &str, name: Option<&FieldMetadata>) -> Result<(), Fault> {
    let Some(name) = name.filter(|name| name.kind.as_deref() == Some("AutoNumber")) else { return Ok(()) };
    Ok(auto_number::begin(work.sql, object, "Name", name.starting_number.unwrap_or(1))?)
}

fn refused(code: &'static str, text: &str) -> Fault {
    Fault::bad_request(RowError::new(code, text))
}
