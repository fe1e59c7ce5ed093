//! A describe on the wire: the members we use of the many there are.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use super::{FieldDescribe, ObjectDescribe, PicklistValue};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object {
    name: String,
    label: String,
    #[serde(default = "yes")]
    queryable: bool,
    createable: bool,
    updateable: bool,
    #[serde(default)]
    deletable: bool,
    #[serde(default)]
    key_prefix: Option<String>,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    label: String,
    r#type: String,
    #[serde(default)]
    length: u32,
    #[serde(default)]
    precision: u32,
    #[serde(default)]
    scale: u32,
    nillable: bool,
    createable: bool,
    updateable: bool,
    #[serde(default)]
    defaulted_on_create: bool,
    #[serde(default)]
    external_id: bool,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    case_sensitive: bool,
    #[serde(default)]
    picklist_values: Vec<Choice>,
    #[serde(default)]
    restricted_picklist: bool,
    #[serde(default)]
    controller_name: Option<String>,
    #[serde(default)]
    reference_to: Vec<String>,
    #[serde(default)]
    compound_field_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Choice {
    value: String,
    #[serde(default)]
    label: Option<String>,
    active: bool,
    #[serde(default)]
    default_value: bool,
    #[serde(default)]
    valid_for: Option<String>,
}

fn yes() -> bool {
    true
}

impl From<Object> for ObjectDescribe {
    fn from(object: Object) -> Self {
        Self {
            name: object.name,
            label: object.label,
            createable: object.createable,
            updateable: object.updateable,
            queryable: object.queryable,
            deletable: object.deletable,
            key_prefix: object.key_prefix,
            fields: object.fields.into_iter().map(FieldDescribe::from).collect(),
        }
    }
}

impl From<Field> for FieldDescribe {
    fn from(field: Field) -> Self {
        Self {
            name: field.name,
            label: field.label,
            field_type: field.r#type,
            length: field.length,
            precision: field.precision,
            scale: field.scale,
            nillable: field.nillable,
            createable: field.createable,
            updateable: field.updateable,
            defaulted_on_create: field.defaulted_on_create,
            external_id: field.external_id,
            unique: field.unique,
            case_sensitive: field.case_sensitive,
            picklist_values: field.picklist_values.into_iter().map(PicklistValue::from).collect(),
            restricted_picklist: field.restricted_picklist,
            controller: field.controller_name,
            reference_to: field.reference_to,
            compound_field: field.compound_field_name,
        }
    }
}

impl From<Choice> for PicklistValue {
    fn from(choice: Choice) -> Self {
        Self {
            label: choice.label.unwrap_or_else(|| choice.value.clone()),
            value: choice.value,
            active: choice.active,
            default: choice.default_value,
            valid_for: choice.valid_for.as_deref().map(positions).unwrap_or_default(),
        }
    }
}

/// The bits that are set, the highest of the first byte being the first (SOAP API Developer Guide, "Dependent Picklists", `validFor`).
fn positions(bits: &str) -> Vec<usize> {
    let bytes = BASE64_STANDARD.decode(bits).unwrap_or_default();
    (0..bytes.len() * 8).filter(|position| bytes[position / 8] & (0x80 >> (position % 8)) != 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_for_counts_bits_from_the_left() {
        assert_eq!(positions("gAAB"), [0, 23]);
        assert_eq!(positions("?"), Vec::<usize>::new(), "what cannot be read is valid for nothing");
    }
}
