//! Rows of `CustomField` and `CustomObject`: the definitions this org was given, with their metadata as they were sent,
//! and every other key as null.

use serde_json::{Map, Value, json};

use crate::metadata::{Rows, developer_name, durable_id};
use crate::org::Work;
use crate::schema::custom::{FIELD_KEYS, OBJECT_KEYS};
use crate::schema::definitions::{self, Definition, FIELD, OBJECT};

pub(super) fn fields(work: &Work<'_>) -> Rows {
    Ok(definitions::list(work.sql, FIELD)?.iter().map(|definition| field(work, definition)).collect())
}

pub(super) fn objects(work: &Work<'_>) -> Rows {
    Ok(definitions::list(work.sql, OBJECT)?.iter().map(object).collect())
}

fn field(work: &Work<'_>, definition: &Definition) -> Value {
    let metadata = &definition.metadata;
    let own = work.schema.object(&definition.object);
    let table = own.map_or(definition.object.as_str(), |object| durable_id(object));
    let built = own.and_then(|object| object.field(&definition.name));
    let mut row = stamped(definition, &FIELD_KEYS);
    row.extend([
        ("TableEnumOrId".to_owned(), table.into()),
        ("EntityDefinitionId".to_owned(), table.into()),
        ("Length".to_owned(), built.map(|field| field.length).filter(|length| *length > 0).into()),
        ("Precision".to_owned(), built.map(|field| field.precision).filter(|digits| *digits > 0).into()),
        ("Scale".to_owned(), built.filter(|field| field.precision > 0).map(|field| field.scale).into()),
        ("RelationshipLabel".to_owned(), metadata["relationshipLabel"].clone()),
        ("InlineHelpText".to_owned(), metadata["inlineHelpText"].clone()),
        ("MaskType".to_owned(), metadata["maskType"].clone()),
        ("MaskChar".to_owned(), metadata["maskChar"].clone()),
        ("FullName".to_owned(), format!("{}.{}", definition.object, definition.name).into()),
    ]);
    row.into()
}

fn object(definition: &Definition) -> Value {
    let mut row = stamped(definition, &OBJECT_KEYS);
    let model = definition.metadata["sharingModel"].as_str().unwrap_or("ReadWrite");
    row.insert("SharingModel".to_owned(), model.into());
    row.insert("FullName".to_owned(), definition.name.clone().into());
    row.into()
}

/// What both kinds of rows have.
fn stamped(definition: &Definition, keys: &[&str]) -> Map<String, Value> {
    let row = json!({
        "Id": definition.id, "DeveloperName": developer_name(&definition.name), "ManageableState": "unmanaged",
        "Description": definition.metadata["description"], "Metadata": complete(&definition.metadata, keys),
        "CreatedDate": definition.created_date, "CreatedById": definition.created_by,
        "LastModifiedDate": definition.modified_date, "LastModifiedById": definition.modified_by,
        "SystemModstamp": definition.modified_date,
    });
    match row {
        Value::Object(row) => row,
        _ => Map::new(),
    }
}

/// Metadata with every key it can have.
fn complete(metadata: &Value, keys: &[&str]) -> Value {
    let mut complete: Map<String, Value> =
        keys.iter().map(|key| ((*key).to_owned(), metadata.get(key).cloned().unwrap_or_default())).collect();
    for (key, value) in metadata.as_object().into_iter().flatten() {
        complete.insert(key.clone(), value.clone());
    }
    complete.into()
}
