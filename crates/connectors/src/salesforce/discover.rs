//! What an object looks like, as the org's describe says.

use salesbridge_connector_kit::{Choice, FieldSchema, ObjectSchema};
use salesbridge_salesforce::{FieldDescribe, ObjectDescribe};

pub(super) fn object_schema(describe: &ObjectDescribe) -> ObjectSchema {
    let field = |field: &FieldDescribe| field_schema(describe, field);
    ObjectSchema { name: describe.name.clone(), fields: describe.fields.iter().map(field).collect() }
}

fn field_schema(object: &ObjectDescribe, field: &FieldDescribe) -> FieldSchema {
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
        choices: choices(object, field),
    }
}

/// The active choices; the positions of a dependent one are in the controlling field's list as it is described, inactive ones included.
fn choices(object: &ObjectDescribe, field: &FieldDescribe) -> Vec<Choice> {
    let controller = field.controller.as_deref().and_then(|name| object.field(name));
    let under = |position: &usize| {
        controller.and_then(|field| field.picklist_values.get(*position)).map(|value| value.value.clone())
    };
    let active = field.picklist_values.iter().filter(|choice| choice.active);
    active
        .map(|choice| Choice {
            value: choice.value.clone(),
            label: choice.label.clone(),
            under: choice.valid_for.iter().filter_map(under).collect(),
        })
        .collect()
}
