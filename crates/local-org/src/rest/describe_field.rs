//! One field as describe writes it: exactly the keys recorded at version 59, whatever the field.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::schema::{Ability, Field, FieldType, Object, PicklistValue, Schema};

/// A field with all its keys, in alphabetical order.
pub(crate) fn field(schema: &Schema, object: &Object, field: &Field) -> Value {
    let mut keys = Map::new();
    keys.extend(named(flags(field)));
    keys.extend(named(sizes(field)));
    keys.extend(named(texts(field)));
    keys.insert("picklistValues".to_owned(), values(schema, object, field));
    keys.insert("referenceTo".to_owned(), field.refers_to.clone().into());
    keys.insert("filteredLookupInfo".to_owned(), Value::Null);
    keys.insert("defaultValue".to_owned(), default_value(field));
    keys.sort_keys();
    keys.into()
}

/// The values of a picklist. Those of a dependent one say which values of the controlling field they are valid for.
pub(crate) fn values(schema: &Schema, object: &Object, field: &Field) -> Value {
    let controlling = field.controller.as_deref().and_then(|name| object.field(name));
    let controlling = controlling.map(|controller| controlling_values(schema, controller));
    schema.picklist_values(field).iter().map(|known| value(known, controlling.as_deref())).collect()
}

fn controlling_values(schema: &Schema, controller: &Field) -> Vec<String> {
    if controller.kind == FieldType::Boolean {
        return ["false", "true"].map(str::to_owned).to_vec();
    }
    schema.picklist_values(controller).iter().map(|known| known.value.clone()).collect()
}

fn named<const N: usize>(keys: [(&str, Value); N]) -> impl Iterator<Item = (String, Value)> {
    keys.into_iter().map(|(name, value)| (name.to_owned(), value))
}

fn flags(field: &Field) -> [(&'static str, Value); 34] {
    let can = |ability| Value::from(field.can(ability));
    let no = Value::from(false);
    [
        ("aggregatable", can(Ability::Aggregatable)),
        ("aiPredictionField", no.clone()),
        ("autoNumber", can(Ability::AutoNumber)),
        ("calculated", can(Ability::Calculated)),
        ("cascadeDelete", can(Ability::CascadeDelete)),
        ("caseSensitive", can(Ability::CaseSensitive)),
        ("createable", can(Ability::Createable)),
        ("custom", field.is_custom().into()),
        ("defaultedOnCreate", can(Ability::Defaulted)),
        ("dependentPicklist", can(Ability::Dependent)),
        ("deprecatedAndHidden", no.clone()),
        ("displayLocationInDecimal", field.custom.decimal_location.into()),
        ("encrypted", can(Ability::Encrypted)),
        ("externalId", can(Ability::ExternalId)),
        ("filterable", can(Ability::Filterable)),
        ("formulaTreatNullNumberAsZero", no.clone()),
        ("groupable", can(Ability::Groupable)),
        ("highScaleNumber", no.clone()),
        ("htmlFormatted", can(Ability::Html)),
        ("idLookup", can(Ability::IdLookup)),
        ("nameField", can(Ability::NameField)),
        ("namePointing", can(Ability::NamePointing)),
        ("nillable", can(Ability::Nillable)),
        ("permissionable", can(Ability::Permissionable)),
        ("polymorphicForeignKey", can(Ability::Polymorphic)),
        ("queryByDistance", can(Ability::QueryByDistance)),
        ("restrictedDelete", can(Ability::RestrictedDelete)),
        ("restrictedPicklist", can(Ability::Restricted)),
        ("searchPrefilterable", no),
        ("sortable", can(Ability::Sortable)),
        ("unique", can(Ability::Unique)),
        ("updateable", can(Ability::Updateable)),
        ("writeRequiresMasterRead", field.custom.write_requires_master_read.into()),
        ("relationshipOrder", field.relationship_order.into()),
    ]
}

fn sizes(field: &Field) -> [(&'static str, Value); 5] {
    let byte_length = match field.kind {
        FieldType::Id | FieldType::Reference => 18,
        _ => field.length * 3,
    };
    [
        ("byteLength", byte_length.into()),
        ("digits", field.digits.into()),
        ("length", field.length.into()),
        ("precision", field.precision.into()),
        ("scale", field.scale.into()),
    ]
}

fn texts(field: &Field) -> [(&'static str, Value); 14] {
    [
        ("calculatedFormula", Value::Null),
        ("compoundFieldName", field.compound.clone().into()),
        ("controllerName", field.controller.clone().into()),
        ("defaultValueFormula", field.custom.default_formula.clone().into()),
        ("extraTypeInfo", field.extra_type.clone().into()),
        ("inlineHelpText", field.help.clone().into()),
        ("label", field.label.clone().into()),
        ("mask", field.custom.mask_char.clone().into()),
        ("maskType", field.custom.mask_type.clone().into()),
        ("name", field.name.clone().into()),
        ("referenceTargetField", Value::Null),
        ("relationshipName", field.relationship.clone().into()),
        ("soapType", field.kind.soap_type().into()),
        ("type", field.kind.as_str().into()),
    ]
}

fn default_value(field: &Field) -> Value {
    match (&field.default, field.kind) {
        (Some(value), _) => value.clone(),
        (None, FieldType::Boolean) => false.into(),
        (None, _) => Value::Null,
    }
}

fn value(value: &PicklistValue, controlling: Option<&[String]>) -> Value {
    let valid_for = controlling.filter(|_| !value.valid_for.is_empty()).map(|all| valid_for(value, all));
    json!({
        "active": value.active, "defaultValue": value.default, "label": value.label, "validFor": valid_for,
        "value": value.value,
    })
}

/// A bit per controlling value, the first one in the highest bit of the first byte.
fn valid_for(value: &PicklistValue, controlling: &[String]) -> String {
    let mut bits = vec![0_u8; controlling.len().div_ceil(8)];
    for (at, name) in controlling.iter().enumerate() {
        if value.valid_for.contains(name) {
            bits[at / 8] |= 0x80 >> (at % 8);
        }
    }
    STANDARD.encode(bits)
}
