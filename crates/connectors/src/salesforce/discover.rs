//! What an object looks like, as the org's describe says.

use salesbridge_connector_kit::{FieldSchema, ObjectSchema};
use salesbridge_salesforce::{FieldDescribe, ObjectDescribe};

pub(super) fn object_schema(describe: &ObjectDescribe) -> ObjectSchema {
    ObjectSchema { name: describe.name.clone(), fields: describe.fields.iter().map(field_schema).collect() }
}

fn field_schema(field: &FieldDescribe) -> FieldSchema {
    FieldSchema {
        name: field.name.clone(),
        label: field.label.clone(),
        kind: field.field_type.clone(),
        length: (field.length > 0).then_some(field.length),
        createable: field.createable,
        updateable: field.updateable,
        required: field.is_required_on_create(),
        external_id: field.external_id,
        unique: field.unique,
    }
}
